"""Whole boxes by branch and bound in HiGHS, for models with few enough departures that this pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from samphao.engines.consolidation.bundles import Bundles
from samphao.engines.consolidation.fare_bound import Rounded
from samphao.engines.consolidation.flow_model import FlowModel, Rows
from samphao.engines.consolidation.instance import Floats, Instance, Ints


@dataclass(frozen=True, slots=True)
class BranchParams:
    """When to branch, and when to stop.

    Parameters
    ----------
    departures_max
        Most departures with boxes for which it is tried; beyond, the dive is better than minutes of branching.
    gap
        Relative gap to the model's own optimum that is good enough.
    nodes_max
        Most nodes: like `gap` a limit that strikes at the same point in every run.
    seconds_max
        A guard only: where it strikes, the plan may differ between runs.
    """

    departures_max: int = 600
    gap: float = 0.002
    nodes_max: int = 20
    seconds_max: float = 15.0

    def __post_init__(self) -> None:
        if self.departures_max < 0 or self.nodes_max < 1 or self.gap < 0 or not self.seconds_max > 0:
            raise ValueError("departures_max and gap must not be negative, nodes_max and seconds_max must be positive")


Cut = tuple[Rounded, Floats]


def branch(
    instance: Instance, rows: Rows, bundles: Bundles, params: BranchParams, seed: int, cuts: Sequence[Cut] = ()
) -> Ints | None:
    """Boxes of each departure, or None where it is not worth trying or nothing was found.

    `cuts` are needs that every plan meets, each with the measure per m3 of every bundle that it counts.
    """
    whole = rows.volume & (instance.departures.boxes_max > 0)
    if not 0 < whole.sum() <= params.departures_max:
        return None
    model = FlowModel(instance, rows, bundles.volume_m3, instance.unserved_cost_m3 - bundles.base_cost_m3)
    model.add(bundles.options, bundles.density[bundles.options.demand])
    for need, measure in cuts:
        model.require(need.least, need.boxes, need.loose_m3, need.behind * measure)
    model.require_whole(whole)
    highs = model.highs
    highs.changeObjectiveOffset(float(bundles.base_cost_m3 @ bundles.volume_m3))
    highs.setOptionValue("random_seed", seed)
    highs.setOptionValue("mip_rel_gap", params.gap)
    highs.setOptionValue("mip_max_nodes", params.nodes_max)
    highs.setOptionValue("time_limit", params.seconds_max)
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.rint(model.read().boxes).astype(np.int64)

"""Plan a consolidation: merge, price, bundle, box, assign, polish."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from samphao.engines.consolidation.assign import assign_orders
from samphao.engines.consolidation.bound import Bounder
from samphao.engines.consolidation.boxes import BoxPlan, DiveParams, best_room, plan_boxes
from samphao.engines.consolidation.branch import BranchParams, branch
from samphao.engines.consolidation.bundles import Bundles, bundle_orders, gather_paths
from samphao.engines.consolidation.direct import DirectParams, DirectPlan, plan_direct
from samphao.engines.consolidation.flow_model import Rows
from samphao.engines.consolidation.instance import Instance, Ints
from samphao.engines.consolidation.master import Certificate, price_commodities
from samphao.engines.consolidation.merge import merge_orders
from samphao.engines.consolidation.plan import Plan, loads
from samphao.engines.consolidation.polish import polish
from samphao.engines.consolidation.pricing import Paths, Pricer, Timetable
from samphao.engines.consolidation.unserved import explain_unserved


@dataclass(frozen=True, slots=True)
class PlanParams:
    """How much work a plan is worth.

    Parameters
    ----------
    rounds_max, tolerance
        Rounds of column generation, and the relative saving below which a new path is not worth one.
    slack
        How much dearer than a commodity's cheapest path (relative, at the final prices) a path may be to be a choice.
    paths_per_commodity
        Most choices a commodity gets at each density that is scanned.
    density_scans, density_classes
        Densities at which paths are gathered, and parts into which a bundle is split, where mass has a price.
    polish_sweeps
        Sweeps of single-order moves.
    options_max
        Options of the box model beyond which bundles are split into fewer density classes.
    branch_classes
        Density classes of the coarser model whose boxes are found by branching.
    seed
        Of HiGHS where it branches.
    dive, branch
        See `DiveParams`, `BranchParams`.
    lane_branch
        Branching for one lane at a time, where paths are single departures.
    """

    rounds_max: int = 60
    tolerance: float = 1e-4
    slack: float = 0.1
    paths_per_commodity: int = 32
    density_scans: int = 4
    density_classes: int = 8
    polish_sweeps: int = 2
    options_max: int = 90_000
    branch_classes: int = 3
    seed: int = 1
    dive: DiveParams = field(default_factory=DiveParams)
    branch: BranchParams = field(default_factory=BranchParams)
    lane_branch: BranchParams = field(default_factory=lambda: BranchParams(nodes_max=200))

    def __post_init__(self) -> None:
        for name in (
            "rounds_max",
            "paths_per_commodity",
            "density_scans",
            "density_classes",
            "options_max",
            "branch_classes",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.polish_sweeps < 0 or self.tolerance < 0 or self.slack < 0:
            raise ValueError("polish_sweeps, tolerance and slack must not be negative")


def solve(instance: Instance, params: PlanParams | None = None) -> Plan:
    """Plan `instance`; the same instance and parameters give the same plan.

    Returns
    -------
    Plan
        Feasible always: orders that cannot travel stay behind with a reason.

    References
    ----------
    Desaulniers, Desrosiers, Solomon (2005), Column Generation, doi 10.1007/b135457, for the bound at every round. The
    bundles and the dive are our own; the latter follows the diving heuristics of Sadykov et al. (2019),
    doi 10.1287/ijoc.2018.0822, without backtracking.
    """
    params = params or PlanParams()
    if instance.legs_max == 1:
        work = DirectParams(params.lane_branch, params.dive, params.polish_sweeps, params.options_max, params.seed)
        direct = plan_direct(instance, work)
        if direct is not None:
            return _with_price_bound(instance, direct)
    return _solve_paths(instance, params)


def _with_price_bound(instance: Instance, direct: DirectPlan) -> Plan:
    """Add what prices alone prove, for readers who know no fares, and the reasons of orders left behind."""
    d, timetable = instance.departures, Timetable.of(instance.departures, len(instance.nodes), instance.transfer_h, 1)
    bounder = Bounder.of(instance, timetable)
    lower_bound = max(direct.fare_bound, bounder.evaluate(direct.prices))
    behind = np.flatnonzero(direct.departure < 0)
    cost = float(d.box_cost @ direct.boxes + d.loose_cost_m3 @ direct.loose_m3)
    cost += float(instance.unserved_cost_m3 * instance.orders.volume_m3[behind].sum())
    paths = np.arange(len(d), dtype=np.int32)[:, None]
    unserved = explain_unserved(instance, timetable, bounder.pricer.commodities, behind)
    certificate = Certificate(lower_bound, direct.prices, direct.fares)
    return Plan(direct.departure, paths, direct.boxes, direct.loose_m3, cost, certificate, unserved)


def _solve_paths(instance: Instance, params: PlanParams) -> Plan:
    """Plan where paths may have several legs, by column generation over all departures at once."""
    departures = instance.departures
    timetable = Timetable.of(departures, len(instance.nodes), instance.transfer_h, instance.legs_max)
    pricer = Pricer.of(timetable, merge_orders(instance, np.zeros(0)))
    bounder = Bounder.of(instance, timetable)
    priced = price_commodities(instance, pricer, bounder, rounds_max=params.rounds_max, tolerance=params.tolerance)
    rows = priced.rows
    while True:
        paths = gather_paths(
            instance, pricer, priced.prices, rows,
            slack=params.slack, per_commodity=params.paths_per_commodity, scans=params.density_scans,
        )  # fmt: skip
        bundles = _bundles_of_size(instance, pricer, paths, rows, params)
        coarse = bundle_orders(instance, pricer, paths, rows, density_classes=params.branch_classes)
        proposed = branch(instance, rows, coarse, params.branch, params.seed)
        box_plan = plan_boxes(instance, rows, bundles, proposed, params.dive)
        boxes_max = _boxes_allowed(instance, box_plan)
        choice = assign_orders(instance, bundles, box_plan)
        choice = polish(instance, rows, bundles, choice, boxes_max, sweeps=params.polish_sweeps)
        path_of_order = _paths_of(bundles, choice)
        volume, mass = loads(instance, path_of_order, bundles.paths)
        room = best_room(departures, np.arange(len(departures)), volume, mass, boxes_max)
        overfull = (room.over_m3 > 1e-6) & ~(rows.volume & rows.mass)
        if not overfull.any():
            break
        rows = Rows(rows.volume | overfull, rows.mass | overfull)
    certificate = priced.certificate
    again = bounder.evaluate(box_plan.prices)
    if again > certificate.lower_bound:
        certificate = Certificate(again, box_plan.prices)
    behind = np.flatnonzero(path_of_order < 0)
    cost = float(room.cost.sum() + instance.unserved_cost_m3 * instance.orders.volume_m3[behind].sum())
    unserved = explain_unserved(instance, timetable, pricer.commodities, behind)
    return Plan(path_of_order, bundles.paths, room.boxes, room.loose, cost, certificate, unserved)


def _bundles_of_size(instance: Instance, pricer: Pricer, paths: Paths, rows: Rows, params: PlanParams) -> Bundles:
    """Bundles with as many density classes as `options_max` lets be."""
    classes = params.density_classes
    while True:
        bundles = bundle_orders(instance, pricer, paths, rows, density_classes=classes)
        if classes == 1 or len(bundles.options.demand) <= params.options_max:
            return bundles
        classes = max(1, classes // 2)


def _boxes_allowed(instance: Instance, box_plan: BoxPlan) -> Ints:
    """Limits of boxes for the steps after boxes are planned: where slots are shared, no more than the box plan shared out."""
    most = instance.departures.boxes_max.copy()
    shared = np.unique(instance.shared.departure)
    most[shared] = box_plan.boxes[shared]
    return most


def _paths_of(bundles: Bundles, choice: Ints) -> Ints:
    out = np.full(len(choice), -1, np.int64)
    served = np.flatnonzero(choice >= 0)
    local = choice[served] - bundles.first_option[bundles.of_order[served]]
    out[served] = bundles.first_path[bundles.commodity_of_order[served]] + local
    return out

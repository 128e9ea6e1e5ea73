"""Whole boxes: which departure gets how many, by diving through the linear programme.

Each step solves the programme, then rounds the departures whose boxes are nearest to whole: up where most of a box is
full, else down. Rounding up makes that box's room free and draws volume to it; rounding down sends it elsewhere, which
is what a planner does who fills one truck rather than two. No branch and bound, so no clock and no overshoot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samphao.engines.consolidation.bound import Prices
from samphao.engines.consolidation.bundles import Bundles
from samphao.engines.consolidation.flow_model import FlowModel, Relaxation, Rows
from samphao.engines.consolidation.instance import Departures, Floats, Instance, Ints

_WHOLE = 1e-5


@dataclass(frozen=True, slots=True)
class DiveParams:
    """How boldly to round.

    Parameters
    ----------
    share
        Share of the departures with part of a box that one step rounds.
    round_up_from
        Part of a box from which it is rounded up.
    """

    share: float = 0.2
    round_up_from: float = 0.6

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError(f"share must be above 0 and at most 1, not {self.share}")
        if not 0 < self.round_up_from < 1:
            raise ValueError(f"round_up_from must be between 0 and 1, not {self.round_up_from}")


@dataclass(frozen=True, slots=True)
class BoxPlan:
    """Whole `boxes` a departure; `flow` m3 an option, `unserved` m3 a bundle; prices of the programme without rounding."""

    cost: float
    flow: Floats
    unserved: Floats
    boxes: Ints
    prices: Prices


def plan_boxes(instance: Instance, rows: Rows, bundles: Bundles, proposed: Ints | None, params: DiveParams) -> BoxPlan:
    """Find whole boxes and the flows that use them: the dive's, or the `proposed` ones where they are cheaper.

    Terminates: every step makes a range of boxes smaller. Usually 50 to 100 warm linear programmes.
    """
    model = FlowModel(instance, rows, bundles.volume_m3, instance.unserved_cost_m3 - bundles.base_cost_m3)
    model.add(bundles.options, bundles.density[bundles.options.demand])
    model.solve()
    prices, _ = model.prices()
    best = None
    if proposed is not None:
        model.limit_boxes(proposed.astype(float), proposed.astype(float))
        best = model.solve()
    least, most = np.zeros(len(instance.departures)), instance.departures.boxes_max.astype(float)
    best = _round_all(model, least, most, params, best)
    cost = best.value + float(bundles.base_cost_m3 @ bundles.volume_m3)
    return BoxPlan(cost, best.flow, best.unserved, np.rint(best.boxes).astype(np.int64), prices)


def fill_boxes(instance: Instance, rows: Rows, bundles: Bundles, boxes: Ints) -> BoxPlan:
    """Find the cheapest flows through given whole `boxes`, and the prices of the programme without them."""
    model = FlowModel(instance, rows, bundles.volume_m3, instance.unserved_cost_m3 - bundles.base_cost_m3)
    model.add(bundles.options, bundles.density[bundles.options.demand])
    model.solve()
    prices, _ = model.prices()
    model.limit_boxes(boxes.astype(float), boxes.astype(float))
    filled = model.solve()
    return BoxPlan(
        filled.value + float(bundles.base_cost_m3 @ bundles.volume_m3), filled.flow, filled.unserved, boxes, prices
    )


def _round_all(
    model: FlowModel, least: Floats, most: Floats, params: DiveParams, rival: Relaxation | None
) -> Relaxation:
    """Round until all boxes are whole, or until that is dearer than `rival`, which is returned then."""
    while True:
        model.limit_boxes(least, most)
        relaxation = model.solve()
        if rival is not None and relaxation.value >= rival.value:
            return rival
        if not _round_some(model.instance, relaxation, least, most, params):
            return relaxation


def _round_some(instance: Instance, relaxation: Relaxation, least: Floats, most: Floats, params: DiveParams) -> bool:
    """Tighten `least` and `most` of the departures nearest to whole boxes; False when all are whole."""
    part = relaxation.boxes - np.floor(relaxation.boxes + _WHOLE)
    open_ = np.flatnonzero(part > _WHOLE)
    if not len(open_):
        return False
    upward = part[open_] >= params.round_up_from
    distance = np.where(upward, 1 - part[open_], part[open_] * params.round_up_from / (1 - params.round_up_from))
    chosen = np.argsort(distance, kind="stable")[: max(1, int(len(open_) * params.share))]
    floor = np.floor(relaxation.boxes + _WHOLE)
    for k, up in zip(open_[chosen], upward[chosen], strict=True):
        if up and _has_slots(instance, least, int(k), floor[k] + 1):
            least[k] = floor[k] + 1
        else:
            most[k] = floor[k]
    return True


def _has_slots(instance: Instance, least: Floats, k: int, boxes: float) -> bool:
    """Whether departure k can be promised `boxes` beside what is already promised."""
    if not len(instance.shared):
        return True
    wanted = least.copy()
    wanted[k] = boxes
    return bool((instance.shared.slots_used(wanted) <= instance.shared.slots_max + 1e-9).all())


@dataclass(frozen=True, slots=True)
class Room:
    """Whole boxes and loose space for loads; `over_m3` is what fits in neither."""

    boxes: Ints
    loose: Floats
    cost: Floats
    over_m3: Floats


def best_room(departures: Departures, k: Ints, volume: Floats, mass: Floats, boxes_max: Ints) -> Room:
    """Cheapest boxes and loose space of departures `k` for loads of `volume` m3 and `mass` kg (arrays of one shape).

    With n boxes' worth of load the cost is convex in the boxes bought, with its kink at n: the best whole number is
    n rounded down, n rounded up, or the fewest that the loose space allows.
    """
    size, bears = departures.box_volume_m3[k], departures.box_mass_kg[k]
    by_mass = np.divide(mass, bears, out=np.where(mass > 1e-9, np.inf, 0.0), where=bears > 0)
    worth = np.maximum(volume / size, by_mass)
    most, loose_boxes = boxes_max[k], departures.loose_max_m3[k] / size
    finite = np.minimum(worth, 1e15)
    fewest = np.ceil(finite - loose_boxes - 1e-9)
    best_cost = np.full(worth.shape, np.inf)
    best_boxes = most.astype(float)
    for candidate in (np.floor(finite + 1e-9), np.ceil(finite - 1e-9), fewest):
        boxes = np.clip(candidate, 0, most)
        rest = _left_over(worth, boxes)
        cost = departures.box_cost[k] * boxes + departures.loose_cost_m3[k] * size * rest
        better = (rest <= loose_boxes + 1e-9) & (cost < best_cost)
        best_cost[better], best_boxes[better] = cost[better], boxes[better]
    rest = _left_over(worth, best_boxes) * size
    loose = np.minimum(rest, departures.loose_max_m3[k])
    cost = departures.box_cost[k] * best_boxes + departures.loose_cost_m3[k] * loose
    return Room(best_boxes.astype(np.int64), loose, cost, rest - loose)


def _left_over(worth: Floats, boxes: Floats) -> Floats:
    """Boxes' worth that is in no box; sums that end a rounding error above a whole number count as that number."""
    rest = worth - boxes
    return np.where(rest > 1e-9, rest, 0.0)

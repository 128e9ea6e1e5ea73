"""Plan where every path is a single departure: lane by lane, with fares and needs, to a small gap each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samphao.engines.consolidation.assign import assign_orders
from samphao.engines.consolidation.bound import Prices
from samphao.engines.consolidation.boxes import DiveParams, best_room, fill_boxes, plan_boxes
from samphao.engines.consolidation.branch import BranchParams, branch
from samphao.engines.consolidation.bundles import Bundles
from samphao.engines.consolidation.fare_bound import fare_bound
from samphao.engines.consolidation.fares import Fares, Needs
from samphao.engines.consolidation.flow_model import Options, Rows
from samphao.engines.consolidation.instance import Bools, Floats, Instance, Ints, sums
from samphao.engines.consolidation.lane_model import Classes, bound_lane
from samphao.engines.consolidation.lanes import Lane, split_lanes
from samphao.engines.consolidation.polish import polish


@dataclass(frozen=True, slots=True)
class DirectParams:
    """How much work a lane is worth.

    Parameters
    ----------
    branch
        When and how far to branch for a lane's whole boxes.
    dive
        How to round where that is not worth trying.
    polish_sweeps
        Sweeps of single-order moves.
    options_max
        Choices (a class of orders with one departure) of one lane beyond which it is not planned so.
    seed
        Of HiGHS where it branches.
    """

    branch: BranchParams
    dive: DiveParams
    polish_sweeps: int
    options_max: int
    seed: int


@dataclass(frozen=True, slots=True)
class DirectPlan:
    """A plan of all lanes: the departure of each order (-1: stays behind), boxes, loose space, prices, fares and their bound."""

    departure: Ints
    boxes: Ints
    loose_m3: Floats
    prices: Prices
    fares: Fares
    fare_bound: float


@dataclass(frozen=True, slots=True)
class _LanePlan:
    departure: Ints
    boxes: Ints
    loose_m3: Floats
    prices: Prices
    fares: Fares
    bound: float


def plan_direct(instance: Instance, params: DirectParams) -> DirectPlan | None:
    """Plan every lane by itself and put the lanes together again; None where a lane is too large for that."""
    d, o, shared = instance.departures, instance.orders, instance.shared
    lanes = [lane for lane in split_lanes(instance) if len(lane.orders)]
    classes_of = [Classes.of(lane.instance) for lane in lanes]
    if any(classes.allowed.sum() > params.options_max for classes in classes_of):
        return None
    prices = Prices(np.zeros(len(d)), np.zeros(len(d)), np.zeros(len(shared)))
    departure, boxes, loose = np.full(len(o), -1, np.int64), np.zeros(len(d), np.int64), np.zeros(len(d))
    fare_m3, of_order, needs = [np.zeros(0)], np.zeros(len(o), np.int64), []
    share, slot, bound, count = np.zeros(len(d)), np.zeros(len(shared)), 0.0, 0
    for lane, classes in zip(lanes, classes_of, strict=True):
        found = _plan_lane(lane.instance, classes, params)
        served = found.departure >= 0
        departure[lane.orders[served]] = lane.departures[found.departure[served]]
        boxes[lane.departures], loose[lane.departures] = found.boxes, found.loose_m3
        prices.volume[lane.departures], prices.mass[lane.departures] = found.prices.volume, found.prices.mass
        at = _resources(instance, lane)
        prices.slot[at], slot[at] = found.prices.slot, found.fares.slot
        of_order[lane.orders] = found.fares.of_order + count
        count += len(found.fares.fare_m3)
        fare_m3.append(found.fares.fare_m3)
        share[lane.departures] = found.fares.mass_share
        needs.append(found.fares.needs)
        bound += found.bound
    fares = Fares(np.concatenate(fare_m3), of_order, share, slot, Needs.joined(needs))
    return DirectPlan(departure, boxes, loose, prices, fares, bound)


def _resources(instance: Instance, lane: Lane) -> Ints:
    number_of = {name: number for number, name in enumerate(instance.shared.names)}
    return np.array([number_of[name] for name in lane.instance.shared.names], dtype=np.int64)


def _plan_lane(instance: Instance, classes: Classes, params: DirectParams) -> _LanePlan:
    d = instance.departures
    bound = bound_lane(instance, classes)
    rows = Rows(np.ones(len(d), np.bool_), np.ones(len(d), np.bool_))
    bundles, served = _bundles(classes)
    cuts = [(need, measure[served]) for need, measure in bound.rows if not measure[~served].any()]
    proposed = branch(instance, rows, bundles, params.branch, params.seed, cuts)
    if proposed is None:
        box_plan = plan_boxes(instance, rows, bundles, None, params.dive)
    else:
        box_plan = fill_boxes(instance, rows, bundles, proposed)
    most = d.boxes_max.copy()
    tied = np.unique(instance.shared.departure)
    most[tied] = box_plan.boxes[tied]
    choice = polish(
        instance, rows, bundles, assign_orders(instance, bundles, box_plan), most, sweeps=params.polish_sweeps
    )
    departure = np.full(len(choice), -1, np.int64)
    departure[choice >= 0] = bundles.options.departures[choice[choice >= 0], 0]
    went = np.flatnonzero(departure >= 0)
    volume = sums(departure[went], instance.orders.volume_m3[went], len(d))
    mass = sums(departure[went], instance.orders.mass_kg[went], len(d))
    room = best_room(d, np.arange(len(d)), volume, mass, most)
    return _LanePlan(departure, room.boxes, room.loose, box_plan.prices, bound.fares, fare_bound(instance, bound.fares))


def _bundles(classes: Classes) -> tuple[Bundles, Bools]:
    """Classes that have a departure as bundles, every departure that a class may take an option; and which classes those are."""
    served = np.asarray(classes.allowed.any(axis=1), np.bool_)
    number = np.cumsum(served) - 1
    demand, departure = np.nonzero(classes.allowed[served])
    first = np.searchsorted(demand, np.arange(int(served.sum()) + 1)).astype(np.int64)
    paths = departure[:, None].astype(np.int32)
    of_order = np.where(served, number, -1)[classes.of_order]
    return Bundles(
        of_order=of_order, volume_m3=classes.volume_m3[served], mass_kg=classes.mass_kg[served], base_cost_m3=np.zeros(int(served.sum())),
        options=Options(demand, paths, np.zeros(len(demand))), first_option=first, commodity_of_order=np.maximum(of_order, 0),
        first_path=first, paths=paths,
    ), served  # fmt: skip

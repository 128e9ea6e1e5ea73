"""The lower bound that fares give, and needs as rows: the planner's side (`check_fares` works it out anew)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samphao.engines.consolidation.fares import Fares, Needs
from samphao.engines.consolidation.instance import Bools, Floats, Instance, Ints

ROUNDING = 1e-9  # so much of a need is left out, that sums which end just above whole boxes are not rounded up
FRACTION_MIN = 1e-3  # needs that hardly begin another box say little and multiply rounding errors: not used


@dataclass(frozen=True, slots=True)
class Rounded:
    """A need as a row: boxes weigh `boxes`, a loose m3 `loose_m3` (both ``(departures,)``), what stays behind `behind` (one
    a unit of its measure), together at least `least`.
    """

    boxes: Floats
    loose_m3: Floats
    behind: float
    least: float


def round_need(instance: Instance, total: float, serves: Bools, *, by_mass: bool, size: float) -> Rounded | None:
    """Round the need of `total` (kg or m3) over the departures that `serves` marks; None where it says too little."""
    d = instance.departures
    boxes = total * (1 - ROUNDING) / size
    least = float(np.ceil(boxes))
    fraction = boxes - (least - 1)
    if least < 1 or fraction < FRACTION_MIN:
        return None
    holds = (d.box_mass_kg if by_mass else d.box_volume_m3) / size
    whole = np.floor(holds)
    bears = d.box_mass_kg / d.box_volume_m3 if by_mass else np.ones(len(d))
    return Rounded(
        np.where(serves, whole + np.minimum(1.0, (holds - whole) / fraction), 0.0),
        np.where(serves, bears / (size * fraction), 0.0),
        1.0 / (size * fraction),
        least,
    )


def in_window(instance: Instance, needs: Needs, number: int) -> Bools:
    """Which orders a need counts."""
    o = instance.orders
    inside = (o.origin == needs.start[number]) & (o.destination == needs.end[number])
    inside &= (o.release_h >= needs.ready_h[number]) & (o.due_h <= needs.due_h[number])
    return np.asarray(inside & (o.is_cold | ~needs.is_cold_only[number]))


def fare_bound(instance: Instance, fares: Fares) -> float:
    """Lower bound that the fares give; for one lane at a time, as every departure looks at every order.

    O(departures * orders * log orders).
    """
    d, o, shared = instance.departures, instance.orders, instance.shared
    fare, behind = fares.of_orders(instance), instance.unserved_cost_m3 * o.volume_m3
    takers = [_takers(instance, k) for k in range(len(d))]
    box = d.box_cost + shared.box_surcharge(fares.slot, len(d))
    loose, total = d.loose_cost_m3.copy(), -float(fares.slot @ shared.slots_max)
    for number in range(len(fares.needs)):
        weight, by_mass = float(fares.needs.weight[number]), bool(fares.needs.by_mass[number])
        members = in_window(instance, fares.needs, number)
        measure = np.where(members, o.mass_kg if by_mass else o.volume_m3, 0.0)
        serves = np.array([bool(members[on].any()) for on in takers], np.bool_)
        row = round_need(instance, float(measure.sum()), serves, by_mass=by_mass, size=float(fares.needs.size[number]))
        if row is not None:
            box, loose = box - weight * row.boxes, loose - weight * row.loose_m3
            behind = behind - weight * row.behind * measure
            total += weight * row.least
    total += float(np.minimum(fare, behind).sum())
    share = np.where(d.box_mass_kg > 0, fares.mass_share, 0.0)
    bears = np.where(d.box_mass_kg > 0, d.box_mass_kg, 1.0)
    for k, on in enumerate(takers):
        worth = (1 - share[k]) * o.volume_m3[on] / d.box_volume_m3[k] + share[k] * o.mass_kg[on] / bears[k]
        room = (float(d.box_volume_m3[k]), int(d.boxes_max[k]), float(d.loose_max_m3[k]))
        total += _reply(float(box[k]), float(loose[k]), room, worth, fare[on])
    return total


def _takers(instance: Instance, k: int) -> Ints:
    """Orders that may take departure k."""
    d, o = instance.departures, instance.orders
    joins = (o.origin == d.start[k]) & (o.destination == d.end[k])
    in_time = (o.release_h <= d.depart_h[k]) & (o.due_h >= d.arrive_h[k])
    return np.flatnonzero(joins & in_time & (d.is_cold[k] | ~o.is_cold))


def _reply(box: float, loose: float, room: tuple[float, int, float], worth: Floats, fare: Floats) -> float:
    """Least cost, fares earned taken off, of one departure; the orders that pay most for their room come first."""
    box_m3, boxes_max, loose_max = room
    with np.errstate(divide="ignore"):
        pays = np.where(worth > 0, fare / np.where(worth > 0, worth, 1.0), np.inf)
    best_first = np.argsort(-pays, kind="stable")
    filled = np.concatenate([[0.0], np.cumsum(worth[best_first])])
    earned = np.concatenate([[0.0], np.cumsum(fare[best_first])])
    most = min(boxes_max, int(np.ceil(filled[-1])) + 1)
    boxes: npt.NDArray[np.float64] = np.append(np.arange(most + 1), boxes_max).astype(np.float64)
    worth_loose = float(worth[pays > loose * box_m3].sum()) if loose >= 0 else np.inf
    extra = np.clip((worth_loose - boxes) * box_m3, 0.0, loose_max)
    return float((box * boxes + loose * extra - np.interp(boxes + extra / box_m3, filled, earned)).min())

"""The bound that fares give, worked out anew from the instance alone; nothing is shared with the planner but the fares."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import numpy.typing as npt

from samphao.engines.consolidation.fares import Fares
from samphao.engines.consolidation.instance import Instance

_LEFT_OUT = 1e-9  # share of a need's sum that is left out: what rounding of sums could have added
_LEAST_FRACTION = 1e-3  # a need that begins a box by less than this is not counted


def bound_of_fares(instance: Instance, fares: Fares) -> float:
    """Every order pays its fare or stays behind, every departure answers with its best whole boxes, every need is counted.

    Valid for any numbers: negative fares, weights and prices count as zero, shares of room are cut to 0 and 1.

    Raises
    ------
    ValueError
        Where paths may have more than one leg: an order's fare could then be earned twice.
    """
    if instance.legs_max != 1:
        raise ValueError(f"fares prove a bound only where paths have one leg, not {instance.legs_max}")
    d, o, shared = instance.departures, instance.orders, instance.shared
    fare = [max(0.0, float(fares.fare_m3[c])) * float(v) for c, v in zip(fares.of_order, o.volume_m3, strict=True)]
    behind = [instance.unserved_cost_m3 * float(v) for v in o.volume_m3]
    box, loose, total = [float(c) for c in d.box_cost], [float(c) for c in d.loose_cost_m3], 0.0
    slot = [max(0.0, float(price)) for price in fares.slot]
    for r, k, slots in zip(shared.resource, shared.departure, shared.slots_per_box, strict=True):
        box[k] += float(slots) * slot[r]
    takers = _takers(instance)
    total -= sum(price * float(most) for price, most in zip(slot, shared.slots_max, strict=True))
    for number in range(len(fares.needs)):
        total += _count_need(instance, fares, number, takers, box, loose, behind)
    total += sum(map(min, fare, behind))
    for k, on in takers.items():
        total += _best_reply(instance, k, np.array(on, np.int64), fares, box[k], loose[k])
    return total


def _takers(instance: Instance) -> dict[int, list[int]]:
    """For every departure the orders that may take it."""
    d, o = instance.departures, instance.orders
    lane: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i in range(len(o)):
        lane[int(o.origin[i]), int(o.destination[i])].append(i)
    takers = {}
    for k in range(len(d)):
        members = np.array(lane[int(d.start[k]), int(d.end[k])], dtype=np.int64)
        fits = (o.release_h[members] <= d.depart_h[k]) & (d.arrive_h[k] <= o.due_h[members])
        if not d.is_cold[k]:
            fits &= ~o.is_cold[members]
        takers[k] = members[fits].tolist()
    return takers


def _count_need(
    instance: Instance,
    fares: Fares,
    number: int,
    takers: dict[int, list[int]],
    box: list[float],
    loose: list[float],
    behind: list[float],
) -> float:
    """What a need adds to the bound; takes its weight off the boxes, the loose space and the staying behind that meet it.

    Boxes' holds b and loose space z meet a total T in boxes of a size: sum(b / size * y) + sum(z) / size >= T / size, where y
    is whole. Rounded (Nemhauser and Wolsey 1990): with f the last box's part, a box counts floor(b / size) and min(1, rest / f),
    a unit of loose space 1 / (size * f), and together they are at least ceil(T / size).
    """
    d, o, needs = instance.departures, instance.orders, fares.needs
    weight, size, by_mass = float(needs.weight[number]), float(needs.size[number]), bool(needs.by_mass[number])
    if not (weight > 0 and size > 0):
        return 0.0
    measure = o.mass_kg if by_mass else o.volume_m3
    members = [
        i
        for i in range(len(o))
        if o.origin[i] == needs.start[number]
        and o.destination[i] == needs.end[number]
        and o.release_h[i] >= needs.ready_h[number]
        and o.due_h[i] <= needs.due_h[number]
        and (o.is_cold[i] or not needs.is_cold_only[number])
    ]
    boxes = math.fsum(float(measure[i]) for i in members) * (1 - _LEFT_OUT) / size
    last = boxes - (math.ceil(boxes) - 1)
    if boxes <= 0 or last < _LEAST_FRACTION:
        return 0.0
    inside = set(members)
    for k, on in takers.items():
        if inside.isdisjoint(on):
            continue
        holds = float(d.box_mass_kg[k] if by_mass else d.box_volume_m3[k]) / size
        box[k] -= weight * (math.floor(holds) + min(1.0, (holds - math.floor(holds)) / last))
        loose[k] -= weight * (float(d.box_mass_kg[k] / d.box_volume_m3[k]) if by_mass else 1.0) / (size * last)
    for i in members:
        behind[i] -= weight * float(measure[i]) / (size * last)
    return weight * math.ceil(boxes)


def _best_reply(instance: Instance, k: int, on: npt.NDArray[np.int64], fares: Fares, box: float, loose: float) -> float:
    """Least that departure k costs after the fares of the orders that it takes, over every whole number of boxes.

    Orders may be taken in part here. Those that pay most for their room come first, so that what can be earned bends
    downwards as room grows: loose space is best where an order ends, or at none, or at all of it.
    """
    d, o = instance.departures, instance.orders
    fare = np.maximum(0.0, fares.fare_m3[fares.of_order[on]]) * o.volume_m3[on]
    share = min(1.0, max(0.0, float(fares.mass_share[k]))) if d.box_mass_kg[k] > 0 else 0.0
    room = (1 - share) * o.volume_m3[on] / d.box_volume_m3[k]
    if share:
        room = room + share * o.mass_kg[on] / d.box_mass_kg[k]
    order = sorted(range(len(on)), key=lambda at: -(fare[at] / room[at]) if room[at] > 0 else -math.inf)
    ends, earned = np.cumsum(np.append(0.0, room[order])), np.cumsum(np.append(0.0, fare[order]))
    size, boxes_max, loose_max = float(d.box_volume_m3[k]), int(d.boxes_max[k]), float(d.loose_max_m3[k])
    best = 0.0
    enough = min(boxes_max, math.ceil(float(ends[-1])) + 1)
    for boxes in {*range(enough + 1), boxes_max}:
        stops = ends[(ends > boxes) & (ends < boxes + loose_max / size)] - boxes
        extra = np.append(stops, [0.0, loose_max / size])
        costs = box * boxes + loose * size * extra - np.interp(boxes + extra, ends, earned)
        best = min(best, float(costs.min()))
    return best

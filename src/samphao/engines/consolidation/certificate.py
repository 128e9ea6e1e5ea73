"""Check a plan without the planner: cost, feasibility and bound, recomputed order by order from the instance alone.

Nothing here is shared with the code that plans, so that a fault there cannot hide here. It reads slowly and plainly.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samphao.engines.consolidation.check_fares import bound_of_fares
from samphao.engines.consolidation.fares import Fares
from samphao.engines.consolidation.instance import Instance

_VOLUME_TOLERANCE_M3 = 1e-4
_MASS_TOLERANCE_KG = 1e-2
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of a check: `faults` is empty when the plan is feasible; cost and bounds in the instance's money.

    `lower_bound` is the better one of what the prices prove (`price_bound`) and what the fares prove, where there are any.
    """

    faults: tuple[str, ...]
    cost: float
    unserved: int
    boxes: int
    lower_bound: float
    price_bound: float

    @property
    def is_feasible(self) -> bool:
        return not self.faults

    @property
    def gap(self) -> float:
        """The share of the cost that a better plan could save at most."""
        return 1 - self.lower_bound / self.cost if self.cost > 0 else 0.0

    @property
    def above_best(self) -> float:
        """How much more than the best plan this one costs at most, as a share of the best plan's cost."""
        if self.lower_bound > 0:
            return self.cost / self.lower_bound - 1
        return 0.0 if self.cost <= 0 else float("inf")


def check_plan(
    instance: Instance,
    paths: Sequence[Sequence[int]],
    boxes: Sequence[int],
    loose_m3: Sequence[float],
    prices: tuple[Sequence[float], Sequence[float], Sequence[float]],
    fares: Fares | None = None,
) -> Verdict:
    """Recompute cost, feasibility and lower bound.

    Parameters
    ----------
    paths
        For each order the indices of its departures in order of travel; empty when it stays behind.
    boxes, loose_m3
        For each departure.
    prices
        Volume price (per m3) and mass price (per kg) of each departure, slot price of each shared resource; negative
        ones count as zero. Any prices give a valid bound.
    fares
        Fares and needs of a plan whose paths have one leg. Any fares give a valid bound.
    """
    d, orders = instance.departures, instance.orders
    faults: list[str] = []
    volume, mass, cost, unserved = [0.0] * len(d), [0.0] * len(d), 0.0, 0
    for i, path in enumerate(paths):
        if not len(path):
            unserved += 1
            cost += instance.unserved_cost_m3 * float(orders.volume_m3[i])
            continue
        fault = _path_fault(instance, i, path)
        if fault:
            faults.append(f"{orders.ids[i]}: {fault}")
        for k in path:
            volume[k] += float(orders.volume_m3[i])
            mass[k] += float(orders.mass_kg[i])
    for k in range(len(d)):
        y, z = int(boxes[k]), float(loose_m3[k])
        if not (0 <= y <= d.boxes_max[k] and -1e-6 <= z <= d.loose_max_m3[k] + 1e-6):
            faults.append(f"{d.ids[k]}: {y} boxes and {z:g} m3 loose are beyond its limits")
        room = d.box_volume_m3[k] * y + z
        bears = d.box_mass_kg[k] * (y + z / d.box_volume_m3[k])
        if volume[k] > room + _VOLUME_TOLERANCE_M3 or mass[k] > bears + _MASS_TOLERANCE_KG:
            faults.append(f"{d.ids[k]}: {volume[k]:.3f} m3, {mass[k]:.1f} kg in {room:.3f} m3, {bears:.1f} kg")
        cost += float(d.box_cost[k]) * y + float(d.loose_cost_m3[k]) * z
    faults += _slot_faults(instance, boxes)
    by_prices = lower_bound(instance, prices)
    best = by_prices if fares is None else max(by_prices, bound_of_fares(instance, fares))
    return Verdict(tuple(faults), cost, unserved, int(sum(boxes)), best, by_prices)


def _slot_faults(instance: Instance, boxes: Sequence[int]) -> list[str]:
    shared = instance.shared
    used = [0.0] * len(shared.names)
    for r, k, slots in zip(shared.resource, shared.departure, shared.slots_per_box, strict=True):
        used[r] += float(slots) * int(boxes[k])
    faults = []
    for name, takes, most in zip(shared.names, used, shared.slots_max, strict=True):
        if takes > most + 1e-6:
            faults.append(f"{name}: {takes:g} slots taken of {most:g}")
    return faults


def _path_fault(instance: Instance, i: int, path: Sequence[int]) -> str:
    d, orders = instance.departures, instance.orders
    if len(path) > instance.legs_max:
        return f"takes {len(path)} legs of at most {instance.legs_max}"
    here, ready = orders.origin[i], orders.release_h[i]
    for k in path:
        if d.start[k] != here:
            return f"is not where {d.ids[k]} starts"
        if d.depart_h[k] < ready:
            return f"is not ready when {d.ids[k]} departs"
        if orders.is_cold[i] and not d.is_cold[k]:
            return f"is cold and {d.ids[k]} is not"
        here, ready = d.end[k], d.arrive_h[k] + instance.transfer_h
    if here != orders.destination[i]:
        return "does not end at its destination"
    return "arrives late" if d.arrive_h[path[-1]] > orders.due_h[i] else ""


def lower_bound(instance: Instance, prices: tuple[Sequence[float], Sequence[float], Sequence[float]]) -> float:
    """Every order on its cheapest path at the prices, every departure and resource at its own best reply.

    Exact for every order: fronts of (cost per m3, cost per kg) are carried, not one density's cheapest.
    """
    volume_price, mass_price, slot_price = (np.maximum(0.0, np.asarray(p, dtype=np.float64)) for p in prices)
    d, orders, shared = instance.departures, instance.orders, instance.shared
    wanted: dict[tuple[int, float, bool], dict[tuple[int, float], list[int]]] = defaultdict(lambda: defaultdict(list))
    for i in range(len(orders)):
        source = (int(orders.origin[i]), float(orders.release_h[i]), bool(orders.is_cold[i]))
        wanted[source][int(orders.destination[i]), float(orders.due_h[i])].append(i)
    total = 0.0
    for source, targets in wanted.items():
        arrived = _fronts(instance, source, volume_price, mass_price)
        for (destination, due), members in targets.items():
            volume, mass = orders.volume_m3[members], orders.mass_kg[members]
            cheapest = instance.unserved_cost_m3 * volume
            for per_m3, per_kg in {(a, b) for arrive, a, b in arrived[destination] if arrive <= due}:
                cheapest = np.minimum(cheapest, per_m3 * volume + per_kg * mass)
            total += float(cheapest.sum())
    surcharge = np.zeros(len(d))
    for r, k, slots in zip(shared.resource, shared.departure, shared.slots_per_box, strict=True):
        surcharge[k] += slots * slot_price[r]
    for k in range(len(d)):
        box = d.box_cost[k] + surcharge[k] - volume_price[k] * d.box_volume_m3[k] - mass_price[k] * d.box_mass_kg[k]
        loose = d.loose_cost_m3[k] - volume_price[k] - mass_price[k] * d.box_mass_kg[k] / d.box_volume_m3[k]
        total += min(0.0, float(box)) * int(d.boxes_max[k]) + min(0.0, float(loose)) * float(d.loose_max_m3[k])
    return total - float(np.dot(slot_price, shared.slots_max))


def _fronts(
    instance: Instance, source: tuple[int, float, bool], volume_price: _Floats, mass_price: _Floats
) -> dict[int, list[tuple[float, float, float]]]:
    """Arrivals (hour, cost per m3, cost per kg) at every node, dominated ones left out on the way."""
    d, (origin, release, cold) = instance.departures, source
    at: dict[int, list[list[tuple[float, float]]]] = defaultdict(lambda: [[] for _ in range(instance.legs_max)])
    under_way: list[tuple[float, int, int, tuple[float, float]]] = []
    arrived: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
    for k in np.argsort(d.depart_h, kind="stable"):
        if d.depart_h[k] < release or (cold and not d.is_cold[k]):
            continue
        while under_way and under_way[0][0] + instance.transfer_h <= d.depart_h[k]:
            _, node, legs, label = heapq.heappop(under_way)
            front = at[node][legs] if legs < instance.legs_max else []
            if legs < instance.legs_max and not any(a <= label[0] and b <= label[1] for a, b in front):
                front[:] = [x for x in front if not (label[0] <= x[0] and label[1] <= x[1])] + [label]
        start, end = int(d.start[k]), int(d.end[k])
        before = [(0, (0.0, 0.0))] if start == origin else []
        before += [(legs, label) for legs, front in enumerate(at[start]) for label in front] if start in at else []
        for legs, (per_m3, per_kg) in before:
            label = (per_m3 + float(volume_price[k]), per_kg + float(mass_price[k]))
            heapq.heappush(under_way, (float(d.arrive_h[k]), end, legs + 1, label))
            arrived[end].append((float(d.arrive_h[k]), *label))
    return arrived

"""The three inner loops of pricing, compiled by Numba where it can be imported, else vectorised with NumPy.

Both ways add the same numbers in the same order and break ties alike, so they give the same answers.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from samphao.engines.consolidation.instance import Bools, Floats, Ints

if TYPE_CHECKING:
    from samphao.engines.consolidation.merge import Commodities
    from samphao.engines.consolidation.pricing import Ends, Timetable

Legs = npt.NDArray[np.int8]
HAS_NUMBA = importlib.util.find_spec("numba") is not None


def scan(
    timetable: Timetable,
    ends: Ends,
    volume_price: Floats,
    mass_price: Floats,
    cost: Floats,
    before: npt.NDArray[np.int32],
) -> None:
    """Fill `cost` and `before` (see `pricing.Labels`), given as inf and -1."""
    t = timetable
    arrays = (t.by_depart, t.by_ready, t.start, t.end, t.depart_h, t.ready_h, t.is_cold)
    run = scan_compiled if HAS_NUMBA else scan_numpy
    run(*arrays, ends.node, ends.hour, ends.is_cold, ends.density, volume_price, mass_price, t.nodes, cost, before)


def read_off(
    timetable: Timetable, by_arrival: Ints, commodities: Commodities, members: Ints, offset: int, cost: Floats
) -> tuple[Ints, Ints, Floats]:
    """Last departure, its legs and the cost of each member's cheapest path; -1, -1, inf without one."""
    order = by_arrival[np.argsort(timetable.end[by_arrival], kind="stable")]
    first = np.searchsorted(timetable.end[order], np.arange(timetable.nodes + 1)).astype(np.int64)
    run = read_off_compiled if HAS_NUMBA else read_off_numpy
    source, destination = commodities.source[members] - offset, commodities.destination[members]
    last, legs, best = run(order, first, timetable.arrive_h, source, destination, commodities.due_h[members], cost)
    return last, legs, best


def through(
    head: Floats, tail: Floats, source: Ints, target: Ints, arcs: Ints, own: Floats
) -> tuple[Floats, Legs, Legs]:
    """Cost of the cheapest path of each member through each arc, and the legs to and from the arc (0 for one leg).

    `own` is each source's cost of each arc itself, shape ``(sources, arcs)``, which head and tail both count.
    """
    run = through_compiled if HAS_NUMBA else through_numpy
    total, legs_before, legs_after = run(head, tail, source, target, arcs, own)
    return total, legs_before, legs_after


def _scan_loop(
    by_depart: Any, by_ready: Any, start: Any, end: Any, depart_h: Any, ready_h: Any, is_cold: Any,
    node: Any, hour: Any, cold: Any, density: Any, volume_price: Any, mass_price: Any,
    nodes: Any, cost: Any, before: Any,
) -> None:  # fmt: skip
    legs = cost.shape[2]
    for s in range(len(node)):
        at_cost = np.full((nodes, legs), np.inf)
        at_arc = np.full((nodes, legs), -1, np.int32)
        ready = 0
        for k in by_depart:
            while ready < len(by_ready) and ready_h[by_ready[ready]] <= depart_h[k]:
                e = by_ready[ready]
                ready += 1
                for leg in range(legs):
                    if cost[s, e, leg] < at_cost[end[e], leg]:
                        at_cost[end[e], leg] = cost[s, e, leg]
                        at_arc[end[e], leg] = e
            if depart_h[k] < hour[s] or (cold[s] and not is_cold[k]):
                continue
            own = volume_price[k] + density[s] * mass_price[k]
            if start[k] == node[s]:
                cost[s, k, 0] = own
            for leg in range(1, legs):
                if at_cost[start[k], leg - 1] < np.inf:
                    cost[s, k, leg] = at_cost[start[k], leg - 1] + own
                    before[s, k, leg] = at_arc[start[k], leg - 1]


def _read_off_loop(
    order: Any, first: Any, arrive_h: Any, source: Any, destination: Any, due_h: Any, cost: Any
) -> tuple[Ints, Ints, Floats]:
    count = len(source)
    last, legs, best = np.full(count, -1, np.int64), np.full(count, -1, np.int64), np.full(count, np.inf)
    for c in range(count):
        for position in range(first[destination[c]], first[destination[c] + 1]):
            k = order[position]
            if arrive_h[k] > due_h[c]:
                break
            for leg in range(cost.shape[2]):
                if cost[source[c], k, leg] < best[c]:
                    best[c] = cost[source[c], k, leg]
                    last[c], legs[c] = k, leg
    return last, legs, best


def _through_loop(head: Any, tail: Any, source: Any, target: Any, arcs: Any, own: Any) -> tuple[Floats, Legs, Legs]:
    shape = (len(source), len(arcs))
    total = np.full(shape, np.inf)
    legs_before, legs_after = np.zeros(shape, np.int8), np.zeros(shape, np.int8)
    legs = head.shape[2]
    for c in range(len(source)):
        for j in range(len(arcs)):
            for a in range(legs):
                for b in range(legs - a):
                    value = head[source[c], arcs[j], a] + tail[target[c], arcs[j], b] - own[source[c], j]
                    if value < total[c, j]:
                        total[c, j] = value
                        legs_before[c, j], legs_after[c, j] = a, b
    return total, legs_before, legs_after


def scan_numpy(
    by_depart: Ints, by_ready: Ints, start: Ints, end: Ints, depart_h: Floats, ready_h: Floats, is_cold: Bools,
    node: Ints, hour: Floats, cold: Bools, density: Floats, volume_price: Floats, mass_price: Floats,
    nodes: int, cost: Floats, before: npt.NDArray[np.int32],
) -> None:  # fmt: skip
    """Walk the departures once for all sources together."""
    at_cost = np.full((nodes, len(node), cost.shape[2]), np.inf)
    at_arc = np.full(at_cost.shape, -1, np.int32)
    ready = 0
    for k in by_depart:
        while ready < len(by_ready) and ready_h[by_ready[ready]] <= depart_h[k]:
            e = by_ready[ready]
            ready += 1
            better = cost[:, e] < at_cost[end[e]]
            at_cost[end[e]][better] = cost[:, e][better]
            at_arc[end[e]][better] = e
        may = (depart_h[k] >= hour) & (is_cold[k] | ~cold)
        own = volume_price[k] + density * mass_price[k]
        cost[:, k, 0] = np.where(may & (start[k] == node), own, np.inf)
        onward = np.where(may[:, None], at_cost[start[k]][:, :-1] + own[:, None], np.inf)
        cost[:, k, 1:] = onward
        before[:, k, 1:] = np.where(onward < np.inf, at_arc[start[k]][:, :-1], -1)


def read_off_numpy(
    order: Ints, first: Ints, arrive_h: Floats, source: Ints, destination: Ints, due_h: Floats, cost: Floats
) -> tuple[Ints, Ints, Floats]:
    """One minimum a commodity over the arrivals at its destination."""
    count = len(source)
    last, legs, best = np.full(count, -1, np.int64), np.full(count, -1, np.int64), np.full(count, np.inf)
    for c in range(count):
        into = order[first[destination[c]] : first[destination[c] + 1]]
        into = into[: np.searchsorted(arrive_h[into], due_h[c], side="right")]
        if len(into):
            values = cost[source[c], into].ravel()
            at = int(np.argmin(values))
            if values[at] < np.inf:
                best[c], last[c], legs[c] = values[at], into[at // cost.shape[2]], at % cost.shape[2]
    return last, legs, best


def through_numpy(
    head: Floats, tail: Floats, source: Ints, target: Ints, arcs: Ints, own: Floats
) -> tuple[Floats, Legs, Legs]:
    """One sweep a pair of leg numbers over all commodities and arcs."""
    shape = (len(source), len(arcs))
    total = np.full(shape, np.inf)
    legs_before, legs_after = np.zeros(shape, np.int8), np.zeros(shape, np.int8)
    legs = head.shape[2]
    for a in range(legs):
        to = head[source[:, None], arcs, a]
        for b in range(legs - a):
            value = to + tail[target[:, None], arcs, b] - own[source]
            better = value < total
            total[better] = value[better]
            legs_before[better], legs_after[better] = a, b
    return total, legs_before, legs_after


if HAS_NUMBA:
    from numba import njit

    scan_compiled: Any = njit(cache=True)(_scan_loop)
    read_off_compiled: Any = njit(cache=True)(_read_off_loop)
    through_compiled: Any = njit(cache=True)(_through_loop)

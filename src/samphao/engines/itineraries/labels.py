"""The multi-criteria connection scan over packed arrays: labels of arrival, cost, CO2e and legs at every node.

Everything that is compiled stands in this one file, because compiled code is kept by the file it comes from.

References
----------
Dibbelt, Pajor, Strasser, Wagner (2018), Connection Scan Algorithm, ACM JEA 23, doi:10.1145/3274661.
Delling, Pajor, Werneck (2015), Round-Based Public Transit Routing, Transportation Science 49(3),
doi:10.1287/trsc.2014.0534, for bags of labels and pruning at the target.

Where we deviate: one scan of departures in the order of their cut-off. Labels at a node wait in a list ordered by
arrival; once a departure finds them there, when they came no longer matters, and only the best by cost, CO2e and legs
are kept. A departure that differs from an earlier one in its hour alone is skipped unless something new has come to
its node since. A label is dropped when its bounds from below are beaten at the target: legs, minutes, CO2e and cost,
each for itself, by Bellman-Ford over neighbours that let these goods through.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Final, TypeVar

from samphao.engines.itineraries.timetable import FAR, Ints

_F = TypeVar("_F", bound=Callable[..., Any])

ACCESS: Final = -2
"""A label without a departure was made by access number ACCESS - departure."""


def _numba() -> Any:
    try:
        return importlib.import_module("numba")
    except ImportError:  # the same code then runs as plain Python, some hundred times slower
        return None


_NUMBA: Final = _numba()


def _compiled(function: _F) -> _F:
    if _NUMBA is None:
        return function
    kept: _F
    try:
        kept = _NUMBA.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # nowhere to keep compiled code: compile anew in each process
        kept = _NUMBA.njit(nogil=True)(function)
    return kept


# Columns of a label: 0 arrival, 1 cost, 2 mg/kg, 3 legs, 4 label before, 5 departure, 6 next at the node (or number of
# the egress), 7 next among the final ones. Heads of a node: 0 settled, 1 pending, 2 final, 3 stamp.


@_compiled
def _add_final(pool: Ints, heads: Ints, node: int, label: int) -> bool:
    """Put a label among the Pareto-optimal ones of a node, newest first, unless one there is as good."""
    a, c, m, legs = pool[label, 0], pool[label, 1], pool[label, 2], pool[label, 3]
    before = -1
    k = heads[node, 2]
    while k >= 0:
        after = pool[k, 7]
        if pool[k, 0] <= a and pool[k, 1] <= c and pool[k, 2] <= m:
            is_equal = pool[k, 0] == a and pool[k, 1] == c and pool[k, 2] == m
            if not (is_equal and legs < pool[k, 3]):
                return False
        if a <= pool[k, 0] and c <= pool[k, 1] and m <= pool[k, 2]:
            if before < 0:
                heads[node, 2] = after
            else:
                pool[before, 7] = after
        else:
            before = k
        k = after
    pool[label, 7] = heads[node, 2]
    heads[node, 2] = label
    return True


@_compiled
def _beaten_by(pool: Ints, killer: int, final: int, a: int, c: int, m: int, legs: int) -> int:
    """Return a final label that is as good as these bounds at the target, or -1.

    `killer` is the label that beat the one before at the same node: it mostly beats this one too. It may have left
    the final labels since, but only for one that is as good.
    """
    k = killer
    if k < 0:
        k = final
        killer = -2
    while k >= 0:
        is_as_good = pool[k, 0] <= a and pool[k, 1] <= c and pool[k, 2] <= m
        if is_as_good and (pool[k, 3] <= legs or pool[k, 0] < a or pool[k, 1] < c or pool[k, 2] < m):
            return k
        if k == killer:
            k = final
            killer = -2
        else:
            k = pool[k, 7]
    return -1


@_compiled
def _add_pending(pool: Ints, heads: Ints, node: int, label: int) -> bool:
    """Let a label wait at a node in the order of arrival, unless one that is there makes it needless."""
    a, c, m, legs = pool[label, 0], pool[label, 1], pool[label, 2], pool[label, 3]
    k = heads[node, 0]
    while k >= 0:
        if pool[k, 1] <= c and pool[k, 2] <= m and pool[k, 3] <= legs:
            return False
        k = pool[k, 6]
    before = -1
    k = heads[node, 1]
    while k >= 0 and pool[k, 0] <= a:
        if pool[k, 1] <= c and pool[k, 2] <= m and pool[k, 3] <= legs:
            return False
        before = k
        k = pool[k, 6]
    if before < 0:
        heads[node, 1] = label
    else:
        pool[before, 6] = label
    pool[label, 6] = k
    before = label
    while k >= 0:
        after = pool[k, 6]
        if c <= pool[k, 1] and m <= pool[k, 2] and legs <= pool[k, 3]:
            pool[before, 6] = after
        else:
            before = k
        k = after
    return True


@_compiled
def _settle(pool: Ints, heads: Ints, node: int, now: int) -> None:
    """Move what has arrived by now to the settled labels, where arrival no longer counts."""
    k = heads[node, 1]
    while k >= 0 and pool[k, 0] <= now:
        after = pool[k, 6]
        c, m, legs = pool[k, 1], pool[k, 2], pool[k, 3]
        is_beaten = False
        before = -1
        j = heads[node, 0]
        while j >= 0:
            following = pool[j, 6]
            if pool[j, 1] <= c and pool[j, 2] <= m and pool[j, 3] <= legs:
                is_beaten = True
                break
            if c <= pool[j, 1] and m <= pool[j, 2] and legs <= pool[j, 3]:
                if before < 0:
                    heads[node, 0] = following
                else:
                    pool[before, 6] = following
            else:
                before = j
            j = following
        if not is_beaten:
            pool[k, 6] = heads[node, 0]
            heads[node, 0] = k
            heads[node, 3] += 1
        k = after
    heads[node, 1] = k


@_compiled
def write_options(pool: Ints, final: int, out: Ints) -> int:
    """Write the final labels as rows, best arrival first; -1 when there are more than rows."""
    count = 0
    k = final
    while k >= 0:
        if count >= out.shape[0]:
            return -1
        row = count
        while row > 0:
            p = out[row - 1, 0]
            if pool[p, 0] < pool[k, 0] or (pool[p, 0] == pool[k, 0] and pool[p, 1] < pool[k, 1]):
                break
            out[row, 0] = p
            row -= 1
        out[row, 0] = k
        count += 1
        k = pool[k, 7]
    for row in range(count):
        k = out[row, 0]
        out[row, 0] = pool[k, 0]
        out[row, 1] = pool[k, 1]
        out[row, 2] = pool[k, 2]
        legs = pool[k, 3]
        out[row, 3] = legs
        out[row, 4] = pool[k, 6]
        for leg in range(legs):
            out[row, 5 + legs - leg] = pool[k, 5]
            k = pool[k, 4]
        out[row, 5] = ACCESS - pool[k, 5]
    return count


@_compiled
def _bound(neighbours: Ints, need: int, ends: Ints, end_count: int, at_target: Ints) -> None:
    """Least legs, minutes, mg/kg and cost from each node to the door, each for itself: Bellman-Ford, backwards.

    Columns of `at_target`: 0 legs, 1 minutes, 2 mg/kg, 3 the node's own last mile or -1, 4 cost, 5 the final label that
    last beat one here.
    """
    for node in range(at_target.shape[0]):
        at_target[node, 0] = FAR
        at_target[node, 1] = FAR
        at_target[node, 2] = FAR
        at_target[node, 3] = -1
        at_target[node, 4] = FAR
        at_target[node, 5] = -1
    for end in range(end_count):
        node = ends[end, 0]
        at_target[node, 0] = 0
        at_target[node, 1] = ends[end, 1]
        at_target[node, 2] = ends[end, 3]
        at_target[node, 3] = end
        at_target[node, 4] = ends[end, 2]
    is_changing = True
    while is_changing:
        is_changing = False
        for i in range(neighbours.shape[0]):
            sink = neighbours[i, 1]
            if at_target[sink, 0] >= FAR or neighbours[i, 2] & need != need:
                continue
            source = neighbours[i, 0]
            if at_target[sink, 0] + 1 < at_target[source, 0]:
                at_target[source, 0] = at_target[sink, 0] + 1
                is_changing = True
            if at_target[sink, 1] + neighbours[i, 4] < at_target[source, 1]:
                at_target[source, 1] = at_target[sink, 1] + neighbours[i, 4]
                is_changing = True
            if at_target[sink, 2] + neighbours[i, 5] < at_target[source, 2]:
                at_target[source, 2] = at_target[sink, 2] + neighbours[i, 5]
                is_changing = True
            if at_target[sink, 4] + neighbours[i, 3] < at_target[source, 4]:
                at_target[source, 4] = at_target[sink, 4] + neighbours[i, 3]
                is_changing = True


@_compiled
def scan_forward(  # noqa: C901, PLR0912, PLR0915 - one loop, kept whole: a call a departure would double its time
    packed: Ints,
    neighbours: Ints,
    limits: Ints,
    starts: Ints,
    ends: Ints,
    pool: Ints,
    heads: Ints,
    at_target: Ints,
    seen: Ints,
    out: Ints,
) -> int:
    """Scan forward. Returns the number of options, or -1 when the pool, -2 when the rows for options are too few.

    limits: earliest, latest, required bits, most legs, starts, ends, groups. With no ends, every node is a target and
    the caller reads the final labels itself.
    """
    earliest, latest, need, legs_max = limits[0], limits[1], limits[2], limits[3]
    start_count, end_count, group_count = limits[4], limits[5], limits[6]
    nodes = heads.shape[0] - 1
    for node in range(nodes + 1):
        heads[node, 0] = -1
        heads[node, 1] = -1
        heads[node, 2] = -1
        heads[node, 3] = 0
    for group in range(group_count):
        seen[group] = 0
    is_targeted = end_count > 0
    if is_targeted:
        _bound(neighbours, need, ends, end_count, at_target)
    else:
        for node in range(nodes):
            at_target[node, 0] = 0
            at_target[node, 1] = 0
            at_target[node, 2] = 0
            at_target[node, 3] = -1
            at_target[node, 4] = 0
    used = 0
    for start in range(start_count):
        pool[used, 0] = earliest + starts[start, 1]
        pool[used, 1] = starts[start, 2]
        pool[used, 2] = starts[start, 3]
        pool[used, 3] = 0
        pool[used, 4] = -1
        pool[used, 5] = ACCESS - start
        if not is_targeted:
            _add_final(pool, heads, starts[start, 0], used)
        if _add_pending(pool, heads, starts[start, 0], used) or not is_targeted:
            used += 1
    low = 0
    high = packed.shape[0]
    while low < high:
        middle = (low + high) // 2
        if packed[middle, 0] < earliest:
            low = middle + 1
        else:
            high = middle
    room = pool.shape[0] - 2
    for i in range(low, packed.shape[0]):
        ready = packed[i, 0]
        if ready > latest:
            break
        source = packed[i, 1]
        pending = heads[source, 1]
        if pending >= 0 and pool[pending, 0] <= ready:
            _settle(pool, heads, source, ready)
        k = heads[source, 0]
        if k < 0:
            continue
        group = packed[i, 3]
        if seen[group] == heads[source, 3]:
            continue
        seen[group] = heads[source, 3]
        if packed[i, 6] & need != need or packed[i, 7] < 0:
            continue
        sink = packed[i, 2]
        arrive = packed[i, 4]
        if arrive + at_target[sink, 1] > latest:
            continue
        while k >= 0:
            legs = pool[k, 3] + 1
            if legs + at_target[sink, 0] <= legs_max:
                cost = pool[k, 1] + packed[i, 7]
                mass = pool[k, 2] + packed[i, 5]
                if used >= room:
                    return -1
                if is_targeted:
                    end = at_target[sink, 3]
                    if end >= 0 and arrive + ends[end, 1] <= latest:
                        pool[used, 0] = arrive + ends[end, 1]
                        pool[used, 1] = cost + ends[end, 2]
                        pool[used, 2] = mass + ends[end, 3]
                        pool[used, 3] = legs
                        pool[used, 4] = k
                        pool[used, 5] = i
                        pool[used, 6] = end
                        if _add_final(pool, heads, nodes, used):
                            used += 1
                    beaten_by = _beaten_by(
                        pool,
                        at_target[sink, 5],
                        heads[nodes, 2],
                        arrive + at_target[sink, 1],
                        cost + at_target[sink, 4],
                        mass + at_target[sink, 2],
                        legs + at_target[sink, 0],
                    )
                    if beaten_by >= 0:
                        at_target[sink, 5] = beaten_by
                        k = pool[k, 6]
                        continue
                pool[used, 0] = arrive
                pool[used, 1] = cost
                pool[used, 2] = mass
                pool[used, 3] = legs
                pool[used, 4] = k
                pool[used, 5] = i
                is_kept = _add_pending(pool, heads, sink, used)
                if not is_targeted and _add_final(pool, heads, sink, used):
                    is_kept = True
                if is_kept:
                    used += 1
            k = pool[k, 6]
    if not is_targeted:
        return 0
    count = write_options(pool, heads[nodes, 2], out)
    return -2 if count < 0 else count

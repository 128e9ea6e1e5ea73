"""Cheapest paths through the timetable at given prices: one forward scan of the departures a source.

A scan walks the departures in order of time and keeps, for every node and number of legs, the cheapest way to stand
there. The same scan on the timetable read backwards gives the cheapest way on from each departure, and the two together
the cheapest path *through* each departure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samphao.engines.consolidation.instance import Bools, Departures, Floats, Ints
from samphao.engines.consolidation.kernels import Legs, read_off, scan, through
from samphao.engines.consolidation.merge import Commodities

_LABELS_AT_ONCE = 20_000_000  # 160 MB of float64
_PAIRS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Timetable:
    """Departures in the orders that a scan needs; `reverse` is the same timetable read from its end.

    Arrays of shape ``(departures,)``: `start`, `end` nodes, `depart_h`, `ready_h` (arrival plus transfer), `is_cold`;
    `by_depart` and `by_ready` are departure indices in order of time, ties by index.
    """

    nodes: int
    legs_max: int
    start: Ints
    end: Ints
    depart_h: Floats
    arrive_h: Floats
    ready_h: Floats
    is_cold: Bools
    by_depart: Ints
    by_ready: Ints

    @classmethod
    def of(cls, departures: Departures, nodes: int, transfer_h: float, legs_max: int) -> Timetable:
        """Sort the departures; O(n log n)."""
        return cls._sorted(
            (nodes, legs_max, departures.start, departures.end, departures.depart_h, departures.arrive_h),
            departures.arrive_h + transfer_h,
            departures.is_cold,
        )

    def reverse(self) -> Timetable:
        """Every departure runs back from its end to its start, and time runs backwards."""
        transfer_h = self.ready_h - self.arrive_h
        return self._sorted(
            (self.nodes, self.legs_max, self.end, self.start, -self.arrive_h, -self.depart_h),
            -self.depart_h + transfer_h,
            self.is_cold,
        )

    @classmethod
    def _sorted(cls, front: tuple[int, int, Ints, Ints, Floats, Floats], ready_h: Floats, is_cold: Bools) -> Timetable:
        by_depart = np.argsort(front[4], kind="stable").astype(np.int64)
        return cls(*front, ready_h, is_cold, by_depart, np.argsort(ready_h, kind="stable").astype(np.int64))


@dataclass(frozen=True, slots=True)
class Labels:
    """Cheapest cost per m3 of each source's ways to and over each departure, by number of legs.

    `cost` is float64 and `before` int32, both of shape ``(sources, departures, legs_max)``: ``cost[s, k, l]`` is for
    l + 1 legs of which k is the last; `before` is the departure taken before k, -1 at the source.
    """

    cost: Floats
    before: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths found for commodities: `departures` has shape ``(paths, legs_max)``, filled up with -1."""

    commodity: Ints
    departures: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.commodity)


@dataclass(frozen=True, slots=True)
class Ends:
    """Where scans start: node, earliest hour, temperature, density; one entry a source (or target), shape ``(n,)``."""

    node: Ints
    hour: Floats
    is_cold: Bools
    density: Floats

    @classmethod
    def sources(cls, commodities: Commodities) -> Ends:
        return cls._of(commodities, commodities.source, commodities.origin, commodities.release_h)

    @classmethod
    def targets(cls, commodities: Commodities) -> Ends:
        """For the timetable read backwards."""
        return cls._of(commodities, commodities.target, commodities.destination, -commodities.due_h)

    @classmethod
    def _of(cls, commodities: Commodities, index: Ints, node: Ints, hour: Floats) -> Ends:
        first = np.unique(index, return_index=True)[1]
        density = np.bincount(index, commodities.mass_kg) / np.bincount(index, commodities.volume_m3)
        return cls(node[first], hour[first], commodities.is_cold[first], density)

    def __len__(self) -> int:
        return len(self.node)

    def take(self, chosen: slice) -> Ends:
        return Ends(self.node[chosen], self.hour[chosen], self.is_cold[chosen], self.density[chosen])


def scan_from(timetable: Timetable, ends: Ends, volume_price: Floats, mass_price: Floats) -> Labels:
    """Scan the timetable once from each end, at prices per m3 and per kg of each departure.

    O(sources * departures * legs_max).
    """
    shape = (len(ends), len(timetable.start), timetable.legs_max)
    cost, before = np.full(shape, np.inf), np.full(shape, -1, np.int32)
    if shape[0] and shape[1]:
        scan(timetable, ends, volume_price, mass_price, cost, before)
    return Labels(cost, before)


@dataclass(frozen=True, slots=True)
class Pricer:
    """Prices the commodities of one instance."""

    timetable: Timetable
    backward: Timetable
    commodities: Commodities
    sources: Ends
    targets: Ends

    @classmethod
    def of(cls, timetable: Timetable, commodities: Commodities) -> Pricer:
        sources, targets = Ends.sources(commodities), Ends.targets(commodities)
        return cls(timetable, timetable.reverse(), commodities, sources, targets)

    def cheapest(self, volume_price: Floats, mass_price: Floats) -> tuple[Floats, Paths]:
        """Cheapest cost per m3 of each commodity (inf without a path) and one path that has it."""
        timetable, commodities = self.timetable, self.commodities
        by_arrival = np.argsort(timetable.arrive_h, kind="stable").astype(np.int64)
        best = np.full(len(commodities), np.inf)
        found = np.full((len(commodities), timetable.legs_max), -1, np.int32)
        for chosen in self._batches():
            members = np.flatnonzero((commodities.source >= chosen.start) & (commodities.source < chosen.stop))
            labels = scan_from(timetable, self.sources.take(chosen), volume_price, mass_price)
            last, legs, cost = read_off(timetable, by_arrival, commodities, members, chosen.start, labels.cost)
            best[members] = cost
            found[members] = _walk(labels, commodities.source[members] - chosen.start, last, legs)
        has = np.flatnonzero(np.isfinite(best))
        return best, Paths(has, found[has])

    def near(self, volume_price: Floats, mass_price: Floats, marked: Bools, limit: Floats, per_commodity: int) -> Paths:
        """Cheapest path through each marked departure, where it costs at most `limit` (one per commodity) per m3.

        At most `per_commodity` paths of a commodity are kept, the cheapest.
        O(commodities * marked departures * legs_max) after the scans.
        """
        commodities, legs_max = self.commodities, self.timetable.legs_max
        arcs = np.flatnonzero(marked)
        after = scan_from(self.backward, self.targets, volume_price, mass_price)
        found = [Paths(np.zeros(0, np.int64), np.zeros((0, legs_max), np.int32))]
        for chosen in self._batches():
            ends = self.sources.take(chosen)
            labels = scan_from(self.timetable, ends, volume_price, mass_price)
            own = volume_price[arcs] + ends.density[:, None] * mass_price[arcs]
            inside = np.flatnonzero((commodities.source >= chosen.start) & (commodities.source < chosen.stop))
            for members in np.array_split(inside, 1 + len(inside) * len(arcs) // _PAIRS_AT_ONCE):
                source, target = commodities.source[members] - chosen.start, commodities.target[members]
                total, before_arc, after_arc = through(labels.cost, after.cost, source, target, arcs, own)
                total[total > limit[members, None]] = np.inf
                if per_commodity < len(arcs):
                    bar = np.partition(total, per_commodity - 1, axis=1)[:, per_commodity - 1]
                    total[total > bar[:, None]] = np.inf
                row, col = np.nonzero(np.isfinite(total))
                head = _walk(labels, source[row], arcs[col], before_arc[row, col])
                tail = _walk(after, target[row], arcs[col], after_arc[row, col])
                found.append(Paths(members[row], _join(head, tail[:, ::-1], legs_max)))
        return Paths(np.concatenate([p.commodity for p in found]), np.concatenate([p.departures for p in found]))

    def _batches(self) -> list[slice]:
        size = max(1, _LABELS_AT_ONCE // max(1, len(self.timetable.start) * self.timetable.legs_max))
        return [slice(k, min(k + size, len(self.sources))) for k in range(0, len(self.sources), size)]


def _walk(labels: Labels, source: Ints, last: Ints, legs: Ints | Legs) -> npt.NDArray[np.int32]:
    """Departures from the source to `last`, in order of travel, filled up with -1 behind; -1 rows without a path."""
    out = np.full((len(source), labels.cost.shape[2]), -1, np.int32)
    at, left = last.astype(np.int64), legs.astype(np.int64)
    while True:
        live = np.flatnonzero((at >= 0) & (left >= 0))
        if not len(live):
            return out
        out[live, left[live]] = at[live]
        at[live] = labels.before[source[live], at[live], left[live]]
        left[live] -= 1


def _join(head: npt.NDArray[np.int32], tail: npt.NDArray[np.int32], legs_max: int) -> npt.NDArray[np.int32]:
    """Head up to and with a departure, tail from that departure on (filled up with -1 in front): one path."""
    head_legs, tail_legs = (head >= 0).sum(axis=1), (tail >= 0).sum(axis=1)
    out = head.copy()
    for leg in range(1, legs_max):
        rows = np.flatnonzero(leg < tail_legs)
        out[rows, head_legs[rows] + leg - 1] = tail[rows, legs_max - tail_legs[rows] + leg]
    return out

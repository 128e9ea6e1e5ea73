"""The programme that finds fares and needs of one lane: each departure chooses a number of boxes, by parts of one.

In the plain programme half a box holds half of what a box holds, whoever fills it. Here a departure's room is spread over
its possible numbers of boxes, and an order may use a number's share only as far as that number is chosen: the convex hull
of what one departure can do. Its duals are fares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from samphao.engines.consolidation.fare_bound import Rounded, round_need
from samphao.engines.consolidation.fares import Fares, Needs
from samphao.engines.consolidation.flow_model import INF, quiet_highs
from samphao.engines.consolidation.instance import Bools, Floats, Instance, Ints, sums
from samphao.engines.consolidation.merge import merge_orders

_DENSITIES = 4  # as many kinds of density are classes of their own; beyond, equal parts of the orders are
_LEVELS_MAX = 12  # departures that could fill more boxes are reckoned as in the plain programme, which is near there
_COLUMNS_MAX = 60_000
_WINDOWS_MAX = 40
_ROUNDS = 15
_NEEDS_A_ROUND = 30


@dataclass(frozen=True, slots=True)
class Classes:
    """Orders of one lane that may take the same departures and are about as dense, arrays of shape ``(classes,)``.

    `allowed` has shape ``(classes, departures)``; `ready_h` and `due_h` are the earliest and latest of the orders whose
    choice of departures begins, or ends, with the same one.
    """

    of_order: Ints
    volume_m3: Floats
    mass_kg: Floats
    is_cold: Bools
    ready_h: Floats
    due_h: Floats
    allowed: Bools

    def __len__(self) -> int:
        return len(self.volume_m3)

    @classmethod
    def of(cls, instance: Instance) -> Classes:
        d, o = instance.departures, instance.orders
        density = np.round(o.mass_kg / o.volume_m3, 6)
        kinds = np.unique(density)
        edges = (
            kinds if len(kinds) <= _DENSITIES else np.unique(np.quantile(density, np.linspace(0, 1, _DENSITIES + 1)))
        )
        merged = merge_orders(instance, (edges[1:] + edges[:-1]) / 2)
        allowed = (d.depart_h >= merged.release_h[:, None]) & (d.arrive_h <= merged.due_h[:, None])
        allowed &= (d.start == merged.origin[:, None]) & (d.end == merged.destination[:, None])
        allowed &= d.is_cold | ~merged.is_cold[:, None]
        ready, due = (
            _first(merged.release_h, merged.of_order, o.release_h),
            -_first(-merged.due_h, merged.of_order, -o.due_h),
        )
        return cls(merged.of_order, merged.volume_m3, merged.mass_kg, merged.is_cold, ready, due, allowed)


def _first(slot_h: Floats, of_order: Ints, hour: Floats) -> Floats:
    """Least hour of any order of the same slot, for each class."""
    _, slot = np.unique(slot_h, return_inverse=True)
    least = np.full(int(slot.max(initial=-1)) + 1, np.inf)
    np.minimum.at(least, slot[of_order], hour)
    return np.asarray(least[slot], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class LaneBound:
    """Fares of a lane, and the rows of its needs that bind, for whoever looks for whole boxes."""

    fares: Fares
    rows: tuple[tuple[Rounded, Floats], ...]
    """Each need with the measure per m3 of every class that it counts."""


def bound_lane(instance: Instance, classes: Classes) -> LaneBound:
    """Find fares and needs: solve, add the needs that the solution breaks, solve again, at most fifteen times.

    Time grows with classes * departures * boxes that a departure could fill.
    """
    model = _LaneModel(instance, classes)
    windows = _windows(instance, classes)
    rows: list[tuple[Rounded, Floats]] = []
    kept: list[int] = []
    for _ in range(_ROUNDS):
        boxes, loose, behind = model.solve()
        short = [
            row.least - float(row.boxes @ boxes + row.loose_m3 @ loose + row.behind * (measure @ behind))
            for _, row, measure in windows
        ]
        order = np.argsort(-np.array(short, np.float64), kind="stable")[:_NEEDS_A_ROUND]
        broken = [int(k) for k in order if short[k] > 1e-5 * windows[k][1].least and k not in kept]
        if not broken:
            break
        for k in broken:
            model.require(windows[k][1], windows[k][2])
            rows.append(windows[k][1:])
        kept += broken
    fare_m3, slot, weights, share = model.duals(len(kept))
    binding = np.flatnonzero(weights > 0)
    needs = Needs.joined([windows[kept[k]][0] for k in binding])
    needs = replace(needs, weight=weights[binding])
    return LaneBound(Fares(fare_m3, classes.of_order, share, slot, needs), tuple(rows[k] for k in binding))


_Window = tuple[Needs, Rounded, Floats]


def _windows(instance: Instance, classes: Classes) -> list[_Window]:
    """Every need of a window from some class's first hour to some class's last, each set of classes once."""
    d, found, seen = instance.departures, [], set()
    start, end = int(instance.orders.origin[0]), int(instance.orders.destination[0])
    if len(np.unique(instance.orders.origin)) > 1 or len(np.unique(instance.orders.destination)) > 1:
        return []  # lanes that share slots are planned together; windows are of one lane
    sizes = {True: np.unique(d.box_mass_kg[d.box_mass_kg > 0]), False: np.unique(d.box_volume_m3)}
    for cold_only in (False, True):
        pool = classes.is_cold if cold_only else np.ones(len(classes), np.bool_)
        if not pool.any() or (cold_only and pool.all()):
            continue
        for ready in _some(classes.ready_h[pool]):
            for due in _some(classes.due_h[pool]):
                members = pool & (classes.ready_h >= ready) & (classes.due_h <= due)
                if not members.any() or members.tobytes() in seen:
                    continue
                seen.add(members.tobytes())
                serves = classes.allowed[members].any(axis=0)
                for by_mass, all_sizes in sizes.items():
                    measure = np.where(members, classes.mass_kg / classes.volume_m3 if by_mass else 1.0, 0.0)
                    for size in all_sizes[:3]:
                        row = round_need(
                            instance, float(measure @ classes.volume_m3), serves, by_mass=by_mass, size=float(size)
                        )
                        if row is not None:
                            found.append(
                                (
                                    _need(start, end, float(ready), float(due), cold_only, by_mass, float(size)),
                                    row,
                                    measure,
                                )
                            )
    return found


def _need(start: int, end: int, ready: float, due: float, cold_only: bool, by_mass: bool, size: float) -> Needs:
    one = (np.array([start]), np.array([end]), np.array([ready]), np.array([due]))
    return Needs(*one, np.array([cold_only]), np.array([by_mass]), np.array([size]), np.zeros(1))


def _some(hours: Floats) -> Floats:
    hours = np.unique(hours)
    if len(hours) <= _WINDOWS_MAX:
        return hours
    return np.asarray(hours[np.unique(np.linspace(0, len(hours) - 1, _WINDOWS_MAX).astype(int))])


class _LaneModel:
    """The programme in HiGHS. Columns: what stays behind a class, then for every departure and number of boxes its share, its
    loose space and a flow of each class that may take it.
    """

    def __init__(self, instance: Instance, classes: Classes) -> None:
        self.instance, self.classes = instance, classes
        self.highs: Any = quiet_highs()
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("threads", 1)
        self._cost: list[float] = [instance.unserved_cost_m3] * len(classes)
        self._upper: list[float] = [INF] * len(classes)
        self._lower_row: list[float] = list(classes.volume_m3)
        self._upper_row: list[float] = list(classes.volume_m3)
        self._entries: list[tuple[int, int, float]] = [(c, c, 1.0) for c in range(len(classes))]
        shared = instance.shared
        self._slot_row = len(classes)
        self._lower_row += [-INF] * len(shared)
        self._upper_row += list(shared.slots_max)
        self._share: list[tuple[int, int, float]] = []
        self._loose: list[tuple[int, int]] = []
        self._room_rows: list[tuple[int, int, int]] = []
        spread = [self._levels_of(k) for k in range(len(instance.departures))]
        columns = sum((levels + 1) * int(classes.allowed[:, k].sum()) for k, levels in enumerate(spread))
        for k, levels in enumerate(spread):
            if classes.allowed[:, k].any():
                self._add_departure(k, levels if columns <= _COLUMNS_MAX else 0)
        self._load()

    def _levels_of(self, k: int) -> int:
        """Most boxes that departure k could fill; 0 where that is too many to tell apart."""
        d, on = self.instance.departures, self.classes.allowed[:, k]
        worth = max(
            float(self.classes.volume_m3[on].sum()) / d.box_volume_m3[k],
            float(self.classes.mass_kg[on].sum()) / d.box_mass_kg[k] if d.box_mass_kg[k] > 0 else 0.0,
        )
        levels = min(int(d.boxes_max[k]), int(np.ceil(worth - 1e-9)))
        return levels if levels <= _LEVELS_MAX else 0

    def _row(self, upper: float) -> int:
        self._lower_row.append(-INF)
        self._upper_row.append(upper)
        return len(self._lower_row) - 1

    def _column(self, cost: float, upper: float) -> int:
        self._cost.append(cost)
        self._upper.append(upper)
        return len(self._cost) - 1

    def _add_departure(self, k: int, levels: int) -> None:
        d, shared = self.instance.departures, self.instance.shared
        slots = sums(shared.resource, shared.slots_per_box * (shared.departure == k), len(shared))
        choice = self._row(1.0) if levels else -1
        for boxes in range(levels + 1) if levels else [1]:
            share = self._column(float(d.box_cost[k]) * boxes, 1.0 if levels else float(d.boxes_max[k]))
            self._share.append((k, share, float(boxes)))
            self._entries += [(self._slot_row + int(r), share, float(slots[r]) * boxes) for r in np.flatnonzero(slots)]
            if levels:
                self._entries.append((choice, share, 1.0))
            self._add_level(k, share, boxes, bounded=levels > 0)

    def _add_level(self, k: int, share: int, boxes: int, *, bounded: bool) -> None:
        d, classes = self.instance.departures, self.classes
        size, bears = float(d.box_volume_m3[k]), float(d.box_mass_kg[k])
        loose = self._column(float(d.loose_cost_m3[k]), INF if bounded else float(d.loose_max_m3[k]))
        self._loose.append((k, loose))
        density = classes.mass_kg / classes.volume_m3
        rooms: list[tuple[int, float, Floats]] = []
        if (density[classes.allowed[:, k]] < bears / size).any():
            rooms.append((self._row(0.0), size, np.ones(len(classes))))
            self._room_rows.append((k, rooms[-1][0], 0))
        if (density[classes.allowed[:, k]] >= bears / size).any():  # what is never the heavier measure needs no row
            rooms.append((self._row(0.0), bears, density))
            self._room_rows.append((k, rooms[-1][0], 1))
        for room, holds, _ in rooms:
            self._entries += [(room, share, -holds * boxes), (room, loose, -holds / size)]
        if bounded:
            row = self._row(0.0)
            self._entries += [(row, loose, 1.0), (row, share, -float(d.loose_max_m3[k]))]
        for c in np.flatnonzero(classes.allowed[:, k]):
            flow = self._column(0.0, INF)
            self._entries += [(int(c), flow, 1.0), *((room, flow, float(measure[c])) for room, _, measure in rooms)]
            if bounded:
                row = self._row(0.0)
                self._entries += [(row, flow, 1.0), (row, share, -float(classes.volume_m3[c]))]

    def _load(self) -> None:
        rows, columns, values = (np.array(part) for part in zip(*self._entries, strict=True))
        order = np.lexsort((rows, columns))
        starts = np.searchsorted(columns[order], np.arange(len(self._cost))).astype(np.int32)
        self.highs.addRows(
            len(self._lower_row), np.array(self._lower_row), np.array(self._upper_row), 0, np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0),
        )  # fmt: skip
        self.highs.addCols(
            len(self._cost), np.array(self._cost), np.zeros(len(self._cost)), np.array(self._upper), len(order), starts,
            rows[order].astype(np.int32), values[order].astype(float),
        )  # fmt: skip
        self._rows = len(self._lower_row)

    def require(self, need: Rounded, measure: Floats) -> None:
        """Add a need as a row; `measure` is each class's per m3, 0 for those that it does not count."""
        entries = [(share, need.boxes[k] * boxes) for k, share, boxes in self._share if need.boxes[k] and boxes]
        entries += [(loose, need.loose_m3[k]) for k, loose in self._loose if need.loose_m3[k]]
        entries += [(int(c), need.behind * measure[c]) for c in np.flatnonzero(measure)]
        columns, values = (np.array(part) for part in zip(*entries, strict=True))
        self.highs.addRow(need.least, INF, len(columns), columns.astype(np.int32), values.astype(float))

    def solve(self) -> tuple[Floats, Floats, Floats]:
        """Boxes and loose m3 a departure, m3 left behind a class.

        Raises
        ------
        RuntimeError
            When HiGHS does not end with an optimum, which a bounded, feasible programme always has.
        """
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"HiGHS ended with {self.highs.getModelStatus()} on a bounded, feasible programme")
        x, n = np.array(self.highs.getSolution().col_value), len(self.instance.departures)
        boxes, loose = np.zeros(n), np.zeros(n)
        for k, column, number in self._share:
            boxes[k] += x[column] * number
        for k, column in self._loose:
            loose[k] += x[column]
        return boxes, loose, x[: len(self.classes)]

    def duals(self, needs: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Fares per m3 a class, slot prices, weights of the needs, each departure's share of room reckoned by mass."""
        dual, d = np.array(self.highs.getSolution().row_dual), self.instance.departures
        holds, paid = np.stack([d.box_volume_m3, d.box_mass_kg], axis=1), np.zeros((len(d), 2))
        for k, row, measure in self._room_rows:
            paid[k, measure] += 1e-9 + max(0.0, -float(dual[row])) * holds[k, measure]
        total = paid.sum(axis=1)
        share = np.divide(paid[:, 1], total, out=np.zeros(len(d)), where=total > 0)
        slot = np.maximum(0.0, -dual[self._slot_row : self._slot_row + len(self.instance.shared)])
        weights = np.maximum(0.0, dual[self._rows : self._rows + needs])
        return np.maximum(0.0, dual[: len(self.classes)]), slot, weights, share

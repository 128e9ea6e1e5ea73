"""The programme behind every step: volumes spread over options, departures paid by boxes and loose space, in HiGHS.

Rows: one a demand (its volume travels or stays behind), one a departure's volume, one its mass where that can bind, one a
shared resource. Columns: unserved volume a demand, boxes and loose space a departure, then options as they are added.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from samphao.engines.consolidation.bound import Prices
from samphao.engines.consolidation.instance import Bools, Floats, Instance, Ints, sums

INF = highspy.kHighsInf
_NO_ENTRIES = (0, np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))


@dataclass(frozen=True, slots=True)
class Rows:
    """Which departures have a row for their volume and which one for their mass, shape ``(departures,)`` each.

    A departure that is nothing but loose space with room for all that comes costs the same for every cubic metre: its
    price stands in the options' costs and it needs no rows.
    """

    volume: Bools
    mass: Bools

    @classmethod
    def at_first(cls, instance: Instance) -> Rows:
        """Rows for whatever has boxes; mass only where the orders' mean density is more than a box bears."""
        d, orders = instance.departures, instance.orders
        volume = d.boxes_max > 0
        density = orders.mass_kg.sum() / max(orders.volume_m3.sum(), 1e-9)
        return cls(volume, volume & (d.box_mass_kg < density * d.box_volume_m3))


@dataclass(frozen=True, slots=True)
class Options:
    """Ways for demands to travel: `departures` of shape ``(options, legs)`` lists those with rows, -1 elsewhere."""

    demand: Ints
    departures: npt.NDArray[np.int32]
    cost_m3: Floats


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A solution: `flow` in m3 an option, `unserved` in m3 a demand, `boxes` and `loose` a departure, `value` its cost."""

    value: float
    flow: Floats
    unserved: Floats
    boxes: Floats
    loose: Floats


def quiet_highs() -> Any:
    """Make a solver; HiGHS greets on the process's standard output before any option can silence it."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        return highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


class FlowModel:
    """One HiGHS model; it stays warm between solves while options are added and box limits change."""

    def __init__(self, instance: Instance, rows: Rows, volume_m3: Floats, unserved_cost_m3: Floats) -> None:
        d, shared, n = instance.departures, instance.shared, len(volume_m3)
        self.instance, self.at = instance, np.flatnonzero(rows.volume)
        self.demands, self.options = n, 0
        self._volume_row = _numbered(rows.volume, n)
        self._mass_row = _numbered(rows.mass, n + len(self.at))
        self._slot_row = n + len(self.at) + int(rows.mass.sum())
        self.highs: Any = quiet_highs()
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("threads", 1)
        lower = np.full(self._slot_row + len(shared), -INF)
        upper = np.zeros(len(lower))
        lower[:n] = upper[:n] = volume_m3
        upper[self._slot_row :] = shared.slots_max
        self.highs.addRows(len(lower), lower, upper, *_NO_ENTRIES)
        at, ratio = self.at, d.box_mass_kg / d.box_volume_m3
        volume_row, mass_row = self._volume_row[at], self._mass_row[at]
        self._add_columns(unserved_cost_m3, np.full(n, INF), [(np.arange(n), np.ones(n))])
        box = [(volume_row, -d.box_volume_m3[at]), (mass_row, -d.box_mass_kg[at]), *self._slot_entries()]
        self._add_columns(d.box_cost[at], d.boxes_max[at].astype(float), box)
        loose = [(volume_row, -np.ones(len(at))), (mass_row, -ratio[at])]
        self._add_columns(d.loose_cost_m3[at], d.loose_max_m3[at], loose)

    def _slot_entries(self) -> list[tuple[Ints, Floats]]:
        shared = self.instance.shared
        entries: list[tuple[Ints, Floats]] = []
        for r in range(len(shared)):
            of = shared.resource == r
            used = sums(shared.departure[of], shared.slots_per_box[of], len(self._volume_row))[self.at]
            entries.append((np.where(used > 0, self._slot_row + r, -1), used))
        return entries

    def add(self, options: Options, density: Floats) -> None:
        """Add options; `density` (kg/m3) is each option's demand's."""
        entries: list[tuple[Ints, Floats]] = [(options.demand, np.ones(len(options.demand)))]
        for leg in range(options.departures.shape[1]):
            on = options.departures[:, leg]
            if (on >= 0).any():
                entries.append((np.where(on >= 0, self._volume_row[on], -1), np.ones(len(on))))
                entries.append((np.where(on >= 0, self._mass_row[on], -1), density))
        self._add_columns(options.cost_m3, np.full(len(options.demand), INF), entries)
        self.options += len(options.demand)

    def require(self, least: float, boxes: Floats, loose_m3: Floats, unserved: Floats) -> None:
        """Add a row: what boxes and loose space (a departure) and unserved volume (a demand) weigh must come to `least`."""
        weights = np.concatenate([unserved, boxes[self.at], loose_m3[self.at]])
        columns = np.flatnonzero(weights).astype(np.int32)
        self.highs.addRow(least, INF, len(columns), columns, weights[columns])

    def _add_columns(self, cost: Floats, upper: Floats, entries: list[tuple[Ints, Floats]]) -> None:
        """Add columns; each entry is a row index (-1: none) and a value for every column."""
        if not len(cost):
            return
        index = np.stack([rows for rows, _ in entries], axis=1)
        value = np.stack([values for _, values in entries], axis=1)
        held = index >= 0
        starts = np.concatenate([[0], np.cumsum(held.sum(axis=1))[:-1]]).astype(np.int32)
        self.highs.addCols(
            len(cost), cost, np.zeros(len(cost)), upper,
            int(held.sum()), starts, index[held].astype(np.int32), value[held],
        )  # fmt: skip

    def limit_boxes(self, least: Floats, most: Floats) -> None:
        """Bound the boxes of every departure (arrays of shape ``(departures,)``)."""
        columns = (self.demands + np.arange(len(self.at))).astype(np.int32)
        self.highs.changeColsBounds(len(columns), columns, least[self.at], most[self.at])

    def require_whole(self, chosen: Bools) -> None:
        """Boxes of the `chosen` departures, and of no others, must be whole."""
        columns = (self.demands + np.arange(len(self.at))).astype(np.int32)
        kind = chosen[self.at].astype(np.uint8)
        self.highs.changeColsIntegrality(len(columns), columns, kind)

    def solve(self) -> Relaxation:
        """Solve the linear programme.

        Raises
        ------
        RuntimeError
            When HiGHS does not end with an optimum, which a bounded, feasible programme always has.
        """
        self.highs.run()
        status = self.highs.getModelStatus()
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
            raise RuntimeError(f"HiGHS ended with {status} on a bounded, feasible programme")
        return self.read()

    def read(self) -> Relaxation:
        """The solution that HiGHS holds."""
        x = np.array(self.highs.getSolution().col_value)
        n, at = self.demands, self.at
        boxes, loose = np.zeros(len(self._volume_row)), np.zeros(len(self._volume_row))
        boxes[at], loose[at] = x[n : n + len(at)], x[n + len(at) : n + 2 * len(at)]
        value = self.highs.getInfo().objective_function_value
        return Relaxation(value, x[n + 2 * len(at) :], x[:n], boxes, loose)

    def prices(self) -> tuple[Prices, Floats]:
        """Prices of departures and slots, and what each demand pays per m3, from the duals of the last `solve`."""
        dual, d = np.array(self.highs.getSolution().row_dual), self.instance.departures
        volume, mass = np.where(self._volume_row >= 0, 0.0, d.loose_cost_m3), np.zeros(len(d))
        volume[self.at] = np.maximum(0.0, -dual[self._volume_row[self.at]])
        heavy = self._mass_row >= 0
        mass[heavy] = np.maximum(0.0, -dual[self._mass_row[heavy]])
        slot = np.maximum(0.0, -dual[self._slot_row :])
        return raise_prices(self.instance, Prices(volume, mass, slot)), dual[: self.demands]


def raise_prices(instance: Instance, prices: Prices) -> Prices:
    """Raise volume prices as far as no departure earns by it: paths that nobody uses yet get their true price.

    The programme's duals of empty departures are arbitrary between zero and this, and stay optimal when raised.
    """
    d = instance.departures
    per_box = d.box_cost + instance.shared.box_surcharge(prices.slot, len(d)) - prices.mass * d.box_mass_kg
    per_m3 = d.loose_cost_m3 - prices.mass * d.box_mass_kg / d.box_volume_m3
    free = np.where(d.loose_max_m3 > 0, per_m3, np.inf)
    free = np.minimum(free, np.where(d.boxes_max > 0, per_box / d.box_volume_m3, np.inf))
    free = np.where(np.isfinite(free), free, instance.unserved_cost_m3)
    return Prices(np.maximum(prices.volume, free), prices.mass, prices.slot)


def _numbered(chosen: Bools, first: int) -> Ints:
    out = np.full(len(chosen), -1, np.int64)
    out[chosen] = first + np.arange(int(chosen.sum()))
    return out

"""Column generation: the linear programme over paths, grown by the cheapest path of each commodity until none is missing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from samphao.engines.consolidation.bound import Bounder, Prices
from samphao.engines.consolidation.fares import Fares
from samphao.engines.consolidation.flow_model import FlowModel, Options, Relaxation, Rows, raise_prices
from samphao.engines.consolidation.instance import Floats, Instance, Ints
from samphao.engines.consolidation.merge import Commodities
from samphao.engines.consolidation.pricing import Paths, Pricer


@dataclass(frozen=True, slots=True)
class Certificate:
    """A lower bound on the cost of any plan, and the prices that prove it, or the fares where those prove more."""

    lower_bound: float
    prices: Prices
    fares: Fares | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """What column generation leaves: its best certificate, its last prices, the rows that it needed, its rounds."""

    certificate: Certificate
    prices: Prices
    rows: Rows
    rounds: int


@dataclass(slots=True)
class PathPool:
    """Distinct paths of commodities, in the order in which they were found."""

    legs_max: int
    commodity: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    departures: npt.NDArray[np.int32] = field(init=False)
    _known: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.departures = np.zeros((0, self.legs_max), np.int32)

    def add(self, paths: Paths) -> int:
        """Add the paths that are new; returns how many."""
        rows = np.ascontiguousarray(np.column_stack([paths.commodity.astype(np.int32), paths.departures]), np.int32)
        new = []
        for k, row in enumerate(rows):
            key = row.tobytes()
            if key not in self._known:
                self._known.add(key)
                new.append(k)
        self.commodity = np.concatenate([self.commodity, paths.commodity[new]])
        self.departures = np.concatenate([self.departures, paths.departures[new]])
        return len(new)


class Master:
    """The programme over a growing pool of paths; rows are added when a solution fills a departure that has none."""

    def __init__(self, instance: Instance, commodities: Commodities) -> None:
        self.instance, self.commodities = instance, commodities
        self.pool = PathPool(instance.legs_max)
        self.rows = Rows.at_first(instance)
        self.model = self._empty()

    def add(self, paths: Paths) -> int:
        """Add the paths that are new; returns how many."""
        before = len(self.pool.commodity)
        added = self.pool.add(paths)
        self._add_options(before)
        return added

    def solve(self) -> Relaxation:
        """Solve, and solve again with more rows while a departure without them is filled."""
        while True:
            relaxation = self.model.solve()
            rows = self._rows_needed(relaxation)
            if rows is None:
                return relaxation
            self.rows = rows
            self.model = self._empty()
            self._add_options(0)

    def _empty(self) -> FlowModel:
        n = len(self.commodities)
        unserved = np.full(n, self.instance.unserved_cost_m3)
        return FlowModel(self.instance, self.rows, self.commodities.volume_m3, unserved)

    def _add_options(self, first: int) -> None:
        commodity, departures = self.pool.commodity[first:], self.pool.departures[first:]
        cost = per_path(np.where(self.rows.volume, 0.0, self.instance.departures.loose_cost_m3), departures)
        rowed = np.where((departures >= 0) & self.rows.volume[departures], departures, np.int32(-1))
        self.model.add(Options(commodity, rowed, cost), self.commodities.density[commodity])

    def _rows_needed(self, relaxation: Relaxation) -> Rows | None:
        d = self.instance.departures
        held = self.pool.departures >= 0
        on, kg_m3 = self.pool.departures[held], self.commodities.density[self.pool.commodity]
        m3 = np.broadcast_to(relaxation.flow[:, None], held.shape)[held]
        kg = np.broadcast_to((relaxation.flow * kg_m3)[:, None], held.shape)[held]
        volume, mass = np.bincount(on, m3, minlength=len(d)), np.bincount(on, kg, minlength=len(d))
        loose = np.where(self.rows.volume, relaxation.loose, np.minimum(volume, d.loose_max_m3))
        bears = d.box_mass_kg * (relaxation.boxes + loose / d.box_volume_m3)
        full = ~self.rows.volume & (volume > d.loose_max_m3 + 1e-6)
        heavy = ~self.rows.mass & (mass > bears + 1e-3)
        if not (full.any() or heavy.any()):
            return None
        return Rows(self.rows.volume | full | heavy, self.rows.mass | heavy)


def per_path(value: Floats, departures: npt.NDArray[np.int32]) -> Floats:
    """Sum of a departure's `value` over each path."""
    total: Floats = np.add.reduce(np.where(departures >= 0, value[departures], 0.0), axis=1)
    return total


def price_commodities(
    instance: Instance, pricer: Pricer, bounder: Bounder, *, rounds_max: int, tolerance: float
) -> Priced:
    """Grow the master until no commodity has a path cheaper (by more than `tolerance`, relative) than it pays.

    Stopping early costs nothing but bound: the certificate is valid at every round, and the best is kept.
    """
    commodities, nothing = pricer.commodities, np.zeros(len(instance.departures))
    master = Master(instance, commodities)
    prices = raise_prices(instance, Prices(nothing, nothing, np.zeros(len(instance.shared))))
    best = Certificate(bounder.evaluate(prices), prices)
    _, paths = pricer.cheapest(prices.volume, prices.mass)
    rounds = 0
    while rounds < rounds_max and master.add(paths):
        rounds += 1
        master.solve()
        prices, paid = master.model.prices()
        _, paths = pricer.cheapest(prices.volume, prices.mass)
        of = paths.commodity
        cost = per_path(prices.volume, paths.departures)
        cost += per_path(prices.mass, paths.departures) * commodities.density[of]
        cheaper = cost < paid[of] - tolerance * np.abs(paid[of])
        paths = Paths(of[cheaper], paths.departures[cheaper])
        lower_bound = bounder.evaluate(prices)
        if lower_bound > best.lower_bound:
            best = Certificate(lower_bound, prices)
    return Priced(best, prices, master.rows, rounds)

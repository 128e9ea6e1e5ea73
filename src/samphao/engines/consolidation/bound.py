"""The Lagrangian lower bound that prices of departures and shared slots give: valid for any non-negative prices."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from samphao.engines.consolidation.instance import Floats, Instance, Ints
from samphao.engines.consolidation.merge import Commodities, merge_orders
from samphao.engines.consolidation.pricing import Pricer, Timetable

_CELLS = 32


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of a departure's volume (per m3) and mass (per kg), and of a shared resource's slot."""

    volume: Floats
    mass: Floats
    slot: Floats


def departures_reply(instance: Instance, prices: Prices) -> float:
    """Least that all departures and shared limits cost when they are paid these prices; never above zero."""
    d, shared = instance.departures, instance.shared
    box = d.box_cost + shared.box_surcharge(prices.slot, len(d))
    boxes = np.minimum(0.0, box - prices.volume * d.box_volume_m3 - prices.mass * d.box_mass_kg) * d.boxes_max
    loose = np.minimum(0.0, d.loose_cost_m3 - prices.volume - prices.mass * d.box_mass_kg / d.box_volume_m3)
    return float(boxes.sum() + (loose * d.loose_max_m3).sum() - prices.slot @ shared.slots_max)


@dataclass(frozen=True, slots=True)
class Bounder:
    """Evaluates the bound for the orders of one instance, merged once.

    A cheapest path's cost per m3 is concave in density, so that a straight line between two densities lies below it:
    scans at the edges of density cells bound every order in between. The loss is second order in the cells' width.
    """

    instance: Instance
    pricer: Pricer
    edges: Floats
    base: Ints
    cells: Commodities
    cell: Ints

    @classmethod
    def of(cls, instance: Instance, timetable: Timetable) -> Bounder:
        """Merge the orders without density classes (priced) and with cells of density (summed)."""
        density = instance.orders.mass_kg / instance.orders.volume_m3
        edges = np.unique(np.quantile(density, np.linspace(0, 1, _CELLS + 1))) if len(density) else np.zeros(1)
        whole, cells = merge_orders(instance, np.zeros(0)), merge_orders(instance, edges[1:-1])
        first = np.zeros(len(cells), np.int64)
        first[cells.of_order] = np.arange(len(density))
        cell = np.clip(np.searchsorted(edges[1:-1], density[first]), 0, max(0, len(edges) - 2))
        return cls(instance, Pricer.of(timetable, whole), edges, whole.of_order[first], cells, cell)

    def evaluate(self, prices: Prices) -> float:
        """Lower bound at `prices`; one scan a source and density edge, one in all where mass has no price."""
        unserved = self.instance.unserved_cost_m3
        edges = self.edges if prices.mass.any() else self.edges[:1]
        at_edge = np.stack([np.minimum(unserved, self._cheapest(density, prices)) for density in edges])
        low = np.minimum(self.cell, len(edges) - 1)
        high = np.minimum(low + 1, len(edges) - 1)
        width = edges[high] - edges[low]
        share = np.divide(self.cells.density - edges[low], width, out=np.zeros(len(low)), where=width > 0)
        per_m3 = at_edge[low, self.base] * (1 - share) + at_edge[high, self.base] * share
        return float(per_m3 @ self.cells.volume_m3) + departures_reply(self.instance, prices)

    def _cheapest(self, density: float, prices: Prices) -> Floats:
        ends = replace(self.pricer.sources, density=np.full(len(self.pricer.sources), density))
        return replace(self.pricer, sources=ends).cheapest(prices.volume, prices.mass)[0]

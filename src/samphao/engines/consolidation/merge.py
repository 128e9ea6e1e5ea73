"""Merge orders into commodities: orders that no timetable can tell apart are planned together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samphao.engines.consolidation.instance import Bools, Floats, Instance, Ints, sums


@dataclass(frozen=True, slots=True)
class Commodities:
    """Orders grouped by origin, destination, release slot, due slot, temperature and density class.

    Arrays of shape ``(commodities,)`` unless said. A *source* is an (origin, release slot, temperature, density class):
    one scan of the departures prices all commodities of a source. A *target* is the same at the other end.

    Parameters
    ----------
    origin, destination, release_h, due_h, is_cold
        What the orders share; the hours are those of the first departure and the last arrival that they can use.
    volume_m3, mass_kg
        Sums over the orders.
    source, target
        Index of the commodity's source and target.
    of_order
        Commodity of each order, shape ``(orders,)``.
    """

    origin: Ints
    destination: Ints
    release_h: Floats
    due_h: Floats
    is_cold: Bools
    volume_m3: Floats
    mass_kg: Floats
    source: Ints
    target: Ints
    of_order: Ints

    def __len__(self) -> int:
        return len(self.origin)

    @property
    def density(self) -> Floats:
        """Kilograms a cubic metre."""
        return self.mass_kg / self.volume_m3


def merge_orders(instance: Instance, density_edges: Floats) -> Commodities:
    """Group the orders; `density_edges` (kg/m3, ascending) separate the density classes.

    Release hours count as equal when no departure from the origin lies between them, due hours when no arrival
    at the destination does, so that nothing but density is lost. One sort: O(n log n) for n orders.
    """
    orders = instance.orders
    release_slot, release_h = _slots(orders.origin, orders.release_h, *_first_departures(instance), side="left")
    due_slot, due_h = _slots(orders.destination, orders.due_h, *_last_arrivals(instance), side="right")
    density_class = np.searchsorted(density_edges, orders.mass_kg / orders.volume_m3)
    nodes, classes = len(instance.nodes), len(density_edges) + 1
    origin_slot = orders.origin * (int(release_slot.max(initial=0)) + 1) + release_slot
    source_key = (origin_slot * 2 + orders.is_cold) * classes + density_class
    target_key = orders.destination * (int(due_slot.max(initial=0)) + 1) + due_slot
    key = source_key * (nodes * (int(due_slot.max(initial=0)) + 1)) + target_key
    _, first, of_order = np.unique(key, return_index=True, return_inverse=True)
    target_full = (target_key[first] * 2 + orders.is_cold[first]) * classes + density_class[first]
    return Commodities(
        origin=orders.origin[first],
        destination=orders.destination[first],
        release_h=release_h[first],
        due_h=due_h[first],
        is_cold=orders.is_cold[first],
        volume_m3=sums(of_order, orders.volume_m3, len(first)),
        mass_kg=sums(of_order, orders.mass_kg, len(first)),
        source=np.unique(source_key[first], return_inverse=True)[1],
        target=np.unique(target_full, return_inverse=True)[1],
        of_order=of_order.astype(np.int64),
    )


def _first_departures(instance: Instance) -> tuple[Ints, Floats]:
    return instance.departures.start, instance.departures.depart_h


def _last_arrivals(instance: Instance) -> tuple[Ints, Floats]:
    return instance.departures.end, instance.departures.arrive_h


def _slots(node: Ints, hour: Floats, event_node: Ints, event_h: Floats, *, side: str) -> tuple[Ints, Floats]:
    """Number and hour of the timetable's event that each order's hour stands for, at the order's node."""
    slot, stands_for = np.zeros(len(node), np.int64), hour.copy()
    for at in np.unique(node):
        here = np.flatnonzero(node == at)
        events = np.unique(event_h[event_node == at])
        if side == "left":  # the first event not before the hour
            padded = np.append(events, np.inf)
            slot[here] = np.searchsorted(events, hour[here], side="left")
        else:  # the last event not after the hour
            padded = np.insert(events, 0, -np.inf)
            slot[here] = np.searchsorted(events, hour[here], side="right")
        stands_for[here] = padded[slot[here]]
    return slot, stands_for

"""Lanes: where paths are single departures, what joins one pair of places is planned apart from everything else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samphao.engines.consolidation.instance import Departures, Instance, Ints, Orders, SharedLimits


@dataclass(frozen=True, slots=True)
class Lane:
    """A part of an instance that shares nothing with the others: indices into the whole, and the part as an instance.

    Nodes keep the numbers that they have in the whole.
    """

    orders: Ints
    departures: Ints
    instance: Instance


def split_lanes(instance: Instance) -> list[Lane]:
    """Split an instance of single-leg paths by origin and destination; pairs that share a resource stay together.

    O(n log n) in orders and departures.

    Raises
    ------
    ValueError
        When paths may have more than one leg: then every departure may matter to every order.
    """
    if instance.legs_max != 1:
        raise ValueError(f"lanes are apart only where paths have one leg, not {instance.legs_max}")
    d, o, nodes = instance.departures, instance.orders, len(instance.nodes)
    pairs = np.concatenate([d.start * nodes + d.end, o.origin * nodes + o.destination])
    _, pair = np.unique(pairs, return_inverse=True)
    group = _joined(instance.shared, pair[: len(d)], int(pair.max(initial=-1)) + 1)
    of_departure, of_order = group[pair[: len(d)]], group[pair[len(d) :]]
    lanes = []
    for number in np.unique(group):
        orders, departures = np.flatnonzero(of_order == number), np.flatnonzero(of_departure == number)
        lanes.append(Lane(orders, departures, _part(instance, orders, departures)))
    return lanes


def _joined(shared: SharedLimits, pair: Ints, pairs: int) -> Ints:
    """Number of the group of each pair: its own, or the least of those that its departures' resources tie together."""
    group = np.arange(pairs)
    while True:
        before = group.copy()
        for resource in range(len(shared)):
            tied = np.unique(group[pair[shared.departure[shared.resource == resource]]])
            if len(tied):
                group[np.isin(group, tied)] = tied[0]
        if (group == before).all():
            return group


def _part(instance: Instance, orders: Ints, departures: Ints) -> Instance:
    d, o = instance.departures, instance.orders
    return Instance(
        instance.nodes,
        Departures(
            tuple(d.ids[k] for k in departures), d.start[departures], d.end[departures], d.depart_h[departures], d.arrive_h[departures],
            d.is_cold[departures], d.box_cost[departures], d.box_volume_m3[departures], d.box_mass_kg[departures], d.boxes_max[departures],
            d.loose_cost_m3[departures], d.loose_max_m3[departures],
        ),
        Orders(
            tuple(o.ids[i] for i in orders), o.origin[orders], o.destination[orders], o.release_h[orders], o.due_h[orders], o.volume_m3[orders],
            o.mass_kg[orders], o.is_cold[orders],
        ),
        instance.transfer_h, instance.legs_max, instance.unserved_cost_m3, _limits(instance.shared, departures),
    )  # fmt: skip


def _limits(shared: SharedLimits, departures: Ints) -> SharedLimits:
    used = np.isin(shared.departure, departures)
    resources, resource = np.unique(shared.resource[used], return_inverse=True)
    return SharedLimits(
        tuple(shared.names[r] for r in resources), shared.slots_max[resources], resource.astype(np.int64),
        np.searchsorted(departures, shared.departure[used]).astype(np.int64), shared.slots_per_box[used],
    )  # fmt: skip

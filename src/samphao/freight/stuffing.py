"""Where fresh fruit is stuffed and sealed: one packing house a container by default, the rest at a consolidation point.

A house stuffs a container of its own where what it packs in one evening for one importer and city fills it. Less waits for
nobody: it goes by the nearest listed point, where houses share containers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from samphao.freight.through_services import CONTAINER_KG, CONTAINER_M3
from samphao.freight.types import ShipmentSpec

FILLS = 0.6
"""The least fill of a container of one's own: below 1 / 1.8 of it, shared space is the cheaper (`LOOSE_PREMIUM`)."""

_Evening = tuple[str, str, str, bool, datetime]


def in_own_containers(shipments: Sequence[ShipmentSpec]) -> set[int]:
    """Return the shipments (positions) that their packing houses stuff into containers of their own.

    Whole shipments, the heaviest first; O(n log n), and n for each container of an evening.
    """
    evenings: dict[_Evening, list[int]] = defaultdict(list)
    for at, one in enumerate(shipments):
        if one.is_fresh_fruit:
            evenings[one.origin, one.destination, one.importer, one.is_chilled, one.ready_at].append(at)
    own: set[int] = set()
    for packed in evenings.values():
        waiting = sorted(packed, key=lambda at: (-shipments[at].mass_kg, at))
        while taken := _one_container(waiting, shipments):
            own.update(taken)
            waiting = [at for at in waiting if at not in own]
    return own


def _one_container(waiting: Sequence[int], shipments: Sequence[ShipmentSpec]) -> list[int]:
    """Return what fills the next container; nothing where it would stand too empty."""
    kg = m3 = 0.0
    taken = []
    for at in waiting:
        one = shipments[at]
        if kg + one.mass_kg <= CONTAINER_KG and m3 + one.volume_m3 <= CONTAINER_M3:
            taken.append(at)
            kg, m3 = kg + one.mass_kg, m3 + one.volume_m3
    return taken if max(kg / CONTAINER_KG, m3 / CONTAINER_M3) >= FILLS else []

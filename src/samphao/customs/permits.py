"""Which permit covers what enters: kilograms are taken in the order in which goods come, and never twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal

from django.db.models import Q, Sum

from samphao.customs.models import Declaration, GoodsItem, Permit
from samphao.customs.types import GoodsItemSpec

Key = tuple[int, str, str]
"""Importer, good, port of entry."""


@dataclass(slots=True)
class Open:
    """A permit with the kilograms that nobody has taken yet."""

    permit: Permit
    left_kg: int


@dataclass(slots=True)
class Cover:
    """The open permits of importers; `take` draws whole kilograms, rounded up, from one permit for each good."""

    permits: dict[Key, list[Open]]
    taken: list[tuple[Permit, int]] = field(default_factory=list)

    def take(
        self, importer: int, port: str, on: date, items: Iterable[GoodsItemSpec]
    ) -> tuple[dict[str, Open], list[GoodsItemSpec]]:
        """Draw for every item that needs a permit, or for none; return the permit of each good, and what is short."""
        chosen: dict[str, Open] = {}
        short = []
        for item in items:
            if not item.needs_permit:
                continue
            kg = whole_kg(item.net_mass_kg)
            found = next(
                (
                    row
                    for row in self.permits.get((importer, item.good, port), ())
                    if row.left_kg >= kg and row.permit.valid_from <= on <= row.permit.valid_to
                ),
                None,
            )
            if found is None:
                short.append(item)
            else:
                chosen[item.good] = found
        if not short:
            for item in items:
                if item.good in chosen:
                    chosen[item.good].left_kg -= whole_kg(item.net_mass_kg)
        return chosen, short


def whole_kg(mass: Decimal) -> int:
    return int(mass.to_integral_value(ROUND_CEILING))


def open_permits(*, with_reservations: bool) -> Cover:
    """Return permits with what is left of them; `with_reservations` takes off what released exports are bringing."""
    found: dict[Key, list[Open]] = {}
    for permit in Permit.objects.select_related("importer").order_by("valid_to", "id"):
        found.setdefault((permit.importer_id, permit.good, permit.port), []).append(Open(permit, permit.left_kg))
    if with_reservations:
        for importer, good, port, mass in _on_their_way():
            kg = whole_kg(mass)
            for row in found.get((importer, good, port), ()):
                part = min(kg, row.left_kg)
                row.left_kg, kg = row.left_kg - part, kg - part
    return Cover(found)


def _on_their_way() -> Iterable[tuple[int, str, str, Decimal]]:
    arrived = Declaration.objects.filter(kind=Declaration.Kind.IMPORT).values("consignment_code")
    return (
        GoodsItem.objects.filter(declaration__kind=Declaration.Kind.EXPORT)
        .exclude(Q(declaration__state=Declaration.State.REJECTED) | Q(declaration__consignment_code__in=arrived))
        .order_by()
        .values_list("declaration__importer_id", "good", "declaration__entry_node")
        .annotate(mass=Sum("net_mass_kg"))
    )

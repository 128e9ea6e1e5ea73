"""Which permit covers what enters: kilograms are taken in the order in which goods come, and never twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal

from django.db.models import Q

from samphao.customs.models import Declaration, GoodsItem, Permit
from samphao.customs.types import GoodsItemSpec

Key = tuple[int, str, str]
"""Importer, good, port of entry."""


@dataclass(slots=True)
class Open:
    """A permit with the kilograms that nobody has taken yet."""

    permit: Permit
    left_kg: int


@dataclass(frozen=True, slots=True)
class Draw:
    """Kilograms of one good that a consignment takes from one permit."""

    good: str
    permit: Permit
    kg: int


@dataclass(slots=True)
class Cover:
    """The open permits of importers; `take` draws whole kilograms, rounded up, the permit that ends first before the others."""

    permits: dict[Key, list[Open]]

    def take(
        self, importer: int, port: str, on: date, items: Iterable[GoodsItemSpec]
    ) -> tuple[list[Draw], list[GoodsItemSpec]]:
        """Draw for every item that needs a permit, or for none; return the draws, and the items that are short."""
        draws: list[Draw] = []
        short = []
        for item in items:
            if item.needs_permit:
                found = self.cover((importer, item.good, port), on, whole_kg(item.net_mass_kg))
                draws += found or []
                short += [] if found else [item]
        if short:
            return [], short
        self.draw((importer, port), draws)
        return draws, []

    def cover(self, key: Key, on: date, kg: int) -> list[Draw] | None:
        """Return what would be taken from the permits of a key in turn, or None where they do not cover it that day."""
        draws = []
        for row in self.permits.get(key, ()):
            part = min(kg, row.left_kg)
            if part and row.permit.valid_from <= on <= row.permit.valid_to:
                draws.append(Draw(key[1], row.permit, part))
                kg -= part
        return draws if not kg else None

    def draw(self, place: tuple[int, str], draws: Iterable[Draw]) -> None:
        importer, port = place
        for draw in draws:
            row = next(row for row in self.permits[importer, draw.good, port] if row.permit is draw.permit)
            row.left_kg -= draw.kg


def whole_kg(mass: Decimal) -> int:
    return int(mass.to_integral_value(ROUND_CEILING))


def open_permits(*, with_reservations: bool) -> Cover:
    """Return permits with what is left of them; `with_reservations` takes off what declared exports are bringing."""
    found: dict[Key, list[Open]] = {}
    for permit in Permit.objects.select_related("importer").order_by("valid_to", "id"):
        found.setdefault((permit.importer_id, permit.good, permit.port), []).append(Open(permit, permit.left_kg))
    cover = Cover(found)
    if with_reservations:
        for importer, good, port, mass, enters_at in _on_their_way():
            draws = cover.cover((importer, good, port), enters_at.date(), whole_kg(mass))
            cover.draw((importer, port), draws or ())
    return cover


def _on_their_way() -> Iterable[tuple[int, str, str, Decimal, datetime]]:
    arrived = Declaration.objects.filter(kind=Declaration.Kind.IMPORT).values("consignment_code")
    return (
        GoodsItem.objects.filter(declaration__kind=Declaration.Kind.EXPORT)
        .exclude(Q(declaration__state__in=Declaration.State.ended()) | Q(declaration__consignment_code__in=arrived))
        .order_by("declaration__enters_at", "id")
        .values_list(
            "declaration__importer_id", "good", "declaration__entry_node", "net_mass_kg", "declaration__enters_at"
        )
    )

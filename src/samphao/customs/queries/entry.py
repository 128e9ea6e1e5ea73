"""Goods at the border of the other country: what may enter, what was let in, what is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, Count, IntegerField, QuerySet, Sum, Value, When

from samphao.customs.models import Declaration, GoodsItem

State, Kind = Declaration.State, Declaration.Kind


@dataclass(frozen=True, slots=True)
class ReleasedItem:
    """A goods item of a released export, for the import declaration that follows it."""

    good: str
    hs6: str
    description_en: str
    description_th: str
    description_zh: str
    packages: int
    net_mass_kg: Decimal
    gross_mass_kg: Decimal
    preference: str
    lot_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleasedExport:
    """An export that may enter its country of destination."""

    consignment: str
    load: str
    exporter: str
    importer: str
    destination: str
    destination_country: str
    origin_country: str
    fob_value_minor: int
    entry_node: str
    transport_mode: str
    transport_means: str
    container_number: str
    seal_number: str
    departs_at: datetime
    enters_at: datetime
    items: tuple[ReleasedItem, ...]


def exports_to_enter() -> list[ReleasedExport]:
    """Return released exports that have no import declaration yet; two queries."""
    arrived = Declaration.objects.filter(kind=Kind.IMPORT).values("consignment_code")
    rows = Declaration.objects.filter(kind=Kind.EXPORT, state=State.RELEASED).exclude(consignment_code__in=arrived)
    items: dict[int, list[ReleasedItem]] = {}
    for row in GoodsItem.objects.filter(declaration__in=rows).order_by("declaration_id", "number").values_list(
        "declaration_id", "good", "hs6", "description_en", "description_th", "description_zh", "packages", "net_mass_kg", "gross_mass_kg",
        "preference", "lot_codes",
    ):  # fmt: skip
        items.setdefault(row[0], []).append(ReleasedItem(*row[1:-1], tuple(row[-1])))
    return [
        ReleasedExport(*row[1:], tuple(items.get(row[0], ())))
        for row in rows.order_by("enters_at", "id").values_list(
            "id", "consignment_code", "load_code", "exporter__code", "importer__code", "destination", "destination_country", "origin_country",
            "fob_value_minor", "entry_node", "transport_mode", "transport_means", "container_number", "seal_number", "departs_at", "enters_at",
        )
    ]  # fmt: skip


def cleared_loads() -> dict[str, datetime]:
    """Return when each load was let in by the customs of its country; one with a held consignment waits as a whole."""
    imports = Declaration.objects.filter(kind=Kind.IMPORT).order_by("decided_at")
    held = {load for load, state in imports.values_list("load_code", "state") if state != State.CLEARED}
    rows = imports.filter(state=State.CLEARED).values_list("load_code", "inspection__ended_at")
    return {load: at for load, at in rows if load not in held}


def imports_of(organisations: Sequence[int], *, sees_all: bool, state: str = "") -> QuerySet[Declaration]:
    """Return import declarations, held ones first, then the newest entry; one query."""
    rows = Declaration.objects.select_related("exporter", "importer", "office").filter(kind=Kind.IMPORT)
    if state:
        rows = rows.filter(state=state)
    held_first = Case(When(state=State.HELD, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = rows.order_by(held_first, "-enters_at", "id")
    return rows if sees_all else rows.filter(importer__in=organisations)


@dataclass(frozen=True, slots=True)
class CollectedSum:
    """What import declarations of one destination and state came to, in one currency."""

    destination: str
    currency: str
    state: str
    count: int
    customs_value_minor: int
    duty_minor: int
    vat_minor: int


def collected(organisations: Sequence[int], *, sees_all: bool) -> list[CollectedSum]:
    """Return customs value, duty and VAT of import declarations by destination and state."""
    rows = Declaration.objects.filter(kind=Kind.IMPORT)
    if not sees_all:
        rows = rows.filter(importer__in=organisations)
    return [
        CollectedSum(*row)
        for row in rows.order_by()
        .values_list("destination", "currency", "state")
        .annotate(Count("id"), Sum("customs_value_minor"), Sum("duty_minor"), Sum("vat_minor"))
        .order_by("destination", "currency", "state")
    ]


def on_their_way(organisations: Sequence[int], *, sees_all: bool) -> list[tuple[str, int, Decimal]]:
    """Return destination, consignments and kilograms of exports to importers that have not entered yet."""
    arrived = Declaration.objects.filter(kind=Kind.IMPORT).values("consignment_code")
    rows = GoodsItem.objects.filter(declaration__kind=Kind.EXPORT).exclude(declaration__consignment_code__in=arrived)
    rows = rows.exclude(declaration__state__in=State.ended())
    if not sees_all:
        rows = rows.filter(declaration__importer__in=organisations)
    return list(
        rows.order_by()
        .values_list("declaration__destination")
        .annotate(Count("declaration", distinct=True), Sum("net_mass_kg"))
        .order_by("declaration__destination")
    )

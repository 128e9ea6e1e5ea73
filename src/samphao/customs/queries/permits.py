"""Importers' permits: what is left of them, what is short."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum

from samphao.customs.models import Declaration, GoodsItem, ImporterTerms, Permit, PermitDraw
from samphao.customs.permits import Key, open_permits, whole_kg
from samphao.customs.types import PermitSpec

State, Kind = Declaration.State, Declaration.Kind
GRANTED_AHEAD, GRANTED_AFTER = timedelta(days=30), timedelta(days=60)  # of the days of entry: made for the simulator


def permits_of(organisations: Sequence[int], *, sees_all: bool) -> QuerySet[Permit]:
    """Return permits with what was drawn, the most used first; two queries, for a few importers hold hundreds."""
    rows = Permit.objects.prefetch_related("importer").order_by(
        F("drawn_kg") * -1.0 / F("granted_kg"), "importer__code", "good", "port"
    )
    return rows if sees_all else rows.filter(importer__in=organisations)


def importers_by_destination() -> dict[str, list[str]]:
    """Return the importers of record that serve each destination."""
    found: dict[str, list[str]] = {}
    for destination, importer in ImporterTerms.objects.order_by("id").values_list("destination", "importer__code"):
        found.setdefault(destination, []).append(importer)
    return found


@dataclass(frozen=True, slots=True)
class PermitTime:
    """Between which days a permit of an importer holds for a good at a port."""

    importer: str
    good: str
    port: str
    number: str
    valid_from: date
    valid_to: date


def permit_times(goods: Collection[str]) -> list[PermitTime]:
    """Return the permits for goods, the one that ends first before the others; one query."""
    rows = Permit.objects.filter(good__in=goods).order_by("valid_to", "id")
    return [
        PermitTime(*row)
        for row in rows.values_list("importer__code", "good", "port", "number", "valid_from", "valid_to")
    ]


def permits_short() -> list[PermitSpec]:
    """Return what importers would have to be granted for the exports that no permit covers on their day of entry, in whole tonnes."""
    cover = open_permits(with_reservations=False)
    short: dict[Key, list[tuple[int, date]]] = {}
    for importer, good, port, mass, enters_at in _entering_goods():
        key, kg, on = (importer, good, port), whole_kg(mass), enters_at.date()
        if key in cover.permits:
            draws = cover.cover(key, on, kg)
            cover.draw((importer, port), draws or ())
            if draws is None:
                short.setdefault(key, []).append((kg, on))
    granted = []
    for key, missing in sorted(short.items()):
        last = cover.permits[key][-1].permit
        tonnes = -(-sum(kg for kg, _ in missing) // 1000)
        first_day, last_day = min(on for _, on in missing), max(on for _, on in missing)
        granted.append(
            PermitSpec(
                last.importer.code, last.good, last.port, tonnes * 1000, first_day - GRANTED_AHEAD, last_day + GRANTED_AFTER, f"{last.number}-MORE",
                "simulator: granted when an officer asked for the permit",
            )
        )  # fmt: skip
    return granted


def _entering_goods() -> QuerySet[GoodsItem, tuple[int, str, str, Decimal, datetime]]:
    arrived = Declaration.objects.filter(kind=Kind.IMPORT).values("consignment_code")
    return (
        GoodsItem.objects.filter(declaration__kind=Kind.EXPORT)
        .exclude(Q(declaration__state__in=State.ended()) | Q(declaration__consignment_code__in=arrived))
        .order_by("declaration__enters_at", "id")
        .values_list(
            "declaration__importer_id", "good", "declaration__entry_node", "net_mass_kg", "declaration__enters_at"
        )
    )


def permit_numbers(codes: Sequence[str]) -> dict[str, str]:
    """Return for each export the permits that hold on its day of entry, where every good that needs one has one."""
    permits = open_permits(with_reservations=False).permits
    permitted = {good for _, good, _ in permits}
    found: dict[str, dict[str, None]] = {}
    lacking = set()
    rows = GoodsItem.objects.filter(declaration__code__in=codes, good__in=permitted).order_by("id")
    for code, importer, good, port, enters_at in rows.values_list(
        "declaration__code", "declaration__importer_id", "good", "declaration__entry_node", "declaration__enters_at"
    ):
        on = enters_at.date()
        holding = [
            row.permit.number
            for row in permits.get((importer, good, port), ())
            if row.permit.valid_from <= on <= row.permit.valid_to
        ]
        if holding:
            found.setdefault(code, {})[holding[-1]] = None
        else:
            lacking.add(code)
    return {code: "; ".join(numbers) for code, numbers in found.items() if code not in lacking}


def permits_drawn_wrongly() -> list[str]:
    """Return permits whose drawn kilograms differ from the sum of their draws: there may be none."""
    drawn = dict(PermitDraw.objects.order_by().values_list("permit_id").annotate(Sum("kg")))
    return [
        number for pk, number, kg in Permit.objects.values_list("id", "number", "drawn_kg") if kg != drawn.get(pk, 0)
    ]

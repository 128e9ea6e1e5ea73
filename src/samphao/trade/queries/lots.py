"""Lots, by who handles them, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from samphao.accounts import queries as accounts
from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.trade.models import Lot, Ticket
from samphao.trade.types import LotFacts


def lot_for(code: str, viewer: Viewer) -> Lot | None:
    """Return a lot to those who handle it: its producer, packing house, exporter and laboratory; the hub looks on."""
    lots = Lot.objects.select_related("listing__producer", "packing_house", "exporter").filter(code=code)
    if not viewer.is_hub:
        lots = lots.filter(
            Q(listing__producer__in=viewer.organisations)
            | Q(packing_house__in=viewer.organisations)
            | Q(exporter__in=viewer.organisations)
            | Q(laboratory_code__in=viewer.codes)
        )
    return lots.first()


def lots_whose_counts_are_wrong() -> list[str]:
    """Return lots whose held or sold differs from the sum of their orders."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.code FROM trade_lot l LEFT JOIN (
                 SELECT lot_id, coalesce(sum(lot_units) FILTER (WHERE state = 'held'), 0) AS held,
                        coalesce(sum(lot_units) FILTER (WHERE state NOT IN ('held', 'expired', 'cancelled')), 0) AS sold
                 FROM trade_order GROUP BY lot_id) o ON o.lot_id = l.id
               WHERE (l.held, l.sold) <> (coalesce(o.held, 0), coalesce(o.sold, 0))"""
        )
        return [row[0] for row in cursor.fetchall()]


def lot_codes_of_producers(organisations: Sequence[int]) -> list[str]:
    lots = Lot.objects.filter(listing__producer__in=organisations).order_by("id")
    return list(lots.values_list("code", flat=True))


def offered_for(producer: str, exporter: str, goods: Collection[str], month: date, currency: str) -> tuple[int, int]:
    """Return what an exporter offers for a producer of a month's harvests: kilograms, rounded up, and the producer's price."""
    rows = Lot.objects.filter(
        listing__producer__code=producer, exporter__code=exporter, listing__good__in=goods, harvest_from__year=month.year, harvest_from__month=month.month,
    )  # fmt: skip
    found = rows.aggregate(
        grams=Sum(F("quantity") * F("unit_mass_g")), amount=Sum(F("quantity") * F("price_minor"), filter=Q(currency=currency))
    )  # fmt: skip
    return -(-(found["grams"] or 0) // 1000), found["amount"] or 0


def acts_for_producer(lot: Lot, organisations: tuple[int, ...]) -> bool:
    """Whether somebody is the exporter of a lot whose producer lets it sell this good today."""
    if lot.exporter is None or lot.exporter_id not in organisations:
        return False
    return (
        accounts.delegation(lot.listing.producer.code, lot.exporter.code, lot.listing.good, clock.today()) is not None
    )


def lots_ripe(on: date) -> set[str]:
    """Return lots whose harvest has begun by a day."""
    return set(Lot.objects.filter(harvest_from__lte=on).values_list("code", flat=True))


def lots_of_producers(organisations: Sequence[int]) -> QuerySet[Lot]:
    """Return producers' lots with their gates, tickets and listing, the latest harvest first."""
    return (
        Lot.objects.select_related("listing", "packing_house", "exporter", "ticket")
        .prefetch_related("gates")
        .annotate(sales=Count("orders", filter=~Q(orders__state__in=("expired", "cancelled"))))
        .filter(listing__producer__in=organisations)
        .order_by("harvest_from", "code")
    )


def lots_of_packing_houses(organisations: Sequence[int]) -> QuerySet[Lot]:
    """Return the lots that packing houses receive, with tickets and tests, the next harvest first."""
    return (
        Lot.objects.select_related("listing__producer", "ticket")
        .filter(packing_house__in=organisations)
        .order_by("harvest_from", "code")
    )


def sales_by_province() -> dict[str, int]:
    """Return the units' mass in kg that each province has sold or holds."""
    rows = Lot.objects.values_list("listing__producer__province_iso").annotate(
        grams=Sum((F("held") + F("sold")) * F("unit_mass_g"))
    )
    return {iso: int(grams or 0) // 1000 for iso, grams in rows}


def lot_facts() -> dict[str, LotFacts]:
    """Return what declarations take from each lot; one query."""
    rows = Lot.objects.order_by("code").values_list(
        "code", "price_minor", "unit_mass_g", "carton_units", "laboratory_code", "packing_house__code"
    )
    return {row[0]: LotFacts(*row[1:-1], row[-1] or "") for row in rows}


def tickets_signed_at() -> dict[str, datetime]:
    """Return when the ticket of each lot was signed."""
    return dict(Ticket.objects.values_list("lot__code", "signed_by_grower_at"))

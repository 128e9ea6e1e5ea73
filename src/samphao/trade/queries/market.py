"""What is on sale, at which prices."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Prefetch, Q, QuerySet, Value, When

from samphao.core import clock
from samphao.trade.models import GateState, Lot, ModeState, Offer, TradeMode
from samphao.trade.types import OfferForSale

SHOWN_IN_TURN = (TradeMode.GENERAL, TradeMode.DOMESTIC, TradeMode.CBEC, TradeMode.POST)


@dataclass(frozen=True, slots=True)
class MarketFigures:
    """Counts of the home page, from the database."""

    orders: int
    oversold: int
    lots: int
    provinces: int


def market_figures() -> MarketFigures:
    """Return the counts of now; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT count(*) FROM trade_order), count(*) FILTER (WHERE l.quantity < l.held + l.sold), count(*),
                      count(DISTINCT p.province_iso)
               FROM trade_lot l JOIN trade_listing g ON g.id = l.listing_id JOIN accounts_organisation p ON p.id = g.producer_id"""
        )
        return MarketFigures(*cursor.fetchone())


def general_first() -> Case:
    """The way most goods are sold stands before the others."""
    places = (When(trade_mode=mode, then=Value(place)) for place, mode in enumerate(SHOWN_IN_TURN))
    return Case(*places, default=Value(9), output_field=IntegerField())


def lots_on_sale(*, text: str = "", good: str = "", province_iso: str = "", destination: str = "") -> QuerySet[Lot]:
    """Return lots for the market, those on sale now first, then the soonest harvest; `text` is looked for in the titles of all three languages."""
    now = clock.now()
    is_closed = Case(When(opens_at__lte=now, closes_at__gt=now, then=Value(0)), default=Value(1))
    lots = Lot.objects.select_related("listing__producer", "packing_house").annotate(is_closed=is_closed)
    lots = lots.order_by("is_closed", "harvest_from", "code")
    for word in text.split():
        lots = lots.filter(
            Q(listing__title_en__icontains=word)
            | Q(listing__title_th__icontains=word)
            | Q(listing__title_zh__icontains=word)
            | Q(code__iexact=word)
        )
    if good:
        lots = lots.filter(listing__good=good)
    if province_iso:
        lots = lots.filter(listing__producer__province_iso=province_iso)
    offers = (
        Offer.objects.filter(destination=destination, replaced_at=None)
        .order_by(general_first(), "kind", "quantity_min")
        .defer("lines")
    )
    gates = GateState.objects.filter(destination=destination).defer("findings")
    return lots.prefetch_related(Prefetch("offers", offers, "offers_here"), Prefetch("gates", gates, "gates_here"))


def lots_in_season(destination: str) -> QuerySet[Lot]:
    """Return lots for a first look: those on sale of which something is left, hot ones first."""
    now = clock.now()
    return (
        lots_on_sale(destination=destination)
        .filter(quantity__gt=F("held") + F("sold"), opens_at__lte=now, closes_at__gt=now)
        .order_by(F("buyer_limit").desc(nulls_last=True), "harvest_from", "code")
    )


def lot_with_offers(code: str) -> Lot | None:
    """Return a lot with every offer and gate, for its own page."""
    return (
        Lot.objects.select_related(
            "listing__producer", "packing_house", "exporter", "of_campaign__campaign", "of_cycle__cycle"
        )
        .prefetch_related(
            Prefetch(
                "offers",
                Offer.objects.filter(replaced_at=None)
                .select_related("importer")
                .order_by("destination", general_first(), "kind", "quantity_min"),
            ),
            Prefetch("modes", ModeState.objects.order_by("destination", general_first())),
            "gates",
        )
        .filter(code=code)
        .first()
    )


def goods_on_sale() -> list[tuple[str, int]]:
    """Return goods with their number of lots, the commonest first."""
    return list(Lot.objects.values_list("listing__good").annotate(lots=Count("id")).order_by("-lots", "listing__good"))


def offers_for_sale() -> list[OfferForSale]:
    """Return every offer whose gate to list is open, in the order of ids."""
    rows = (
        Offer.objects.filter(
            lot__gates__gate="to_list", lot__gates__is_open=True, lot__gates__destination=F("destination"),
            lot__gates__trade_mode=F("trade_mode"), replaced_at=None,
        )
        .order_by("id")
        .values_list(
            "id", "kind", "destination", "lot__code", "lot__listing__good", "lot_units", "lot__unit_mass_g",
            F("lot__quantity") - F("lot__held") - F("lot__sold"), "lot__buyer_limit", "trade_mode", "quantity_max",
        )
    )  # fmt: skip
    return [
        OfferForSale(number, kind, destination, lot, good, units, mass_g, left, limit is not None, mode, most)
        for number, kind, destination, lot, good, units, mass_g, left, limit, mode, most in rows
    ]


def offers_by_mode() -> dict[str, int]:
    rows = (
        Offer.objects.filter(replaced_at=None).values("trade_mode").annotate(count=Count("id")).order_by("trade_mode")
    )
    return {row["trade_mode"]: row["count"] for row in rows}


def offers_whose_lines_do_not_add_up() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM trade_offer o WHERE price_minor <>
               (SELECT sum((line ->> 'amount_minor')::bigint) FROM jsonb_array_elements(o.lines) line)"""
        )
        return int(cursor.fetchone()[0])

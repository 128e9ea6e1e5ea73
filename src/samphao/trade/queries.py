"""Reads of trade, by who may see them; every list costs a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import orjson
from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Prefetch, Q, QuerySet, Sum, Value, When

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.trade.models import GateState, Lot, ModeState, Offer, Order, Ticket, TradeMode
from samphao.trade.types import LotFacts, LotSale, OfferForSale, OrderParties, OrdersBehind, PaidOrder, UnpaidSales

SHOWN_IN_TURN = (TradeMode.GENERAL, TradeMode.DOMESTIC, TradeMode.CBEC, TradeMode.POST)


@dataclass(frozen=True, slots=True)
class MarketFigures:
    """Counts of the home page, from the database."""

    orders: int
    oversold: int
    lots: int
    provinces: int


def lot_codes_of(order_codes: Iterable[str]) -> dict[str, str]:
    return dict(Order.objects.filter(code__in=list(order_codes)).values_list("code", "lot__code"))


def market_figures() -> MarketFigures:
    oversold = Lot.objects.filter(quantity__lt=F("held") + F("sold")).count()
    places = Lot.objects.aggregate(lots=Count("id"), provinces=Count("listing__producer__province_iso", distinct=True))
    return MarketFigures(Order.objects.count(), oversold, places["lots"], places["provinces"])


def _general_first() -> Case:
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
    offers = Offer.objects.filter(destination=destination).order_by(_general_first(), "kind")
    gates = GateState.objects.filter(destination=destination)
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
        Lot.objects.select_related("listing__producer", "packing_house", "exporter")
        .prefetch_related(
            Prefetch(
                "offers", Offer.objects.select_related("importer").order_by("destination", _general_first(), "kind")
            ),
            Prefetch("modes", ModeState.objects.order_by("destination", _general_first())),
            "gates",
        )
        .filter(code=code)
        .first()
    )


def lot_for(code: str, viewer: Viewer) -> Lot | None:
    """Return a lot to those who handle it: its producer, packing house, exporter and laboratory; officers and the hub look on."""
    lots = Lot.objects.select_related("listing__producer", "packing_house", "exporter").filter(code=code)
    if not (viewer.is_hub or "office" in viewer.kinds):
        lots = lots.filter(
            Q(listing__producer__in=viewer.organisations)
            | Q(packing_house__in=viewer.organisations)
            | Q(exporter__in=viewer.organisations)
            | Q(laboratory_code__in=viewer.codes)
        )
    return lots.first()


def goods_on_sale() -> list[tuple[str, int]]:
    """Return goods with their number of lots, the commonest first."""
    return list(Lot.objects.values_list("listing__good").annotate(lots=Count("id")).order_by("-lots", "listing__good"))


def order_for(code: str, *, organisations: Sequence[int], sees_all: bool) -> Order | None:
    """Return an order if it is the viewer's to see: buyer, producer, packing house, exporter, importer, or the hub."""
    orders = Order.objects.select_related(
        "offer__importer", "buyer", "lot__listing__producer", "lot__packing_house", "lot__exporter", "lot__ticket"
    ).filter(code=code)
    if not sees_all:
        orders = orders.filter(
            Q(buyer__in=organisations)
            | Q(lot__listing__producer__in=organisations)
            | Q(lot__packing_house__in=organisations)
            | Q(lot__exporter__in=organisations)
            | Q(offer__importer__in=organisations)
        )
    return orders.first()


def orders_of_buyers(organisations: Sequence[int]) -> QuerySet[Order]:
    return (
        Order.objects.select_related("lot__listing", "offer")
        .filter(buyer__in=organisations)
        .order_by("-placed_at", "-id")
    )


def orders_due() -> list[tuple[str, int, str, str]]:
    """Return (order, minor units, currency, lot) of every held order, for a bank adapter."""
    return list(
        Order.objects.filter(state=Order.State.HELD)
        .order_by("id")
        .values_list("code", "amount_minor", "currency", "lot__code")
    )


def offers_for_sale() -> list[OfferForSale]:
    """Return every offer whose gate to list is open, in the order of ids."""
    rows = (
        Offer.objects.filter(
            lot__gates__gate="to_list", lot__gates__is_open=True, lot__gates__destination=F("destination"),
            lot__gates__trade_mode=F("trade_mode"),
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
    rows = Offer.objects.values("trade_mode").annotate(count=Count("id")).order_by("trade_mode")
    return {row["trade_mode"]: row["count"] for row in rows}


def order_due(code: str) -> tuple[str, int, str, str] | None:
    return (
        Order.objects.filter(code=code, state=Order.State.HELD)
        .values_list("code", "amount_minor", "currency", "lot__code")
        .first()
    )


@dataclass(frozen=True, slots=True)
class RushFigures:
    orders: int
    oversold: int
    duplicated: int


def rush_figures() -> RushFigures:
    """Count in the database what a rush may never do."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), count(*) - count(DISTINCT (buyer_id, idempotency_key)),
               (SELECT count(*) FROM trade_lot l WHERE l.quantity < (SELECT coalesce(sum(o.lot_units), 0) FROM trade_order o
                WHERE o.lot_id = l.id AND o.state NOT IN ('expired', 'cancelled'))) FROM trade_order"""
        )
        orders, duplicated, oversold = cursor.fetchone()
    return RushFigures(orders, oversold, duplicated)


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


def offers_whose_lines_do_not_add_up() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM trade_offer o WHERE price_minor <>
               (SELECT sum((line ->> 'amount_minor')::bigint) FROM jsonb_array_elements(o.lines) line)"""
        )
        return int(cursor.fetchone()[0])


def order_to_show(buyer: str, destination: str) -> str | None:
    """Return an order of a buyer for a tour of the pages.

    The road of one that is settled is whole; general trade to the buyer's own city shows border, customs and importer.
    """
    usual = Q(offer__trade_mode="general", offer__destination=destination)
    return (
        Order.objects.filter(buyer__code=buyer)
        .exclude(state__in=("held", "expired", "cancelled"))
        .order_by(
            Case(When(state="settled", then=0), default=1), Case(When(usual, then=0), default=1), "-amount_minor", "id"
        )
        .values_list("code", flat=True)
        .first()
    )


def orders_to_ship() -> list[PaidOrder]:
    """Return paid orders with what carriage must know of them, in the order in which they were placed."""
    rows = (
        Order.objects.filter(state=Order.State.PAID)
        .order_by("id")
        .values_list(
            "id", "code", "lot__code", "lot__listing__good", "lot__listing__producer__code", "lot__listing__producer__province_iso",
            "lot__packing_house__code", "lot__packing_house__province_iso", "lot__exporter__code", "offer__importer__code", "offer__destination",
            "lot_units", "lot__unit_mass_g", "lot__harvest_from", "lot__harvest_to", "offer__trade_mode", "offer__carrier_service",
        )
    )  # fmt: skip
    return [PaidOrder(*row) for row in rows]


SALES = """
    SELECT l.code, g.good, p.code, h.code, i.code, f.destination, f.currency, s.sold, s.advanced, (f.priced_at AT TIME ZONE 'Asia/Bangkok')::date,
           f.lines, s.units * l.unit_mass_g, l.harvest_from, l.harvest_to, l.dry_matter_pct, s.at
    FROM (SELECT offer_id, {mark} AS at, sum(quantity)::bigint AS sold,
                 coalesce(sum(quantity) FILTER (WHERE advanced_at IS NOT NULL), 0)::bigint AS advanced, sum(lot_units)::bigint AS units
          FROM trade_order WHERE {condition} GROUP BY 1, 2) s
    JOIN trade_offer f ON f.id = s.offer_id JOIN trade_lot l ON l.id = f.lot_id JOIN trade_listing g ON g.id = l.listing_id
    JOIN accounts_organisation p ON p.id = g.producer_id LEFT JOIN accounts_organisation h ON h.id = l.packing_house_id
    LEFT JOIN accounts_organisation i ON i.id = f.importer_id ORDER BY l.id, f.id, s.at
"""
Mark = Literal["advanced_at", "delivered_at", "NULL::timestamptz"]


def sales_of_lots(state: str) -> list[LotSale]:
    """Return what was sold through each offer, over its orders in a state, lot by lot."""
    return _sales("state = %s", state, "NULL::timestamptz")


def sales_of_orders(codes: Sequence[str], mark: Mark = "NULL::timestamptz") -> list[LotSale]:
    """Return what some orders bought through each offer, lot by lot; with a mark, apart for each time at which they got it."""
    return _sales("code = ANY (%s)", list(codes), mark)


def _sales(condition: str, value: str | list[str], mark: Mark) -> list[LotSale]:
    with connection.cursor() as cursor:
        cursor.execute(SALES.format(condition=condition, mark=mark), [value])
        rows = [[*row[:10], orjson.loads(row[10]), *row[11:]] for row in cursor.fetchall()]
    return [LotSale(*row) for row in rows]


UNPAID = """
    SELECT f.currency, (f.priced_at AT TIME ZONE 'Asia/Bangkok')::date, count(*), count(DISTINCT o.lot_id), min(l.code), sum(o.amount_minor)::bigint
    FROM trade_order o JOIN trade_offer f ON f.id = o.offer_id JOIN trade_lot l ON l.id = o.lot_id
    WHERE {condition} GROUP BY 1, 2 ORDER BY 1, 2
"""


def sales_to_settle(claim_window: timedelta) -> list[UnpaidSales]:
    """Return what was delivered and not claimed in time: everybody's share of it is due."""
    return _unpaid(
        "o.state = 'delivered' AND o.delivered_at <= core_now() - make_interval(secs => %s)",
        [claim_window.total_seconds()],
    )


def sales_to_advance(lots: Sequence[str]) -> list[UnpaidSales]:
    """Return what of lots is due for the grower's first share."""
    return _unpaid(f"l.code = ANY (%s) AND {TO_ADVANCE}", [list(lots)])


def _unpaid(condition: str, parameters: list[float | list[str]]) -> list[UnpaidSales]:
    with connection.cursor() as cursor:
        cursor.execute(UNPAID.format(condition=condition), parameters)
        return [UnpaidSales(*row) for row in cursor.fetchall()]


TO_ADVANCE = "o.advanced_at IS NULL AND o.state IN ('paid', 'shipped')"


def lots_to_advance(limit: int) -> list[str]:
    """Return lots with a signed ticket and orders whose grower has not had his first share."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT l.code FROM trade_ticket t JOIN trade_lot l ON l.id = t.lot_id
                WHERE EXISTS (SELECT 1 FROM trade_order o WHERE o.lot_id = l.id AND {TO_ADVANCE}) ORDER BY l.id LIMIT %s""",  # noqa: S608
            [limit],
        )
        return [row[0] for row in cursor.fetchall()]


def lot_codes_of_producers(organisations: Sequence[int]) -> list[str]:
    lots = Lot.objects.filter(listing__producer__in=organisations).order_by("id")
    return list(lots.values_list("code", flat=True))


def lots_ripe(on: date) -> set[str]:
    """Return lots whose harvest has begun by a day."""
    return set(Lot.objects.filter(harvest_from__lte=on).values_list("code", flat=True))


def order_codes_in(state: str) -> list[str]:
    return list(Order.objects.filter(state=state).order_by("id").values_list("code", flat=True))


def by_currency(state: str) -> dict[str, int]:
    """Return what orders in a state are worth, by currency."""
    rows = Order.objects.filter(state=state).values("currency").annotate(total=Sum("amount_minor")).order_by("currency")
    return {row["currency"]: row["total"] for row in rows}


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


def gate_findings(
    gates: Sequence[str],
    trade_modes: Sequence[str] = (TradeMode.GENERAL, TradeMode.DOMESTIC),
    *,
    order_states: Sequence[str] = (),
) -> dict[tuple[str, str], dict[str, bool | None]]:
    """Return for each lot and destination what gates found, rule by rule; a gate itself stands under its own name.

    By the mode in which a lot fills containers and trucks: general trade abroad, domestic at home. With `order_states`, only
    of lots with an order in one of them.
    """
    found: dict[tuple[str, str], dict[str, bool | None]] = {}
    rows = GateState.objects.filter(gate__in=gates, trade_mode__in=trade_modes).order_by("id")
    if order_states:
        rows = rows.filter(lot__in=Order.objects.filter(state__in=order_states).values("lot"))
    for lot, destination, gate, is_open, findings in rows.values_list(
        "lot__code", "destination", "gate", "is_open", "findings"
    ):
        rules = found.setdefault((lot, destination), {})
        rules[gate] = is_open
        rules.update((finding["rule"], finding["is_met"]) for finding in findings)
    return found


def offers_of_orders(states: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return (order, offer, quantity) of every order in some states, the oldest first."""
    return list(Order.objects.filter(state__in=states).order_by("id").values_list("code", "offer_id", "quantity"))


def lines_of_offers(states: Sequence[str]) -> dict[int, tuple[str, list[dict[str, Any]]]]:
    """Return currency and price lines of each offer through which orders in some states were placed."""
    rows = Offer.objects.filter(id__in=Order.objects.filter(state__in=states).values("offer_id"))
    return {row[0]: row[1:] for row in rows.order_by("id").values_list("id", "currency", "lines")}


def orders_behind(importers: Sequence[int], *, sees_all: bool) -> list[OrdersBehind]:
    """Return by destination the sold orders that stand behind importers of record; one query."""
    rows = Order.objects.exclude(state__in=("held", "expired", "cancelled")).exclude(offer__importer=None)
    if not sees_all:
        rows = rows.filter(offer__importer__in=importers)
    sums = rows.order_by().values_list("offer__destination", "currency").annotate(Count("id"), Sum("amount_minor"))
    return [OrdersBehind(*row) for row in sums.order_by("offer__destination", "currency")]


def finding_of(lot: str, destination: str, rule: str) -> dict[str, Any]:
    """Return what a gate found by one rule, with the rule's names; empty names where no gate asked it."""
    rows = GateState.objects.filter(lot__code=lot, destination=destination).values_list("findings", flat=True)
    found: dict[str, Any] = next((row for findings in rows for row in findings if row["rule"] == rule), {})
    return {"name_en": rule, "name_th": rule, "name_zh": rule, "found": "", **found}


def parties_of(orders: Sequence[str]) -> list[OrderParties]:
    """Return buyer, producer and amount of orders, the oldest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.code, o.buyer_id, g.producer_id, l.code, o.amount_minor, o.currency, o.delivered_at, o.paid_at IS NOT NULL FROM trade_order o
               JOIN trade_lot l ON l.id = o.lot_id JOIN trade_listing g ON g.id = l.listing_id WHERE o.code = ANY (%s) ORDER BY o.id""",
            [list(orders)],
        )
        return [OrderParties(*row) for row in cursor.fetchall()]


def tickets_signed_at() -> dict[str, datetime]:
    """Return when the ticket of each lot was signed."""
    return dict(Ticket.objects.values_list("lot__code", "signed_by_grower_at"))

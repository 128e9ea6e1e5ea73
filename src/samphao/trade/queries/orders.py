"""Orders, by who may see them; what carriage, banks and messages need of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Case, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from samphao.trade.models import Order
from samphao.trade.types import OrderDue, OrderFee, OrderMark, OrderParties, OrdersBehind, PaidOrder, deposit_of


def lot_codes_of(order_codes: Iterable[str]) -> dict[str, str]:
    return dict(Order.objects.filter(code__in=list(order_codes)).values_list("code", "lot__code"))


def order_for(code: str, *, organisations: Sequence[int], sees_all: bool) -> Order | None:
    """Return an order if it is the viewer's to see: buyer, producer, packing house, exporter, importer, or the hub."""
    orders = Order.objects.select_related(
        "offer__importer",
        "buyer",
        "lot__listing__producer",
        "lot__packing_house",
        "lot__exporter",
        "lot__ticket",
        "lot__of_cycle__cycle",
        "pre_order",
        "cut",
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
        Order.objects.select_related("lot__listing", "offer", "pre_order")
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
            "lot_units", "lot__unit_mass_g", Coalesce("lot__cut_on", "lot__harvest_to"), "offer__trade_mode", "offer__carrier_service",
        )
    )  # fmt: skip
    return [PaidOrder(*row) for row in rows]


def order_codes_in(state: str) -> list[str]:
    return list(Order.objects.filter(state=state).order_by("id").values_list("code", flat=True))


def by_currency(state: str) -> dict[str, int]:
    """Return what orders in a state are worth, by currency."""
    rows = Order.objects.filter(state=state).values("currency").annotate(total=Sum("amount_minor")).order_by("currency")
    return {row["currency"]: row["total"] for row in rows}


# Offer by offer first: the index `order_of_offer` holds all that is summed, so that no order is read.
BEHIND = """
    SELECT f.destination, f.currency, sum(o.orders)::bigint, sum(o.amount_minor)::bigint
    FROM (SELECT offer_id, count(*) AS orders, sum(amount_minor) AS amount_minor FROM trade_order
          WHERE state NOT IN ('held', 'expired', 'cancelled') GROUP BY 1) o
    JOIN trade_offer f ON f.id = o.offer_id WHERE f.importer_id IS NOT NULL AND (%s OR f.importer_id = ANY (%s))
    GROUP BY 1, 2 ORDER BY 1, 2
"""


def orders_behind(importers: Sequence[int], *, sees_all: bool) -> list[OrdersBehind]:
    """Return by destination the sold orders that stand behind importers of record; one query."""
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, [sees_all, list(importers)])
        return [OrdersBehind(*row) for row in cursor.fetchall()]


def parties_of(orders: Sequence[str]) -> list[OrderParties]:
    """Return buyer, producer and amount of orders, the oldest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.code, o.buyer_id, g.producer_id, l.code, o.amount_minor, o.currency, o.delivered_at,
                      o.paid_at IS NOT NULL OR EXISTS (SELECT 1 FROM trade_preorder p WHERE p.order_id = o.id), l.claim_hours
               FROM trade_order o
               JOIN trade_lot l ON l.id = o.lot_id JOIN trade_listing g ON g.id = l.listing_id WHERE o.code = ANY (%s) ORDER BY o.id""",
            [list(orders)],
        )
        return [OrderParties(*row) for row in cursor.fetchall()]


def dues_of(orders: Iterable[str]) -> list[OrderDue]:
    """Return what orders cost and how they stand; one query."""
    rows = Order.objects.filter(code__in=list(orders)).order_by("id")
    found: list[Any] = list(
        rows.values_list(
            "code", "state", "amount_minor", "currency", "lot__code", "buyer_id", "buyer__code", "offer__priced_at", "hold_expires_at",
            "lot__of_cycle__cycle__deposit_pct", "pre_order__deposit_minor", "pre_order__closed_at", "paid_at",
        )
    )  # fmt: skip
    return [_due(*row) for row in found]


def _due(*row: Any) -> OrderDue:
    *plain, share, paid_minor, closed_at, paid_at = row
    deposit = deposit_of(plain[2], share) if paid_minor is None else paid_minor
    values: list[Any] = [*plain, deposit, paid_minor is not None, bool(closed_at or paid_at)]
    return OrderDue(*values)


def fees_of(orders: Sequence[str]) -> list[OrderFee]:
    """Return the hub's fee in each order, as its price lines froze it; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.code, b.code, o.delivered_at, f.currency, (f.priced_at AT TIME ZONE 'Asia/Bangkok')::date, o.quantity * h.fee
               FROM trade_order o JOIN trade_offer f ON f.id = o.offer_id JOIN accounts_organisation b ON b.id = o.buyer_id
               CROSS JOIN LATERAL (SELECT sum((l -> 'receivers' ->> 'hub')::bigint)::bigint AS fee FROM jsonb_array_elements(f.lines) l) h
               WHERE o.code = ANY (%s) AND h.fee > 0 ORDER BY o.id""",
            [list(orders)],
        )
        return [OrderFee(*row) for row in cursor.fetchall()]


def settled_between(lots: Sequence[str], first: datetime, until: datetime) -> list[OrderMark]:
    """Return the orders of lots that were advanced or delivered in a time, with the two moments."""
    rows = Order.objects.filter(lot__code__in=lots).filter(
        Q(advanced_at__gte=first, advanced_at__lt=until) | Q(delivered_at__gte=first, delivered_at__lt=until)
    )
    return [
        OrderMark(*row)
        for row in rows.order_by("id").values_list("code", "lot__code", "currency", "advanced_at", "delivered_at")
    ]

"""What was sold through offers, with the price lines of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import orjson
from django.db import connection

from samphao.trade.models import Offer, Order
from samphao.trade.services import WITHOUT
from samphao.trade.types import LotSale, UnpaidSales

SALES = """
    SELECT l.code, g.good, p.code, h.code, i.code, f.destination, f.currency, s.sold, s.advanced, (f.priced_at AT TIME ZONE 'Asia/Bangkok')::date,
           f.lines, s.units * l.unit_mass_g, coalesce(l.cut_on, l.harvest_to), l.dry_matter_pct, s.at,
           s.deposited, l.deposit_percent, l.ticket_percent, make_interval(hours => l.claim_hours)
    FROM (SELECT offer_id, {mark} AS at, sum(quantity)::bigint AS sold,
                 coalesce(sum(quantity) FILTER (WHERE advanced_at IS NOT NULL), 0)::bigint AS advanced,
                 coalesce(sum(quantity) FILTER (WHERE deposited_at IS NOT NULL), 0)::bigint AS deposited, sum(lot_units)::bigint AS units
          FROM trade_order WHERE {condition} GROUP BY 1, 2) s
    JOIN trade_offer f ON f.id = s.offer_id JOIN trade_lot l ON l.id = f.lot_id JOIN trade_listing g ON g.id = l.listing_id
    JOIN accounts_organisation p ON p.id = g.producer_id LEFT JOIN accounts_organisation h ON h.id = l.packing_house_id
    LEFT JOIN accounts_organisation i ON i.id = f.importer_id ORDER BY l.id, f.id, s.at
"""


Mark = Literal["deposited_at", "advanced_at", "delivered_at", "NULL::timestamptz"]


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


DELIVERED = """o.state = 'delivered' AND NOT o.is_claimed
    AND o.delivered_at <= core_now() - make_interval(hours => l.claim_hours)"""
TO_ADVANCE = "o.advanced_at IS NULL AND o.state IN ('paid', 'shipped')"
TO_DEPOSIT = "l.deposit_percent > 0 AND o.deposited_at IS NULL AND o.state IN ('paid', 'shipped')"
OF_TICKETS = f"EXISTS (SELECT 1 FROM trade_ticket t WHERE t.lot_id = o.lot_id) AND {TO_ADVANCE}"  # noqa: S608


def sales_to_settle() -> list[UnpaidSales]:
    """Return what was delivered, its lot's claim window over and no claim waiting: everybody's share of it is due."""
    return _unpaid(DELIVERED, [])


def sales_to_deposit() -> list[UnpaidSales]:
    """Return what is due for the grower's share when sold."""
    return _unpaid(TO_DEPOSIT, [])


def sales_to_advance(lots: Sequence[str] | None = None) -> list[UnpaidSales]:
    """Return what is due for the grower's first share: of `lots`, or of every lot with a signed ticket."""
    if lots is not None:
        return _unpaid(f"l.code = ANY (%s) AND {TO_ADVANCE}", [list(lots)])
    return _unpaid(OF_TICKETS, [])


def sales_due() -> list[UnpaidSales]:
    """Return what is due of any: everybody's share, the grower's at the ticket, or his when sold; one query."""
    return _unpaid(f"({DELIVERED}) OR ({OF_TICKETS}) OR ({TO_DEPOSIT})", [])


def _unpaid(condition: str, parameters: list[list[str]]) -> list[UnpaidSales]:
    with connection.cursor() as cursor:
        cursor.execute(UNPAID.format(condition=condition), parameters)
        return [UnpaidSales(*row) for row in cursor.fetchall()]


def lots_to_advance(limit: int, *, without: Sequence[tuple[str, date]] = ()) -> list[str]:
    """Return lots with a signed ticket and orders whose grower has not had his first share.

    Orders whose price was made `without` a rate, (currency, day), do not count: they take no place of the limit.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT l.code FROM trade_ticket t JOIN trade_lot l ON l.id = t.lot_id
                WHERE EXISTS (SELECT 1 FROM trade_order o WHERE o.lot_id = l.id AND {TO_ADVANCE} {WITHOUT})
                ORDER BY l.id LIMIT %s""",  # noqa: S608
            [[currency for currency, _ in without], [day for _, day in without], limit],
        )
        return [row[0] for row in cursor.fetchall()]


def offers_of_orders(states: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return (order, offer, quantity) of every order in some states, the oldest first."""
    return list(Order.objects.filter(state__in=states).order_by("id").values_list("code", "offer_id", "quantity"))


def lines_of_offers(states: Sequence[str]) -> dict[int, tuple[str, list[dict[str, Any]]]]:
    """Return currency and price lines of each offer through which orders in some states were placed."""
    rows = Offer.objects.filter(id__in=Order.objects.filter(state__in=states).values("offer_id"))
    return {row[0]: row[1:] for row in rows.order_by("id").values_list("id", "currency", "lines")}

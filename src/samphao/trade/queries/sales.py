"""What was sold through offers, with the price lines of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from samphao.trade.models import Offer, Order
from samphao.trade.types import LotSale

SALES = """
    SELECT l.code, g.good, p.code, h.code, i.code, f.destination, f.currency, s.sold, s.advanced, (f.priced_at AT TIME ZONE 'Asia/Bangkok')::date,
           f.lines, s.units * l.unit_mass_g, l.harvest_from, l.harvest_to, l.dry_matter_pct
    FROM (SELECT offer_id, sum(quantity)::bigint AS sold, coalesce(sum(quantity) FILTER (WHERE advanced_at IS NOT NULL), 0)::bigint AS advanced,
                 sum(lot_units)::bigint AS units
          FROM trade_order WHERE {condition} GROUP BY offer_id) s
    JOIN trade_offer f ON f.id = s.offer_id JOIN trade_lot l ON l.id = f.lot_id JOIN trade_listing g ON g.id = l.listing_id
    JOIN accounts_organisation p ON p.id = g.producer_id LEFT JOIN accounts_organisation h ON h.id = l.packing_house_id
    LEFT JOIN accounts_organisation i ON i.id = f.importer_id ORDER BY l.id, f.id
"""


def sales_of_lots(state: str) -> list[LotSale]:
    """Return what was sold through each offer, over its orders in a state, lot by lot."""
    return _sales("state = %s", state)


def sales_of_orders(codes: Sequence[str]) -> list[LotSale]:
    """Return what some orders bought through each offer, lot by lot."""
    return _sales("code = ANY (%s)", list(codes))


def _sales(condition: str, value: str | list[str]) -> list[LotSale]:
    with connection.cursor() as cursor:
        cursor.execute(SALES.format(condition=condition), [value])
        rows = [[*row[:10], json.loads(row[10]), *row[11:]] for row in cursor.fetchall()]
    return [LotSale(*row) for row in rows]


def offers_of_orders(states: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return (order, offer, quantity) of every order in some states, the oldest first."""
    return list(Order.objects.filter(state__in=states).order_by("id").values_list("code", "offer_id", "quantity"))


def lines_of_offers(states: Sequence[str]) -> dict[int, tuple[str, list[dict[str, Any]]]]:
    """Return currency and price lines of each offer through which orders in some states were placed."""
    rows = Offer.objects.filter(id__in=Order.objects.filter(state__in=states).values("offer_id"))
    return {row[0]: row[1:] for row in rows.order_by("id").values_list("id", "currency", "lines")}

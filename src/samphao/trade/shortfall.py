"""A harvest that is less than was sold: who ordered first is served first, the others are given up and get their money back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from samphao.core import events
from samphao.engines.allocation import first_come
from samphao.trade.events import OrdersShort
from samphao.trade.models import Lot

SHORTFALL = "shortfall"


def give_up_what_is_short(lots: Sequence[str]) -> list[str]:
    """Sell no more of lots than their signed tickets accepted, and cancel the orders for which that is too little; return them.

    Held and paid orders stand in one line, as they were placed. A whole order is served or given up.
    """
    given_up: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM trade_lot WHERE code = ANY (%s) ORDER BY id FOR NO KEY UPDATE", [list(lots)])
        for lot in Lot.objects.filter(code__in=lots, ticket__isnull=False).select_related("ticket").order_by("id"):
            available = int(lot.ticket.accepted_kg * 1000) // lot.unit_mass_g
            if lot.held + lot.sold > available:
                given_up += _give_up(lot, available)
            elif available < lot.quantity:
                Lot.objects.filter(pk=lot.pk).update(quantity=available)
    return given_up


def _give_up(lot: Lot, available: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, lot_units, state IN ('held', 'paid') FROM trade_order WHERE lot_id = %s AND state NOT IN ('expired', 'cancelled')
               ORDER BY id FOR NO KEY UPDATE""",
            [lot.pk],
        )
        rows = cursor.fetchall()
        served = first_come([units for _, units, _ in rows], available)
        short = [row[0] for row, is_served in zip(rows, served, strict=True) if not is_served and row[2]]
        cursor.execute(
            """WITH gone AS (UPDATE trade_order SET state = 'cancelled', ended_for = %s WHERE id = ANY (%s)
                             RETURNING code, lot_units, paid_at IS NOT NULL AS was_paid),
                    freed AS (UPDATE trade_lot l SET sold = l.sold - g.sold, held = l.held - g.held, quantity = l.sold + l.held - g.sold - g.held
                              FROM (SELECT coalesce(sum(lot_units) FILTER (WHERE was_paid), 0) AS sold,
                                           coalesce(sum(lot_units) FILTER (WHERE NOT was_paid), 0) AS held FROM gone) g WHERE l.id = %s)
               SELECT code FROM gone ORDER BY code""",
            [SHORTFALL, short, lot.pk],
        )
        codes = [row[0] for row in cursor.fetchall()]
    if codes:
        events.publish(OrdersShort(lot.code, codes))
    return codes

"""What trade does when somebody behind its lots is suspended, and when that ends. Lots are locked first, as ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection, transaction

from samphao.core import clock
from samphao.core.models import AuditEntry
from samphao.trade.models import GateState

NOT_SUSPENDED = "load-not-suspended"
"""The rule of the gate to load that nobody behind a lot is suspended."""
SUSPENDED = "suspended"
"""Why an order ended: somebody behind its lot was suspended."""


def release_holds(pairs: Collection[tuple[str, str]]) -> list[str]:
    """Cancel the orders of lots for destinations that wait for payment: nobody pays for what may not be sold. Return them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """WITH shut AS (SELECT l.id AS lot_id, u.destination FROM unnest(%s::text[], %s::text[]) u (lot, destination) JOIN trade_lot l ON l.code = u.lot),
                    gone AS (UPDATE trade_order o SET state = 'cancelled', ended_for = %s FROM shut, trade_offer f
                             WHERE o.lot_id = shut.lot_id AND f.id = o.offer_id AND f.destination = shut.destination AND o.state = 'held'
                             RETURNING o.code, o.lot_id, o.lot_units),
                    freed AS (UPDATE trade_lot l SET held = l.held - g.units
                              FROM (SELECT lot_id, sum(lot_units) AS units FROM gone GROUP BY lot_id) g WHERE l.id = g.lot_id)
               SELECT code FROM gone ORDER BY code""",
            [[lot for lot, _ in pairs], [destination for _, destination in pairs], SUSPENDED],
        )
        return [row[0] for row in cursor.fetchall()]


def reopen(lots: Mapping[str, int], rules: Collection[str]) -> int:
    """Let gates to list that were shut for good by some rules be judged again: the suspension behind them was lifted. Return how many."""
    return GateState.objects.filter(lot__in=list(lots.values()), gate=GateState.Gate.LIST, shut_by__in=rules).update(
        shut_by=""
    )


def note_choice(order: str, *, by: str) -> None:
    """Keep that a buyer took his money back rather than wait."""
    AuditEntry.objects.create(at=clock.now(), actor=by, action="order.take_back", subject=order)

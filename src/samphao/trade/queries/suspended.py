"""The lots behind somebody who is suspended, and the orders that wait for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from samphao.core import clock
from samphao.trade.models import GateState, Lot

RULES = ("list-not-suspended", "cut-not-suspended", "load-not-suspended")


def lots_behind(party: str, orchard: str) -> list[str]:
    """Return the lots of a packing house, laboratory or orchard that are still on sale or owe somebody goods; one query."""
    behind = Q(packing_house__code=party) | Q(laboratory_code=party) if party else Q(orchard_code=orchard)
    open_ = Q(closes_at__gt=clock.now()) | Q(orders__state__in=("held", "paid"))
    return list(Lot.objects.filter(behind, open_).distinct().order_by("id").values_list("code", flat=True))


def suspended_places(lots: Collection[str]) -> set[tuple[str, str]]:
    """Return (lot, destination) of which a gate says that somebody is suspended; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT l.code, g.destination FROM trade_gatestate g JOIN trade_lot l ON l.id = g.lot_id, jsonb_array_elements(g.findings) f
               WHERE l.code = ANY (%s) AND NOT g.is_open AND f ->> 'rule' = ANY (%s) AND f ->> 'is_met' = 'false'""",
            [list(lots), list(RULES)],
        )
        return set(cursor.fetchall())


def lists_open(lots: Collection[str]) -> int:
    """Return how many lots are sold somewhere."""
    return (
        GateState.objects.filter(lot__code__in=lots, gate=GateState.Gate.LIST, is_open=True)
        .values("lot")
        .distinct()
        .count()
    )


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order behind a suspension: whose it is, what was paid for it, and what its goods cost at the packing house, in satang."""

    order: str
    buyer: int
    lot: str
    destination: str
    amount_minor: int
    currency: str
    goods_minor: int
    is_paid: bool


ORDERS = """
    SELECT o.code, o.buyer_id, l.code, f.destination, o.amount_minor, o.currency, o.lot_units * l.price_minor, o.paid_at IS NOT NULL
    FROM trade_order o JOIN trade_lot l ON l.id = o.lot_id JOIN trade_offer f ON f.id = o.offer_id
"""


def orders_of_places(places: Collection[tuple[str, str]]) -> list[WaitingOrder]:
    """Return the orders of lots for destinations that wait for payment or for their goods; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{ORDERS} JOIN unnest(%s::text[], %s::text[]) u (lot, destination) ON (u.lot, u.destination) = (l.code, f.destination)
                WHERE o.state IN ('held', 'paid') ORDER BY o.id""",
            [[lot for lot, _ in places], [destination for _, destination in places]],
        )
        return [WaitingOrder(*row) for row in cursor.fetchall()]

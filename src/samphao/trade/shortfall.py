"""A harvest that is less than was sold: who is served, and with how much, was declared before anybody ordered.

A lot of a cycle says whether everybody gets the same share, in whole cartons, or who ordered first is served first; of any other lot
who ordered first is. Whoever gets nothing is given up. What was paid beyond what is delivered goes back: that follows the events.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from samphao.core import clock, events
from samphao.engines.allocation import first_come, pro_rata
from samphao.trade.cycle_models import CycleLot, OrderCut, ShortfallRule
from samphao.trade.events import OrdersShort, OrdersShortened
from samphao.trade.models import Lot, Order

SHORTFALL, SHORT_SHARE = "shortfall", "short-share"
"""Why an order was given up: who came before left nothing, or its share is less than a carton."""
ENDED = (Order.State.EXPIRED, Order.State.CANCELLED)
OPEN = (Order.State.HELD, Order.State.PAID)


def give_up_what_is_short(lots: Sequence[str]) -> list[str]:
    """End or shorten the orders for which a lot's signed ticket does not suffice, and sell no more of it; return those that ended.

    Held and paid orders stand in one line, as they were placed. What has left is served before.
    """
    given_up: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM trade_lot WHERE code = ANY (%s) ORDER BY id FOR NO KEY UPDATE", [list(lots)])
        for lot in Lot.objects.filter(code__in=lots, ticket__isnull=False).select_related("ticket").order_by("id"):
            available = int(lot.ticket.accepted_kg * 1000) // lot.unit_mass_g
            if lot.held + lot.sold > available:
                given_up += _give_up(lot, available)
    return given_up


def rule_of(lot: str) -> ShortfallRule:
    """Return by which rule a lot's orders are served when its harvest is short."""
    declared = CycleLot.objects.filter(lot__code=lot).values_list("cycle__shortfall", flat=True).first()
    return ShortfallRule(declared or ShortfallRule.FIRST_COME)


def _give_up(lot: Lot, available: int) -> list[str]:
    rows = list(Order.objects.select_for_update(no_key=True).filter(lot=lot).exclude(state__in=ENDED).order_by("id"))
    rule = rule_of(lot.code)
    served = _by_share(rows, available) if rule == ShortfallRule.PRO_RATA else _in_turn(rows, available)
    short = [(row, left) for row, left in zip(rows, served, strict=True) if row.state in OPEN and left < row.quantity]
    _cut([(row, left) for row, left in short if left])
    ended = _end(
        [row.pk for row, left in short if not left], SHORT_SHARE if rule == ShortfallRule.PRO_RATA else SHORTFALL
    )
    _count(lot)
    if ended:
        events.publish(OrdersShort(lot.code, ended))
    if cut := sorted(row.code for row, left in short if left):
        events.publish(OrdersShortened(lot.code, cut))
    return ended


def _in_turn(rows: Sequence[Order], available: int) -> list[int]:
    """Return what each order gets: all of it or nothing."""
    served = first_come([row.lot_units for row in rows], available)
    return [row.quantity if is_served else 0 for row, is_served in zip(rows, served, strict=True)]


def _by_share(rows: Sequence[Order], available: int) -> list[int]:
    """Return what each order gets of what has not left yet: the same share, in whole selling units."""
    left = max(0, available - sum(row.lot_units for row in rows if row.state not in OPEN))
    shares = iter(pro_rata([(row.quantity, row.lot_units // row.quantity) for row in rows if row.state in OPEN], left))
    return [next(shares) if row.state in OPEN else row.quantity for row in rows]


def _cut(rows: Sequence[tuple[Order, int]]) -> None:
    """Make orders smaller at the price of each unit, and keep what they were."""
    now, cuts = clock.now(), []
    for row, left in rows:
        amount = row.amount_minor // row.quantity * left
        cuts.append(
            OrderCut(
                order=row, quantity_from=row.quantity, quantity_to=left, amount_from_minor=row.amount_minor, amount_to_minor=amount,
                was_paid=row.state == Order.State.PAID, was_deposited=row.deposited_at is not None, was_advanced=row.advanced_at is not None,
                cut_at=now,
            )
        )  # fmt: skip
        row.lot_units = row.lot_units // row.quantity * left
        row.quantity, row.amount_minor = left, amount
    OrderCut.objects.bulk_create(cuts)
    Order.objects.bulk_update([row for row, _ in rows], ["quantity", "lot_units", "amount_minor"], batch_size=500)


def _end(orders: Sequence[int], why: str) -> list[str]:
    gone = Order.objects.filter(pk__in=orders)
    codes = sorted(gone.values_list("code", flat=True))
    gone.update(state=Order.State.CANCELLED, ended_for=why)
    return codes


def _count(lot: Lot) -> None:
    """Let a lot hold and have sold what its orders say, and offer nothing beyond."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE trade_lot l SET sold = o.sold, held = o.held, quantity = o.sold + o.held
               FROM (SELECT coalesce(sum(lot_units) FILTER (WHERE state <> 'held'), 0) AS sold,
                            coalesce(sum(lot_units) FILTER (WHERE state = 'held'), 0) AS held
                     FROM trade_order WHERE lot_id = %s AND state NOT IN ('expired', 'cancelled')) o WHERE l.id = %s""",
            [lot.pk, lot.pk],
        )

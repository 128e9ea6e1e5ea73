"""Orders that a buyer or a seller gives up before their goods leave; refund and messages follow the event."""

from __future__ import annotations

from datetime import datetime, time

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from samphao.accounts.queries import Viewer
from samphao.core import clock, events
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.core.models import AuditEntry
from samphao.trade.events import OrdersCancelled
from samphao.trade.models import Order, TradeMode
from samphao.trade.types import AFTER_SALE, REASON_LENGTH_MIN

BUYER, SELLER, HUB = "buyer", "seller", "hub"
OPEN = (Order.State.HELD, Order.State.PAID)
WAITS_FOR_CUTTING = (TradeMode.GENERAL, TradeMode.DOMESTIC)
NO_ORDER = gettext_noop("There is no such order.")
ON_ITS_WAY = gettext_noop("This order is no longer waiting: its goods have left, or it has ended.")
TOO_LATE = gettext_noop("The time for cancelling this order is over.")
SIGNED = gettext_noop("Both sides have signed a contract for this order: ask the hub on its page.")
WRITE_REASON = gettext_noop("Write the reason in a sentence.")


def cancel_until(order: Order) -> datetime:
    """Return until when its buyer may give up an order that has not left.

    In general and domestic trade until the day begins on which its lot is cut or made ready; what is sent by post or
    cross-border retail is packed soon, so a day after the payment. What is not paid may be given up while it is held.
    """
    if order.state == Order.State.HELD or order.paid_at is None:
        return order.hold_expires_at
    if order.offer.trade_mode in WAITS_FOR_CUTTING:
        cut_on = order.lot.cut_on or order.lot.harvest_from
        return datetime.combine(cut_on, time(), clock.BANGKOK)
    return order.paid_at + AFTER_SALE.post_cancel


def may_cancel(order: Order, now: datetime) -> bool:
    """Tell whether a buyer may still give up an order; what was weighed was cut, whatever day was named."""
    if order.has_contract and order.state == Order.State.PAID:
        return False  # both have signed: it ends by a dispute
    was_cut = order.offer.trade_mode in WAITS_FOR_CUTTING and hasattr(order.lot, "ticket")
    return order.state in OPEN and now < cancel_until(order) and not was_cut


def cancel_as_buyer(code: str, *, viewer: Viewer, by: str) -> None:
    """Give up an order as its buyer, in time; its goods are free for others."""
    with transaction.atomic():
        order = _lock(code)
        if order is None or order.buyer_id not in viewer.organisations:
            raise NotFound(NO_ORDER)
        if order.state not in OPEN:
            raise Conflict(ON_ITS_WAY)
        if not may_cancel(order, clock.now()):
            raise Refused(SIGNED if order.has_contract else TOO_LATE)
        _cancel(order, BUYER, "", by)


def cancel_as_seller(code: str, reason: str, *, viewer: Viewer, by: str) -> None:
    """Give up an order as its producer, with a reason; what he cannot deliver leaves the lot and is not sold again."""
    with transaction.atomic():
        order = _lock(code)
        if order is None or order.lot.listing.producer_id not in viewer.organisations:
            raise NotFound(NO_ORDER)
        if order.state not in OPEN:
            raise Conflict(ON_ITS_WAY)
        if len(reason.strip()) < REASON_LENGTH_MIN:
            raise Refused(WRITE_REASON)
        _cancel(order, SELLER, reason.strip()[:300], by)


def cancel_by_decision(code: str, reason: str, *, by: str) -> bool:
    """Give up an order whose contract the hub's people have ended, if its goods have not left; they are free for others."""
    with transaction.atomic():
        order = _lock(code)
        if order is None or order.state not in OPEN:
            return False
        _cancel(order, HUB, reason[:300], by)
    return True


def _lock(code: str) -> Order | None:
    """Lock an order's lot, then the order, as the order counter does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM trade_lot WHERE id = (SELECT lot_id FROM trade_order WHERE code = %s) FOR NO KEY UPDATE",
            [code],
        )
    rows = Order.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("offer", "lot__listing", "lot__ticket").filter(code=code).first()


def _cancel(order: Order, side: str, reason: str, by: str) -> None:
    was_paid, units = order.state == Order.State.PAID, order.lot_units
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE trade_order SET state = 'cancelled', cancelled_by = %s, cancel_reason = %s WHERE id = %s",
            [side, reason, order.pk],
        )
        cursor.execute(
            "UPDATE trade_lot SET sold = sold - %s, held = held - %s, quantity = quantity - %s WHERE id = %s",
            [units if was_paid else 0, 0 if was_paid else units, units if side == SELLER else 0, order.lot_id],
        )
    AuditEntry.objects.create(
        at=clock.now(), actor=by, action=f"order.cancel_as_{side}", subject=order.code, detail={"reason": reason}
    )
    events.publish(OrdersCancelled(side, reason, [order.code]))

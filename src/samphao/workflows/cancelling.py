"""An order is given up before its goods leave: its goods leave their load, the money goes back, the other side is told."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from samphao.accounts.services import notify_each
from samphao.trade import queries as trade
from samphao.workflows.notices import message
from samphao.workflows.turning_away import undo

BY_BUYER = _("Order %(order)s of lot %(lot)s was cancelled by its buyer. Its goods are free for others.")
DONE_PAID = _("You cancelled order %(order)s of lot %(lot)s. Your money is on its way back.")
DONE_HELD = _("You cancelled order %(order)s of lot %(lot)s before it was paid.")
BY_SELLER_PAID = _(
    "Order %(order)s of lot %(lot)s was cancelled by its seller: “%(reason)s”. Your money is on its way back."
)
BY_SELLER_HELD = _("Order %(order)s of lot %(lot)s was cancelled by its seller before it was paid: “%(reason)s”.")


def orders_cancelled(payload: dict[str, Any]) -> None:
    """Take the goods off the road, return the money and tell buyer and seller."""
    orders, reason, is_sellers = payload["orders"], payload["reason"], payload["side"] == "seller"
    undo(orders, reason=f"cancelled by its {payload['side']}")
    told, deposited = [], trade.are_pre_orders(orders)  # of these the buyer is told what is kept and what goes back
    for row in trade.parties_of(orders):
        values = {"order": row.order, "lot": row.lot, "reason": reason}
        if is_sellers:
            text = BY_SELLER_PAID if row.is_paid else BY_SELLER_HELD
        else:
            text = DONE_PAID if row.is_paid else DONE_HELD
            told.append(message(row.producer, row.order, "cancelled", BY_BUYER, **values))
        if is_sellers or row.order not in deposited:
            told.append(message(row.buyer, row.order, "cancelled", text, **values))
    notify_each(told)

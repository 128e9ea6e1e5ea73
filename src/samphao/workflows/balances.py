"""The two payments of a pre-order: what is told while its balance is due, and what comes of its deposit when the order ends.

A deposit waits in the money held for its lot. When the order ends by its buyer's doing, a declared share of the deposit becomes the
producer's and the rest goes back; when it ends by anybody else's, all goes back. Both move in one transaction with the mark that they did.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts.services import notify_each, spoken_moment
from samphao.core import clock
from samphao.core.money import amount_text
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.types import Waiting
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import DepositHeld
from samphao.workflows import notices
from samphao.workflows.shares import Share, has_rate, pay

log = logging.getLogger(__name__)
REMIND_BEFORE = timedelta(days=3)
AT_ONCE = 500
KEPT_DEPOSIT = "kept deposit"
LAPSED = "the balance was not paid"
TAKEN = _(
    "The deposit of order %(order)s, %(deposit)s, has come. Its goods are held for you; the balance of %(balance)s is due before %(until)s."
)
DUE = _(
    "The balance of order %(order)s, %(balance)s, is due before %(until)s. If it does not come, the order ends and %(kept)s of your deposit is kept."
)
DUE_KEEPS_NOTHING = _(
    "The balance of order %(order)s, %(balance)s, is due before %(until)s. If it does not come, the order ends and your money goes back to you."
)
OVERDUE = _(
    "The balance of order %(order)s did not come before %(until)s: the order has ended. %(kept)s of your deposit is kept, as you were told, and %(back)s goes back to you."
)
GIVEN_UP = _(
    "You gave up order %(order)s after its deposit was paid. %(kept)s of it is kept, as you were told, and %(back)s goes back to you."
)
OVERDUE_ALL_BACK = _(
    "The balance of order %(order)s did not come before %(until)s: the order has ended, and %(back)s goes back to you."
)
GIVEN_UP_ALL_BACK = _("You gave up order %(order)s: %(back)s goes back to you.")
KEPT_FOR_YOU = _(
    "Order %(order)s of lot %(lot)s ended, for its buyer did not pay the balance or gave it up. %(kept)s of the deposit is yours; the goods are free."
)


def deposits_taken(payload: dict[str, Any]) -> None:
    """Tell buyers that their deposit came, and until when the balance is due."""
    notify_each(
        notices.message(
            row.buyer_id, row.code, "deposit", TAKEN, order=row.code, deposit=amount_text(row.deposit_minor, row.currency),
            balance=amount_text(row.amount_minor - row.deposit_minor, row.currency), until=spoken_moment(row.hold_expires_at),
        )
        for row in trade.dues_of(payload["orders"])
        if row.waits and row.is_deposit_paid
    )  # fmt: skip


def run_clocks() -> int:
    """Tell whose balance is due soon, and settle what came of those that ended; return how many of either. The holds end by `expire_holds`."""
    return remind() + len(close())


def remind() -> int:
    """Tell buyers three days before their balance is due, each once."""
    with transaction.atomic():
        soon = trade.balances_due(clock.now() + REMIND_BEFORE, AT_ONCE)
        marked = set(services.mark_reminded([row.order for row in soon]))
        dues = {row.code: row for row in trade.dues_of(marked)}
        notify_each(_reminder(row, dues[row.order]) for row in soon if row.order in marked and dues[row.order].waits)
    return len(marked)


def _reminder(row: DepositHeld, due: Any) -> Any:
    came = sum(one.counts_minor for one in ledger.waiting_payments([row.order]) if one.counts_currency == row.currency)
    kept = row.keeps_minor
    return notices.message(
        row.buyer, row.order, "balance-due", DUE if kept else DUE_KEEPS_NOTHING, order=row.order, until=spoken_moment(row.balance_due_at),
        balance=amount_text(due.amount_minor - came, row.currency), kept=amount_text(kept, row.currency),
    )  # fmt: skip


def close(orders: Collection[str] | None = None, *, reason: str = LAPSED) -> set[str]:
    """Settle what comes of pre-orders that ended, of `orders` or of all; return those of them whose money is no longer anybody else's to move.

    One whose kept share cannot be paid, as nobody knows the rate of its day, waits whole for the named job.
    """
    if orders is not None and not orders:
        return set()
    with transaction.atomic():
        found = trade.ended_pre_orders(AT_ONCE if orders is None else len(orders), orders)
        for row in found:
            if row.keeps_minor and not has_rate(row.currency, row.priced_on):
                log.warning("no rate of %s for %s: order %s waits", row.currency, row.priced_on, row.order)
            else:
                _settle(row, reason)
    return {row.order for row in found} if orders is None else trade.are_pre_orders(orders)


def _settle(row: DepositHeld, reason: str) -> None:
    """Move the money of one pre-order that ended: the kept share to the producer, the rest back to who paid it."""
    waiting = ledger.waiting_payments([row.order], lock=True)
    usable = [one for one in waiting if one.counts_currency == row.currency]
    came = sum(one.counts_minor for one in usable)
    is_disputed = (
        ledger.left_of([one.id for one in usable]) < came
    )  # his bank took back what he paid: nothing of it is kept
    kept = 0 if is_disputed else min(row.keeps_minor, came)
    if not services.close_pre_orders({row.order: kept}):
        return
    others = [one.id for one in waiting if one.counts_currency != row.currency]
    if kept:
        _keep(row, kept, usable)
        if came > kept:
            payments.refund_order(row.order, came - kept, row.currency, row.lot, key="pre-order", reason=reason)
    else:
        others += [one.id for one in usable]
    payments.return_payments([row.order], {row.order: row.lot}, reason=reason, payments=others)
    _tell(row, kept, came - kept)


def _keep(row: DepositHeld, kept: int, usable: Sequence[Waiting]) -> None:
    """Let the kept share become payable to the producer, out of the money held for the lot."""
    share = Share(row.lot, row.currency, clock.now(), "producer", row.producer_code, row.priced_on, kept, 0, 0)
    pay([(share, kept)], KEPT_DEPOSIT, row.order).post()
    payments.mark_applied([one.id for one in usable])


def _tell(row: DepositHeld, kept: int, back: int) -> None:
    """Tell the buyer what is kept and what goes back, where he let it end; and the producer what became his."""
    if not row.is_lapsed:
        return  # whoever ended it tells why, and that all goes back
    until = spoken_moment(row.balance_due_at)
    values: dict[str, Any] = {
        "order": row.order, "lot": row.lot, "until": until, "kept": amount_text(kept, row.currency), "back": amount_text(back, row.currency),
    }  # fmt: skip
    is_overdue = row.is_overdue
    text = (OVERDUE if kept else OVERDUE_ALL_BACK) if is_overdue else (GIVEN_UP if kept else GIVEN_UP_ALL_BACK)
    told = [notices.message(row.buyer, row.order, "overdue" if is_overdue else "given-up", text, **values)]
    if kept:
        told.append(notices.message(row.producer, row.order, "kept", KEPT_FOR_YOU, **values))
    notify_each(told)

"""From money to a paid order: what came pays its order, waits for the rest, or goes back to who paid it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts.services import Spoken, notify_each, spoken_moment
from samphao.core.errors import Conflict
from samphao.core.money import amount_text
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.types import Waiting
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import OrderDue
from samphao.workflows import balances, notices

LATE, TWICE, OTHER_CURRENCY, TOO_MUCH = (
    "the hold had run out", "the order was paid already", "paid in another currency than was asked", "more than was asked",
)  # fmt: skip
SHORT = _(
    "%(came)s came for order %(order)s: %(missing)s is missing. Pay it before %(until)s, or all of it goes back to you."
)
SHORT_BALANCE = _(
    "%(came)s came for order %(order)s: %(missing)s is missing. Pay it before %(until)s, or the order ends by the terms that you were told."
)
WENT_BACK = _("%(amount)s that came for order %(order)s goes back to you: %(why)s.")
WHY = {
    LATE: _("the time to pay was over"), TWICE: _("it was paid already"), OTHER_CURRENCY: _("it came in another currency than was asked"),
    TOO_MUCH: _("it was more than was asked"),
}  # fmt: skip


@dataclass(slots=True)
class Decision:
    """What becomes of the payments that wait for one order."""

    applied: list[Waiting] = field(default_factory=list)
    back: list[tuple[Waiting, str]] = field(default_factory=list)
    excess_minor: int = 0
    missing_minor: int = 0
    brings_deposit: bool = False


def decide(order: OrderDue, waiting: Sequence[Waiting], applied_minor: int) -> Decision:
    """Say which payments pay an order, which go back and why, and what is missing.

    It looks only at the order and at all that waits for it, so that it does not matter in which order the news came.
    """
    made = Decision()
    if order.has_ended:
        made.back = [(row, LATE) for row in waiting]
        return made
    usable = [row for row in waiting if row.counts_currency == order.currency]
    made.back = [(row, OTHER_CURRENCY) for row in waiting if row.counts_currency != order.currency]
    left = order.amount_minor - applied_minor
    came = sum(row.counts_minor for row in usable)
    if left > came:
        made.missing_minor = left - came
        made.brings_deposit = order.waits and not order.is_deposit_paid and 0 < order.deposit_minor <= came
        return made
    for row in usable:
        if left > 0:
            made.applied.append(row)
            left -= row.counts_minor
        else:
            made.back.append((row, TWICE))
    made.excess_minor = max(0, -left) if made.applied else 0
    return made


def payments_received(payload: dict[str, Any]) -> None:
    """Let what a bank reported pay its orders; whatever does not goes back to who paid it."""
    settle(payload["orders"])


def holds_expired(payload: dict[str, Any]) -> None:
    """Send back what came for orders that were never paid in full."""
    settle(payload["orders"])


def settle(codes: Sequence[str]) -> None:
    """Decide about all that waits for orders. Locks lots, orders and payments, in this sequence, as everybody does."""
    with transaction.atomic():
        orders = trade.dues_of(codes)
        waiting, applied = _waiting(codes), ledger.applied_to(codes)
        first = [(row, decide(row, waiting[row.code], applied.get(row.code, 0))) for row in orders if row.waits]
        deposits = [row.code for row, decision in first if decision.brings_deposit]
        paid = [row.code for row, decision in first if decision.applied]
        if deposits:
            services.lock_lots({row.lot for row, decision in first if decision.brings_deposit or decision.applied})
            services.take_deposits(deposits)
        services.mark_paid(paid)
        waiting, applied = _waiting(codes, lock=True), ledger.applied_to(codes)
        dues = [row for row in trade.dues_of(codes) if row.code in waiting]
        made = {
            row.code: (row, decide(row, waiting[row.code], applied.get(row.code, 0)))
            for row in dues
            if not row.has_consequence
        }
        if any(row.waits and (decision.applied or decision.brings_deposit) for row, decision in made.values()):
            raise Conflict("money came while orders were being decided: they are decided again")
        payments.mark_applied([paid.id for _row, decision in made.values() for paid in decision.applied])
        for row, decision in made.values():
            _give_back(row, decision)
            if decision.missing_minor and waiting[row.code] and row.code not in deposits:
                _tell_short(row, decision, waiting[row.code])
        balances.close([row.code for row in dues if row.has_consequence])


def _waiting(codes: Sequence[str], *, lock: bool = False) -> dict[str, list[Waiting]]:
    found: dict[str, list[Waiting]] = defaultdict(list)
    for row in ledger.waiting_payments(codes, lock=lock):
        found[row.order_code].append(row)
    return found


def _give_back(order: OrderDue, decision: Decision) -> None:
    reasons: dict[str, list[Waiting]] = defaultdict(list)
    for row, why in decision.back:
        reasons[why].append(row)
    for why, rows in reasons.items():
        payments.return_payments([order.code], {order.code: order.lot}, reason=why, payments=[row.id for row in rows])
        _tell_back(order, why, [(row.counts_minor, row.counts_currency, row.bank_reference) for row in rows])
    if decision.excess_minor:
        last = decision.applied[-1].bank_reference
        payments.refund_order(
            order.code,
            decision.excess_minor,
            order.currency,
            order.lot,
            key="excess",
            reason=TOO_MUCH,
            newest_first=True,
        )
        _tell_back(order, TOO_MUCH, [(decision.excess_minor, order.currency, last)])


def _tell_back(order: OrderDue, why: str, rows: Sequence[tuple[int, str, str]]) -> None:
    notify_each(
        notices.message(
            order.buyer_id, order.code, f"went-back-{reference}", WENT_BACK, order=order.code, amount=amount_text(minor, currency), why=Spoken(WHY[why])
        )
        for minor, currency, reference in rows
    )  # fmt: skip


def _tell_short(order: OrderDue, decision: Decision, waiting: Sequence[Waiting]) -> None:
    came = sum(row.counts_minor for row in waiting if row.counts_currency == order.currency)
    if not came or (order.is_deposit_paid and came <= order.deposit_minor):
        return
    missing = decision.missing_minor
    if order.deposit_minor and not order.is_deposit_paid:
        missing = order.deposit_minor - came
    notify_each(
        [
            notices.message(
                order.buyer_id, order.code, f"short-{waiting[-1].bank_reference}", SHORT_BALANCE if order.is_deposit_paid else SHORT, order=order.code,
                came=amount_text(came, order.currency), missing=amount_text(missing, order.currency), until=spoken_moment(order.hold_expires_at),
            )
        ]
    )  # fmt: skip

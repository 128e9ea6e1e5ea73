"""What follows when a short harvest leaves orders a part of what they wanted: growers pay back, buyers get back, and all are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts.services import notify_each
from samphao.core import clock
from samphao.core.money import amount_text
from samphao.payments import services as payments
from samphao.trade import queries as trade
from samphao.trade.types import CutOrder
from samphao.workflows import notices, payment
from samphao.workflows.shares import shares, take_back

SHORTENED = "shortened"
SHORTER_PAID = _(
    "The harvest of lot %(lot)s was smaller than what was sold, and everybody gets the same share: order %(order)s is %(to)s of %(of)s packages now. %(back)s goes back to you."
)
SHORTER = _(
    "The harvest of lot %(lot)s was smaller than what was sold, and everybody gets the same share: order %(order)s is %(to)s of %(of)s packages now and costs %(amount)s."
)


def orders_shortened(payload: dict[str, Any]) -> None:
    """Move the money of shortened orders, what growers had for it first, then tell their buyers."""
    with transaction.atomic():
        cuts = trade.cuts_of(payload["orders"])
        _claim_back(cuts)
        for cut in cuts:
            if cut.refund_minor:
                payments.refund_order(
                    cut.order, cut.refund_minor, cut.currency, cut.lot, key=f"{SHORTENED}:{cut.order}", reason=SHORTENED
                )  # fmt: skip
        payment.settle([cut.order for cut in cuts if not cut.refund_minor])
        notify_each(_told(cut) for cut in cuts)


def _claim_back(cuts: Sequence[CutOrder]) -> None:
    """Book what growers were paid for what was not harvested as owed by them, so that it stands for the buyers again."""
    now = clock.now()
    for cut in cuts:
        if cut.was_deposited or cut.was_advanced:
            sales = [
                replace(
                    sale, at=now, quantity=cut.quantity, deposited_quantity=cut.quantity if cut.was_deposited else 0,
                    advanced_quantity=cut.quantity if cut.was_advanced else 0,
                )
                for sale in trade.sales_of_orders([cut.order])
            ]  # fmt: skip
            growers = [part for part in shares(sales) if part.receiver == "producer"]
            drafted = take_back([(part, part.paid_minor) for part in growers], SHORTENED, cut.order, SHORTENED)
            drafted.post()
            notices.shares_claimed(cut.order, drafted.told, now)


def _told(cut: CutOrder) -> Any:
    return notices.message(
        cut.buyer, cut.order, SHORTENED, SHORTER_PAID if cut.refund_minor else SHORTER, lot=cut.lot, order=cut.order, to=f"{cut.quantity_to:,}",
        of=f"{cut.quantity_from:,}", back=amount_text(cut.refund_minor, cut.currency), amount=amount_text(cut.amount_to_minor, cut.currency),
    )  # fmt: skip

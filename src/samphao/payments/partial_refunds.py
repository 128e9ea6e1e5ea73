"""A part of what was paid for an order goes back to who paid it, from the money held for its lot, never more than he paid."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop

from samphao.core import clock
from samphao.core.errors import Refused
from samphao.payments import services
from samphao.payments.models import Payment
from samphao.payments.types import Posting

REFUND = "refund"


def refund_order(order: str, amount_minor: int, currency: str, held_for: str, *, key: str, reason: str) -> int:
    """Send `amount_minor` back to the payer, the oldest payment first; the same `key` is refunded once. Return what went back.

    The caller sees to it that this much is still held for the lot: the database refuses to take other buyers' money.
    """
    left = amount_minor
    postings: list[Posting] = []
    with transaction.atomic():
        rows = Payment.objects.select_for_update(no_key=True).filter(order_code=order, currency=currency).order_by("id")
        for row in rows.filter(state=Payment.State.RECEIVED):
            part = min(left, row.amount_minor - row.refunded_minor)
            if part <= 0:
                continue
            entries = (
                (services.held(held_for, currency).code, part),
                (services.bank(row.method, currency).code, -part),
            )
            reference = f"{REFUND}:{key}:{row.method}:{row.bank_reference}"
            postings.append(Posting(REFUND, reference, order, clock.now(), entries, reason))
            row.refunded_minor += part
            row.save(update_fields=["refunded_minor"])
            left -= part
        if left:
            raise Refused(gettext_noop("More would go back than was paid for this order."))
        if services.post(postings) != len(postings):
            raise services.TwoForOneKey(f"refund {key} of order {order} was posted before")
    return amount_minor

"""Reads of what came and what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf

from samphao.payments.models import Payment, PaymentRequest, StatementLine
from samphao.payments.types import Waiting

COUNTS = Coalesce("counts_minor", "amount_minor")


def waiting_payments(orders: Sequence[str], *, lock: bool = False) -> list[Waiting]:
    """Return payments that have not paid their orders yet, the oldest first."""
    rows = Payment.objects.filter(order_code__in=orders, state=Payment.State.RECEIVED, applied_at=None)
    if lock:
        rows = rows.select_for_update(no_key=True)
    named = rows.order_by("id").annotate(
        counts=COUNTS, counted_in=Coalesce(NullIf("counts_currency", Value("")), F("currency"))
    )
    return [
        Waiting(*row)
        for row in named.values_list(
            "id", "order_code", "counts", "counted_in", "amount_minor", "method", "bank_reference"
        )
    ]


def applied_to(orders: Sequence[str]) -> dict[str, int]:
    """Return what has paid each order, in the order's currency."""
    rows = Payment.objects.filter(order_code__in=orders, applied_at__isnull=False).order_by()
    return dict(rows.values_list("order_code").annotate(total=Sum(COUNTS)))


def payments_of(order: str) -> QuerySet[Payment]:
    return Payment.objects.filter(order_code=order).order_by("id")


def is_known(method: str, reference: str) -> bool:
    """Whether a bank's reference has been reported as a payment."""
    return Payment.objects.filter(method=method, bank_reference=reference).exists()


def requests_of_orders(method: str, orders: Sequence[str]) -> dict[str, list[PaymentRequest]]:
    """Return what was asked for orders by a method, the latest first: of a pre-order its deposit and its balance."""
    found: dict[str, list[PaymentRequest]] = {}
    for row in PaymentRequest.objects.filter(method=method, order_code__in=orders).order_by("-id"):
        found.setdefault(row.order_code, []).append(row)
    return found


def requests_of(order: str) -> list[PaymentRequest]:
    return list(PaymentRequest.objects.filter(order_code=order).order_by("id"))


def orders_asked_for(method: str, amount_minor: int, currency: str, limit: int = 20) -> list[str]:
    """Return orders whose buyers were asked for just this much, the latest first."""
    rows = PaymentRequest.objects.filter(method=method, amount_minor=amount_minor, currency=currency).order_by("-id")
    return list(rows.values_list("order_code", flat=True)[:limit])


def lines_in_suspense() -> QuerySet[StatementLine]:
    return StatementLine.objects.filter(state=StatementLine.State.SUSPENSE).order_by("-at", "-id")


def line_of(number: int) -> StatementLine | None:
    return StatementLine.objects.filter(pk=number).first()


def known_lines(method: str, references: Sequence[str]) -> dict[str, str]:
    """Return the state of lines that were told before, by reference."""
    return dict(StatementLine.objects.filter(method=method, reference__in=references).values_list("reference", "state"))


def left_of(payments: Sequence[int]) -> int:
    """Return what of payments has not gone back, in the currency of their order."""
    rows = Payment.objects.filter(pk__in=payments).values_list("amount_minor", "refunded_minor", "counts_minor")
    return sum(
        (counts if counts is not None else amount) - (gone * counts // amount if counts is not None else gone)
        for amount, gone, counts in rows
    )

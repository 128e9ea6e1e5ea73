"""What buyers are asked to pay, kept with the references by which the money is known again."""

from __future__ import annotations

from django.db import connection, transaction

from samphao.core import clock
from samphao.payments.models import PaymentRequest
from samphao.payments.types import AskedFor


def ask(asked: AskedFor) -> PaymentRequest:
    """Keep what a buyer is asked for; each payment of an order is asked for once by each method, and the first answer stays."""
    with transaction.atomic():
        same = PaymentRequest.objects.filter(order_code=asked.order_code, method=asked.method, part=asked.part)
        known = same.first()
        if known is not None:
            return known
        number = _next_number()
        PaymentRequest.objects.bulk_create(
            [
                PaymentRequest(
                    id=number, order_code=asked.order_code, method=asked.method, part=asked.part, ref1=reference_of(asked.order_code), ref2=f"R{number:08d}",
                    amount_minor=asked.amount.minor, currency=asked.amount.currency, order_minor=asked.price.minor,
                    order_currency=asked.price.currency, rate=asked.rate, rate_source=asked.rate_source, rate_on=asked.rate_on,
                    asked_at=clock.now(),
                )
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        return same.get()


def reference_of(order_code: str) -> str:
    """Return an order's code as a bank takes it: capital letters and digits alone."""
    return "".join(letter for letter in order_code.upper() if letter.isalnum())[:20]


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('payments_paymentrequest', 'id'))")
        return int(cursor.fetchone()[0])

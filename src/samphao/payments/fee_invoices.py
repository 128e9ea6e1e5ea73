"""Tax invoices for the hub's fee: written with the fee, numbered later, in order, by one job. Whoever orders waits for no number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from samphao.payments.models import FeeInvoice
from samphao.payments.types import FeeEarned

NUMBERED_AT_ONCE = 20_000
LOCK = 7_401_910  # advisory: one job numbers at a time


def record_fees(fees: Iterable[FeeEarned]) -> int:
    """Write a tax invoice for each fee, still without a number; an order has one."""
    made = FeeInvoice.objects.bulk_create(
        [
            FeeInvoice(
                order_code=fee.order_code, buyer=fee.buyer, series=f"{fee.tax_point_on:%Y-%m}", tax_point_on=fee.tax_point_on,
                fee_minor=fee.fee_minor, vat_minor=fee.vat_minor, vat_percent=fee.vat_percent, vat_source=fee.vat_source,
                price_minor=fee.price.minor, price_currency=fee.price.currency, rate=fee.rate,
            )
            for fee in fees
        ],
        ignore_conflicts=True, batch_size=5_000,
    )  # fmt: skip
    return len(made)


def number_fee_invoices() -> int:
    """Give the waiting tax invoices the next numbers of their series, in the order in which they were written; return how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            """WITH due AS (SELECT id, series FROM payments_feeinvoice WHERE number IS NULL ORDER BY id LIMIT %s),
                    next AS (SELECT d.id, coalesce((SELECT max(number) FROM payments_feeinvoice f WHERE f.series = d.series), 0)
                                          + row_number() OVER (PARTITION BY d.series ORDER BY d.id) AS number FROM due d)
               UPDATE payments_feeinvoice f SET number = next.number, numbered_at = core_now() FROM next WHERE next.id = f.id""",
            [NUMBERED_AT_ONCE],
        )
        return int(cursor.rowcount)


def fee_invoice_of(order_code: str) -> FeeInvoice | None:
    return FeeInvoice.objects.filter(order_code=order_code).first()


def fee_invoices_of(orders: Sequence[str]) -> dict[str, FeeInvoice]:
    return {row.order_code: row for row in FeeInvoice.objects.filter(order_code__in=orders)}

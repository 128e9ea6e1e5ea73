"""Tax invoices for the hub's fee: written with the fee, numbered later, in order, by one job. Whoever orders waits for no number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection, transaction

from samphao.core import clock
from samphao.payments.models import FeeInvoice
from samphao.payments.posting import open_accounts, payable, post, receivable
from samphao.payments.types import HUB, FeeEarned, Posting, TaxRate

NUMBERED_AT_ONCE = 20_000
HOME = "THB"
LOCK = 7_401_910  # advisory: one job numbers at a time


def record_fees(fees: Iterable[FeeEarned]) -> int:
    """Write a tax invoice for each fee, still without tax and number; an order has one."""
    made = FeeInvoice.objects.bulk_create(
        [
            FeeInvoice(
                order_code=fee.order_code, buyer=fee.buyer, series=f"{fee.tax_point_on:%Y-%m}", tax_point_on=fee.tax_point_on,
                gross_minor=fee.gross_minor, price_minor=fee.price.minor, price_currency=fee.price.currency, rate=fee.rate,
            )
            for fee in fees
        ],
        ignore_conflicts=True, batch_size=5_000,
    )  # fmt: skip
    return len(made)


def days_without_tax() -> list[date]:
    """Return the days whose fees have no tax yet, the oldest first."""
    rows = FeeInvoice.objects.filter(vat_minor=None).order_by("tax_point_on")
    return list(rows.values_list("tax_point_on", flat=True).distinct())


def tax_fees(on: date, rate: TaxRate, revenue: str) -> int:
    """Work out the tax in the fees of a day, and book what the revenue office has to get of it; return how many invoices.

    The tax is in the fee: rate / (100 + rate) of it, half up, invoice by invoice. So what is booked is the sum of what is printed.
    The hub owes it, and it is kept back from what becomes the hub's, at once if it is there.
    """
    with transaction.atomic():
        rows = list(FeeInvoice.objects.select_for_update().filter(tax_point_on=on, vat_minor=None).order_by("id"))
        if not rows:
            return 0
        for row in rows:
            exact = Decimal(row.gross_minor) * rate.percent / (100 + rate.percent)
            row.vat_minor, row.vat_percent, row.vat_source = (
                int(exact.to_integral_value(ROUND_HALF_UP)),
                rate.percent,
                rate.source,
            )
        FeeInvoice.objects.bulk_update(rows, ["vat_minor", "vat_percent", "vat_source"], batch_size=5_000)
        total = sum(row.vat_minor or 0 for row in rows)
        if total:
            owed, due = receivable(HUB, HOME), payable(revenue, HOME)
            open_accounts([owed, due, payable(HUB, HOME)])
            key = f"fee tax:{on}:{rows[0].pk}"
            post(
                [
                    Posting(
                        "fee tax",
                        key,
                        revenue,
                        clock.now(),
                        ((owed.code, total), (due.code, -total)),
                        f"{len(rows)} invoices",
                    )
                ]
            )
    return len(rows)


def number_fee_invoices() -> int:
    """Give the waiting tax invoices the next numbers of their series, in the order in which they were written; return how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            """WITH due AS (SELECT id, series FROM payments_feeinvoice WHERE number IS NULL AND vat_minor IS NOT NULL ORDER BY id LIMIT %s),
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

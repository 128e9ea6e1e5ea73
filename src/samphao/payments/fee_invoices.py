"""Tax invoices for the hub's fee: written with the fee, numbered later, in order, by one job. Whoever orders waits for no number."""

from __future__ import annotations

from collections.abc import Iterable
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
TAXED = ("vat_minor", "vat_percent", "vat_source")
Kind = FeeInvoice.Kind


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
    rows = FeeInvoice.objects.filter(kind=Kind.INVOICE, vat_minor=None).order_by("tax_point_on")
    return list(rows.values_list("tax_point_on", flat=True).distinct())


def tax_fees(on: date, rate: TaxRate, revenue: str) -> int:
    """Work out the tax in the fees of a day, and book what the revenue office has to get of it; return how many invoices.

    The tax is in the fee: rate / (100 + rate) of it, half up, invoice by invoice. So what is booked is the sum of what is printed.
    The hub owes it, and it is kept back from what becomes the hub's, at once if it is there.
    """
    with transaction.atomic():
        waiting = FeeInvoice.objects.select_for_update().filter(kind=Kind.INVOICE, tax_point_on=on, vat_minor=None)
        rows = list(waiting.order_by("id"))
        if not rows:
            return 0
        for row in rows:
            row.vat_minor, row.vat_percent, row.vat_source = (
                _tax_in(row.gross_minor, rate.percent),
                rate.percent,
                rate.source,
            )
        FeeInvoice.objects.bulk_update(rows, TAXED, batch_size=5_000)
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


def _tax_in(gross_minor: int, percent: Decimal) -> int:
    return int((Decimal(gross_minor) * percent / (100 + percent)).to_integral_value(ROUND_HALF_UP))


def credit_fee(order_code: str, price_minor: int, on: date, *, reason: str) -> bool:
    """Write a credit note for what of a fee went back after its tax invoice was written; return whether there is one to write.

    Of the fee as a whole the whole invoice is credited, satang for satang; of a part the same part, half up.
    """
    with transaction.atomic():
        invoice = FeeInvoice.objects.select_for_update().filter(kind=Kind.INVOICE, order_code=order_code).first()
        if invoice is None or price_minor <= 0:
            return False
        exact = Decimal(invoice.gross_minor) * min(price_minor, invoice.price_minor) / invoice.price_minor
        gross = int(exact.to_integral_value(ROUND_HALF_UP))
        if not gross:
            return False
        FeeInvoice.objects.create(
            kind=Kind.CREDIT, order_code=order_code, buyer=invoice.buyer, series=f"C{on:%Y-%m}", tax_point_on=on, gross_minor=gross,
            price_minor=price_minor, price_currency=invoice.price_currency, rate=invoice.rate, reason=reason[:200],
        )  # fmt: skip
    return True


def tax_credits(revenue: str) -> int:
    """Work out the tax in credit notes, at the rate of the invoices that they correct, and book it as owed by the revenue office.

    It is kept back from the tax of the next fees; the hub gets it at once. One whose invoice has no tax yet waits for it.
    """
    with transaction.atomic():
        rows = list(FeeInvoice.objects.select_for_update().filter(kind=Kind.CREDIT, vat_minor=None).order_by("id"))
        orders = [row.order_code for row in rows]
        taxed = FeeInvoice.objects.filter(kind=Kind.INVOICE, order_code__in=orders, vat_minor__isnull=False)
        invoices = {row.order_code: row for row in taxed}
        rows = [row for row in rows if row.order_code in invoices]
        for row in rows:
            whole = invoices[row.order_code]
            percent = whole.vat_percent or Decimal(0)
            row.vat_minor = (
                whole.vat_minor if row.gross_minor == whole.gross_minor else _tax_in(row.gross_minor, percent)
            )
            row.vat_percent, row.vat_source = percent, whole.vat_source
        FeeInvoice.objects.bulk_update(rows, TAXED, batch_size=5_000)
        total = sum(row.vat_minor or 0 for row in rows)
        if total:
            owed, due = receivable(revenue, HOME), payable(HUB, HOME)
            open_accounts([owed, due, payable(revenue, HOME)])
            entries = ((owed.code, total), (due.code, -total))
            post(
                [
                    Posting(
                        "fee tax back",
                        f"fee tax back:{rows[0].pk}",
                        revenue,
                        clock.now(),
                        entries,
                        f"{len(rows)} credit notes",
                    )
                ]
            )
    return len(rows)


def number_fee_invoices() -> int:
    """Give what waits the next numbers of its series, in the order in which it was written; return how many.

    A credit note waits until its invoice has a number: it names it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            """WITH due AS (SELECT id, series FROM payments_feeinvoice w WHERE number IS NULL AND vat_minor IS NOT NULL
                              AND (kind = 'invoice' OR EXISTS (SELECT FROM payments_feeinvoice i WHERE i.order_code = w.order_code
                                                               AND i.kind = 'invoice' AND i.number IS NOT NULL))
                            ORDER BY id LIMIT %s),
                    next AS (SELECT d.id, coalesce((SELECT max(number) FROM payments_feeinvoice f WHERE f.series = d.series), 0)
                                          + row_number() OVER (PARTITION BY d.series ORDER BY d.id) AS number FROM due d)
               UPDATE payments_feeinvoice f SET number = next.number, numbered_at = core_now() FROM next WHERE next.id = f.id""",
            [NUMBERED_AT_ONCE],
        )
        return int(cursor.rowcount)


def fee_papers_of(order_code: str) -> dict[str, FeeInvoice]:
    """Return the numbered papers of a fee by their kind: the tax invoice, and a credit note where a part of it went back."""
    return {row.kind: row for row in FeeInvoice.objects.filter(order_code=order_code, number__isnull=False)}

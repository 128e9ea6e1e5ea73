"""Money that comes: payment rows, held money in the ledger and the event, once per bank reference."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection, transaction

from samphao.core import clock, events
from samphao.payments.events import PaymentsReceived
from samphao.payments.posting import bank, exchange, held, open_accounts, post, suspense
from samphao.payments.types import AccountSpec, Amount, BankReport, Payer, Posting

INSERT = """
INSERT INTO payments_payment (order_code, method, bank_reference, amount_minor, currency, state, received_at, counts_minor, counts_currency,
                              payer, payer_app, payer_minor, payer_currency, payer_rate)
SELECT u.order_code, %s, u.reference, u.amount, u.currency, 'received', coalesce(u.at, core_now()), u.counts, coalesce(u.counts_currency, ''),
       u.payer, u.app, u.took, coalesce(u.took_currency, ''), u.rate
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[],
            %s::numeric[])
     u (order_code, reference, amount, currency, at, counts, counts_currency, payer, app, took, took_currency, rate)
ON CONFLICT (method, bank_reference) DO NOTHING RETURNING bank_reference
"""


def record_payments(method: str, reports: Sequence[BankReport], *, from_suspense: bool = False) -> int:
    """Write what a bank reported; return how many payments were new. What they pay is decided by who hears the event.

    A reference that was reported before is the same payment, whatever else the report says.
    """
    with transaction.atomic():
        new = _insert(method, reports)
        fresh = list({report.bank_reference: report for report in reports if report.bank_reference in new}.values())
        if not fresh:
            return 0
        moved = {row.bank_reference: _moves(method, row, from_suspense=from_suspense) for row in fresh}
        open_accounts({spec for row in moved.values() for spec, _amount in row})
        now = clock.now()
        post(
            [
                Posting(
                    "payment", payment_key(method, report.bank_reference), report.order_code, report.at or now,
                    tuple((spec.code, amount) for spec, amount in moved[report.bank_reference]),
                )
                for report in fresh
            ]
        )  # fmt: skip
        events.publish(PaymentsReceived(method, [report.order_code for report in fresh]))
    return len(fresh)


def payment_key(method: str, reference: str) -> str:
    """Return the key of the transfer that a payment is."""
    return f"payment:{method}:{reference}"


def _moves(method: str, report: BankReport, *, from_suspense: bool) -> list[tuple[AccountSpec, int]]:
    """Return accounts and amounts of a payment: from the bank, or from what stood in suspense, to the money held for its lot."""
    given, counts = Amount(report.amount_minor, report.currency), report.counts
    start = [((suspense if from_suspense else bank)(method, given.currency), given.minor)]
    if counts is None or counts.currency == given.currency:
        return [*start, (held(report.held_for, given.currency), -given.minor)]
    return [
        *start, (exchange(given.currency), -given.minor),
        (exchange(counts.currency), counts.minor), (held(report.held_for, counts.currency), -counts.minor),
    ]  # fmt: skip


def mark_applied(payments: Collection[int]) -> None:
    """Mark payments as those that paid their orders."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_payment SET applied_at = core_now() WHERE id = ANY (%s) AND applied_at IS NULL",
            [list(payments)],
        )


def _insert(method: str, reports: Sequence[BankReport]) -> set[str]:
    payers = [report.payer or Payer() for report in reports]
    counts = [
        report.counts if report.counts and report.counts.currency != report.currency else None for report in reports
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                method,
                [report.order_code for report in reports], [report.bank_reference for report in reports],
                [report.amount_minor for report in reports], [report.currency for report in reports], [report.at for report in reports],
                [row.minor if row else None for row in counts], [row.currency if row else None for row in counts],
                [payer.name for payer in payers], [payer.app for payer in payers],
                [payer.took.minor if payer.took else None for payer in payers], [payer.took.currency if payer.took else None for payer in payers],
                [payer.rate for payer in payers],
            ],
        )  # fmt: skip
        return {row[0] for row in cursor.fetchall()}

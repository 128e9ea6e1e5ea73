"""What the ledger's accounts hold, and what moved them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Min

from samphao.core.money import amount_text
from samphao.payments.models import Transfer
from samphao.payments.types import KEPT_BACK, PAYMENT_OUT, PAYOUT_RETURNED, Balance, Earned, LedgerCheck


def check() -> LedgerCheck:
    """Recompute the whole ledger from its entries: zero per transfer and currency, kept balances equal to their entries."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.purpose, e.currency, coalesce(sum(e.amount_minor) FILTER (WHERE e.amount_minor > 0), 0),
                      coalesce(-sum(e.amount_minor) FILTER (WHERE e.amount_minor < 0), 0)
               FROM payments_entry e JOIN payments_account a ON a.id = e.account_id GROUP BY 1, 2 ORDER BY 2, 1"""
        )
        balances = tuple(
            Balance(purpose, currency, int(debit), int(credit))
            for purpose, currency, debit, credit in cursor.fetchall()
        )
        cursor.execute("SELECT count(*) FROM payments_transfer")
        transfers = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM payments_entry")
        entries = cursor.fetchone()[0]
        faults: list[str] = []
        cursor.execute(
            """SELECT t.key, e.currency, sum(e.amount_minor) FROM payments_transfer t JOIN payments_entry e ON e.transfer_id = t.id
               GROUP BY 1, 2 HAVING sum(e.amount_minor) <> 0 LIMIT 20"""
        )
        faults += [
            f"transfer {key} is off by {amount_text(total, currency)}" for key, currency, total in cursor.fetchall()
        ]
        cursor.execute(
            """SELECT a.code, a.currency, a.balance_minor, s.own_side FROM payments_account a
               CROSS JOIN LATERAL (SELECT CASE a.side WHEN 'debit' THEN 1 ELSE -1 END * coalesce(sum(e.amount_minor), 0) AS own_side
                                   FROM payments_entry e WHERE e.account_id = a.id) s
               WHERE a.keeps_balance AND a.balance_minor <> s.own_side LIMIT 20"""
        )
        faults += [
            f"account {code} says {amount_text(kept, currency)}, its entries say {amount_text(total, currency)}"
            for code, currency, kept, total in cursor.fetchall()
        ]
    for currency in sorted({balance.currency for balance in balances}):
        total = sum(balance.debit_minor - balance.credit_minor for balance in balances if balance.currency == currency)
        if total:
            faults.append(f"the trial balance is off by {amount_text(total, currency)}")
    return LedgerCheck(balances, transfers, entries, tuple(faults))


def balances_of(owner: str) -> list[tuple[str, str, int]]:
    """Return (purpose, currency, minor units) of an organisation's accounts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT purpose, currency, balance_minor FROM payments_account WHERE owner = %s ORDER BY 1, 2", [owner]
        )
        return list(cursor.fetchall())


def held_by_currency() -> dict[str, int]:
    """Return the money held for orders, by currency."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, sum(balance_minor)::bigint FROM payments_account WHERE purpose = 'held' GROUP BY 1 ORDER BY 1"
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of an owner's accounts, in the account's own side: positive was earned or is owed, negative went out or was paid back."""

    at: datetime
    kind: str
    subject: str
    memo: str
    currency: str
    amount_minor: int


MOVEMENTS = """
    SELECT t.at, t.kind, t.subject, t.memo, e.currency, CASE a.side WHEN 'debit' THEN e.amount_minor ELSE -e.amount_minor END
    FROM payments_entry e JOIN payments_account a ON a.id = e.account_id JOIN payments_transfer t ON t.id = e.transfer_id
    WHERE a.owner = ANY (%s) AND a.purpose = %s ORDER BY t.at DESC, e.id DESC LIMIT %s
"""


def movements_of(owners: Sequence[str], limit: int = 200) -> list[Movement]:
    """Return the latest of what became payable to owners, and of what became of it."""
    return _movements(owners, "payable", limit)


def debts_of(owners: Sequence[str], limit: int = 200) -> list[Movement]:
    """Return the latest of what owners have to pay back, and of what was kept back for it."""
    return _movements(owners, "receivable", limit)


def _movements(owners: Sequence[str], purpose: str, limit: int) -> list[Movement]:
    with connection.cursor() as cursor:
        cursor.execute(MOVEMENTS, [list(owners), purpose, limit])
        return [Movement(*row) for row in cursor.fetchall()]


def earned_by(owners: Sequence[str]) -> dict[str, Earned]:
    """Return, by currency, what owners have earned in all, and what has become of it: what a bank sent back was not sent."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.currency, coalesce(-sum(e.amount_minor) FILTER (WHERE e.amount_minor < 0 AND t.kind <> %s), 0)::bigint,
                      coalesce(sum(e.amount_minor) FILTER (WHERE t.kind IN (%s, %s)), 0)::bigint,
                      coalesce(sum(e.amount_minor) FILTER (WHERE t.kind = %s), 0)::bigint
               FROM payments_entry e JOIN payments_account a ON a.id = e.account_id JOIN payments_transfer t ON t.id = e.transfer_id
               WHERE a.owner = ANY (%s) AND a.purpose = 'payable' GROUP BY 1 ORDER BY 1""",
            [PAYOUT_RETURNED, PAYMENT_OUT, PAYOUT_RETURNED, KEPT_BACK, list(owners)],
        )
        return {currency: Earned(*amounts) for currency, *amounts in cursor.fetchall()}


def owed_by(owners: Sequence[str]) -> dict[str, int]:
    """Return, by currency, what owners still have to pay back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT currency, sum(balance_minor)::bigint FROM payments_account
               WHERE purpose = 'receivable' AND owner = ANY (%s) AND balance_minor <> 0 GROUP BY 1 ORDER BY 1""",
            [list(owners)],
        )
        return dict(cursor.fetchall())


def was_paid(owners: Sequence[str], kind: str) -> bool:
    """Whether a transfer of a kind made something payable to owners."""
    return Transfer.objects.filter(
        kind=kind, entries__account__owner__in=owners, entries__account__purpose="payable"
    ).exists()


def first_transfers(*subjects: str) -> dict[str, datetime]:
    """Return when money first moved for any of the subjects (a lot, an order), by kind of transfer."""
    rows = Transfer.objects.filter(subject__in=subjects).order_by().values_list("kind").annotate(at=Min("at"))
    return dict(rows)


def transfers_of(kind: str) -> int:
    return Transfer.objects.filter(kind=kind).count()


def held_for(subjects: Sequence[str]) -> dict[str, int]:
    """Return, by currency, the money that buyers have paid for lots and that is held."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT currency, sum(balance_minor)::bigint FROM payments_account
               WHERE purpose = 'held' AND subject = ANY (%s) AND balance_minor <> 0 GROUP BY 1 ORDER BY 1""",
            [list(subjects)],
        )
        return dict(cursor.fetchall())

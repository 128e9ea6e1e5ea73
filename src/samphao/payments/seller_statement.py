"""The statement of one owner: what was his at the start of a period, each movement, what is his at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

MINE = """
    FROM payments_entry e JOIN payments_account a ON a.id = e.account_id JOIN payments_transfer t ON t.id = e.transfer_id
    WHERE a.owner = ANY (%(owners)s) AND a.purpose IN ('payable', 'receivable') AND a.currency = %(currency)s
"""
OPENING = f"SELECT coalesce(-sum(e.amount_minor), 0)::bigint {MINE} AND t.at < %(first)s"
MOVED = f"""SELECT t.at, t.kind, t.key, t.subject, t.memo, -sum(e.amount_minor)::bigint {MINE} AND t.at >= %(first)s AND t.at < %(until)s
    GROUP BY t.id HAVING sum(e.amount_minor) <> 0 ORDER BY t.at, t.id"""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A movement in the owner's eyes: positive became his. `balance_minor` is what is his after it, less what he owes."""

    at: datetime
    kind: str
    key: str
    subject: str
    memo: str
    amount_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    currency: str
    first: datetime
    until: datetime
    opening_minor: int
    rows: tuple[StatementRow, ...]

    @property
    def closing_minor(self) -> int:
        return self.rows[-1].balance_minor if self.rows else self.opening_minor


def statement(owners: Sequence[str], currency: str, first: datetime, until: datetime) -> Statement:
    """Return what is owners' in a currency, from `first` until just before `until`. What was kept back for a debt moves nothing: it was owed."""
    given: dict[str, Any] = {"owners": list(owners), "currency": currency, "first": first, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(OPENING, given)
        opening = balance = int(cursor.fetchone()[0])
        cursor.execute(MOVED, given)
        rows = []
        for at, kind, key, subject, memo, amount in cursor.fetchall():
            balance += amount
            rows.append(StatementRow(at, kind, key, subject, memo, amount, balance))
    return Statement(currency, first, until, opening, tuple(rows))


def currencies_of(owners: Sequence[str]) -> list[str]:
    """Return the currencies in which anything was ever owners'."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT currency FROM payments_account WHERE owner = ANY (%s) AND purpose IN ('payable', 'receivable') ORDER BY 1",
            [list(owners)],
        )
        return [row[0] for row in cursor.fetchall()]

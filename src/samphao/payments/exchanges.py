"""Currencies that the partner exchanged for the hub: two lines of its statement, four linked entries, the rate of the day beside its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from samphao.core import clock
from samphao.core.errors import Refused
from samphao.core.money import major
from samphao.payments import posting as ledger
from samphao.payments.statements import State, in_suspense
from samphao.payments.types import Amount, Posting

EXCHANGED = "exchanged"
MADE = """
SELECT t.at, t.memo, max(e.currency) FILTER (WHERE e.amount_minor > 0), sum(e.amount_minor) FILTER (WHERE e.amount_minor > 0)::bigint,
       max(e.currency) FILTER (WHERE e.amount_minor < 0), -sum(e.amount_minor) FILTER (WHERE e.amount_minor < 0)::bigint
FROM payments_transfer t JOIN payments_entry e ON e.transfer_id = t.id JOIN payments_account a ON a.id = e.account_id
WHERE t.kind = %s AND a.purpose = 'exchange' GROUP BY t.id ORDER BY t.at DESC, t.id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class DayRate:
    """What one of the sold currency was worth in the bought one on the day, and who says so."""

    rate: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Exchange:
    at: datetime
    sold: Amount
    bought: Amount
    day: DayRate | None

    @property
    def rate(self) -> Decimal:
        """What the partner gave for one of the sold currency."""
        return major(self.bought.minor, self.bought.currency) / major(self.sold.minor, self.sold.currency)

    @property
    def spread(self) -> Decimal | None:
        """What the partner kept, as a share of the day's rate; None where that is not known."""
        return None if self.day is None else 1 - self.rate / self.day.rate


def book_exchange(sold: int, bought: int, day: DayRate | None, *, by: str) -> bool:
    """Book that a line which left was exchanged for a line which came. What the partner kept stays on `exchange` for everybody to see.

    The memo keeps the rate of the day and its source as they stood then.
    """
    with transaction.atomic():
        lines = {number: in_suspense(number) for number in sorted((sold, bought))}
        left, came = lines[sold], lines[bought]
        if (
            left.method != came.method
            or left.currency == came.currency
            or left.amount_minor > 0
            or came.amount_minor < 0
        ):
            raise Refused(gettext_noop("One line must have left and one come, in two currencies."))
        moves = [
            (ledger.suspense(left.method, left.currency), left.amount_minor), (ledger.exchange(left.currency), -left.amount_minor),
            (ledger.exchange(came.currency), -came.amount_minor), (ledger.suspense(came.method, came.currency), came.amount_minor),
        ]  # fmt: skip
        ledger.open_accounts({spec for spec, _amount in moves})
        entries = tuple((spec.code, amount) for spec, amount in moves)
        memo = f"{day.rate:f} {day.source}"[:300] if day else ""
        key = f"{EXCHANGED}:{left.method}:{left.reference}"[:120]
        made = ledger.post([Posting(EXCHANGED, key, left.reference[:40], came.at, entries, memo)])
        for line in lines.values():
            line.state, line.decided_by, line.decided_at = State.ASSIGNED, by, clock.now()
            line.save(update_fields=["state", "decided_by", "decided_at"])
    return made == 1


def exchanges(limit: int = 50) -> list[Exchange]:
    """Return the latest exchanges."""
    with connection.cursor() as cursor:
        cursor.execute(MADE, [EXCHANGED, limit])
        rows = cursor.fetchall()
    found = []
    for at, memo, sold_currency, sold, bought_currency, bought in rows:
        rate, _space, source = memo.partition(" ")
        day = DayRate(Decimal(rate), source) if rate else None
        found.append(Exchange(at, Amount(sold, sold_currency), Amount(bought, bought_currency), day))
    return found

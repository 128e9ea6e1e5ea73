"""Reads of what was sent to those who earned it: the payouts, and which of them came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from samphao.core.codes import encode
from samphao.payments.models import PayeeAccount
from samphao.payments.types import PAYMENT_OUT

PAYOUTS = """
SELECT t.id, t.key, t.at, a.owner, e.currency, e.amount_minor, back.at, coalesce(back.memo, '')
FROM payments_transfer t JOIN payments_entry e ON e.transfer_id = t.id JOIN payments_account a ON a.id = e.account_id
LEFT JOIN payments_transfer back ON back.key = left('returned:' || t.key, 120)
WHERE t.kind = %s AND a.purpose = 'payable' AND {condition} ORDER BY t.at DESC, t.id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Payout:
    """Money that was sent to an owner's bank; `returned_at` is empty as long as it is paid."""

    number: int
    key: str
    at: datetime
    owner: str
    currency: str
    amount_minor: int
    returned_at: datetime | None
    reason: str

    @property
    def code(self) -> str:
        """Return the reference that a bank prints: `PO-51VG-7ZHG`."""
        return encode("PO", self.number)

    @property
    def is_returned(self) -> bool:
        return self.returned_at is not None


def payouts(owners: Sequence[str], limit: int = 200) -> list[Payout]:
    """Return the latest payouts to owners."""
    return _payouts("a.owner = ANY (%s)", list(owners), limit)


def payouts_on(on: date, limit: int = 20_000) -> list[Payout]:
    """Return the payouts of a day in Bangkok."""
    return _payouts("(t.at AT TIME ZONE 'Asia/Bangkok')::date = %s", on, limit)


def latest_payouts(limit: int) -> list[Payout]:
    return _payouts("%s", True, limit)


def payee_accounts(owners: Sequence[str]) -> dict[str, PayeeAccount]:
    return {row.owner: row for row in PayeeAccount.objects.filter(owner__in=owners)}


def owners_to_pay() -> list[str]:
    """Return the owners to whom something is payable and whose bank account is known."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT p.owner FROM payments_payeeaccount p JOIN payments_account a ON a.owner = p.owner
               WHERE a.purpose = 'payable' AND a.balance_minor > 0 ORDER BY 1"""
        )
        return [row[0] for row in cursor.fetchall()]


def _payouts(condition: str, value: list[str] | date | bool, limit: int) -> list[Payout]:
    with connection.cursor() as cursor:
        cursor.execute(PAYOUTS.format(condition=condition), [PAYMENT_OUT, value, limit])
        return [Payout(*row) for row in cursor.fetchall()]

"""Reads of money that goes back to payers and waits for somebody to send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

TO_SEND = """
SELECT t.key, t.at, t.kind, t.subject, t.memo, a.owner, e.currency, -e.amount_minor, coalesce(p.bank_reference, ''), coalesce(p.payer, '')
FROM payments_entry e JOIN payments_account a ON a.id = e.account_id JOIN payments_transfer t ON t.id = e.transfer_id
LEFT JOIN payments_payment p ON p.order_code = t.subject AND t.key LIKE '%%:' || p.method || ':' || p.bank_reference
WHERE a.purpose = 'to return' AND e.amount_minor < 0
  AND NOT EXISTS (SELECT 1 FROM payments_transfer s WHERE s.key = left('sent back:' || t.key, 120))
ORDER BY t.at, t.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class BackToSend:
    """Money that was booked as going back and has not been sent."""

    key: str
    at: datetime
    kind: str
    subject: str
    reason: str
    method: str
    currency: str
    amount_minor: int
    paid_as: str
    payer: str


def back_to_send(limit: int = 200) -> list[BackToSend]:
    """Return what waits to be sent back, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(TO_SEND, [limit])
        return [BackToSend(*row) for row in cursor.fetchall()]

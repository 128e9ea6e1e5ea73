"""Movements of a statement that the hub itself caused: payouts, payouts that came back, refunds. Each is known again by what was written on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from samphao.core.codes import decode, encode
from samphao.payments.types import PAYMENT_OUT, SENT_BACK, Arrival

PAYOUT_CODE = re.compile(r"PO-?([0-9A-Z]{4})-?([0-9A-Z]{4})")
SENT = """
SELECT t.id, t.key, t.kind, t.memo, e.currency, -e.amount_minor FROM payments_transfer t JOIN payments_entry e ON e.transfer_id = t.id
JOIN payments_account a ON a.id = e.account_id
WHERE a.purpose = 'bank' AND a.owner = %(method)s
  AND (t.kind = %(out)s AND t.id = ANY (%(payouts)s) OR t.kind = %(back)s AND t.memo = ANY (%(references)s))
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A transfer by which the hub sent money, and what people call it; `came_back` if the line says that its bank returned it."""

    key: str
    name: str
    came_back: bool = False


def sent_of(method: str, lines: Sequence[Arrival]) -> dict[str, Sent]:
    """Return by their references the lines that are transfers of the hub's own: same code or reference, amount and currency."""
    codes = {line.reference: _payout_number(line) for line in lines}
    with connection.cursor() as cursor:
        cursor.execute(
            SENT,
            {
                "method": method, "out": PAYMENT_OUT, "back": SENT_BACK, "payouts": [number for number in codes.values() if number],
                "references": [line.reference for line in lines if line.amount_minor < 0],
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    payouts = {
        number: (key, currency, amount) for number, key, kind, _memo, currency, amount in rows if kind == PAYMENT_OUT
    }
    backs = {memo: (key, currency, amount) for _number, key, kind, memo, currency, amount in rows if kind == SENT_BACK}
    found = {}
    for line in lines:
        number = codes[line.reference]
        if number in payouts:
            key, currency, amount = payouts[number]
            if (line.currency, abs(line.amount_minor)) == (currency, amount):
                found[line.reference] = Sent(key, encode("PO", number), came_back=line.amount_minor > 0)
        elif line.reference in backs:
            key, currency, amount = backs[line.reference]
            if (line.currency, -line.amount_minor) == (currency, amount):
                found[line.reference] = Sent(key, line.reference)
    return found


def _payout_number(line: Arrival) -> int:
    for text in (line.ref1, line.ref2, line.reference):
        if code := PAYOUT_CODE.search(text.upper()):
            return decode("PO", f"PO-{code[1]}-{code[2]}") or 0
    return 0

"""What somebody has to pay back is kept back from what becomes payable to him, until nothing is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from samphao.payments.types import KEPT_BACK, Posting


@dataclass(frozen=True, slots=True)
class Owing:
    """The two accounts of one owner in one currency: what he has to pay back, and what is payable to him."""

    receivable: int
    payable: int


def owing(cursor: CursorWrapper, codes: list[str]) -> list[Owing]:
    """Return the owners among accounts who owe something or ever owed.

    Nothing is locked yet, so a debt may be about to change: its balance is for `kept_back` to judge.
    """
    cursor.execute(
        """SELECT r.id, p.id FROM payments_account r
           JOIN payments_account p ON (p.owner, p.currency, p.purpose) = (r.owner, r.currency, 'payable')
           WHERE r.purpose = 'receivable' AND (r.code = ANY (%s) OR p.code = ANY (%s)) ORDER BY r.id""",
        [codes, codes],
    )
    return [Owing(*row) for row in cursor.fetchall()]


def lock(cursor: CursorWrapper, codes: list[str], found: Sequence[Owing]) -> None:
    """Lock every account that a posting and its netting will move, in the order of ids, as the trigger of balances does."""
    ids = [account for pair in found for account in (pair.receivable, pair.payable)]
    cursor.execute(
        """SELECT 1 FROM payments_account WHERE keeps_balance AND (code = ANY (%s) OR id = ANY (%s)) ORDER BY id FOR NO KEY UPDATE""",
        [codes, ids],
    )


def kept_back(cursor: CursorWrapper, found: Sequence[Owing], at: datetime) -> list[Posting]:
    """Return the transfers that keep back what is owed, as far as something is payable. The accounts are locked.

    The last entry of the debt stands in the key: the same debt is never paid twice.
    """
    cursor.execute(
        """SELECT r.code, p.code, r.owner, least(r.balance_minor, p.balance_minor), (SELECT max(id) FROM payments_entry WHERE account_id = r.id)
           FROM unnest(%s::bigint[], %s::bigint[]) u (receivable, payable)
           JOIN payments_account r ON r.id = u.receivable JOIN payments_account p ON p.id = u.payable
           WHERE r.balance_minor > 0 AND p.balance_minor > 0 ORDER BY r.id""",
        [[pair.receivable for pair in found], [pair.payable for pair in found]],
    )
    return [
        Posting(KEPT_BACK, f"{KEPT_BACK}:{debt}:{last}", owner, at, ((payable, amount), (debt, -amount)))
        for debt, payable, owner, amount, last in cursor.fetchall()
    ]

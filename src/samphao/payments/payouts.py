"""Money that goes to those who earned it, and what their banks send back: it is payable again, and no longer paid."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from samphao.core.errors import NotFound
from samphao.payments import netting
from samphao.payments.adapters import instruct
from samphao.payments.models import Transfer
from samphao.payments.posting import bank, codes_of, keep_back, open_accounts, post, write
from samphao.payments.types import PAYMENT_OUT, PAYOUT_RETURNED, Posting


def pay_out(method: str, key: str, at: datetime, *, owners: Collection[str] | None = None) -> int:
    """Send what is payable to its owners' banks, and settle the currencies exchanged for it; return how many transfers.

    Nobody who owes is paid in full: a debt that a posting did not see is kept back here, before balances are read. With `owners`
    only they are paid, and currencies are left as they are: the partner tells at which rate it exchanged them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT code FROM payments_account WHERE balance_minor <> 0
               AND CASE WHEN %s::text[] IS NULL THEN purpose IN ('payable', 'exchange') ELSE purpose = 'payable' AND owner = ANY (%s) END""",
            [None if owners is None else list(owners)] * 2,
        )
        codes = [row[0] for row in cursor.fetchall()]
        owing = netting.owing(cursor, codes)
        netting.lock(cursor, codes, owing)
        keep_back(cursor, owing, at)
        cursor.execute(
            """SELECT code, currency, balance_minor, purpose FROM payments_account
               WHERE code = ANY (%s) AND balance_minor <> 0 ORDER BY id""",
            [codes],
        )
        rows = cursor.fetchall()
        banks = {currency: bank(method, currency) for _, currency, _, _ in rows}
        open_accounts(banks.values())
        postings = [
            Posting(purpose_name, f"{key}:{code}", code, at, ((code, amount), (banks[currency].code, -amount)))
            for code, currency, amount, purpose in rows
            for purpose_name in (PAYMENT_OUT if purpose == "payable" else "currency exchange",)
        ]
        made = write(cursor, postings, codes_of(postings))
        instruct(postings)
        return made


def return_payout(key: str, at: datetime, *, reason: str) -> bool:
    """Book that a bank sent a payout back: what it was is payable again. Return whether it was new.

    A payout has no state of its own that could disagree: it is paid as long as no transfer took it back.
    """
    with transaction.atomic():
        sent = Transfer.objects.filter(kind=PAYMENT_OUT, key=key).prefetch_related("entries__account").first()
        if sent is None:
            raise NotFound(gettext_noop("There is no such payout."))
        entries = tuple((entry.account.code, -entry.amount_minor) for entry in sent.entries.all())
        return post([Posting(PAYOUT_RETURNED, returned_key(key), sent.subject, at, entries, reason)]) == 1


def returned_key(key: str) -> str:
    """Return the key of the transfer by which a payout came back."""
    return f"returned:{key}"[:120]

"""The ledger's own writes: accounts and transfers. A transfer's key is posted once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from samphao.core.errors import HubError
from samphao.payments import netting
from samphao.payments.types import AccountSpec, Posting


class UnknownAccount(HubError):
    status, code = 500, "unknown-account"


class TwoForOneKey(HubError):
    status, code = 422, "two-for-one-key"


def open_accounts(specs: Iterable[AccountSpec]) -> None:
    rows = sorted(set(specs), key=lambda spec: spec.code)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO payments_account (code, purpose, owner, subject, currency, side, may_go_negative, keeps_balance, balance_minor)
               SELECT u.*, 0 FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bool[], %s::bool[]) u
               ON CONFLICT (code) DO NOTHING""",
            [
                [row.code for row in rows], [row.purpose for row in rows], [row.owner for row in rows], [row.subject for row in rows],
                [row.currency for row in rows], [row.side for row in rows], [row.may_go_negative for row in rows],
                [row.keeps_balance for row in rows],
            ],
        )  # fmt: skip


def post(postings: Sequence[Posting]) -> int:
    """Post transfers whose keys are new, in one transaction; return how many were. Raise if an account is unknown.

    A key that stands twice among `postings` is posted once; the same key with other entries is refused. What becomes payable
    to somebody who owes something is kept back for it at once, by a transfer of its own.
    """
    postings = _once(postings)
    codes = codes_of(postings)
    with transaction.atomic(), connection.cursor() as cursor:
        owing = netting.owing(cursor, codes)
        if owing:
            netting.lock(cursor, codes, owing)
        made = write(cursor, postings, codes)
        if made and owing:
            keep_back(cursor, owing, max(posting.at for posting in postings))
    return made


def keep_back(cursor: CursorWrapper, owing: Sequence[netting.Owing], at: datetime) -> None:
    """Post what is kept back from owners whose accounts are locked."""
    if kept_back := netting.kept_back(cursor, owing, at):
        write(cursor, kept_back, codes_of(kept_back))


def codes_of(postings: Sequence[Posting]) -> list[str]:
    return sorted({code for posting in postings for code, _ in posting.entries})


def write(cursor: CursorWrapper, postings: Sequence[Posting], codes: list[str]) -> int:
    cursor.execute("SELECT code, id, currency FROM payments_account WHERE code = ANY (%s)", [codes])
    accounts = {code: (account, currency) for code, account, currency in cursor.fetchall()}
    if missing := [code for code in codes if code not in accounts]:
        raise UnknownAccount(f"open these accounts first: {', '.join(missing[:5])}")
    cursor.execute(
        """INSERT INTO payments_transfer (kind, key, subject, at, memo)
           SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[])
           ON CONFLICT (key) DO NOTHING RETURNING id, key""",
        [
            [posting.kind for posting in postings], [posting.key for posting in postings], [posting.subject for posting in postings],
            [posting.at for posting in postings], [posting.memo for posting in postings],
        ],
    )  # fmt: skip
    made = {key: transfer for transfer, key in cursor.fetchall()}
    rows = [
        (made[posting.key], *accounts[code], amount)
        for posting in postings
        if posting.key in made
        for code, amount in posting.entries
        if amount
    ]
    cursor.execute(
        """INSERT INTO payments_entry (transfer_id, account_id, currency, amount_minor)
           SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[])""",
        [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], [], []],
    )
    return len(made)


def _once(postings: Sequence[Posting]) -> list[Posting]:
    by_key: dict[str, Posting] = {}
    for posting in postings:
        if by_key.setdefault(posting.key, posting).entries != posting.entries:
            raise TwoForOneKey(f"transfer {posting.key} stands twice with different entries")
    return list(by_key.values())


def bank(method: str, currency: str) -> AccountSpec:
    """Return the bank's account: everybody's money passes it, so it keeps no running balance."""
    return AccountSpec("bank", currency, owner=method, side="debit", may_go_negative=True, keeps_balance=False)


def held(lot: str, currency: str) -> AccountSpec:
    """Return the account of money held for a lot's orders: an advance can never exceed it."""
    return AccountSpec("held", currency, subject=lot)


def payable(owner: str, currency: str) -> AccountSpec:
    """Return the account of what an owner has earned and not been sent yet."""
    return AccountSpec("payable", currency, owner=owner)


def receivable(owner: str, currency: str) -> AccountSpec:
    """Return the account of what an owner has to pay back: it is kept back from whatever becomes payable to him next."""
    return AccountSpec("receivable", currency, owner=owner, side="debit")


def suspense(method: str, currency: str) -> AccountSpec:
    """Return the account of money that came and belongs to no order yet, or left and nobody knows why: staff decide. So it may be below zero."""
    return AccountSpec("suspense", currency, owner=method, may_go_negative=True)


def to_return(method: str, currency: str) -> AccountSpec:
    """Return the account of money that goes back to payers and has not been sent yet."""
    return AccountSpec("to return", currency, owner=method)


def exchange(currency: str) -> AccountSpec:
    """Return the account of money exchanged: what was given in one currency and taken in another."""
    return AccountSpec("exchange", currency, may_go_negative=True)

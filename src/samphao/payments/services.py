"""Writes of the ledger. Every function can be repeated: a transfer's key is posted once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from samphao.core import clock, events
from samphao.core.errors import HubError
from samphao.payments import netting
from samphao.payments.events import PaymentsReceived
from samphao.payments.types import PAYMENT_OUT, AccountSpec, BankReport, Posting


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
    codes = _codes(postings)
    with transaction.atomic(), connection.cursor() as cursor:
        owing = netting.owing(cursor, codes)
        if owing:
            netting.lock(cursor, codes, owing)
        made = _write(cursor, postings, codes)
        if made and owing:
            _keep_back(cursor, owing, max(posting.at for posting in postings))
    return made


def _keep_back(cursor: CursorWrapper, owing: Sequence[netting.Owing], at: datetime) -> None:
    """Post what is kept back from owners whose accounts are locked."""
    if kept_back := netting.kept_back(cursor, owing, at):
        _write(cursor, kept_back, _codes(kept_back))


def _codes(postings: Sequence[Posting]) -> list[str]:
    return sorted({code for posting in postings for code, _ in posting.entries})


def _write(cursor: CursorWrapper, postings: Sequence[Posting], codes: list[str]) -> int:
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


def record_payments(method: str, reports: Sequence[BankReport]) -> int:
    """Write what a bank reported: payment rows, held money in the ledger and the event, once per bank reference."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO payments_payment (order_code, method, bank_reference, amount_minor, currency, state, received_at)
               SELECT u.order_code, %s, u.reference, u.amount, u.currency, 'received', core_now()
               FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[]) u (order_code, reference, amount, currency)
               ON CONFLICT (method, bank_reference) DO NOTHING RETURNING bank_reference""",
            [
                method,
                [report.order_code for report in reports], [report.bank_reference for report in reports],
                [report.amount_minor for report in reports], [report.currency for report in reports],
            ],
        )  # fmt: skip
        new = {row[0] for row in cursor.fetchall()}
        fresh = list({report.bank_reference: report for report in reports if report.bank_reference in new}.values())
        if not fresh:
            return 0
        open_accounts(
            {bank(method, report.currency) for report in fresh}
            | {held(report.held_for, report.currency) for report in fresh}
        )
        at = clock.now()
        post(
            [
                Posting(
                    "payment", f"payment:{method}:{report.bank_reference}", report.order_code, at,
                    (
                        (bank(method, report.currency).code, report.amount_minor),
                        (held(report.held_for, report.currency).code, -report.amount_minor),
                    ),
                )
                for report in fresh
            ]
        )  # fmt: skip
        events.publish(PaymentsReceived(method, [report.order_code for report in fresh]))
    return len(fresh)


def return_payments(order_codes: Sequence[str], held_for: dict[str, str], *, reason: str) -> int:
    """Send money back for orders that could not take it (a hold that had run out): bank and held money both fall."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """WITH due AS (SELECT id, amount_minor - refunded_minor AS rest FROM payments_payment
                            WHERE order_code = ANY (%s) AND state = 'received' ORDER BY id FOR NO KEY UPDATE)
               UPDATE payments_payment p SET state = 'returned', refunded_minor = amount_minor FROM due WHERE p.id = due.id
               RETURNING method, bank_reference, order_code, due.rest, currency""",
            [list(order_codes)],
        )
        rows = cursor.fetchall()
        at = clock.now()
        return post(
            [
                Posting(
                    "return", f"return:{method}:{reference}", order, at,
                    ((held(held_for[order], currency).code, amount), (bank(method, currency).code, -amount)), reason,
                )
                for method, reference, order, amount, currency in rows
                if amount
            ]
        )  # fmt: skip


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


def pay_out(method: str, key: str, at: datetime) -> int:
    """Send what is payable to its owners' banks, and settle the currencies exchanged for it; return how many transfers.

    Nobody who owes is paid in full: a debt that a posting did not see is kept back here, before balances are read.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM payments_account WHERE purpose IN ('payable', 'exchange') AND balance_minor <> 0"
        )
        codes = [row[0] for row in cursor.fetchall()]
        owing = netting.owing(cursor, codes)
        netting.lock(cursor, codes, owing)
        _keep_back(cursor, owing, at)
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
        return _write(cursor, postings, _codes(postings))


from samphao.payments.partial_refunds import refund_order  # noqa: E402 it posts by what stands above

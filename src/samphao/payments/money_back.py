"""Money that goes back to who paid it, from what is held for the lot of his order: whole payments, parts, and what his bank took back.

With a method that returns at once the bank's account falls in the same transfer; with any other the money waits in `to return` until
somebody tells that it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from samphao.core import clock
from samphao.core.errors import Refused
from samphao.payments import posting as ledger
from samphao.payments.adapters import instruct, returns_at_once
from samphao.payments.models import Entry, Payment, StatementLine, Transfer
from samphao.payments.types import CHARGEBACK, HUB, REFUND, RETURN, SENT_BACK, AccountSpec, Posting

OPEN = Payment.State.RECEIVED


def return_payments(
    order_codes: Sequence[str], held_for: Mapping[str, str], *, reason: str, payments: Sequence[int] | None = None
) -> int:
    """Send back what is left of the payments of orders, or of those of them in `payments`; return how many."""
    with transaction.atomic():
        rows = (
            Payment.objects.select_for_update(no_key=True).filter(order_code__in=order_codes, state=OPEN).order_by("id")
        )
        if payments is not None:
            rows = rows.filter(pk__in=payments)
        postings, accounts = [], set()
        for row in rows:
            left = row.amount_minor - row.refunded_minor
            if left:
                posting, specs = _way_back(row, left, held_for[row.order_code], RETURN, reason)
                postings.append(posting)
                accounts |= specs
        ended = list(rows)
        rows.update(state=Payment.State.RETURNED, refunded_minor=F("amount_minor"))
        made = _post(postings, accounts)
        _post(*_recovered(ended, held_for))
    return made


def refund_order(
    order: str, amount_minor: int, currency: str, held_for: str, *, key: str, reason: str, newest_first: bool = False
) -> int:
    """Send `amount_minor` in the order's currency back to the payer, the oldest payment first; the same `key` is refunded once.

    What the payer's bank took back already is no longer his to get: that part goes to the hub, which bore it. Return what went
    to the payer. The caller sees to it that this much is still held for the lot: the database refuses to take other buyers' money.
    """
    left = amount_minor
    postings, accounts = [], set()
    with transaction.atomic():
        rows = list(Payment.objects.select_for_update(no_key=True).filter(order_code=order, state=OPEN).order_by("id"))
        for row in reversed(rows) if newest_first else rows:
            if (row.counts_currency or row.currency) != currency:
                continue
            part = min(left, _in_order_currency(row, row.amount_minor) - _in_order_currency(row, row.refunded_minor))
            if part <= 0:
                continue
            given = _in_own_currency(row, part)
            posting, specs = _way_back(row, given, held_for, REFUND, reason, key=f":{key}", counts=part)
            postings.append(posting)
            accounts |= specs
            Payment.objects.filter(pk=row.pk).update(refunded_minor=row.refunded_minor + given)
            left -= part
        gone_back = amount_minor - left
        for row in rows:
            part = min(
                left, _in_order_currency(row, row.charged_back_minor) - _in_order_currency(row, row.recovered_minor)
            )
            if part > 0 and (row.counts_currency or row.currency) == currency:
                posting, specs = _recovery(row, part, held_for, key=f":{key}")
                postings.append(posting)
                accounts |= specs
                left -= part
        if left:
            raise Refused(gettext_noop("More would go back than was paid for this order."))
        if _post(postings, accounts) != len(postings):
            raise ledger.TwoForOneKey(f"refund {key} of order {order} was posted before")
    return gone_back


def charge_back(method: str, bank_reference: str, amount_minor: int, *, key: str, reason: str) -> bool:
    """Book that the payer's bank took money back. The hub bears it: what sellers were promised stays theirs until people decide otherwise.

    Return whether it was new. Raise if more was taken than was paid.
    """
    with transaction.atomic():
        row = Payment.objects.select_for_update(no_key=True).get(method=method, bank_reference=bank_reference)
        posting_key = f"{CHARGEBACK}:{method}:{key}"
        if Transfer.objects.filter(key=posting_key).exists():
            return False
        if not 0 < amount_minor <= row.amount_minor - row.refunded_minor:
            raise Refused(gettext_noop("More was charged back than is left of this payment."))
        lost, place = ledger.receivable(HUB, row.currency), ledger.bank(method, row.currency)
        ledger.open_accounts([lost, place, ledger.payable(HUB, row.currency)])
        entries = ((lost.code, amount_minor), (place.code, -amount_minor))
        made = ledger.post([Posting(CHARGEBACK, posting_key, row.order_code, clock.now(), entries, reason)])
        Payment.objects.filter(pk=row.pk).update(
            refunded_minor=row.refunded_minor + amount_minor,
            charged_back_minor=row.charged_back_minor + amount_minor,
        )
    return made == 1


def mark_sent_back(transfer_key: str, *, bank_reference: str, by: str) -> bool:
    """Book that money waiting in `to return` was sent, with the reference that the bank gave; return whether it was new."""
    with transaction.atomic():
        entries = Entry.objects.select_related("account").filter(
            transfer__key=transfer_key, account__purpose="to return"
        )
        entry = entries.first()
        if entry is None:
            raise Refused(gettext_noop("Nothing waits to be sent back under this key."))
        account, amount = entry.account, -entry.amount_minor
        place = ledger.bank(account.owner, account.currency)
        told = StatementLine.objects.select_for_update(no_key=True).filter(
            method=account.owner, reference=bank_reference, amount_minor=-amount, currency=account.currency, state=StatementLine.State.SUSPENSE
        )  # fmt: skip
        if told.update(state=StatementLine.State.ASSIGNED, decided_by=by, decided_at=clock.now()):
            place = ledger.suspense(
                account.owner, account.currency
            )  # the statement came first: it left the bank's account then
        subject = Transfer.objects.values_list("subject", flat=True).get(key=transfer_key)
        moved = ((account.code, amount), (place.code, -amount))
        return (
            ledger.post(
                [Posting(SENT_BACK, f"{SENT_BACK}:{transfer_key}"[:120], subject, clock.now(), moved, bank_reference)]
            )
            == 1
        )


def _way_back(
    row: Payment, part: int, lot: str, kind: str, reason: str, *, key: str = "", counts: int | None = None
) -> tuple[Posting, set[AccountSpec]]:
    """Return the transfer that takes `part` of a payment back the way it came, and the accounts that it needs.

    `counts` is the same part in the order's currency, where that is another and the part is not all that is left.
    """
    end = (ledger.bank if returns_at_once(row.method) else ledger.to_return)(row.method, row.currency)
    if not row.counts_currency:
        moves = [(ledger.held(lot, row.currency), part), (end, -part)]
    else:
        whole = (
            counts
            if counts is not None
            else _in_order_currency(row, row.amount_minor) - _in_order_currency(row, row.refunded_minor)
        )
        moves = [
            (ledger.held(lot, row.counts_currency), whole), (ledger.exchange(row.counts_currency), -whole),
            (ledger.exchange(row.currency), part), (end, -part),
        ]  # fmt: skip
    entries = tuple((spec.code, amount) for spec, amount in moves)
    name = f"{kind}{key}:{row.method}:{row.bank_reference}"
    return Posting(kind, name, row.order_code, clock.now(), entries, reason), {spec for spec, _amount in moves}


def _post(postings: Sequence[Posting], accounts: set[AccountSpec]) -> int:
    ledger.open_accounts(accounts)
    made = ledger.post(postings)
    instruct(postings)
    return made


def _recovered(ended: Sequence[Payment], held_for: Mapping[str, str]) -> tuple[list[Posting], set[AccountSpec]]:
    """Return the transfers that give the hub what it bore for payments that were charged back, now that they pay nothing any more."""
    postings, accounts = [], set()
    for row in ended:
        part = _in_order_currency(row, row.charged_back_minor) - _in_order_currency(row, row.recovered_minor)
        if part:
            posting, specs = _recovery(row, part, held_for[row.order_code])
            postings.append(posting)
            accounts |= specs
    return postings, accounts


def _recovery(row: Payment, part: int, lot: str, *, key: str = "") -> tuple[Posting, set[AccountSpec]]:
    """Return the transfer that gives the hub `part`, in the order's currency, of what it bore for a payment; the payment keeps count."""
    currency = row.counts_currency or row.currency
    source, hub = ledger.held(lot, currency), ledger.payable(HUB, currency)
    own = min(_in_own_currency(row, part), row.charged_back_minor - row.recovered_minor)
    Payment.objects.filter(pk=row.pk).update(recovered_minor=row.recovered_minor + own)
    entries = ((source.code, part), (hub.code, -part))
    name = f"recovered{key}:{row.method}:{row.bank_reference}"
    return Posting("recovered", name, row.order_code, clock.now(), entries), {source, hub}


def _in_order_currency(row: Payment, minor: int) -> int:
    return minor * row.counts_minor // row.amount_minor if row.counts_minor else minor


def _in_own_currency(row: Payment, minor: int) -> int:
    """Return what an amount of the order's currency is in the payment's, rounded up: nobody gets back less than he was promised."""
    return -(-minor * row.amount_minor // row.counts_minor) if row.counts_minor else minor

"""Lines of the partner's statement: each once, in the ledger as what it pays, or in suspense until somebody decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext_noop

from samphao.core import clock
from samphao.core.errors import Conflict, NotFound
from samphao.payments import posting as ledger
from samphao.payments.adapters import instruct, returns_at_once
from samphao.payments.models import StatementLine
from samphao.payments.payouts import return_payout, returned_key
from samphao.payments.receiving import payment_key, record_payments
from samphao.payments.sent import Sent
from samphao.payments.types import HUB, RETURN, Arrival, BankReport, Posting

State = StatementLine.State


def keep_lines(method: str, arrivals: Sequence[Arrival], notes: Mapping[str, str]) -> list[str]:
    """Write lines that are new; return the references of those that nobody has looked at yet, the known ones among them too."""
    with transaction.atomic():
        StatementLine.objects.bulk_create(
            [
                StatementLine(
                    method=method, reference=row.reference, at=row.at, amount_minor=row.amount_minor, currency=row.currency, ref1=row.ref1[:40],
                    ref2=row.ref2[:40], payer=row.payer, note=notes.get(row.reference, "")[:200],
                )
                for row in arrivals
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        lines = StatementLine.objects.filter(
            method=method, reference__in=[row.reference for row in arrivals], state=State.TOLD
        )
        return list(lines.order_by("id").values_list("reference", flat=True))


def mark_booked(method: str, orders: Mapping[str, str]) -> None:
    """Mark lines as the payments that they are, reference to order."""
    lines = list(
        StatementLine.objects.select_for_update(no_key=True)
        .filter(method=method, reference__in=orders, state=State.TOLD)
        .order_by("id")
    )
    for line in lines:
        line.state, line.transfer_key, line.order_code = (
            State.BOOKED,
            payment_key(method, line.reference),
            orders[line.reference],
        )
    StatementLine.objects.bulk_update(lines, ["state", "transfer_key", "order_code"])


def book_sent(method: str, lines: Mapping[str, Sent]) -> None:
    """Mark lines as the hub's own transfers that they are; a payout that its bank returned is payable again with its line."""
    with transaction.atomic():
        rows = StatementLine.objects.select_for_update(no_key=True).filter(
            method=method, reference__in=lines, state=State.TOLD
        )
        for row in rows.order_by("id"):
            sent = lines[row.reference]
            if sent.came_back:
                return_payout(sent.key, row.at, reason=row.note)
            key = returned_key(sent.key) if sent.came_back else sent.key
            if not StatementLine.objects.filter(
                transfer_key=key
            ).exists():  # told twice under two references: people look at the second
                row.state, row.transfer_key = State.BOOKED, key
                row.save(update_fields=["state", "transfer_key"])


def put_in_suspense(method: str, references: Sequence[str]) -> int:
    """Book money that belongs to no order that anybody knows; what left the account unknown is booked against it too."""
    with transaction.atomic():
        lines = list(
            StatementLine.objects.select_for_update(no_key=True)
            .filter(method=method, reference__in=references, state=State.TOLD)
            .order_by("id")
        )
        postings = []
        for line in lines:
            place, kept = ledger.bank(method, line.currency), ledger.suspense(method, line.currency)
            ledger.open_accounts([place, kept])
            line.transfer_key, line.state = f"suspense:{method}:{line.reference}"[:120], State.SUSPENSE
            entries = ((place.code, line.amount_minor), (kept.code, -line.amount_minor))
            postings.append(Posting("suspense", line.transfer_key, line.reference[:40], line.at, entries))
        made = ledger.post(postings)
        StatementLine.objects.bulk_update(lines, ["transfer_key", "state"])
    return made


def assign_line(number: int, report: BankReport, *, by: str) -> None:
    """Give a line in suspense to an order: from here on it is a payment like any other, and may be too little or too late."""
    with transaction.atomic():
        line = in_suspense(number)
        record_payments(line.method, [report], from_suspense=True)
        line.state, line.order_code, line.decided_by, line.decided_at = (
            State.ASSIGNED,
            report.order_code,
            by,
            clock.now(),
        )
        line.save(update_fields=["state", "order_code", "decided_by", "decided_at"])


def return_line(number: int, *, by: str, reason: str) -> None:
    """Send a line in suspense back to who paid it."""
    with transaction.atomic():
        line = in_suspense(number)
        if line.amount_minor < 0:
            raise Conflict(gettext_noop("This money left the account: it cannot be sent back."))
        source = ledger.suspense(line.method, line.currency)
        end = (ledger.bank if returns_at_once(line.method) else ledger.to_return)(line.method, line.currency)
        ledger.open_accounts([source, end])
        entries = ((source.code, line.amount_minor), (end.code, -line.amount_minor))
        posting = Posting(
            RETURN,
            f"{RETURN}:suspense:{line.method}:{line.reference}"[:120],
            line.reference[:40],
            clock.now(),
            entries,
            reason,
        )
        ledger.post([posting])
        instruct([posting])
        line.state, line.decided_by, line.decided_at = State.RETURNED, by, clock.now()
        line.save(update_fields=["state", "decided_by", "decided_at"])


def bear_line(number: int, *, by: str) -> None:
    """Book money that left the account for the hub's own ends, a fee of the bank: the hub owes it, and it is kept back from its fees."""
    with transaction.atomic():
        line = in_suspense(number)
        if line.amount_minor > 0:
            raise Conflict(gettext_noop("This money came: it is nobody's cost."))
        source, owed = ledger.suspense(line.method, line.currency), ledger.receivable(HUB, line.currency)
        ledger.open_accounts([source, owed, ledger.payable(HUB, line.currency)])
        entries = ((owed.code, -line.amount_minor), (source.code, line.amount_minor))
        key = f"cost:{line.method}:{line.reference}"[:120]
        ledger.post([Posting("cost", key, line.reference[:40], clock.now(), entries, line.note)])
        line.state, line.decided_by, line.decided_at = State.ASSIGNED, by, clock.now()
        line.save(update_fields=["state", "decided_by", "decided_at"])


def in_suspense(number: int) -> StatementLine:
    """Lock a line about which nobody has decided."""
    line = StatementLine.objects.select_for_update(no_key=True).filter(pk=number).first()
    if line is None:
        raise NotFound(gettext_noop("There is no such line."))
    if line.state != State.SUSPENSE:
        raise Conflict(gettext_noop("Somebody has decided about this line already."))
    return line

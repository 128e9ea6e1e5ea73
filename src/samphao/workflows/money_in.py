"""Money that came, told by a message or by a statement: which order it pays is decided here, by the references that were asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.core import clock, events, files
from samphao.core.codes import decode, encode
from samphao.core.errors import NotFound, Refused
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.types import Amount, Arrival, BankReport, PartnerMessage, Payer
from samphao.trade import queries as trade
from samphao.trade.types import OrderDue


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An order that waits for just what came, and whether its buyer showed the slip of a transfer."""

    order: str
    has_slip: bool


def order_of_reference(ref1: str) -> str:
    """Return the order's code behind a bank's reference, or nothing if it is none."""
    text = "".join(letter for letter in ref1.upper() if letter.isalnum())
    number = decode("SO", f"SO-{text[2:]}") if text.startswith("SO") else None
    return encode("SO", number) if number is not None else ""


def match(method: str, arrivals: Sequence[Arrival]) -> dict[str, BankReport]:
    """Return what arrivals pay, by their references; what belongs to no order is left out."""
    orders = {row.reference: order_of_reference(row.ref1) for row in arrivals}
    dues = {row.code: row for row in trade.dues_of({code for code in orders.values() if code})}
    asked = ledger.requests_of_orders(method, list(dues))
    found = {}
    for row in arrivals:
        due = dues.get(orders[row.reference])
        if due is None:
            continue
        requests = asked.get(due.code, [])
        meant = next((one for one in requests if one.ref2 == row.ref2), None)
        report = _report(row, due, meant or next(iter(requests), None))
        if report is not None:
            found[row.reference] = report
    return found


def _report(row: Arrival, due: OrderDue, asked: Any) -> BankReport | None:
    """Return what an arrival pays. In the currency that was asked for it counts by what was asked; in the order's own, as it is.

    In any other it pays nothing: it is this order's money all the same, and goes back.
    """
    counts = None
    if asked is not None and row.currency == asked.currency != due.currency:
        counts = Amount(row.amount_minor * asked.order_minor // asked.amount_minor, asked.order_currency)
        if counts.minor <= 0:
            return None
    payer = Payer(row.payer, row.payer_app, row.payer_took, row.payer_rate)
    return BankReport(due.code, row.reference, row.amount_minor, row.currency, due.lot, counts, payer, row.at)


def take_message(method: str, headers: Mapping[str, str], body: bytes, *, at_s: int) -> bool:
    """Take a partner's message; return whether it was new. Told again it changes nothing, and it may come before what it tells of."""
    with transaction.atomic():
        message = payments.keep_message(method, headers, body, at_s=at_s)
        if message is None:
            return False
        _act_on_waiting(method, message.about)
    return True


def _received(message: PartnerMessage) -> bool:
    """Record a payment that a message tells of; one of no known order waits for the statement, where people see it."""
    arrival = arrival_of(message.payload)
    found = match(message.method, [arrival])
    payments.record_payments(message.method, list(found.values()))
    return bool(found)


def _charged_back(message: PartnerMessage) -> bool:
    if not ledger.is_known(message.method, message.about):
        return False
    data = message.payload
    payments.charge_back(
        message.method, message.about, int(data["amount_minor"]), key=message.about, reason=str(data.get("reason", ""))
    )
    return True


def _payout_returned(message: PartnerMessage) -> bool:
    payments.return_payout(message.about, clock.now(), reason=str(message.payload.get("reason", ""))[:300])
    return True


ACTS = {"payment.received": _received, "payment.charged_back": _charged_back, "payout.returned": _payout_returned}


def arrival_of(data: Mapping[str, Any]) -> Arrival:
    """Read an arrival out of a message.

    Raises
    ------
    Refused
        If a field is missing or no such value.
    """
    try:
        took = Amount(int(data["payer_minor"]), str(data["payer_currency"])) if data.get("payer_currency") else None
        rate = Decimal(str(data["payer_rate"])) if data.get("payer_rate") else None
        arrival = Arrival(
            str(data["reference"])[:60], datetime.fromisoformat(data["at"]), int(data["amount_minor"]), str(data["currency"]),
            str(data.get("ref1", "")), str(data.get("ref2", "")), str(data.get("payer", ""))[:120], str(data.get("payer_app", ""))[:60], took, rate,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, ArithmeticError):
        raise Refused(_("The message cannot be read.")) from None
    if arrival.amount_minor <= 0 or len(arrival.currency) != 3 or arrival.at.tzinfo is None:
        raise Refused(_("The message cannot be read."))
    return arrival


def book_lines(method: str, arrivals: Sequence[Arrival], notes: Mapping[str, str] | None = None) -> tuple[int, int]:
    """Book lines of a statement, each once; return how many pay an order, and how many wait in suspense. Told again they change nothing."""
    with transaction.atomic():
        fresh = set(payments.keep_lines(method, arrivals, notes or {}))
        new = [row for row in arrivals if row.reference in fresh]
        found = match(method, [row for row in new if row.amount_minor > 0])
        payments.record_payments(method, list(found.values()))
        payments.mark_booked(method, {reference: report.order_code for reference, report in found.items()})
        waits = [row.reference for row in new if row.reference not in found]
        payments.put_in_suspense(method, waits)
        for report in found.values():
            _act_on_waiting(method, report.bank_reference)
    events.deliver()
    return len(found), len(waits)


def _act_on_waiting(method: str, about: str) -> None:
    """Do what messages tell of a payment, in whatever order they came: what one waits for may be the next."""
    is_done = True
    while is_done:
        is_done = False
        for message in ledger.waiting_messages(method, about):
            if ACTS[message.kind](message):
                payments.mark_done(message)
                is_done = True


def assign(number: int, order: str, *, by: str) -> None:
    """Give money in suspense to an order, as a person says."""
    line = ledger.line_of(number)
    due = next(iter(trade.dues_of([order.strip().upper()])), None)
    if line is None or due is None:
        raise NotFound(_("There is no such order."))
    asked = next((row for row in reversed(ledger.requests_of(due.code)) if row.method == line.method), None)
    arrival = Arrival(line.reference, line.at, line.amount_minor, line.currency, payer=line.payer)
    report = _report(arrival, due, asked) if line.amount_minor > 0 else None
    if report is None:
        raise Refused(_("This line cannot pay an order."))
    payments.assign_line(number, replace(report, at=None), by=by)
    events.deliver()


def suggestions(lines: Sequence[Any]) -> dict[int, list[Suggestion]]:
    """Return for lines in suspense the orders that wait for just this much, those whose buyers showed a slip first."""
    wanted = {line.pk: ledger.orders_asked_for(line.method, line.amount_minor, line.currency) for line in lines}
    every = {code for codes in wanted.values() for code in codes}
    waits = {row.code for row in trade.dues_of(every) if row.waits}
    shown = {file.subject for file in files.files_of(waits, ["slip"])}
    return {
        number: sorted(
            (Suggestion(code, code in shown) for code in codes if code in waits), key=lambda one: not one.has_slip
        )
        for number, codes in wanted.items()
    }

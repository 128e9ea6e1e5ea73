"""A bank that is not one: it pays what buyers owe, as buyers do. Every screen that shows its payments says `simulator`.

It keeps a book of its own, the lines of its statement, beside the hub's ledger; what it tells the hub are messages, which can come twice,
late or never. So the two can differ, and reconciling them means something.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np

from samphao.core.bulk import copy_rows
from samphao.payments.models import StatementLine
from samphao.payments.types import Arrival, BankReport, Posting

METHOD = "simulator"
PAID_SHARE = 0.985  # the rest let their hold run out
TWICE_SHARE = 0.01  # a bank that reports the same payment twice
BOOK = ("method", "reference", "at", "amount_minor", "currency", "ref1", "ref2", "payer", "note", "transfer_key")


class Simulator:
    method, currency, returns_at_once = METHOD, "", True

    def missing(self) -> tuple[str, ...]:
        return ()

    def instruct(self, postings: Sequence[Posting]) -> None:
        """Send what it is told to send, and write it into the book under the hub's own reference."""
        copy_rows(
            "payments_statementline",
            BOOK,
            (
                (METHOD, row.key, row.at, amount, code.rpartition(":")[2], "", "", "", row.kind, row.key)
                for row in postings
                for code, amount in row.entries
                if code.startswith(f"bank:{METHOD}:")
            ),
        )


def reports(due: Sequence[tuple[str, int, str, str]], seed: int) -> list[BankReport]:
    """Return what the bank reports for (order code, minor units, currency, lot code) rows, some of it twice."""
    rng = np.random.default_rng(seed)
    pays = rng.random(len(due)) < PAID_SHARE
    again = rng.random(len(due)) < TWICE_SHARE
    paid = [
        BankReport(order, f"SIM-{order}", amount, currency, lot)
        for (order, amount, currency, lot), does in zip(due, pays, strict=True)
        if does
    ]
    return paid + [report for report, repeats in zip(paid, again, strict=False) if repeats]


def keep_book(told: Sequence[BankReport], at: datetime) -> int:
    """Write payments into the book, each once, whatever the bank reports how often."""
    once = {report.bank_reference: report for report in told}.values()
    return copy_rows(
        "payments_statementline",
        BOOK,
        (
            (
                METHOD,
                row.bank_reference,
                at,
                row.amount_minor,
                row.currency,
                row.order_code.replace("-", ""),
                "",
                "",
                "",
                "",
            )
            for row in once
        ),
    )


class Payer(StrEnum):
    """How a simulated buyer pays, and what becomes of the bank's message."""

    PAYS = "pays"
    TWICE = "pays_twice"
    SHORT = "pays_too_little"
    MUCH = "pays_too_much"
    OTHER_CURRENCY = "pays_another_currency"
    LOST = "message_lost"
    REPEATED = "message_repeated"


@dataclass(frozen=True, slots=True)
class Message:
    """What the bank tells the hub: its own number for the message, and the body."""

    event_id: str
    body: bytes


def pay(asked: Arrival, how: Payer) -> tuple[list[Arrival], list[Message]]:
    """Return what comes to the account when a buyer is asked for `asked`, and the messages that reach the hub of it."""
    paid = [asked]
    if how is Payer.TWICE:
        paid.append(replace(asked, reference=f"{asked.reference}-2"))
    elif how is Payer.SHORT:
        paid = [replace(asked, amount_minor=max(1, asked.amount_minor * 9 // 10))]
    elif how is Payer.MUCH:
        paid = [replace(asked, amount_minor=asked.amount_minor + max(1, asked.amount_minor // 10))]
    elif how is Payer.OTHER_CURRENCY:
        paid = [replace(asked, currency="USD" if asked.currency != "USD" else "THB")]
    messages = [message("payment.received", row.reference, _told(row)) for row in paid]
    if how is Payer.LOST:
        messages = []
    return paid, messages * 2 if how is Payer.REPEATED else messages


def charge_back(reference: str, amount_minor: int) -> Message:
    return message(
        "payment.charged_back",
        reference,
        {"reference": reference, "amount_minor": amount_minor, "reason": "the payer's bank took it back"},
    )


def send_payout_back(key: str) -> Message:
    return message("payout.returned", key, {"payout": key, "reason": "the account is closed"})


def message(kind: str, about: str, data: dict[str, Any]) -> Message:
    body = json.dumps({"type": kind, "data": data}, sort_keys=True).encode()
    return Message(f"{kind}:{about}"[:80], body)


def write_down(arrivals: Iterable[Arrival]) -> None:
    """Write what came into the book."""
    StatementLine.objects.bulk_create(
        [
            StatementLine(
                method=METHOD, reference=row.reference, at=row.at, amount_minor=row.amount_minor, currency=row.currency, ref1=row.ref1,
                ref2=row.ref2, payer=row.payer,
            )
            for row in arrivals
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _told(row: Arrival) -> dict[str, Any]:
    return {
        "reference": row.reference, "at": row.at.isoformat(), "amount_minor": row.amount_minor, "currency": row.currency, "ref1": row.ref1,
        "ref2": row.ref2, "payer": row.payer, "payer_app": row.payer_app, "payer_minor": row.payer_took.minor if row.payer_took else None,
        "payer_currency": row.payer_took.currency if row.payer_took else "", "payer_rate": str(row.payer_rate) if row.payer_rate else "",
    }  # fmt: skip

"""A partner's statement as CSV: every row told to be good or at fault, what it would do, and then done, once however often it is sent."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from babel.numbers import list_currencies

from samphao.core.errors import BadRows, Fault
from samphao.core.money import minor_digits, minor_units
from samphao.core.tables import read_numbered_rows
from samphao.payments import queries as ledger
from samphao.payments.adapters import adapter_of
from samphao.payments.queries import Sent
from samphao.payments.types import Amount, Arrival
from samphao.workflows import money_in

NAME = "statement.csv"
SIZE_MAX = 2_000_000
ROWS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of the file: its columns are these names."""

    booked_at: datetime
    reference: str
    amount: Decimal
    currency: str
    ref1: str = ""
    ref2: str = ""
    payer: str = ""
    note: str = ""
    payer_app: str = ""
    payer_amount: Decimal | None = None
    payer_currency: str = ""
    payer_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a row would do: pay `order`, confirm what the hub `sent`, wait in suspense (neither), or nothing, because it was told before."""

    number: int
    arrival: Arrival
    order: str
    sent: Sent | None
    is_known: bool


@dataclass(frozen=True, slots=True)
class StatementFile:
    rows: tuple[Preview, ...]
    notes: dict[str, str]
    faults: tuple[Fault, ...]


def read(method: str, content: bytes) -> StatementFile:
    """Read a file and say what each row would do; nothing is written."""
    adapter_of(method)
    numbered, faults = _parse(content)
    arrivals: list[tuple[int, Arrival]] = []
    notes = {}
    seen = Counter(row.reference for _number, row in numbered)
    for number, row in numbered:
        wrong = list(_faults(number, row, seen))
        faults += wrong
        if not wrong:
            arrivals.append((number, _arrival(row)))
            notes[row.reference] = row.note
    known = ledger.known_lines(method, [row.reference for _number, row in arrivals])
    found = money_in.match(method, [row for _number, row in arrivals if row.amount_minor > 0])
    sent = ledger.sent_of(method, [row for _number, row in arrivals if row.reference not in found])
    previews = (
        Preview(
            number, row, found[row.reference].order_code if row.reference in found else "", sent.get(row.reference),
            known.get(row.reference, "told") != "told",
        )
        for number, row in arrivals
    )  # fmt: skip
    return StatementFile(tuple(previews), notes, tuple(sorted(faults, key=lambda fault: fault.row)))


def book(method: str, content: bytes, *, keep_good: bool = False) -> tuple[int, int]:
    """Book a file; return how many rows pay an order and how many wait in suspense. Rows at fault stop it, unless the good ones are to be kept."""
    file = read(method, content)
    if file.faults and not keep_good:
        raise BadRows(file.faults)
    return money_in.book_lines(method, [row.arrival for row in file.rows], file.notes)


def _parse(content: bytes) -> tuple[list[tuple[int, FileRow]], list[Fault]]:
    if len(content) > SIZE_MAX:
        return [], [
            Fault(NAME, 0, "", "the file is larger than 2 MB", "Send it in parts: what was sent before is passed over")
        ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        path.write_bytes(content)
        rows, faults = read_numbered_rows(path, FileRow)
    if len(rows) > ROWS_MAX:
        return [], [
            Fault(
                NAME,
                ROWS_MAX + 2,
                "",
                f"more than {ROWS_MAX:,} rows",
                "Send it in parts: what was sent before is passed over",
            )
        ]
    return rows, faults


def _faults(number: int, row: FileRow, seen: Counter[str]) -> Sequence[Fault]:
    found = []
    if row.currency not in list_currencies():
        found.append(
            Fault(NAME, number, "currency", f"`{row.currency[:20]}` is no currency", "Write three letters such as THB")
        )
    elif not _is_whole(row.amount, row.currency) or not row.amount or abs(row.amount) >= 10**13:
        digits = minor_digits(row.currency)
        found.append(
            Fault(
                NAME,
                number,
                "amount",
                f"`{row.amount}` is no amount of {row.currency}",
                f"Write it with at most {digits} decimals, not nought",
            )
        )
    if not row.reference or len(row.reference) > 60:
        found.append(
            Fault(
                NAME,
                number,
                "reference",
                "the bank's own reference is missing or longer than 60 letters",
                "Write it as the bank does",
            )
        )
    elif seen[row.reference] > 1:
        found.append(
            Fault(NAME, number, "reference", f"`{row.reference}` stands more than once", "Keep one of the rows")
        )
    if row.booked_at.tzinfo is None:
        found.append(
            Fault(NAME, number, "booked_at", "the time has no zone", "Write it such as 2026-04-24T09:00:00+07:00")
        )
    if row.payer_amount is not None and (
        row.payer_currency not in list_currencies() or not _is_whole(row.payer_amount, row.payer_currency)
    ):
        found.append(
            Fault(NAME, number, "payer_amount", "it is no amount of `payer_currency`", "Write both, or neither")
        )
    return found


def _is_whole(amount: Decimal, currency: str) -> bool:
    return amount * minor_units(currency) == (amount * minor_units(currency)).to_integral_value()


def _arrival(row: FileRow) -> Arrival:
    took = (
        Amount(int(row.payer_amount * minor_units(row.payer_currency)), row.payer_currency)
        if row.payer_amount is not None
        else None
    )
    return Arrival(
        row.reference, row.booked_at, int(row.amount * minor_units(row.currency)), row.currency, row.ref1, row.ref2, row.payer[:120],
        row.payer_app[:60], took, row.payer_rate,
    )  # fmt: skip

"""What the command line prints: in a hundred columns, wrapped where a text is longer."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from samphao.core.errors import Fault
from samphao.core.money import amount_text

if TYPE_CHECKING:
    from samphao.payments.queries import Day, Difference
    from samphao.payments.types import LedgerCheck

COLUMNS, FAULTS = 100, 40


def wrapped(text: str, first: str = "", rest: str | int = 0) -> str:
    """Return a text in lines of at most COLUMNS behind `first`; further lines stand behind `rest`, or so many blanks."""
    behind = " " * rest if isinstance(rest, int) else rest
    return textwrap.fill(
        text, COLUMNS, initial_indent=first, subsequent_indent=behind, break_long_words=False, break_on_hyphens=False
    )  # fmt: skip


def listed(faults: Sequence[Fault], hint: str = "") -> str:
    """Return a list of faults, the first of very many, and what else can be done."""
    head = f"{len(faults):,} thing{'' if len(faults) == 1 else 's'} to mend, nothing was written:"
    lines = [head, *(wrapped(str(fault), "  ", 4) for fault in faults[:FAULTS])]
    if len(faults) > FAULTS:
        lines.append(f"  and {len(faults) - FAULTS:,} more")
    if hint and all(fault.row > 1 for fault in faults):  # where a whole file is wrong there are no other rows
        lines.append(f"  {hint}")
    return "\n".join(lines)


def trial_balance(checked: LedgerCheck) -> str:
    """Return what a check of the ledger found: each account's debit and credit, in whole units of its currency."""
    lines = [f"{checked.transfers:,} transfers, {checked.entries:,} entries"]
    if checked.balances:
        lines += ["", f"  {'currency':10}{'account':22}{'debit':>22}{'credit':>22}"]
    for balance in checked.balances:
        debit, credit = (
            amount_text(minor, balance.currency)[4:] for minor in (balance.debit_minor, balance.credit_minor)
        )
        lines.append(f"  {balance.currency:10}{balance.purpose:22}{debit:>22}{credit:>22}")
    lines += [wrapped(f"WRONG: {fault}", "  ", 4) for fault in checked.faults]
    sound = "sound: every transfer sums to zero, every balance equals its entries"
    wrong = "NOT sound: make no payouts, keep the database as it is, and look at what is named WRONG"
    return "\n".join([*lines, "", wrong if checked.faults else sound])


def reconciliation(found: Mapping[str, Sequence[Difference]], days: Mapping[str, Sequence[Day]]) -> str:
    """Return how statements and ledger stand to each other: the last days of each method, and each movement that only one of them knows."""
    lines = []
    for method, faults in found.items():
        lines += [f"{method}: {'the statement and the ledger agree' if not faults else f'{len(faults):,} differences'}"]
        lines.append(f"  {'day':12}{'currency':10}{'statement':>22}{'ledger':>22}{'lines':>10}{'transfers':>10}")
        for day in days[method]:
            told, booked = (amount_text(minor, day.currency)[4:] for minor in (day.told_minor, day.booked_minor))
            lines.append(f"  {day.on!s:12}{day.currency:10}{told:>22}{booked:>22}{day.lines:>10,}{day.moves:>10,}")
        for row in faults[:FAULTS]:
            told, booked = (
                "nothing" if minor is None else amount_text(minor, row.currency)
                for minor in (row.told_minor, row.booked_minor)
            )
            lines.append(
                wrapped(
                    f"WRONG: {row.on} {row.reference or row.transfer_key}: the statement says {told}, the ledger says {booked}",
                    "  ",
                    4,
                )
            )
        lines.append("")
    return "\n".join(lines) if lines else "no money has moved yet"

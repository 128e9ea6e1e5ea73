"""What crosses payments' boundary."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

KEPT_BACK, PAYMENT_OUT = "kept back", "payment out"
"""Kinds of the transfers that empty what is payable: for a debt, or to the owner's bank."""


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """An account to be opened if it is not there; `code` says all: purpose, owner or subject, currency."""

    purpose: str
    currency: str
    owner: str = ""
    subject: str = ""
    side: str = "credit"
    may_go_negative: bool = False
    keeps_balance: bool = True

    @property
    def code(self) -> str:
        return ":".join(part for part in (self.purpose, self.owner, self.subject, self.currency) if part)


@dataclass(frozen=True, slots=True)
class Posting:
    """A transfer to be posted: entries are (account code, minor units), debits positive; they sum to zero per currency."""

    kind: str
    key: str
    subject: str
    at: datetime
    entries: tuple[tuple[str, int], ...]
    memo: str = ""


@dataclass(frozen=True, slots=True)
class BankReport:
    """What a bank says: this reference paid this much for this order; `held_for` is the lot whose money it becomes."""

    order_code: str
    bank_reference: str
    amount_minor: int
    currency: str
    held_for: str


class Earned(NamedTuple):
    """What an owner has earned in one currency, what of it was sent to his bank, and what was kept back for a debt."""

    earned_minor: int
    sent_minor: int
    kept_back_minor: int


@dataclass(frozen=True, slots=True)
class Balance:
    purpose: str
    currency: str
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """The trial balance and everything that would be wrong with it; `faults` is empty in a sound ledger."""

    balances: tuple[Balance, ...]
    transfers: int
    entries: int
    faults: tuple[str, ...] = field(default=())

"""What crosses payments' boundary."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

KEPT_BACK, PAYMENT_OUT = "kept back", "payment out"
"""Kinds of the transfers that empty what is payable: for a debt, or to the owner's bank."""
PAYOUT_RETURNED = "payout returned"
RETURN, REFUND, CHARGEBACK, SENT_BACK = "return", "refund", "chargeback", "sent back"
"""Kinds of the transfers of money that goes back to payers."""
HUB = "HUB"


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
class Amount:
    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Payer:
    """Who paid, as the bank tells it; of a foreign wallet also what it took from him, and by which rate to one baht."""

    name: str = ""
    app: str = ""
    took: Amount | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BankReport:
    """What a bank says: this reference paid this much for this order; `held_for` is the lot whose money it becomes.

    Where the buyer was asked in another currency than the order's, `counts` says what of the order's price it pays.
    """

    order_code: str
    bank_reference: str
    amount_minor: int
    currency: str
    held_for: str
    counts: Amount | None = None
    payer: Payer | None = None
    at: datetime | None = None


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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A payment that has not paid its order yet: what of it counts for the order, in the currency in which it does."""

    id: int
    order_code: str
    counts_minor: int
    counts_currency: str
    amount_minor: int
    method: str
    bank_reference: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Money that came to the account, as a statement or a message tells it: nobody has said yet which order it pays."""

    reference: str
    at: datetime
    amount_minor: int
    currency: str
    ref1: str = ""
    ref2: str = ""
    payer: str = ""
    payer_app: str = ""
    payer_took: Amount | None = None
    payer_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a buyer is asked for by a method: `amount` pays `price` of his order, at a rate with its source where they differ."""

    order_code: str
    method: str
    amount: Amount
    price: Amount
    rate: Decimal | None = None
    rate_source: str = ""
    rate_on: date | None = None
    part: str = ""
    """Which payment of several; empty where the whole price is asked for at once."""


@dataclass(frozen=True, slots=True)
class PartnerMessage:
    """A message that was verified and kept: what it is, and of which payment or payout it tells."""

    id: int
    method: str
    kind: str
    about: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FeeEarned:
    """The hub's fee of one order when it became the hub's: in satang with the tax in it, and as the buyer was told it."""

    order_code: str
    buyer: str
    tax_point_on: date
    gross_minor: int
    price: Amount
    rate: Decimal


@dataclass(frozen=True, slots=True)
class TaxRate:
    percent: Decimal
    source: str

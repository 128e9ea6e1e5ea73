"""Who has which share in what was sold, and the transfers that move it: to its owners, or back from a grower who was advanced.

Baht are bought for what was paid in other money, at the rate that the price was made with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache

from samphao.core import clock
from samphao.core.errors import Refused
from samphao.core.money import minor_units
from samphao.engines.duty import half_up
from samphao.payments import services as payments
from samphao.payments.types import AccountSpec, Posting
from samphao.reference import queries as reference
from samphao.reference.types import ExchangeRateSpec
from samphao.trade.types import LotSale

HUB, CARRIERS, INSURER = "HUB", "carriers", "insurer"
PAID_IN_BAHT = ("producer", "packing_house", "carrier", "insurer", "hub", "revenue")
HOME = "THB"


@dataclass(frozen=True, slots=True)
class Share:
    """What a party has in the sales of a lot in one currency, minor units; of a grower's, what he had when sold and at the ticket.

    `at` is when the orders got the mark by which they were gathered: a share is dated by it.
    """

    lot: str
    currency: str
    at: datetime
    receiver: str
    owner: str
    priced_on: date
    amount_minor: int
    deposit_minor: int
    advance_minor: int

    @property
    def paid_minor(self) -> int:
        return self.deposit_minor + self.advance_minor

    @property
    def rest_minor(self) -> int:
        return self.amount_minor - self.paid_minor


@dataclass(slots=True)
class Drafted:
    """Transfers to be posted with the accounts that they need, and what they are for each owner and lot, in satang."""

    postings: list[Posting] = field(default_factory=list)
    accounts: set[AccountSpec] = field(default_factory=set)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)

    def post(self) -> int:
        payments.open_accounts(self.accounts)
        return payments.post(self.postings)


def shares(sales: Iterable[LotSale]) -> list[Share]:
    """Sum the price lines of sales by lot, currency, time and party, in a fixed order.

    What is paid before is worked out for one selling unit and rounded down, so that it adds up however a lot's orders are settled.
    """
    countries = {row.code: row.country for row in reference.destinations()}
    sums: dict[tuple[str, str, datetime, str, str, date], list[int]] = defaultdict(lambda: [0, 0, 0])
    for sale in sales:
        at = sale.at or clock.now()
        for line in sale.lines:
            for receiver, amount in line["receivers"].items():
                owner = _owner(receiver, sale, countries[sale.destination])
                total = sums[sale.lot, sale.currency, at, receiver, owner, sale.priced_on]
                total[0] += int(amount) * sale.quantity
                if receiver == "producer":
                    total[1] += int(amount) * sale.deposit_percent // 100 * sale.deposited_quantity
                    total[2] += int(amount) * sale.ticket_percent // 100 * sale.advanced_quantity
    return [Share(*key, *total) for key, total in sorted(sums.items()) if total[0]]


def _owner(receiver: str, sale: LotSale, country: str) -> str:
    return {
        "producer": sale.producer,
        "packing_house": sale.packing_house or sale.producer,
        "importer": sale.importer or "",
        "customs": f"customs-{country}",
        "revenue": f"revenue-{country}",
        "carrier": CARRIERS,
        "insurer": INSURER,
        "hub": HUB,
    }[receiver]


def pay(due: Iterable[tuple[Share, int]], kind: str, batch: str) -> Drafted:
    """Draft the way from the money held for lots to its owners: one transfer for each lot, currency and time.

    An order is advanced and settled only once, so the first of the orders names the batch.
    """
    return _draft(due, kind, batch, is_back=False)


def take_back(due: Iterable[tuple[Share, int]], kind: str, batch: str, memo: str) -> Drafted:
    """Draft the way back: the money stands for the lot again, and its owner owes it. Rounded down: nobody owes more than he had.

    All of a lot goes back at one time, which is no part of the key: asked again later, it is the same transfer.
    """
    return _draft(due, kind, batch, is_back=True, memo=memo)


def _draft(due: Iterable[tuple[Share, int]], kind: str, batch: str, *, is_back: bool, memo: str = "") -> Drafted:
    rates = lru_cache(maxsize=None)(reference.exchange_rates)
    drafted, sign = Drafted(), -1 if is_back else 1
    groups: dict[tuple[str, str, datetime], Counter[str]] = defaultdict(Counter)
    for part, amount in due:
        if not amount:
            continue
        in_baht = part.receiver in PAID_IN_BAHT
        currency = HOME if in_baht else part.currency
        owned = (payments.receivable if is_back else payments.payable)(part.owner, currency)
        held, paid = payments.held(part.lot, part.currency), amount
        entries = groups[part.lot, part.currency, part.at]
        entries[held.code] += sign * amount
        drafted.accounts |= {held, owned}
        if currency != part.currency:
            exact = Decimal(amount) * _satang(part.currency, rates(part.priced_on), part.priced_on)
            paid = int(exact.to_integral_value(ROUND_DOWN)) if is_back else half_up(exact)
            bought, sold = payments.exchange(part.currency), payments.exchange(currency)
            entries[bought.code] -= sign * amount
            entries[sold.code] += sign * paid
            drafted.accounts |= {bought, sold}
        entries[owned.code] -= sign * paid
        if in_baht:
            drafted.told[part.owner, part.lot] += paid
    drafted.postings = [
        Posting(kind, f"{kind}:{batch}:{lot}:{currency}{mark}", lot, at, tuple(entries.items()), memo)
        for (lot, currency, at), entries in groups.items()
        for mark in ("" if is_back else f":{at:%y%m%d%H%M%S%f}",)
    ]
    return drafted


def has_rate(currency: str, on: date) -> bool:
    """Whether what was priced in a currency on a day can be paid in baht."""
    return currency == HOME or currency in reference.exchange_rates(on)


def _satang(currency: str, rates: Mapping[str, ExchangeRateSpec], on: date) -> Decimal:
    """Return what one minor unit of a currency is worth in satang."""
    if currency not in rates:
        raise Refused(f"No exchange rate of {currency} is known for {on}: publish one, then this payout goes on.")
    return Decimal(100) / (rates[currency].rate * minor_units(currency))

"""From held money to everybody's share: the advance at the signed ticket, the rest after the claim window.

Nothing is paid on hope: each transfer takes from the money held for its lot, which the database does not let fall below
zero. Baht are bought for what was paid in other money, at the rate that the price was made with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from babel.numbers import get_currency_precision

from samphao.engines.duty import half_up
from samphao.payments import services as payments
from samphao.payments.types import AccountSpec, Posting
from samphao.reference.types import ExchangeRateSpec
from samphao.trade.types import LotSale

ADVANCE_PERCENT = 60  # of the grower's money at the signed ticket: the default of the payout schedule
HUB, CARRIERS, INSURER = "HUB", "carriers", "insurer"
BAHT = "THB"
PAID_IN_BAHT = ("producer", "packing_house", "carrier", "insurer", "hub", "revenue")


@dataclass(frozen=True, slots=True)
class Share:
    """What a party has in a lot's sales in one currency, minor units."""

    lot: str
    currency: str
    receiver: str
    owner: str
    amount_minor: int


def shares(sales: Iterable[LotSale], countries: Mapping[str, str]) -> list[Share]:
    """Sum the price lines of sales by lot, currency and party, in a fixed order."""
    sums: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for sale in sales:
        for line in sale.lines:
            for receiver, amount in line["receivers"].items():
                owner = _owner(receiver, sale, countries)
                sums[sale.lot, sale.currency, receiver, owner] += int(amount) * sale.quantity
    return [Share(*key, amount) for key, amount in sorted(sums.items()) if amount]


def _owner(receiver: str, sale: LotSale, countries: Mapping[str, str]) -> str:
    return {
        "producer": sale.producer,
        "packing_house": sale.packing_house or sale.producer,
        "importer": sale.importer or "",
        "customs": f"customs-{countries[sale.destination]}",
        "revenue": f"revenue-{countries[sale.destination]}",
        "carrier": CARRIERS,
        "insurer": INSURER,
        "hub": HUB,
    }[receiver]


def pay_advances(parts: Iterable[Share], rates: Mapping[str, ExchangeRateSpec], at: datetime) -> int:
    """Post the growers' first share of each lot; return how many transfers."""
    due = [part for part in parts if part.receiver == "producer"]
    return _post([(part, _advance(part)) for part in due], "advance", rates, at)


def pay_rest(
    parts: Iterable[Share], advanced: Iterable[Share], rates: Mapping[str, ExchangeRateSpec], at: datetime
) -> int:
    """Post everybody's share of what was delivered, less the advances that were posted."""
    paid = {(part.lot, part.currency, part.owner): _advance(part) for part in advanced if part.receiver == "producer"}
    due = []
    for part in parts:
        before = paid.get((part.lot, part.currency, part.owner), 0) if part.receiver == "producer" else 0
        due.append((part, max(0, part.amount_minor - before)))
    return _post(due, "payout", rates, at)


def _advance(part: Share) -> int:
    return part.amount_minor * ADVANCE_PERCENT // 100


def _post(due: Iterable[tuple[Share, int]], kind: str, rates: Mapping[str, ExchangeRateSpec], at: datetime) -> int:
    postings, accounts = [], set()
    for part, amount in due:
        if not amount:
            continue
        held = payments.held(part.lot, part.currency)
        key = f"{kind}:{part.lot}:{part.currency}:{part.receiver}:{part.owner}"
        if part.receiver in PAID_IN_BAHT and part.currency != BAHT:
            baht = half_up(
                Decimal(amount) * 100 / (rates[part.currency].rate * 10 ** int(get_currency_precision(part.currency)))
            )
            payable = AccountSpec("payable", "THB", owner=part.owner)
            bought, sold = exchange(part.currency), exchange("THB")
            entries: tuple[tuple[str, int], ...] = (
                (held.code, amount),
                (bought.code, -amount),
                (sold.code, baht),
                (payable.code, -baht),
            )
            accounts |= {held, payable, bought, sold}
        else:
            payable = AccountSpec("payable", part.currency, owner=part.owner)
            entries = ((held.code, amount), (payable.code, -amount))
            accounts |= {held, payable}
        postings.append(Posting(kind, key, part.lot, at, entries, part.receiver))
    payments.open_accounts(accounts)
    return payments.post(postings)


def exchange(currency: str) -> AccountSpec:
    """Return the account of money exchanged: what was given in one currency and taken in another."""
    return AccountSpec("exchange", currency, may_go_negative=True)

"""From held money to everybody's share: the advance at the signed ticket, the rest after the claim window.

Nothing is paid on hope: each transfer takes from the money held for its lot, which the database does not let fall below
zero. An order is advanced once and settled once, and its mark and its money commit together. Baht are bought for what
was paid in other money, at the rate that the price was made with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import transaction

from samphao.core import clock, hub
from samphao.core.errors import Refused
from samphao.core.money import minor_units
from samphao.engines.duty import half_up
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.payments.types import AccountSpec, Posting
from samphao.reference import queries as reference
from samphao.reference.types import ExchangeRateSpec
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import LotSale
from samphao.workflows import notices

ADVANCE_PERCENT = 60  # of the grower's money at the signed ticket: the default of the payout schedule
CLAIM_WINDOW = timedelta(hours=48)
SETTLED_AT_ONCE = 20_000
HUB, CARRIERS, INSURER = "HUB", "carriers", "insurer"
PAID_IN_BAHT = ("producer", "packing_house", "carrier", "insurer", "hub", "revenue")


@dataclass(frozen=True, slots=True)
class Share:
    """What a party has in the sales of a lot in one currency, minor units; of a grower's, what was advanced already."""

    lot: str
    currency: str
    receiver: str
    owner: str
    priced_on: date
    amount_minor: int
    advance_minor: int

    @property
    def rest_minor(self) -> int:
        return self.amount_minor - self.advance_minor


def tickets_signed(payload: dict[str, Any]) -> None:
    """Pay the growers' first share of every order of the lots that were weighed."""
    pay_advances(payload["lots"])


def pay_advances(lots: Iterable[str]) -> int:
    """Advance the paid orders of lots with a signed ticket; return how many transfers."""
    with transaction.atomic():
        orders = services.mark_advanced(list(lots))
        growers = [part for part in shares(trade.sales_of_orders(orders)) if part.receiver == "producer"]
        due = [(part, part.advance_minor) for part in growers]
        return _post(due, "advance", orders, trade.last_of_lots(orders, "advanced_at"))


def settle_due() -> int:
    """Pay everybody's share of orders whose claim window has closed, less what was advanced; return how many orders."""
    with transaction.atomic():
        orders = services.mark_settled(CLAIM_WINDOW, SETTLED_AT_ONCE)
        if not orders:
            return 0
        closed = {lot: at + CLAIM_WINDOW for lot, at in trade.last_of_lots(orders, "delivered_at").items()}
        _post([(part, part.rest_minor) for part in shares(trade.sales_of_orders(orders))], "payout", orders, closed)
    return len(orders)


def send_to_banks() -> int:
    """Send what is payable to its owners' banks, once a day; return how many payments.

    Only the simulator can be told to pay: a licensed partner's payments are its own to report.
    """
    settings = hub.settings()
    if settings is not None and not settings.pays_by_simulator:
        return 0
    return payments.pay_out(simulator.METHOD, f"banks:{clock.today().isoformat()}", clock.now())


def shares(sales: Iterable[LotSale]) -> list[Share]:
    """Sum the price lines of sales by lot, currency and party, in a fixed order.

    An advance is worked out for one selling unit and rounded down, so that it adds up however a lot's orders are settled.
    """
    countries = {row.code: row.country for row in reference.destinations()}
    sums: dict[tuple[str, str, str, str, date], list[int]] = defaultdict(lambda: [0, 0])
    for sale in sales:
        for line in sale.lines:
            for receiver, amount in line["receivers"].items():
                owner = _owner(receiver, sale, countries[sale.destination])
                total = sums[sale.lot, sale.currency, receiver, owner, sale.priced_on]
                total[0] += int(amount) * sale.quantity
                if receiver == "producer":
                    total[1] += int(amount) * ADVANCE_PERCENT // 100 * sale.advanced_quantity
    return [Share(*key, amount, advance) for key, (amount, advance) in sorted(sums.items()) if amount]


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


def _post(due: Iterable[tuple[Share, int]], kind: str, orders: list[str], at: Mapping[str, datetime]) -> int:
    """Post each share at its lot's time; the first of the orders names the batch, for an order is advanced and settled only once."""
    rates = lru_cache(maxsize=None)(reference.exchange_rates)
    batch = min(orders, default="")
    postings, accounts = [], set()
    told: Counter[tuple[str, str]] = Counter()
    for part, amount in due:
        if not amount:
            continue
        held = payments.held(part.lot, part.currency)
        key = f"{kind}:{batch}:{part.lot}:{part.currency}:{part.receiver}:{part.owner}:{part.priced_on}"
        if part.receiver in PAID_IN_BAHT and part.currency != "THB":
            baht = half_up(Decimal(amount) * _satang(part.currency, rates(part.priced_on), part.priced_on))
            payable = AccountSpec("payable", "THB", owner=part.owner)
            bought, sold = exchange(part.currency), exchange("THB")
            entries: tuple[tuple[str, int], ...] = (
                (held.code, amount),
                (bought.code, -amount),
                (sold.code, baht),
                (payable.code, -baht),
            )
            accounts |= {held, payable, bought, sold}
            told[part.owner, part.lot] += baht
        else:
            payable = AccountSpec("payable", part.currency, owner=part.owner)
            entries = ((held.code, amount), (payable.code, -amount))
            accounts |= {held, payable}
        postings.append(Posting(kind, key, part.lot, at[part.lot], entries, part.receiver))
        if part.receiver in PAID_IN_BAHT and part.currency == "THB":
            told[part.owner, part.lot] += amount
    payments.open_accounts(accounts)
    posted = payments.post(postings)
    notices.shares_paid(kind, batch, told, at)
    return posted


def _satang(currency: str, rates: Mapping[str, ExchangeRateSpec], on: date) -> Decimal:
    """Return what one minor unit of a currency is worth in satang."""
    if currency not in rates:
        raise Refused(f"No exchange rate of {currency} is known for {on}: publish one, then this payout goes on.")
    return Decimal(100) / (rates[currency].rate * minor_units(currency))


def exchange(currency: str) -> AccountSpec:
    """Return the account of money exchanged: what was given in one currency and taken in another."""
    return AccountSpec("exchange", currency, may_go_negative=True)

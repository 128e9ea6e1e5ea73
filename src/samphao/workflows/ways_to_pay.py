"""How an order can be paid: by which methods, how much in which currency, at which rate; and the simulator's buyer, who pays it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_UP, Decimal

from samphao.core import clock, events
from samphao.core.hub import Hub
from samphao.core.money import minor_units
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters import ADAPTERS, bank_transfer, promptpay, simulator
from samphao.payments.adapters.simulator import Message, Payer
from samphao.payments.types import Amount, Arrival, AskedFor
from samphao.reference import queries as reference
from samphao.trade import queries as trade
from samphao.trade.types import OrderDue
from samphao.workflows import money_in

HOME = "THB"
DEPOSIT, BALANCE = "deposit", "balance"
NO_BILLER = "000000000000000"
"""A biller that cannot exist, for the simulator's codes: zeros fail the check digit of a tax number, so no bank pays them."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay an order: what is asked, the references that must come with it, the code to scan (empty: none)."""

    method: str
    amount: Amount
    price: Amount
    ref1: str
    ref2: str
    rate: Decimal | None
    rate_source: str
    code: str


def methods_of(hub: Hub | None) -> list[str]:
    """Return the methods that a hub offers: the simulator alone, or what its settings name."""
    if hub is None:
        return []
    if hub.pays_by_simulator:
        return [simulator.METHOD]
    return [method for method, adapter in ADAPTERS.items() if method != simulator.METHOD and not adapter.missing()]


def ways(order: OrderDue, hub: Hub | None) -> list[Way]:
    """Return the ways in which an order can be paid now; where no rate of its price's day is known, not those in baht."""
    part = part_due(order)
    asked = (_asked(order, part, method) for method in methods_of(hub)) if part.price_minor else ()
    return [_way(one) for one in asked if one is not None]


@dataclass(frozen=True, slots=True)
class PartDue:
    """What of an order is to be paid now: all of it, or the deposit or the balance of a pre-order; `came_minor` of it has come."""

    kind: str
    price_minor: int
    came_minor: int

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.price_minor}" if self.kind else ""

    @property
    def rest_minor(self) -> int:
        return max(0, self.price_minor - self.came_minor)


def part_due(order: OrderDue) -> PartDue:
    came = came_for(order)
    if not order.deposit_minor:
        return PartDue("", order.amount_minor, came)
    if not order.is_deposit_paid:
        return PartDue(DEPOSIT, order.deposit_minor, came)
    return PartDue(BALANCE, max(0, order.amount_minor - order.deposit_minor), max(0, came - order.deposit_minor))


def due_now(orders: Iterable[str]) -> int:
    """Return what is to be paid now for orders that wait, in the smallest coin of their price."""
    return sum(part_due(row).rest_minor for row in trade.dues_of(orders) if row.waits)


def came_for(order: OrderDue) -> int:
    """Return what has come for an order that waits for the rest, in the currency of its price."""
    waiting = ledger.waiting_payments([order.code])
    return sum(row.counts_minor for row in waiting if row.counts_currency == order.currency)


def in_baht(order: OrderDue, price_minor: int | None = None) -> AskedFor | None:
    """Return what an order, or a part of its price, costs in baht at the rate of its price, rounded up; None where that rate is not known."""
    price = Amount(order.amount_minor if price_minor is None else price_minor, order.currency)
    if order.currency == HOME:
        return AskedFor(order.code, "", price, price)
    on = order.priced_at.astimezone(clock.BANGKOK).date()
    rate = reference.exchange_rates(on).get(order.currency)
    if rate is None:
        return None
    satang = Decimal(price.minor) / minor_units(order.currency) / rate.rate * minor_units(HOME)
    amount = Amount(int(satang.to_integral_value(ROUND_UP)), HOME)
    return AskedFor(order.code, "", amount, price, rate.rate, rate.source, rate.valid_from)


def _asked(order: OrderDue, part: PartDue, method: str) -> AskedFor | None:
    found = in_baht(order, part.price_minor)
    if found is None and method == simulator.METHOD:
        price = Amount(part.price_minor, order.currency)
        found = AskedFor(order.code, "", price, price)
    return replace(found, method=method, part=part.name) if found else None


def _way(asked: AskedFor) -> Way:
    kept = payments.ask(asked)
    biller = NO_BILLER if asked.method == simulator.METHOD else None
    has_code = asked.method != bank_transfer.METHOD and kept.currency == HOME
    code = promptpay.code_of(kept.ref1, kept.ref2, kept.amount_minor, biller=biller) if has_code else ""
    return Way(
        kept.method, Amount(kept.amount_minor, kept.currency), Amount(kept.order_minor, kept.order_currency), kept.ref1, kept.ref2, kept.rate,
        kept.rate_source, code,
    )  # fmt: skip


WALLET_SPREAD = Decimal("0.985")
"""What a simulated foreign wallet gives for one unit of its payer's money, of what the rate says: real ones take a spread too."""


def pay_by_simulator(code: str, how: Payer = Payer.PAYS) -> bool:
    """Let a simulated buyer pay an order in some way; return whether the hub heard of it."""
    due = next(iter(trade.dues_of([code])), None)
    if due is None or not due.waits:
        return False
    part, came = part_due(due), came_for(due)
    asked = _asked(due, part, simulator.METHOD) if part.rest_minor else None
    if asked is None:
        return False
    way = _way(asked)
    amount = -(-way.amount.minor * part.rest_minor // way.price.minor)
    name = f"SIM-{code}" if not came else f"SIM-{code}-rest-{came}"
    arrived = _from_wallet(Arrival(name, clock.now(), amount, way.amount.currency, way.ref1, way.ref2), way)
    paid, messages = simulator.pay(arrived, how)
    simulator.write_down(paid)
    for message in messages:
        hear(message)
    events.deliver()
    return bool(messages)


def hear(message: Message) -> bool:
    """Let a message of the simulator reach the hub as a partner's would: signed, and taken once."""
    stamp = int(time.time())
    headers = {
        "webhook-id": message.event_id, "webhook-timestamp": str(stamp),
        "webhook-signature": payments.signed(simulator.METHOD, message.event_id, stamp, message.body),
    }  # fmt: skip
    return money_in.take_message(simulator.METHOD, headers, message.body, at_s=stamp)


def _from_wallet(arrival: Arrival, way: Way) -> Arrival:
    """Let who is asked in baht for a price in other money pay with a wallet of his own, which exchanges it."""
    if way.rate is None:
        return arrival
    rate = (way.rate / WALLET_SPREAD).quantize(Decimal("1.00000000"))
    exact = Decimal(arrival.amount_minor) / minor_units(HOME) * rate * minor_units(way.price.currency)
    took = Amount(int(exact.to_integral_value(ROUND_UP)), way.price.currency)
    return replace(arrival, payer_app="simulated wallet", payer_took=took, payer_rate=rate)

"""From held money to everybody's share, by each lot's payout schedule: when sold, at the signed ticket, after the claim window.

Nothing is paid on hope: each transfer takes from the money held for its lot, which the database does not let fall below
zero. An order is advanced once and settled once, and its mark and its money commit together. What was priced in money of a
day whose exchange rate nobody knows waits, and holds up nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from samphao.accounts.queries import Viewer
from samphao.core import clock, hub
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import CLAIM_WINDOW, UnpaidSales
from samphao.workflows import invoicing, notices
from samphao.workflows.claims_money import due_after_claims, fees_back
from samphao.workflows.shares import has_rate, pay, shares, take_back

log = logging.getLogger(__name__)
SETTLED_AT_ONCE = 20_000
LOTS_ADVANCED_AT_ONCE = 500
DEPOSIT, ADVANCE, PAYOUT, CLAIM = "deposit", "advance", "payout", "claim"


def orders_paid(_payload: dict[str, Any]) -> None:
    """Pay the growers whose lots pay a share when sold."""
    deposit_due()


def deposit_due() -> int:
    """Pay shares that are due when sold, out of the money held for these orders; return how many transfers."""
    with transaction.atomic():
        without = _told_without_rate(trade.sales_to_deposit())
        orders = services.mark_deposited(SETTLED_AT_ONCE, without=without)
        if not orders:
            return 0
        growers = [
            part for part in shares(trade.sales_of_orders(orders, "deposited_at")) if part.receiver == "producer"
        ]
        drafted = pay([(part, part.deposit_minor) for part in growers], DEPOSIT, min(orders))
        posted = drafted.post()
        notices.shares_paid(DEPOSIT, min(orders), drafted.told, {part.lot: part.at for part in growers})
    return posted


def tickets_signed(payload: dict[str, Any]) -> None:
    """Pay the growers' first share of every order of the lots that were weighed."""
    pay_advances(payload["lots"])


def advance_due() -> int:
    """Pay first shares that are still due: of orders that were paid after the ticket, and where the event came to nothing."""
    without = _told_without_rate(trade.sales_to_advance())
    return _advance(trade.lots_to_advance(LOTS_ADVANCED_AT_ONCE, without=without), without)


def pay_advances(lots: Iterable[str]) -> int:
    """Advance the paid orders of lots with a signed ticket; return how many transfers."""
    codes = list(lots)
    return _advance(codes, _told_without_rate(trade.sales_to_advance(codes)))


def _advance(lots: Sequence[str], without: Sequence[tuple[str, date]]) -> int:
    with transaction.atomic():
        orders = services.mark_advanced(lots, without=without)
        if not orders:
            return 0
        growers = [part for part in shares(trade.sales_of_orders(orders, "advanced_at")) if part.receiver == "producer"]
        drafted = pay([(part, part.advance_minor) for part in growers], ADVANCE, min(orders))
        posted = drafted.post()
        notices.shares_paid(ADVANCE, min(orders), drafted.told, {part.lot: part.at for part in growers})
    return posted


def settle_due() -> int:
    """Pay everybody's share of orders whose claim window has closed, less what was advanced and what paid claims kept; return how many orders."""
    with transaction.atomic():
        without = _told_without_rate(trade.sales_to_settle())
        orders = services.mark_settled(SETTLED_AT_ONCE, without=without)
        if not orders:
            return 0
        claimed = trade.borne_by_claims(orders)
        plain = [order for order in orders if order not in claimed]
        sales = trade.sales_of_orders(plain, "delivered_at")
        parts = list(shares(replace(sale, at=sale.at + sale.claim_window) for sale in sales if sale.at))
        due = [*((part, part.rest_minor) for part in parts), *due_after_claims(claimed, clock.now())]
        drafted = pay(due, PAYOUT, min(orders))
        drafted.post()
        invoicing.fees_earned(orders, CLAIM_WINDOW, fees_back(list(claimed)))
        last = {part.lot: part.at for part, _amount in sorted(due, key=lambda row: row[0].at)}
        notices.shares_paid(PAYOUT, min(orders), drafted.told, last)
    return len(orders)


def has_the_rest(who: Viewer) -> bool:
    """Whether sellers have been paid after a claim window and no buyer's money is held for their lots any more."""
    held = ledger.held_for(trade.lot_codes_of_producers(who.organisations))
    return not held and ledger.was_paid(who.codes, PAYOUT)


def claim_back(orders: Sequence[str], *, reason: str) -> int:
    """Book what growers were advanced for cancelled orders as owed by them, so that it stands for the buyers again.

    It is kept back from what becomes payable to them next. An order is cancelled once, so that a second booking of the same
    orders finds its transfers posted. Return how many transfers.
    """
    with transaction.atomic():
        now = clock.now()
        sales = [
            replace(sale, at=now)
            for sale in trade.sales_of_orders(orders)
            if sale.advanced_quantity or sale.deposited_quantity
        ]
        growers = [part for part in shares(sales) if part.receiver == "producer"]
        drafted = take_back([(part, part.paid_minor) for part in growers], CLAIM, min(orders), reason)
        posted = drafted.post()
        notices.shares_claimed(min(orders), drafted.told, now)
    return posted


def sales_without_rate() -> list[UnpaidSales]:
    """Return what cannot be paid because the rate of its day is not known, the control tower's word."""
    return [row for row in trade.sales_due() if not has_rate(row.currency, row.priced_on)]


def _told_without_rate(due: Iterable[UnpaidSales]) -> list[tuple[str, date]]:
    """Return currency and day of what has no rate, and write it to the log."""
    waiting = [row for row in due if not has_rate(row.currency, row.priced_on)]
    for row in waiting:
        log.warning(
            "no rate of %s for %s: %s orders of %s lots wait for their money",
            row.currency, row.priced_on, row.orders, row.lots,
        )  # fmt: skip
    return [(row.currency, row.priced_on) for row in waiting]


def send_to_banks() -> int:
    """Send what is payable to its owners' banks, once a day; return how many payments.

    Only the simulator is told by itself: with a licensed partner people make the bank file (`payout.pay_by_file`).
    """
    settings = hub.settings()
    if settings is not None and not settings.pays_by_simulator:
        return 0
    return payments.pay_out(simulator.METHOD, f"banks:{clock.today().isoformat()}", clock.now())


def pay_by_file(method: str) -> int:
    """Book what the bank file of today pays: to everybody whose bank account is known; return how many payments. Again the same day it pays what is new."""
    owners = ledger.owners_to_pay()
    return (
        payments.pay_out(method, f"file:{clock.now():%Y-%m-%dT%H:%M:%S}", clock.now(), owners=owners) if owners else 0
    )

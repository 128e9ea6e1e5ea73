"""Somchai's lot of 1,000 durians is pre-ordered in a cycle of `paid_market`: 80 % of the forecast, 30 % deposit, half of it kept if the balance lapses.

The cycle opens at noon of 24 April 2026 and closes on the 28th, the balance is due on 2 May at noon, and it is delivered on 5 and 7 May.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from samphao.accounts.queries import Viewer
from samphao.core import clock, events
from samphao.payments.models import Payment
from samphao.trade import services
from samphao.trade.models import Lot, Order
from samphao.trade.types import CycleTerms, TicketSpec
from samphao.workflows import ways_to_pay
from worlds import paid_market
from worlds.paid_market import NOON

CLOSES_AT, DUE_AT = NOON + timedelta(days=4), NOON + timedelta(days=8)
TERMS = CycleTerms(NOON, CLOSES_AT, (date(2026, 5, 5), date(2026, 5, 7)), 80, 30, DUE_AT, 50, "pro_rata")


@dataclass
class World:
    market: paid_market.World
    cycle: str
    seller: Viewer

    @property
    def lot(self) -> Lot:
        return Lot.objects.get(code=self.market.lot)

    def order(self, currency: str = "CNY", quantity: int = 1) -> Order:
        return self.market.order(currency, quantity)

    def pre_order(self, currency: str = "CNY", quantity: int = 1) -> Order:
        """Order and pay the deposit."""
        order = self.order(currency, quantity)
        assert ways_to_pay.pay_by_simulator(order.code)
        drain()
        return Order.objects.get(pk=order.pk)

    def weigh(self, fruit: int) -> None:
        """Sign a ticket of so much fruit."""
        kg = Decimal(fruit * 3)
        services.sign_tickets(
            [TicketSpec(self.market.lot, date(2026, 4, 30), kg, Decimal(0), Decimal("34.1"), clock.now())],
            through="test",
        )
        services.give_up_what_is_short([self.market.lot])
        drain()


def make(**terms: Any) -> World:
    market = paid_market.make()
    lot = Lot.objects.select_related("listing").get(code=market.lot)
    seller = Viewer(
        (lot.listing.producer_id,), (market.grower,), frozenset({"producer"}), is_hub=False, username="somchai"
    )
    spec = services.CycleSpec(replace(TERMS, **terms), (market.lot,))
    cycle = services.make_cycle(spec, viewer=seller, by="somchai")
    drain()
    return World(market, cycle, seller)


def drain() -> None:
    while events.deliver():
        pass


def moneys(order: Order | str) -> dict[str, int]:
    """Return what came for an order, what of it went back, and what is left, in the order's currency."""
    code = order if isinstance(order, str) else order.code
    rows = Payment.objects.filter(order_code=code)
    came = sum(row.counts_minor or row.amount_minor for row in rows)
    back = sum(
        row.refunded_minor * row.counts_minor // row.amount_minor if row.counts_minor else row.refunded_minor
        for row in rows
    )
    return {"came": came, "back": back, "left": came - back}

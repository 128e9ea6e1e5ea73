"""One lot on sale for Kunming in yuan and for Bangkok in baht, its grower, and buyers who pay in every way there is.

A price is 100.00: 60.00 for the grower, 30.00 for carriers, 10.00 for the hub. One baht is ¥ 0.25, so that every sum can be done in the head.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from samphao.core import clock, events
from samphao.payments.models import Payment
from samphao.reference.models import Destination, ExchangeRate
from samphao.trade import services
from samphao.trade.models import Offer, Order
from samphao.trade.types import OrderRequest
from worlds import open_hub, two_buyers_one_lot

RECEIVERS = {"goods": ("producer", 6_000), "carriage_to_entry": ("carrier", 3_000), "hub_fee": ("hub", 1_000)}
NOON = datetime(2026, 4, 24, 12, tzinfo=clock.BANGKOK)


@dataclass
class World:
    lot: str
    grower: str
    buyer: Any
    offers: dict[str, Offer]
    placed: int = field(default=0)

    def order(self, currency: str = "CNY", quantity: int = 1) -> Order:
        self.placed += 1
        offer = self.offers[currency]
        answer = services.place_order(OrderRequest(self.buyer.pk, f"order-{self.placed}", offer.pk, quantity))
        assert answer.is_order, answer
        return Order.objects.get(code=answer.order)


def make(*, quantity: int = 1_000) -> World:
    """Make the market at noon of a day whose exchange rate is known."""
    open_hub.make()
    clock.move_to(NOON)
    small = two_buyers_one_lot.make(quantity=quantity)
    small.lot.closes_at = NOON + timedelta(days=365)
    small.lot.save()
    lines = [
        {"kind": kind, "amount_minor": amount, "rule": "", "source": "test", "receivers": {receiver: amount}, "valid_on": None, "is_estimate": False}
        for kind, (receiver, amount) in RECEIVERS.items()
    ]  # fmt: skip
    offers = {}
    for currency, place, country in (("CNY", "KMG", "CN"), ("THB", "BKK", "TH")):
        Destination.objects.get_or_create(
            code=place, defaults={"node": place, "city_en": place, "country": country, "currency": currency, "source": "test"}
        )  # fmt: skip
        offer = Offer.objects.get(pk=small.offer.pk)
        if currency != "CNY":
            offer.pk = None
            gate = small.lot.gates.get()
            gate.pk, gate.destination = None, place
            gate.save()
        offer.destination, offer.currency, offer.lines, offer.price_minor, offer.quantity_max = (
            place,
            currency,
            lines,
            10_000,
            50,
        )
        offer.valid_to = NOON + timedelta(days=365)
        offer.save()
        offers[currency] = offer
    ExchangeRate.objects.create(
        base_currency="THB", quote_currency="CNY", rate=Decimal("0.25"), kind="test", valid_from=date(2026, 1, 1), valid_to=None, source="test"
    )  # fmt: skip
    return World(small.lot.code, small.somchai.code, small.anong, offers)


def let_time_pass(**how: float) -> None:
    clock.move_to(clock.now() + timedelta(**how))
    services.expire_holds()
    events.deliver()


def paid_by(order: Order) -> list[Payment]:
    return list(Payment.objects.filter(order_code=order.code).order_by("id"))

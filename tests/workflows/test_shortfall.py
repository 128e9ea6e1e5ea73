"""A harvest that is less than was sold: the first orders are served, the others refunded and told, and the books stay at zero."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from worlds import market_morning

from samphao.accounts.models import Notice, User
from samphao.core import clock, events
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.payments.models import Transfer
from samphao.payments.types import BankReport
from samphao.trade import services
from samphao.trade.models import Lot, Order
from samphao.trade.types import OrderRequest, TicketSpec

pytestmark = pytest.mark.django_db
LOT = "CTI-MT-0430"


@pytest.fixture
def morning(clock_reset: None) -> market_morning.World:
    clock.move_to(datetime(2026, 4, 24, 9, tzinfo=clock.BANGKOK))
    world = market_morning.make()
    events.deliver()
    return world


def buy(world: market_morning.World, key: str, quantity: int, *, pays: bool = True) -> Order:
    offer = world.lots[LOT].offers.get(destination="KMG", kind="wholesale")
    answer = services.place_order(OrderRequest(world.parties["baisong"].pk, key, offer.pk, quantity))
    if pays:
        payments.record_payments(
            simulator.METHOD, [BankReport(answer.order, f"B-{key}", answer.amount_minor, answer.currency, LOT)]
        )
    events.deliver()
    return Order.objects.get(code=answer.order)


def sold_kg() -> Decimal:
    lot = Lot.objects.get(code=LOT)
    return Decimal((lot.sold + lot.held) * lot.unit_mass_g) / 1000


def sign(kg: Decimal) -> None:
    services.sign_tickets(
        [TicketSpec(LOT, date(2026, 5, 7), kg, Decimal(0), Decimal("34.1"), clock.now())], through="test"
    )
    while events.deliver():
        pass


def test_who_ordered_last_is_refunded_and_told_and_who_ordered_first_is_served(morning: market_morning.World) -> None:
    first, last, held = buy(morning, "first", 2), buy(morning, "last", 3), buy(morning, "held", 1, pays=False)
    short = (last.lot_units + held.lot_units) * Lot.objects.get(code=LOT).unit_mass_g
    sign(sold_kg() - Decimal(short) / 1000)
    states = dict(Order.objects.filter(code__in=[first.code, last.code, held.code]).values_list("code", "state"))
    assert states == {first.code: "paid", last.code: "cancelled", held.code: "cancelled"}
    lot = Lot.objects.get(code=LOT)
    assert lot.left == 0, "what was not harvested is not sold again"
    assert lot.sold + lot.held == sum(
        Order.objects.filter(lot=lot).exclude(state__in=("expired", "cancelled")).values_list("lot_units", flat=True)
    )
    assert Transfer.objects.filter(kind="return", subject=last.code).count() == 1
    assert not Transfer.objects.filter(kind="claim").exists(), "nobody was advanced for what was not there"
    assert ledger.check().faults == ()
    told = {
        row.subject: row
        for row in Notice.objects.filter(
            subject__in=[last.code, held.code], text_en__contains="smaller than what was sold"
        )
    }
    assert set(told) == {last.code, held.code}
    assert "money is on its way back" in told[last.code].text_en
    assert "money" not in told[held.code].text_en
    assert "先" in told[last.code].text_zh
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username="baisong"))
    assert "The harvest was smaller than what was sold" in client.get(f"/orders/{last.code}/").content.decode()


def test_a_harvest_that_suffices_gives_nobody_up(morning: market_morning.World) -> None:
    order = buy(morning, "first", 2)
    before = Lot.objects.get(code=LOT)
    sign(sold_kg())
    after = Lot.objects.get(code=LOT)
    assert (after.sold, after.held) == (before.sold, before.held)
    assert after.left == 0, "beyond what was harvested nothing is sold any more"
    assert Order.objects.get(code=order.code).state == "paid"


def test_a_ticket_told_twice_gives_up_once(morning: market_morning.World) -> None:
    last = buy(morning, "last", 3)
    sign(sold_kg() - Decimal(last.lot_units * Lot.objects.get(code=LOT).unit_mass_g) / 1000)
    assert services.give_up_what_is_short([LOT]) == []
    assert Transfer.objects.filter(kind="return", subject=last.code).count() == 1

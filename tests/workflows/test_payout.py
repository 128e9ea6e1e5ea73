"""Money for a lot: a first share at the signed ticket, the rest when an order's claim window has closed, never twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from worlds import market_morning

from samphao.core import clock, events
from samphao.core.models import HubSettings
from samphao.payments import queries as ledger
from samphao.payments.adapters import simulator
from samphao.payments.models import Transfer
from samphao.payments.services import record_payments
from samphao.payments.types import BankReport
from samphao.trade import services
from samphao.trade.models import Order
from samphao.trade.types import OrderRequest, TicketSpec
from samphao.workflows import payout

pytestmark = pytest.mark.django_db
LOT = "CTI-MT-0430"


@pytest.fixture
def morning(clock_reset: None) -> market_morning.World:
    clock.move_to(datetime(2026, 4, 24, 9, tzinfo=clock.BANGKOK))  # a day whose exchange rates are known
    world = market_morning.make()
    events.deliver()
    Order.objects.filter(code=world.orders["paid"]).update(state="cancelled")  # Anong's order is another story
    return world


def buy(world: market_morning.World, key: str, quantity: int) -> Order:
    """Let Baisong order cartons of the lot for Kunming and pay for them."""
    offer = world.lots[LOT].offers.get(destination="KMG", kind="wholesale")
    answer = services.place_order(OrderRequest(world.parties["baisong"].pk, key, offer.pk, quantity))
    report = BankReport(answer.order, f"B-{key}", answer.amount_minor, answer.currency, LOT)
    record_payments(simulator.METHOD, [report])
    events.deliver()
    order = Order.objects.get(code=answer.order)
    assert order.state == "paid"
    return order


def sign(world: market_morning.World) -> None:
    spec = TicketSpec(LOT, date(2026, 5, 7), Decimal(18000), Decimal(12), Decimal("34.1"), clock.now())
    services.sign_tickets([spec], through="test")
    events.deliver()


def deliver(*orders: Order) -> None:
    codes = [order.code for order in orders]
    services.ship_orders(codes)
    services.deliver_orders(dict.fromkeys(codes, clock.now()))


def morning_money(world: market_morning.World) -> dict[str, int]:
    """Return the money that Anong's order left held."""
    order = Order.objects.get(code=world.orders["paid"])
    return {order.currency: order.amount_minor}


def earned(owner: str) -> int:
    return ledger.earned_by([owner])["THB"][0]


def grower_fen(order: Order) -> int:
    goods = next(line for line in order.offer.lines if line["kind"] == "goods")
    return goods["receivers"]["producer"] * order.quantity


def baht(fen: int) -> int:
    """Return the satang of an amount in fen at the rate of the reference data."""
    from babel.numbers import get_currency_precision

    from samphao.reference.queries import exchange_rates

    rate = exchange_rates(clock.today())["CNY"].rate
    return int((Decimal(fen) * 100 / (rate * 10 ** get_currency_precision("CNY"))).quantize(Decimal(1)))


def test_the_first_share_comes_with_the_signed_ticket_and_once(morning: market_morning.World) -> None:
    order = buy(morning, "first", 3)
    assert "THB" not in ledger.earned_by(["somchai"])
    sign(morning)
    share = earned("somchai")
    assert abs(share - baht(grower_fen(order) * 60 // 100)) <= 15, "rounded down for each carton"
    payout.pay_advances([LOT])
    assert earned("somchai") == share


def test_the_rest_waits_for_the_claim_window(morning: market_morning.World) -> None:
    order = buy(morning, "first", 3)
    sign(morning)
    deliver(order)
    clock.move_to(clock.now() + timedelta(hours=47))
    assert payout.settle_due() == 0
    clock.move_to(clock.now() + timedelta(hours=2))
    assert payout.settle_due() == 1
    assert payout.settle_due() == 0
    assert abs(earned("somchai") - baht(grower_fen(order))) <= 3
    assert ledger.held_for([LOT]) == morning_money(morning)
    assert ledger.check().faults == ()


def test_orders_of_a_lot_are_settled_apart_and_the_shares_add_up(morning: market_morning.World) -> None:
    first, late = buy(morning, "first", 3), buy(morning, "late", 5)
    sign(morning)
    after_the_ticket = buy(morning, "after", 2)
    for order in (first, late, after_the_ticket):
        deliver(order)
        clock.move_to(clock.now() + timedelta(hours=49))
        assert payout.settle_due() == 1
    total = sum(grower_fen(order) for order in (first, late, after_the_ticket))
    assert abs(earned("somchai") - baht(total)) <= 6, "an order without an advance gets its whole share at the end"
    assert ledger.held_for([LOT]) == morning_money(morning)
    assert ledger.check().faults == ()


def test_payments_to_banks_go_out_once_a_day(morning: market_morning.World) -> None:
    buy(morning, "first", 3)
    sign(morning)
    assert payout.send_to_banks() > 0
    assert payout.send_to_banks() == 0
    assert ledger.earned_by(["somchai"])["THB"][0] == ledger.earned_by(["somchai"])["THB"][1]
    assert Transfer.objects.filter(kind="payment out").count() == 1


def test_a_licensed_partner_is_not_paid_for_in_the_books(morning: market_morning.World) -> None:
    buy(morning, "first", 3)
    sign(morning)
    HubSettings.objects.update(payment="partner", payment_partner="A bank")
    assert payout.send_to_banks() == 0
    assert not Transfer.objects.filter(kind="payment out").exists()

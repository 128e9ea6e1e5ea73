"""Each lot pays by its own schedule: a share when sold, a share at the ticket, the rest after its own claim window."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from workflows import test_payout
from workflows.test_payout import LOT, baht, deliver, earned, grower_fen, sign
from worlds import market_morning

from samphao.accounts.models import Notice
from samphao.core import clock, events
from samphao.payments import queries as ledger
from samphao.trade.models import Lot, Order
from samphao.workflows import payout
from samphao.workflows.turning_away import undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning(clock_reset: None) -> market_morning.World:
    clock.move_to(datetime(2026, 4, 24, 9, tzinfo=clock.BANGKOK))
    world = market_morning.make()
    events.deliver()
    Order.objects.filter(code=world.orders["paid"]).update(state="cancelled")
    return world


def buy(world: market_morning.World, key: str, quantity: int) -> Order:
    order = test_payout.buy(world, key, quantity)
    events.deliver()  # the money came, and so the order is paid: that is told in its turn
    return order


def schedule(**values: object) -> None:
    Lot.objects.filter(code=LOT).update(**values)


def test_a_share_is_paid_when_sold_out_of_the_money_held(morning: market_morning.World) -> None:
    schedule(deposit_percent=20, ticket_percent=50)
    order = buy(morning, "first", 3)
    assert abs(earned("somchai") - baht(grower_fen(order) * 20 // 100)) <= 15, "rounded down for each carton"
    assert ledger.check().faults == ()
    once = earned("somchai")
    assert payout.deposit_due() == 0
    assert earned("somchai") == once
    assert Notice.objects.filter(organisation=morning.parties["somchai"], text_en__contains="share when sold").exists()


def test_the_three_shares_add_up_to_all(morning: market_morning.World) -> None:
    schedule(deposit_percent=20, ticket_percent=50, claim_hours=72)
    order = buy(morning, "first", 3)
    sign(morning)
    assert abs(earned("somchai") - baht(grower_fen(order) * 70 // 100)) <= 30
    deliver(order)
    clock.move_to(clock.now() + timedelta(hours=71))
    assert payout.settle_due() == 0, "the lot's own window counts, not the usual 48 hours"
    clock.move_to(clock.now() + timedelta(hours=2))
    assert payout.settle_due() == 1
    assert abs(earned("somchai") - baht(grower_fen(order))) <= 4
    assert ledger.check().faults == ()


def test_a_lot_without_a_share_when_sold_pays_none(morning: market_morning.World) -> None:
    buy(morning, "first", 3)
    assert "THB" not in ledger.earned_by(["somchai"])
    assert payout.deposit_due() == 0


def test_what_was_paid_when_sold_is_claimed_back_with_the_order(morning: market_morning.World) -> None:
    schedule(deposit_percent=20)
    order = buy(morning, "first", 3)
    Order.objects.filter(pk=order.pk).update(state="cancelled")
    Lot.objects.filter(code=LOT).update(sold=0)
    undo([order.code], reason="test")
    sums = ledger.earned_by(["somchai"])["THB"]
    assert sums.kept_back_minor > 0
    assert 0 <= sums.earned_minor - sums.kept_back_minor <= 1, "taken back at the same rate, rounded down"
    assert ledger.check().faults == ()
    assert ledger.held_for([LOT]) == {"CNY": Order.objects.get(code=morning.orders["paid"]).amount_minor}


def test_nobody_is_told_of_a_claim_window_that_his_lot_has_not(morning: market_morning.World) -> None:
    schedule(claim_hours=72)
    order = buy(morning, "first", 1)
    deliver(order)
    events.deliver()
    told = Notice.objects.get(subject=order.code, text_en__contains="was delivered")
    assert "72 hours" in told.text_en


@pytest.mark.parametrize(
    "values",
    [
        {"deposit_percent": 50, "ticket_percent": 60},
        {"payout_terms": "terms_2018", "deposit_percent": 19, "ticket_percent": 60, "delivery_days": 7},
        {"payout_terms": "terms_2018", "deposit_percent": 20, "ticket_percent": 60, "delivery_days": 8},
        {"payout_terms": "terms_2018", "deposit_percent": 20, "ticket_percent": 60},
        {"forecast_low": 5, "forecast_high": 4},
        {"forecast_low": 5},
    ],
)
def test_the_database_refuses_a_schedule_that_pays_too_much_or_keeps_no_terms(
    morning: market_morning.World, values: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        schedule(**values)

"""A cycle's life: what may be pre-ordered, deposit and balance, a short harvest by the declared rule, and where each coin is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from worlds import cycle_market, paid_market
from worlds.cycle_market import CLOSES_AT, DUE_AT, TERMS, World, drain, moneys
from worlds.paid_market import NOON, let_time_pass

from samphao.accounts.models import Notice
from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.core.errors import Conflict, HubError, NotAllowed, Refused
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.payments.adapters.simulator import Payer
from samphao.payments.models import Account, PaymentRequest, Transfer
from samphao.payments.types import BankReport
from samphao.reference.models import ExchangeRate
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.models import CycleLot, Lot, Order, OrderCut, OrderCycle, PreOrder
from samphao.trade.types import OrderRequest, Placement
from samphao.workflows import balances, payout, ways_to_pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clock_reset: None) -> World:
    return cycle_market.make()


def told(order: Order, part: str) -> list[Notice]:
    return [row for row in Notice.objects.filter(subject=order.code) if part in row.text_en]


def held(currency: str = "CNY") -> int:
    return ledger.held_for(["CTI-MT-0430"]).get(currency, 0)


def pay(order: Order, minor: int, reference: str) -> None:
    payments.record_payments(
        simulator.METHOD, [BankReport(order.code, reference, minor, order.currency, "CTI-MT-0430")]
    )
    drain()


def pay_up(order: Order, how: Payer = Payer.PAYS) -> None:
    """Let the simulated buyer pay what is due now."""
    assert ways_to_pay.pay_by_simulator(order.code, how)
    drain()


def state(order: Order) -> str:
    return Order.objects.get(pk=order.pk).state


# What may be pre-ordered, and who opens a cycle


def test_no_more_than_the_forecast_times_the_factor_is_sold_in_whole_cartons_and_in_the_window(world: World) -> None:
    lot, row = world.lot, CycleLot.objects.get()
    assert (row.forecast, row.offered, lot.quantity) == (1000, 798, 798), "80 % of 1,000 is 133 cartons of six"
    assert (lot.opens_at, lot.closes_at) == (NOON, CLOSES_AT)
    offer = world.market.offers["CNY"]
    Lot.objects.filter(pk=lot.pk).update(held=790, buyer_limit=None)
    answer = services.place_order(OrderRequest(world.market.buyer.pk, "beyond", offer.pk, 9))
    assert (answer.placement, answer.units_left) == (Placement.SOLD_OUT, 8)
    clock.move_to(CLOSES_AT)
    assert services.place_order(OrderRequest(world.market.buyer.pk, "late", offer.pk, 1)).placement is Placement.CLOSED


def test_the_middle_of_a_forecast_interval_is_reckoned_with(clock_reset: None) -> None:
    paid_market.make()
    Lot.objects.update(forecast_low=500, forecast_high=1100)
    assert trade.forecast_of(Lot.objects.get()) == trade.Forecast(500, 800, 1100)


def test_the_database_lets_nobody_change_what_buyers_read_nor_offer_more(world: World) -> None:
    changes = (
        lambda: OrderCycle.objects.update(deposit_pct=10), lambda: CycleLot.objects.update(offered=1),
        lambda: Lot.objects.update(quantity=799), lambda: Lot.objects.update(closes_at=CLOSES_AT + timedelta(days=1)),
        lambda: OrderCycle.objects.create(
            code="OC-X", coordinator_id=world.seller.organisations[0], opens_at=NOON, closes_at=CLOSES_AT, delivery_on=[], safety_pct=80,
            deposit_pct=30, balance_due_at=DUE_AT, lapse_keeps_pct=0, shortfall="pro_rata", made_at=NOON, made_by="x",
        ),
    )  # fmt: skip
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    Lot.objects.update(quantity=700)
    Lot.objects.update(quantity=900, confirmed_at=NOON)  # the harvest is counted: it is no forecast any more


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"closes_at": NOON}, Refused), ({"balance_due_at": CLOSES_AT}, Refused), ({"delivery_on": ()}, Refused),
        ({"delivery_on": (date(2026, 5, 1),)}, Refused), ({"delivery_on": (date(2026, 5, 7), date(2026, 5, 5))}, Refused), ({"safety_pct": 0}, Refused),
        ({"deposit_pct": 101}, Refused), ({"lapse_keeps_pct": 101}, Refused),
    ],
)  # fmt: skip
def test_terms_that_contradict_each_other_are_refused(
    clock_reset: None, changes: dict[str, object], error: type[HubError]
) -> None:
    with pytest.raises(error):
        cycle_market.make(**changes)
    assert not OrderCycle.objects.exists()


def test_the_producer_and_his_teammate_and_the_hub_open_a_cycle_and_nobody_else(world: World) -> None:
    outsider = Viewer((world.market.buyer.pk,), ("anong",), frozenset({"producer"}), is_hub=False)
    spec = services.CycleSpec(TERMS, (world.market.lot,))
    with pytest.raises(NotAllowed):
        services.make_cycle(spec, viewer=outsider, by="anong")
    hub = Viewer((), (), frozenset(), is_hub=True)
    for viewer in (hub, replace(world.seller, username="teammate")):
        with pytest.raises(Conflict):  # it is in a cycle already: both got so far
            services.make_cycle(spec, viewer=viewer, by="hub")


def test_a_lot_that_was_ordered_comes_into_no_cycle(clock_reset: None) -> None:
    market = paid_market.make()
    market.order()
    seller = Viewer((Lot.objects.get().listing.producer_id,), ("somchai",), frozenset({"producer"}), is_hub=False)
    with pytest.raises(Conflict):
        services.make_cycle(services.CycleSpec(TERMS, (market.lot,)), viewer=seller, by="somchai")


# Deposit and balance


def test_a_deposit_holds_the_goods_until_the_balance_is_due_and_the_balance_pays_them(world: World) -> None:
    order = world.pre_order(quantity=2)
    assert (order.state, order.hold_expires_at) == ("held", DUE_AT)
    assert PreOrder.objects.get().deposit_minor == 6_000 == held()
    assert told(order, "The deposit of order")
    assert not told(order, "is missing")
    let_time_pass(minutes=20)
    assert state(order) == "held", "the hold of 15 minutes is over, the deposit is not"
    pay_up(order)
    assert state(order) == "paid"
    assert held() == 20_000
    assert [row.part for row in PaymentRequest.objects.order_by("id")] == ["deposit:6000", "balance:14000"]
    assert [row.order_minor for row in PaymentRequest.objects.order_by("id")] == [6_000, 14_000]
    assert (world.lot.held, world.lot.sold) == (0, 2)


def test_who_pays_the_whole_price_at_once_owes_no_balance(world: World) -> None:
    order = world.order()
    pay(order, 10_000, "WHOLE")
    assert state(order) == "paid"
    assert not PreOrder.objects.exists()


def test_less_than_the_deposit_holds_nothing_and_goes_back_when_the_hold_ends(world: World) -> None:
    order = world.order()
    pay(order, 2_999, "LITTLE")
    assert not PreOrder.objects.exists()
    assert "CNY 0.01 is missing" in told(order, "is missing")[0].text_en, "of the deposit, not of the price"
    let_time_pass(minutes=16)
    assert state(order) == "expired"
    assert held() == 0
    assert moneys(order) == {"came": 2_999, "back": 2_999, "left": 0}


def test_a_balance_of_a_baht_order_is_asked_for_to_the_satang(world: World) -> None:
    order = world.pre_order("THB", quantity=3)
    assert held("THB") == 9_000
    pay_up(order, Payer.SHORT)
    assert state(order) == "held"
    assert told(order, "by the terms that you were told")
    pay_up(order)
    assert state(order) == "paid"
    assert moneys(order) == {"came": 30_000, "back": 0, "left": 30_000}


def test_the_buyer_is_told_three_days_before_and_once(world: World) -> None:
    order = world.pre_order()
    assert balances.run_clocks() == 0
    clock.move_to(DUE_AT - timedelta(days=3))
    assert (balances.run_clocks(), balances.run_clocks()) == (1, 0)
    (reminder,) = told(order, "If it does not come")
    assert "CNY 15.00 of your deposit is kept" in reminder.text_en
    assert "CNY 70.00" in reminder.text_en


def test_a_balance_that_does_not_come_ends_the_order_and_the_declared_share_is_kept(world: World) -> None:
    order = world.pre_order()
    clock.move_to(DUE_AT)
    services.expire_holds()
    drain()
    assert state(order) == "expired"
    assert (world.lot.held, world.lot.sold) == (0, 0)
    assert PreOrder.objects.get().kept_minor == 1_500
    assert held() == 0
    assert moneys(order) == {"came": 3_000, "back": 1_500, "left": 1_500}
    assert Account.objects.get(code="payable:somchai:THB").balance_minor == 6_000, "¥ 15.00 at four baht for a yuan"
    assert "15.00" in told(order, "has ended")[0].text_en
    assert not told(order, "ran out")
    assert told(order, "is yours")
    assert ledger.check().faults == ()
    balances.run_clocks()
    assert Transfer.objects.filter(kind="kept deposit").count() == 1


def test_money_that_comes_after_the_end_goes_back_whole(world: World) -> None:
    order = world.pre_order()
    clock.move_to(DUE_AT)
    services.expire_holds()
    pay(order, 7_000, "LATE")
    assert state(order) == "expired"
    assert held() == 0
    assert moneys(order) == {"came": 10_000, "back": 8_500, "left": 1_500}


def test_a_balance_that_came_before_the_end_was_swept_pays(world: World) -> None:
    """The clock has passed the hour, and no sweep has been: as with every hold, the goods are still there."""
    order = world.pre_order()
    clock.move_to(DUE_AT + timedelta(seconds=1))
    pay(order, 7_000, "JUST")
    services.expire_holds()
    drain()
    assert state(order) == "paid"


def test_without_a_rate_the_kept_share_waits_whole_for_the_named_job(world: World) -> None:
    order = world.pre_order()
    ExchangeRate.objects.all().delete()
    clock.move_to(DUE_AT)
    services.expire_holds()
    drain()
    assert held() == 3_000
    assert PreOrder.objects.get().closed_at is None
    ExchangeRate.objects.create(
        base_currency="THB",
        quote_currency="CNY",
        rate="0.25",
        kind="test",
        valid_from=date(2026, 1, 1),
        valid_to=None,
        source="test",
    )
    assert balances.run_clocks() == 1
    assert held() == 0
    assert moneys(order)["back"] == 1_500


def test_a_buyer_who_gives_up_pays_as_one_who_does_not_pay_and_a_seller_who_gives_up_returns_all(world: World) -> None:
    by_buyer, by_seller = world.pre_order(), world.pre_order()
    buyer = Viewer((world.market.buyer.pk,), ("anong",), frozenset({"buyer"}), is_hub=False)
    services.cancel_as_buyer(by_buyer.code, viewer=buyer, by="anong")
    services.cancel_as_seller(by_seller.code, "hail broke the branches", viewer=world.seller, by="somchai")
    drain()
    assert moneys(by_buyer) == {"came": 3_000, "back": 1_500, "left": 1_500}
    assert moneys(by_seller) == {"came": 3_000, "back": 3_000, "left": 0}
    assert told(by_buyer, "You gave up order")
    assert told(by_seller, "cancelled by its seller")
    assert held() == 0
    assert ledger.check().faults == ()


def test_a_paid_order_of_a_cycle_that_is_given_up_is_refunded_whole(world: World) -> None:
    order = world.pre_order()
    pay_up(order)
    buyer = Viewer((world.market.buyer.pk,), ("anong",), frozenset({"buyer"}), is_hub=False)
    services.cancel_as_buyer(order.code, viewer=buyer, by="anong")
    drain()
    assert moneys(order) == {"came": 10_000, "back": 10_000, "left": 0}
    assert held() == 0


def test_a_deposit_whose_payer_took_it_back_is_not_kept_twice(world: World) -> None:
    order = world.pre_order("THB")
    (reference,) = [row.bank_reference for row in ledger.payments_of(order.code)]
    payments.charge_back(simulator.METHOD, reference, 3_000, key="CB", reason="fraud")
    clock.move_to(DUE_AT)
    services.expire_holds()
    drain()
    assert held("THB") == 0
    assert PreOrder.objects.get().kept_minor == 0
    assert ledger.check().faults == ()


# A short harvest


def test_everybody_gets_the_same_share_and_what_was_paid_beyond_it_goes_back(world: World) -> None:
    paid, deposited, waiting = world.pre_order(quantity=20), world.pre_order(quantity=10), world.order(quantity=10)
    pay_up(paid)
    world.weigh(20)
    rows = {row.pk: row for row in Order.objects.all()}
    assert [rows[one.pk].quantity for one in (paid, deposited, waiting)] == [10, 5, 5]
    assert [rows[one.pk].amount_minor for one in (paid, deposited, waiting)] == [100_000, 50_000, 50_000]
    assert moneys(paid) == {"came": 200_000, "back": 100_000, "left": 100_000}
    assert moneys(deposited) == {"came": 30_000, "back": 0, "left": 30_000}
    assert (world.lot.held, world.lot.sold, world.lot.quantity) == (10, 10, 20)
    assert told(paid, "goes back to you")
    assert told(deposited, "and costs")
    assert trade.lots_whose_counts_are_wrong() == []
    assert ledger.check().faults == ()
    pay_up(deposited)
    assert state(deposited) == "paid"
    assert moneys(deposited) == {"came": 50_000, "back": 0, "left": 50_000}
    assert held() == 150_000 - 10 * 6_000 * 60 // 100, (
        "less the grower's first share of the ten that were paid at the ticket"
    )


def test_a_deposit_that_covers_the_shortened_price_pays_it_and_the_rest_goes_back(world: World) -> None:
    order, other = world.pre_order(quantity=10), world.pre_order(quantity=30)
    world.weigh(8)
    assert (Order.objects.get(pk=order.pk).quantity, state(order)) == (2, "paid")
    assert moneys(order) == {"came": 30_000, "back": 10_000, "left": 20_000}
    assert moneys(other)["left"] == 60_000
    assert state(other) == "paid"


def test_whose_share_is_less_than_a_package_gets_everything_back(world: World) -> None:
    large, small = world.pre_order(quantity=50), world.pre_order(quantity=1)
    world.weigh(25)
    assert (Order.objects.get(pk=large.pk).quantity, state(small)) == (25, "cancelled")
    assert Order.objects.get(pk=small.pk).ended_for == services.SHORT_SHARE
    assert moneys(small) == {"came": 3_000, "back": 3_000, "left": 0}
    assert told(small, "less than one package")


def test_whom_the_harvest_left_short_loses_no_deposit_if_he_does_not_pay_the_rest(world: World) -> None:
    order, _other = world.pre_order(quantity=20), world.pre_order(quantity=20)
    world.weigh(30)
    clock.move_to(DUE_AT)
    services.expire_holds()
    drain()
    assert moneys(order) == {"came": 60_000, "back": 60_000, "left": 0}
    assert held() == 0
    assert told(order, "the order has ended, and")


def test_first_come_is_first_served_where_that_was_declared(clock_reset: None) -> None:
    world = cycle_market.make(shortfall="first_come")
    first, last = world.pre_order(quantity=20), world.pre_order(quantity=20)
    world.weigh(25)
    assert (Order.objects.get(pk=first.pk).quantity, state(first), state(last)) == (20, "held", "cancelled")
    assert moneys(last) == {"came": 60_000, "back": 60_000, "left": 0}
    assert not OrderCut.objects.exists()


def test_a_grower_gives_back_what_he_had_for_what_was_not_harvested(clock_reset: None) -> None:
    world = cycle_market.make()
    Lot.objects.update(deposit_percent=20, ticket_percent=60)
    order, _other = world.pre_order("THB", quantity=10), world.pre_order("THB", quantity=10)
    pay_up(order)
    payout.deposit_due()
    assert Account.objects.get(code="payable:somchai:THB").balance_minor == 12_000, "a fifth of ten times 60.00"
    world.weigh(10)
    payable = Account.objects.get(code="payable:somchai:THB").balance_minor
    owed = sum(Account.objects.filter(code="receivable:somchai:THB").values_list("balance_minor", flat=True))
    assert payable - owed == 6_000 + 5 * 6_000 * 60 // 100 - 0, "a fifth and the ticket's share of five"
    assert moneys(order) == {"came": 100_000, "back": 50_000, "left": 50_000}
    assert ledger.check().faults == ()


def test_the_ticket_told_twice_cuts_once(world: World) -> None:
    order, _other = world.pre_order(quantity=20), world.pre_order(quantity=20)
    world.weigh(20)
    assert services.give_up_what_is_short([world.market.lot]) == []
    drain()
    assert Order.objects.get(pk=order.pk).quantity == 10
    assert OrderCut.objects.count() == 2


def test_an_ordinary_lot_asks_for_no_deposit_in_one_query_as_before(clock_reset: None) -> None:
    market = paid_market.make()
    order = market.order()
    (due,) = trade.dues_of([order.code])
    assert (due.deposit_minor, due.is_deposit_paid) == (0, False)
    pay_up(order)
    assert state(order) == "paid"
    assert PaymentRequest.objects.get().part == ""


# Counts


def test_picks_and_demand_say_what_stands(world: World) -> None:
    paid, deposited, _held = world.pre_order(quantity=20), world.pre_order("THB", quantity=10), world.order(quantity=5)
    pay_up(paid)
    cycle = trade.cycle_for(world.cycle)
    assert cycle is not None
    demand = trade.demand_of(cycle)[world.market.lot]
    assert (demand.orders, demand.paid, demand.deposited, demand.waiting, demand.wanted) == (3, 20, 10, 5, 30)
    picks = {row.destination: (row.orders, row.units, row.balance_units) for row in trade.picks_of(cycle)}
    assert picks == {"KMG": (1, 20, 0), "BKK": (1, 10, 10)}
    world.weigh(14)
    assert trade.demand_of(cycle)[world.market.lot].wanted == 30, "what was wanted stays known"
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(lot_units) FROM trade_order WHERE state IN ('held', 'paid')")
        assert cursor.fetchone()[0] == 14
    assert deposited.pk

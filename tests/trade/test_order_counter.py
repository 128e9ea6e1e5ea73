"""The order counter's statement: what it sells, what it refuses and why."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from worlds import two_buyers_one_lot

from samphao.core import clock
from samphao.core.models import Event, HubSettings
from samphao.reference.models import Destination
from samphao.trade import queries, services
from samphao.trade.models import GateState, Lot, Offer, Order
from samphao.trade.types import OrderAnswer, OrderRequest, Placement

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> two_buyers_one_lot.World:
    return two_buyers_one_lot.make()


def order(world: two_buyers_one_lot.World, quantity: int = 1, *, buyer: str = "anong", key: str = "k1") -> OrderAnswer:
    return services.place_order(OrderRequest(getattr(world, buyer).id, key, world.offer.id, quantity))


def test_an_order_holds_stock_at_the_offers_price_and_writes_its_event(world: two_buyers_one_lot.World) -> None:
    answer = order(world, 3)
    assert (answer.placement, answer.amount_minor, answer.currency) == (Placement.PLACED, 3 * 12_834, "CNY")
    world.lot.refresh_from_db()
    assert (world.lot.held, world.lot.sold) == (3, 0)
    assert Event.objects.get(name="OrdersPlaced").payload == {"orders": [answer.order]}


def test_the_same_key_with_the_same_body_gives_the_same_order(world: two_buyers_one_lot.World) -> None:
    first, second = order(world, 2), order(world, 2)
    assert (second.placement, second.order, second.amount_minor) == (
        Placement.REPEATED,
        first.order,
        first.amount_minor,
    )
    assert Order.objects.count() == 1


def test_an_order_repeated_later_is_answered_with_its_own_hold(
    world: two_buyers_one_lot.World, clock_reset: None
) -> None:
    first = order(world, 2)
    clock.move_to(clock.now() + timedelta(minutes=5))
    assert order(world, 2).hold_expires_at == first.hold_expires_at == Order.objects.get().hold_expires_at


@pytest.mark.parametrize("key", ['"', "\\", '\\"},{', "NULL", "", " a, b ", "ลูกค้า-顾客", "'; --", "{}"])
def test_a_key_is_any_text(world: two_buyers_one_lot.World, key: str) -> None:
    first = order(world, key=key)
    assert order(world, key=key).order == first.order
    assert Order.objects.get().idempotency_key == key


def test_the_same_key_with_another_body_is_refused(world: two_buyers_one_lot.World) -> None:
    order(world, 2)
    assert order(world, 3).placement is Placement.KEY_REUSED


def test_two_buyers_may_use_the_same_key(world: two_buyers_one_lot.World) -> None:
    assert [order(world, buyer=buyer).placement for buyer in ("anong", "baisong")] == [Placement.PLACED] * 2


def test_more_than_is_left_is_refused_and_a_smaller_order_behind_it_is_served(world: two_buyers_one_lot.World) -> None:
    order(world, 4, key="a"), order(world, 4, key="b")
    refused = order(world, 3, key="c")
    assert (refused.placement, refused.units_left) == (Placement.SOLD_OUT, 2)
    assert order(world, 2, key="d").placement is Placement.PLACED
    assert order(world, 1, key="e").placement is Placement.SOLD_OUT


def test_a_buyers_limit_counts_what_he_already_has() -> None:
    world = two_buyers_one_lot.make(buyer_limit=5)
    order(world, 3, key="a")
    over = order(world, 3, key="b")
    assert (over.placement, over.units_left) == (Placement.OVER_LIMIT, 2)
    assert order(world, 3, buyer="baisong", key="c").placement is Placement.PLACED


def yearly(world: two_buyers_one_lot.World, **limits: int) -> None:
    """Sell the offer by cross-border retail, with limits for one buyer and year."""
    Offer.objects.update(trade_mode="cbec", **limits)
    GateState.objects.create(
        lot=world.lot, destination="KMG", trade_mode="cbec", gate="to_list", is_open=True, decided_at=world.lot.opens_at
    )


def test_a_year_of_one_person_counts_every_lot_of_the_good(world: two_buyers_one_lot.World) -> None:
    yearly(world, buyer_year_g=20_000)  # six fruit of 3 kg
    assert order(world, 4, key="a").placement is Placement.PLACED
    other = two_buyers_one_lot.another_lot(world, "CTI-MT-0431")
    over = services.place_order(OrderRequest(world.anong.id, "b", other.id, 3))
    assert (over.placement, over.units_left) == (Placement.OVER_YEAR_LIMIT, 2)
    assert services.place_order(OrderRequest(world.anong.id, "c", other.id, 2)).placement is Placement.PLACED
    assert order(world, 4, buyer="baisong", key="d").placement is Placement.PLACED


def test_a_year_of_one_person_counts_what_was_spent_and_forgets_what_expired(world: two_buyers_one_lot.World) -> None:
    yearly(world, buyer_year_minor=5 * 12_834)
    order(world, 4, key="a")
    over = order(world, 2, key="b")
    assert (over.placement, over.units_left) == (Placement.OVER_YEAR_LIMIT, 1)
    Order.objects.update(state="expired")
    assert order(world, 2, key="c").placement is Placement.PLACED


def test_last_year_does_not_count(world: two_buyers_one_lot.World) -> None:
    yearly(world, buyer_year_minor=5 * 12_834)
    order(world, 4, key="a")
    Order.objects.update(placed_at=clock.now() - timedelta(days=366))
    assert order(world, 4, key="b").placement is Placement.PLACED


def test_the_gate_of_another_trade_mode_does_not_open_this_one(world: two_buyers_one_lot.World) -> None:
    Offer.objects.update(trade_mode="post")
    assert order(world).placement is Placement.GATE_SHUT
    GateState.objects.update(trade_mode="post")
    assert order(world, key="k2").placement is Placement.PLACED


@pytest.mark.parametrize("quantity", [0, 5])
def test_a_quantity_outside_the_offer_is_refused(world: two_buyers_one_lot.World, quantity: int) -> None:
    assert order(world, quantity).placement is Placement.BAD_QUANTITY


def test_a_shut_gate_sells_nothing(world: two_buyers_one_lot.World) -> None:
    GateState.objects.update(is_open=False)
    assert order(world).placement is Placement.GATE_SHUT
    GateState.objects.all().delete()
    assert order(world, key="k2").placement is Placement.GATE_SHUT


def test_a_country_that_the_hub_does_not_sell_to_is_refused_whoever_offers_it(world: two_buyers_one_lot.World) -> None:
    Destination.objects.create(code="KMG", node="CNKMG", city_en="Kunming", country="CN", currency="CNY", source="test")
    before = order(world, key="before")
    HubSettings.objects.update(corridors=["LA", "JP"])
    assert order(world, key="k2").placement is Placement.NO_CORRIDOR
    assert order(world, key="before").order == before.order, "what was ordered before stays ordered"
    assert Lot.objects.get().held == 1
    HubSettings.objects.update(corridors=["LA", "CN"])
    assert order(world, key="k3").placement is Placement.PLACED


def test_before_and_after_the_sale_nothing_is_sold(world: two_buyers_one_lot.World) -> None:
    Lot.objects.update(opens_at=clock.now() + timedelta(hours=1))
    assert order(world, key="early").placement is Placement.NOT_OPEN_YET
    Lot.objects.update(opens_at=clock.now() - timedelta(hours=2), closes_at=clock.now() - timedelta(hours=1))
    assert order(world, key="late").placement is Placement.CLOSED


def test_an_old_price_is_refused(world: two_buyers_one_lot.World) -> None:
    Offer.objects.update(valid_to=clock.now() - timedelta(seconds=1))
    assert order(world).placement is Placement.PRICE_EXPIRED


def test_an_unknown_offer_is_refused(world: two_buyers_one_lot.World) -> None:
    answer = services.place_order(OrderRequest(world.anong.id, "k", 10**9, 1))
    assert answer.placement is Placement.UNKNOWN_OFFER


def test_the_database_itself_refuses_to_oversell(world: two_buyers_one_lot.World) -> None:
    with pytest.raises(IntegrityError, match="lot_never_oversold"), transaction.atomic():
        Lot.objects.update(held=11)


def test_a_hold_that_runs_out_returns_its_stock_and_cannot_be_paid(
    world: two_buyers_one_lot.World, clock_reset: None
) -> None:
    answer = order(world, 4)
    assert services.expire_holds() == []
    clock.move_to(clock.now() + timedelta(minutes=16))
    assert services.expire_holds() == [answer.order]
    assert services.mark_paid([answer.order]) == ([], [answer.order])
    world.lot.refresh_from_db()
    assert (world.lot.held, world.lot.sold, world.lot.left) == (0, 0, 10)


def test_paying_turns_held_into_sold_once(world: two_buyers_one_lot.World) -> None:
    answer = order(world, 4)
    assert services.mark_paid([answer.order]) == ([answer.order], [])
    assert services.mark_paid([answer.order]) == ([], [])
    world.lot.refresh_from_db()
    assert (world.lot.held, world.lot.sold) == (0, 4)
    assert queries.lots_whose_counts_are_wrong() == []


@pytest.mark.django_db(transaction=True)
def test_the_last_fruit_goes_to_one_of_many_who_want_it_at_once() -> None:
    world = two_buyers_one_lot.make(quantity=1)
    answers: list[Placement] = []

    def want(number: int) -> None:
        try:
            answers.append(order(world, key=f"k{number}", buyer=("anong", "baisong")[number % 2]).placement)
        finally:
            connection.close()

    threads = [threading.Thread(target=want, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == [Placement.PLACED] + [Placement.SOLD_OUT] * 7
    assert queries.rush_figures() == queries.RushFigures(orders=1, oversold=0, duplicated=0)

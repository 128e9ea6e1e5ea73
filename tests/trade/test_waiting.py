"""The waiting list: what comes back goes to those who wait, in turn, each with a hold of his own; nothing is oversold."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from worlds import campaign_morning, two_buyers_one_lot

from samphao.accounts.models import Notice, Organisation
from samphao.core import clock, events
from samphao.core.errors import Conflict, Refused
from samphao.trade import queries, services
from samphao.trade.campaign_models import WaitingPlace
from samphao.trade.models import GateState, Lot, Offer, Order
from samphao.trade.types import WAITING_HOLD, OrderAnswer, OrderRequest, Placement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_reset")]


@pytest.fixture
def world() -> two_buyers_one_lot.World:
    """All ten durians are held by others, in two orders of four and one of two."""
    made = two_buyers_one_lot.make()
    for number, quantity in enumerate((4, 4, 2)):
        order(made, buyer("other", number), quantity)
    return made


def buyer(name: str, number: int = 0) -> int:
    code = f"{name}{number}"
    return Organisation.objects.get_or_create(
        code=code, defaults={"kind": "buyer", "legal_form": "person", "name_en": code, "country": "CN"}
    )[0].pk  # fmt: skip


def order(world: two_buyers_one_lot.World, who: int, quantity: int, key: str = "k") -> OrderAnswer:
    return services.place_order(OrderRequest(who, key, world.offer.pk, quantity))


def come_back(*orders: str) -> None:
    """Let the holds of these orders run out; others keep theirs."""
    Order.objects.filter(code__in=orders).update(hold_expires_at=clock.now() - timedelta(seconds=1))
    assert sorted(services.expire_holds()) == sorted(orders)


def held(quantity: int) -> str:
    return Order.objects.filter(state="held", quantity=quantity).order_by("id").values_list("code", flat=True)[0]


def test_what_comes_back_is_held_for_the_first_in_line_with_an_hour_and_a_notice(
    world: two_buyers_one_lot.World,
) -> None:
    services.join_line(world.offer.pk, world.anong.pk, 4)
    services.join_line(world.offer.pk, world.baisong.pk, 4)
    come_back(held(4))
    assert services.serve_lines() == 1
    made = Order.objects.get(buyer=world.anong)
    assert (made.quantity, made.state, made.hold_expires_at - made.placed_at) == (4, "held", WAITING_HOLD)
    assert not Order.objects.filter(buyer=world.baisong).exists()
    events.deliver()
    notice = Notice.objects.get(organisation=world.anong)
    assert made.code in notice.text_en
    assert made.code in notice.text_zh
    assert services.serve_lines() == 0, "a second pass changes nothing"
    assert queries.lots_whose_counts_are_wrong() == []


def test_until_they_are_asked_nobody_else_gets_what_came_back(world: two_buyers_one_lot.World) -> None:
    services.join_line(world.offer.pk, world.anong.pk, 2)
    come_back(held(4))
    passing = order(world, world.baisong.pk, 1)
    assert (passing.placement, passing.units_left) == (Placement.SOLD_OUT, 0)
    services.serve_lines()
    assert order(world, world.baisong.pk, 2, "later").placement is Placement.PLACED, (
        "what nobody waits for is free again"
    )


def test_the_database_keeps_it_whoever_brings_it_back(world: two_buyers_one_lot.World) -> None:
    services.join_line(world.offer.pk, world.anong.pk, 2)
    Lot.objects.update(quantity=13)  # the grower found three more
    assert order(world, world.baisong.pk, 1).placement is Placement.SOLD_OUT
    services.serve_lines()
    assert Order.objects.filter(buyer=world.anong, quantity=2).exists()


def test_the_first_gets_what_there_is_rather_than_nothing(world: two_buyers_one_lot.World) -> None:
    services.join_line(world.offer.pk, world.anong.pk, 4)
    services.join_line(world.offer.pk, world.baisong.pk, 1)
    come_back(held(2))
    assert services.serve_lines() == 1
    assert Order.objects.get(buyer=world.anong).quantity == 2
    assert not Order.objects.filter(buyer=world.baisong).exists()


def test_who_can_use_nothing_of_it_keeps_his_place_and_the_next_is_asked(world: two_buyers_one_lot.World) -> None:
    carton = Offer.objects.get()
    carton.pk, carton.kind, carton.lot_units = None, "wholesale", 6
    carton.save()
    first = services.join_line(carton.pk, world.anong.pk, 1)
    services.join_line(world.offer.pk, world.baisong.pk, 1)
    come_back(held(4))
    assert services.serve_lines() == 1
    assert Order.objects.get(buyer=world.baisong).quantity == 1
    assert WaitingPlace.objects.get(pk=first).state == "waiting"
    come_back(held(4))  # 3 + 4 are there now
    services.serve_lines()
    assert Order.objects.get(buyer=world.anong).lot_units == 6


def test_an_offer_that_is_not_paid_goes_to_the_next(world: two_buyers_one_lot.World) -> None:
    services.join_line(world.offer.pk, world.anong.pk, 2)
    services.join_line(world.offer.pk, world.baisong.pk, 2)
    come_back(held(2))
    services.serve_lines()
    come_back(Order.objects.get(buyer=world.anong).code)
    services.serve_lines()
    assert Order.objects.get(buyer=world.baisong).state == "held"
    states = dict(WaitingPlace.objects.values_list("buyer__code", "state"))
    assert states == {"anong": "offered", "baisong": "offered"}
    services.join_line(world.offer.pk, world.anong.pk, 1)  # at the end of the line again


def test_a_place_is_taken_once_and_can_be_given_up(world: two_buyers_one_lot.World) -> None:
    number = services.join_line(world.offer.pk, world.anong.pk, 2)
    assert services.join_line(world.offer.pk, world.anong.pk, 4) == number
    services.join_line(world.offer.pk, world.baisong.pk, 1)
    assert queries.places_in_line([world.lot.code], [world.baisong.pk])[world.lot.code].ahead == 1
    assert not services.leave_line(number, (world.baisong.pk,)), "nobody gives up another's place"
    assert services.leave_line(number, (world.anong.pk,))
    assert not services.leave_line(number, (world.anong.pk,))
    assert queries.places_in_line([world.lot.code], [world.baisong.pk])[world.lot.code].ahead == 0
    with pytest.raises(IntegrityError, match="waiting_once_a_buyer"), transaction.atomic():
        WaitingPlace.objects.create(
            lot=world.lot, offer=world.offer, buyer=world.baisong, quantity=1, joined_at=clock.now()
        )


def test_a_line_that_everybody_left_frees_what_was_kept(world: two_buyers_one_lot.World) -> None:
    number = services.join_line(world.offer.pk, world.anong.pk, 2)
    come_back(held(2))
    services.leave_line(number, (world.anong.pk,))
    services.serve_lines()
    assert order(world, world.baisong.pk, 2).placement is Placement.PLACED


def test_nobody_waits_for_what_he_can_order_or_for_what_is_not_sold(world: two_buyers_one_lot.World) -> None:
    with pytest.raises(Refused):
        services.join_line(world.offer.pk, world.anong.pk, 5)
    come_back(held(4))
    with pytest.raises(Conflict):
        services.join_line(world.offer.pk, world.anong.pk, 4)
    Lot.objects.update(closes_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(Conflict):
        services.join_line(world.offer.pk, world.anong.pk, 4)


def test_when_the_sale_ends_those_who_still_wait_are_told(world: two_buyers_one_lot.World) -> None:
    services.join_line(world.offer.pk, world.anong.pk, 4)
    Lot.objects.update(closes_at=clock.now())
    assert services.serve_lines() == 1
    events.deliver()
    place = WaitingPlace.objects.get()
    assert (place.state, place.ended_by) == ("closed", "closed")
    assert "has ended" in Notice.objects.get(organisation=world.anong).text_en


def test_a_shut_gate_sells_nothing_to_those_who_wait_either_and_keeps_their_places(
    world: two_buyers_one_lot.World,
) -> None:
    services.join_line(world.offer.pk, world.anong.pk, 4)
    GateState.objects.update(is_open=False)
    come_back(held(4))
    assert services.serve_lines() == 0
    assert WaitingPlace.objects.get().state == "waiting"


def test_who_has_his_limit_is_asked_for_what_he_may_still_have_and_told_when_that_is_nothing() -> None:
    world = campaign_morning.make(buyer_limit=4)
    market = world.market
    world.start()
    for person in ("anong", "baisong"):
        services.take_place(world.code, getattr(market, person).pk, address="10.0.0.1")
    campaign_morning.advance()
    order(market, market.anong.pk, 4)
    order(market, market.baisong.pk, 3)
    Lot.objects.update(quantity=7)
    services.join_line(market.offer.pk, market.anong.pk, 1)
    services.join_line(market.offer.pk, market.baisong.pk, 4)
    Lot.objects.update(quantity=9)
    assert services.serve_lines() == 2
    assert sorted(Order.objects.filter(buyer=market.baisong).values_list("quantity", flat=True)) == [1, 3]
    assert dict(WaitingPlace.objects.values_list("buyer__code", "ended_by")) == {"anong": "over_limit", "baisong": ""}


def test_more_than_one_pass_takes_are_served_in_the_next(
    world: two_buyers_one_lot.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samphao.trade.waiting.SERVED_AT_ONCE", 2)
    line = [buyer("w", number) for number in range(5)]
    for who in line:
        services.join_line(world.offer.pk, who, 1)
    come_back(held(4))
    assert services.serve_lines() == 2
    assert order(world, world.baisong.pk, 1).placement is Placement.SOLD_OUT, "the third in line is asked before him"
    assert services.serve_lines() == 2
    assert list(Order.objects.filter(buyer__in=line).order_by("id").values_list("buyer", flat=True)) == line[:4]


@pytest.mark.django_db(transaction=True)
def test_workers_and_walk_ins_at_once_sell_nothing_twice_and_pass_nobody_over() -> None:
    world = two_buyers_one_lot.make()
    first = [order(world, buyer("other", number), quantity).order for number, quantity in enumerate((4, 4, 2))]
    line = [buyer("w", number) for number in range(6)]
    for who in line:
        services.join_line(world.offer.pk, who, 2)
    walk_ins: list[Placement] = []
    barrier = threading.Barrier(6)

    def serve() -> None:
        try:
            barrier.wait(20)
            for _ in range(20):
                services.serve_lines()
        finally:
            connection.close()

    def walk_in(number: int) -> None:
        try:
            barrier.wait(20)
            walk_ins.extend(order(world, world.baisong.pk, 1, f"{number}-{turn}").placement for turn in range(20))
        finally:
            connection.close()

    def bring_back() -> None:
        try:
            barrier.wait(20)
            come_back(*first)
        finally:
            connection.close()

    threads = [threading.Thread(target=serve) for _ in range(2)]
    threads += [threading.Thread(target=walk_in, args=(number,)) for number in range(3)]
    threads.append(threading.Thread(target=bring_back))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    services.serve_lines()
    assert set(walk_ins) == {Placement.SOLD_OUT}
    assert list(Order.objects.filter(state="held").order_by("id").values_list("buyer", flat=True)) == line[:5]
    assert queries.lots_whose_counts_are_wrong() == []
    assert Lot.objects.get().left == 0

"""What breaks other markets at the counter, each as a test that names it; the payments' part is tested with the ledger.

Numbers are those of the notes on trade: 1 check and allocation apart, 2 the same item twice, 3 an event beside the order, 4 a lock
without an invariant, 6 one's own hold in the way, 8 a number without gaps, 11 locks in a circle.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from worlds import two_buyers_one_lot

from samphao.core.models import Event
from samphao.trade import queries, services
from samphao.trade.models import Lot, Offer, Order
from samphao.trade.rush.statement import PLACE, answers, parameters
from samphao.trade.types import OrderAnswer, OrderRequest, Placement, order_code

pytestmark = pytest.mark.django_db


def at_once(*works: Callable[[], object]) -> None:
    """Run each on a thread and a connection of its own, all from the same moment."""
    barrier = threading.Barrier(len(works))
    failed: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            barrier.wait(20)
            work()
        except BaseException as error:  # noqa: BLE001 told to the test below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


def batch(*requests: OrderRequest) -> list[OrderAnswer]:
    """Decide several requests in one statement, as the counter does."""
    codes = [order_code(10_000 + number) for number in range(len(requests))]
    with connection.cursor() as cursor:
        cursor.execute(PLACE, parameters(requests, codes))
        return answers(cursor.fetchone())


@pytest.mark.django_db(transaction=True)
def test_pitfall_1_two_buyers_and_the_last_unit_with_earlier_allocations_present() -> None:
    world = two_buyers_one_lot.make(quantity=5)
    services.place_order(OrderRequest(world.anong.pk, "before", world.offer.pk, 3))
    paid = services.place_order(OrderRequest(world.baisong.pk, "before", world.offer.pk, 1))
    services.mark_paid([paid.order])
    found: list[OrderAnswer] = []

    def want(buyer: int, key: str) -> Callable[[], None]:
        return lambda: found.append(services.place_order(OrderRequest(buyer, key, world.offer.pk, 1)))

    at_once(*(want(buyer.pk, f"{n}") for n in range(3) for buyer in (world.anong, world.baisong)))
    assert sorted(answer.placement for answer in found) == [Placement.PLACED] + [Placement.SOLD_OUT] * 5
    world.lot.refresh_from_db()
    assert (world.lot.held, world.lot.sold, world.lot.left) == (4, 1, 0)


def test_pitfall_2_the_same_lot_twice_in_one_batch_is_summed_before_it_is_compared() -> None:
    world = two_buyers_one_lot.make(quantity=6)
    parcel = Offer.objects.get(pk=world.offer.pk)
    parcel.pk, parcel.kind, parcel.lot_units = None, "wholesale", 3
    parcel.save()
    found = batch(
        OrderRequest(world.anong.pk, "a", world.offer.pk, 4), OrderRequest(world.baisong.pk, "b", parcel.pk, 1)
    )
    assert [answer.placement for answer in found] == [Placement.PLACED, Placement.SOLD_OUT]
    assert found[1].units_left == 2


def test_pitfall_2_a_buyer_cannot_stand_in_a_batch_twice_and_pass_his_limit_by_halves() -> None:
    world = two_buyers_one_lot.make(buyer_limit=4)
    halves = [OrderRequest(world.anong.pk, key, world.offer.pk, 3) for key in "ab"]
    with pytest.raises(IntegrityError, match="a buyer stands in a batch once"), transaction.atomic():
        batch(*halves)
    assert not Order.objects.exists()
    one_by_one = [services.place_order(request).placement for request in halves]
    assert one_by_one == [Placement.PLACED, Placement.OVER_LIMIT]


@pytest.mark.django_db(transaction=True)
def test_pitfall_shopware_two_tabs_that_send_the_same_key_make_one_order() -> None:
    world = two_buyers_one_lot.make()
    found: list[OrderAnswer] = []

    def send() -> None:
        while True:
            try:
                found.append(services.place_order(OrderRequest(world.anong.pk, "tab", world.offer.pk, 2)))
            except IntegrityError:
                continue  # the other tab came first: the second look finds its order, as the counter does
            break

    at_once(*[send] * 6)
    assert len({answer.order for answer in found}) == 1
    assert sorted(answer.placement for answer in found) == [Placement.PLACED] + [Placement.REPEATED] * 5
    world.lot.refresh_from_db()
    assert world.lot.held == 2


def test_pitfall_3_an_order_and_its_event_are_there_together_or_not_at_all() -> None:
    world = two_buyers_one_lot.make(quantity=2)
    placed = services.place_order(OrderRequest(world.anong.pk, "a", world.offer.pk, 2))
    services.place_order(OrderRequest(world.baisong.pk, "b", world.offer.pk, 1))  # sold out: no event of his
    assert [row.payload for row in Event.objects.filter(name="OrdersPlaced")] == [{"orders": [placed.order]}]
    Lot.objects.update(quantity=9)
    with pytest.raises(RuntimeError), transaction.atomic():
        services.place_order(OrderRequest(world.anong.pk, "c", world.offer.pk, 1))
        raise RuntimeError("after the order, before the commit")
    assert Event.objects.filter(name="OrdersPlaced").count() == Order.objects.count() == 1


def test_pitfall_4_no_code_can_oversell_for_the_table_itself_refuses() -> None:
    world = two_buyers_one_lot.make(quantity=2)
    for wrong in ({"held": 3}, {"sold": 3}, {"held": -1}, {"held": 2, "sold": 1}):
        with pytest.raises(IntegrityError, match="lot_"), transaction.atomic():
            Lot.objects.filter(pk=world.lot.pk).update(**wrong)


def test_pitfall_6_ones_own_hold_does_not_block_the_order_that_made_it() -> None:
    world = two_buyers_one_lot.make(quantity=4, buyer_limit=4)
    first = services.place_order(OrderRequest(world.anong.pk, "a", world.offer.pk, 4))
    again = services.place_order(OrderRequest(world.anong.pk, "a", world.offer.pk, 4))
    assert (again.placement, again.order) == (Placement.REPEATED, first.order), "sold out and at the limit, by himself"
    assert [order.code for order in queries.holds_of([world.lot.code], [world.anong.pk])] == [first.order]
    Order.objects.update(hold_expires_at="2020-01-01T00:00Z")
    assert not queries.holds_of([world.lot.code], [world.anong.pk]).exists()
    services.expire_holds()
    assert services.place_order(OrderRequest(world.anong.pk, "b", world.offer.pk, 4)).placement is Placement.PLACED


def test_pitfall_8_order_numbers_come_from_a_sequence_that_nobody_waits_for() -> None:
    world = two_buyers_one_lot.make()
    with pytest.raises(RuntimeError), transaction.atomic():
        services.place_order(OrderRequest(world.anong.pk, "a", world.offer.pk, 1))
        raise RuntimeError("its number is a gap, and that is right")
    services.place_order(OrderRequest(world.anong.pk, "b", world.offer.pk, 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM trade_order_number")
        assert cursor.fetchone()[0] >= 2


@pytest.mark.django_db(transaction=True)
def test_pitfall_11_batches_over_the_same_lots_in_opposite_order_never_wait_in_a_circle() -> None:
    world = two_buyers_one_lot.make(quantity=10_000)
    offers = [world.offer.pk, *(two_buyers_one_lot.another_lot(world, f"L{n}").pk for n in range(4))]

    def buy(buyer: int, order: list[int]) -> Callable[[], None]:
        def run() -> None:
            for turn in range(15):
                for offer in order:
                    with transaction.atomic():
                        services.place_order(OrderRequest(buyer, f"{turn}-{offer}", offer, 1))

        return run

    def expire() -> None:
        for _ in range(15):
            Order.objects.filter(state="held").update(hold_expires_at="2020-01-01T00:00Z")
            services.expire_holds()

    def serve() -> None:
        for _ in range(15):
            services.serve_lines()

    at_once(buy(world.anong.pk, offers), buy(world.baisong.pk, offers[::-1]), expire, serve)
    assert queries.lots_whose_counts_are_wrong() == []

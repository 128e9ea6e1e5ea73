"""Two things at once in a cycle: a deposit and the end of its hold, a balance and its hour, an order and the close."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from worlds import cycle_market
from worlds.cycle_market import CLOSES_AT, DUE_AT, World, drain, moneys

from samphao.core import clock
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.payments.types import BankReport
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.models import Order, PreOrder
from samphao.trade.types import OrderRequest, Placement
from samphao.workflows import balances, payment

pytestmark = pytest.mark.django_db(transaction=True)
LOT = "CTI-MT-0430"


@pytest.fixture
def world(clock_reset: None) -> Iterator[World]:
    yield cycle_market.make()
    clock.reset()


def at_once(*works: Callable[[], object]) -> None:
    """Run works in threads that start together, each on a connection of its own; raise what one of them raised."""
    start, raised = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        start.wait(10)
        try:
            work()
        except Exception as error:  # noqa: BLE001 it is raised again below
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if raised:
        raise raised[0]


def wait_for_a_lock() -> None:
    """Wait until some connection waits for a lock that another holds."""
    for _try in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("nobody waits")


def test_a_deposit_that_came_while_the_sweep_waited_keeps_its_order(world: World) -> None:
    """The sweep has chosen the order and waits for its lot; the deposit that holds it commits first."""
    order = world.order()
    clock.move_to(clock.now() + timedelta(minutes=16))
    swept: list[str] = []

    def sweep() -> None:
        swept.extend(services.expire_holds())
        connections.close_all()

    with transaction.atomic():
        services.lock_lots([LOT])
        thread = threading.Thread(target=sweep)
        thread.start()
        wait_for_a_lock()
        services.take_deposits([order.code])
    thread.join(30)
    order.refresh_from_db()
    assert swept == []
    assert (order.state, order.hold_expires_at) == ("held", DUE_AT)


def test_a_balance_and_its_hour_end_in_one_of_two_ways(world: World) -> None:
    orders = [world.pre_order() for _ in range(8)]
    for row in orders:
        payments.record_payments(simulator.METHOD, [BankReport(row.code, f"B-{row.code}", 7_000, row.currency, LOT)])
    clock.move_to(DUE_AT)
    at_once(services.expire_holds, *(lambda row=row: payment.settle([row.code]) for row in orders))  # type: ignore[misc]
    drain()
    balances.run_clocks()
    for row in orders:
        row.refresh_from_db()
        left = {"paid": 10_000, "expired": 1_500}[row.state]
        assert moneys(row) == {"came": 10_000, "back": 10_000 - left, "left": left}
    assert trade.lots_whose_counts_are_wrong() == []
    assert ledger.check().faults == ()
    paid = sum(1 for row in orders if row.state == "paid")
    assert ledger.held_for([LOT]).get("CNY", 0) == 10_000 * paid


def test_an_ended_pre_order_that_two_workers_settle_is_settled_once(world: World) -> None:
    order = world.pre_order()
    clock.move_to(DUE_AT)
    services.expire_holds()
    at_once(balances.run_clocks, balances.run_clocks, drain)
    drain()
    assert moneys(order) == {"came": 3_000, "back": 1_500, "left": 1_500}
    assert PreOrder.objects.get().kept_minor == 1_500
    assert ledger.check().faults == ()


def test_orders_at_the_close_are_in_time_or_refused_and_never_beyond_the_forecast(world: World) -> None:
    clock.move_to(CLOSES_AT - timedelta(seconds=1))
    offer, placements = world.market.offers["CNY"].pk, []

    def order_on(name: int) -> None:
        for number in range(40):
            request = OrderRequest(world.market.buyer.pk, f"close-{name}-{number}", offer, 5)
            placements.append(services.place_order(request).placement)
            time.sleep(0.03)

    at_once(*(lambda name=name: order_on(name) for name in range(4)))  # type: ignore[misc]
    assert Placement.CLOSED in placements
    assert set(placements) <= {Placement.PLACED, Placement.CLOSED, Placement.SOLD_OUT}
    assert not Order.objects.filter(placed_at__gte=CLOSES_AT).exists()
    lot = world.lot
    assert lot.held <= lot.quantity == 798

"""Orders that are given up before their goods leave: who may, until when, and where stock and money go."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from worlds import delivered
from worlds.delivered import BUYER, LOT, MATE, OUTSIDER, SELLER, SILK, World

from samphao.accounts.models import Notice
from samphao.core import clock, events
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.core.models import AuditEntry
from samphao.freight.models import Shipment
from samphao.payments import queries as ledger
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.models import Lot, Order
from samphao.trade.types import OrderRequest

pytestmark = pytest.mark.django_db
REASON = "A storm broke the branches."


@pytest.fixture
def world(clock_reset: None) -> World:
    return delivered.make()


def as_buyer(world: World, order: Order, by: str = BUYER) -> None:
    services.cancel_as_buyer(order.code, viewer=world.viewer(by), by=by)
    events.deliver()


def as_seller(world: World, order: Order, reason: str = REASON, by: str = SELLER) -> None:
    services.cancel_as_seller(order.code, reason, viewer=world.viewer(by), by=by)
    events.deliver()


def counts(code: str = LOT) -> tuple[int, int, int]:
    lot = Lot.objects.get(code=code)
    return lot.quantity, lot.held, lot.sold


def test_a_buyer_gives_up_a_paid_order_before_the_cutting_day_and_gets_all_of_it_back(world: World) -> None:
    before = counts()
    order, bank = delivered.buy(world, "first", 3), delivered.bank_minor("CNY")
    for name in (OUTSIDER, SELLER, "hub", "house"):
        with pytest.raises(NotFound):
            as_buyer(world, order, name)
    as_buyer(world, order, MATE)
    order.refresh_from_db()
    assert (order.state, order.cancelled_by) == ("cancelled", "buyer")
    assert bank - delivered.bank_minor("CNY") == order.amount_minor
    assert counts() == before, "the goods are free for others"
    assert delivered.held() == {}
    assert ledger.check().faults == ()
    for party in (BUYER, SELLER):
        assert Notice.objects.filter(organisation=world.morning.parties[party], subject=order.code, key__startswith="cancelled:").exists()  # fmt: skip
    assert AuditEntry.objects.filter(subject=order.code, action="order.cancel_as_buyer", actor=MATE).exists()
    with pytest.raises(Conflict):
        as_buyer(world, order)


def test_on_the_cutting_day_it_is_too_late_also_where_it_was_named_early(world: World) -> None:
    order = delivered.buy(world, "first", 3)
    Lot.objects.filter(code=LOT).update(cut_on="2026-05-02")
    clock.move_to(datetime(2026, 5, 1, 23, 59, tzinfo=clock.BANGKOK))
    loaded = trade.order_for(order.code, organisations=[order.buyer_id], sees_all=False)
    assert loaded is not None
    assert trade.may_cancel(loaded, clock.now())
    clock.move_to(datetime(2026, 5, 2, 0, 0, tzinfo=clock.BANGKOK))
    with pytest.raises(Refused, match="over"):
        as_buyer(world, order)


def test_what_was_weighed_was_cut(world: World) -> None:
    order = delivered.buy(world, "first", 3)
    delivered.sign(LOT)
    with pytest.raises(Refused, match="over"):
        as_buyer(world, order)


def test_by_post_there_is_a_day_after_the_payment(world: World) -> None:
    order = delivered.buy(world, "silk", 1, SILK)
    delivered.pass_hours(23.9)
    as_buyer(world, order)
    late = delivered.buy(world, "late", 1, SILK)
    delivered.pass_hours(24)
    with pytest.raises(Refused, match="over"):
        as_buyer(world, late)


def test_a_held_order_is_given_up_without_money(world: World) -> None:
    offer = world.morning.lots[LOT].offers.get(destination="KMG", kind="wholesale")
    before = counts()
    answer = services.place_order(OrderRequest(world.morning.parties[BUYER].pk, "held", offer.pk, 1))
    order = Order.objects.get(code=answer.order)
    as_buyer(world, order)
    assert counts() == before
    assert ledger.transfers_of("return") == 1, "none but what the world itself sent back"


def test_a_seller_gives_a_reason_the_buyer_his_money_and_the_lot_is_smaller(world: World) -> None:
    quantity, held, sold = counts()
    order, bank = delivered.buy(world, "first", 3), delivered.bank_minor("CNY")
    for name in (OUTSIDER, BUYER, "house", "hub", "malee"):
        with pytest.raises(NotFound):
            as_seller(world, order, by=name)
    with pytest.raises(Refused, match="reason"):
        as_seller(world, order, "no")
    as_seller(world, order)
    assert bank - delivered.bank_minor("CNY") == order.amount_minor
    assert counts() == (quantity - order.lot_units, held, sold), "what cannot be delivered is not sold again"
    notice = Notice.objects.get(organisation=world.morning.parties[BUYER], subject=order.code, key__startswith="cancelled:")  # fmt: skip
    assert REASON in notice.text_zh
    assert "您的款项正在退回" in notice.text_zh


def test_a_seller_who_was_advanced_owes_it(world: World) -> None:
    order = delivered.buy(world, "first", 3)
    delivered.sign(LOT)
    advance = ledger.earned_by([SELLER])["THB"].earned_minor
    as_seller(world, order)
    sums = ledger.earned_by([SELLER])["THB"]
    assert abs(advance - sums.kept_back_minor - ledger.owed_by([SELLER]).get("THB", 0)) <= 2
    assert delivered.held() == {}
    assert ledger.check().faults == ()


def test_goods_that_have_left_are_not_given_up(world: World) -> None:
    order = delivered.buy(world, "first", 3)
    services.ship_orders([order.code])
    with pytest.raises(Conflict):
        as_buyer(world, order)
    with pytest.raises(Conflict):
        as_seller(world, order)


def test_the_goods_of_a_cancelled_order_leave_their_load(world: World) -> None:
    order = delivered.buy(world, "first", 3)
    shipment = Shipment.objects.exclude(load=None).get()
    Shipment.objects.filter(pk=shipment.pk).update(order_code=order.code)
    as_buyer(world, order)
    shipment.refresh_from_db()
    assert (shipment.load_id, shipment.unserved_reason) == (None, "cancelled by its buyer")
    assert clock.now() > world.morning.now + timedelta(minutes=1)

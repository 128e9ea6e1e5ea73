"""What an order finally weighs is what is paid for: price per kilogram times kilograms, to the last coin, and the books stay at zero."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from worlds import after_delivery, harvest_sold
from worlds.harvest_sold import World, buy, on_the_day_of_the_cut, weighed
from worlds.judged_lot import CUT_ON, LOT

from samphao.accounts.models import Notice, User
from samphao.accounts.queries import viewer
from samphao.core import clock, events
from samphao.core.errors import Refused
from samphao.payments import queries as ledger
from samphao.payments.models import Payment, Transfer
from samphao.trade import services
from samphao.trade.after_sale import Claim
from samphao.trade.models import Carton, Order, OrderWeight
from samphao.trade.types import CLAIM_WINDOW, ClaimAnswer, ClaimSpec
from samphao.workflows import claims, labels, payout, weighing
from samphao.workflows.claims_money import pay_agreed
from samphao.workflows.labels import LabelRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_reset")]
FRUIT = 12_834  # what one costs to the door, of which the grower gets 10,000 and the hub 2,834
CARTON_G = 18_000  # six fruit of 3 kg


@pytest.fixture
def world() -> World:
    return harvest_sold.make()


def weigh(world: World) -> None:
    on_the_day_of_the_cut()
    weighing.sign(weighed(), by="lek", viewer=world.viewer("lek"))
    while events.deliver():
        pass


def pack(world: World, order: Order, cartons: int, net_mass_g: int) -> bytes:
    run = LabelRun(LOT, "KMG", cartons, CUT_ON, net_mass_g, order.code)
    return labels.print_labels(run, address="https://hub.example", by="lek", viewer=world.viewer("lek"))


def to_the_end(*orders: Order) -> None:
    """Ship and deliver, let the claim window pass, settle."""
    codes = [order.code for order in orders]
    services.ship_orders(codes)
    services.deliver_orders(dict.fromkeys(codes, clock.now()))
    clock.move_to(clock.now() + CLAIM_WINDOW + timedelta(minutes=1))
    payout.settle_due()
    while events.deliver():
        pass


def earned_of(receiver: str) -> int:
    return ledger.earned_by([receiver])["THB"].earned_minor


def refunds() -> dict[str, int]:
    return {row.order_code: row.refunded_minor for row in Payment.objects.all() if row.refunded_minor}


def test_a_light_order_pays_for_what_was_packed_to_the_last_coin(world: World) -> None:
    """Twelve fruit for ¥ 1,540.08; two cartons of 17.4 kg instead of 18: 1.2 of 36 kg are not there."""
    order = buy(world.anong, "first", 12, world.offer)
    weigh(world)
    pack(world, order, 1, 17_400)
    assert not OrderWeight.objects.exists(), "one carton is missing still"
    pack(world, order, 1, 17_400)
    weight = OrderWeight.objects.get()
    assert (weight.ordered_g, weight.packed_g, weight.refund_minor) == (
        36_000,
        34_800,
        5_134,
    )  # 154,008 x 1.2 / 36 = 5,133.6
    assert weight.borne == {
        "hub": {"kept": 1_134, "taken_back": 0},
        "producer": {"kept": 4_000, "taken_back": 0},
    }  # 1,133.69 and 4,000.31
    assert refunds() == {order.code: 5_134}
    assert ledger.held_for([LOT]) == {"CNY": 12 * (FRUIT - 6_000) - 5_134}
    told = Notice.objects.get(organisation=world.anong, key__startswith="weight")
    assert "34.8 kg of the 36 kg" in told.text_en
    assert "51.34" in told.text_zh
    to_the_end(order)
    order.refresh_from_db()
    assert order.state == "settled"
    assert ledger.held_for([LOT]) == {}, "price per kilogram times kilograms went to its owners, and nothing is left"
    assert ledger.check().faults == ()


def test_the_grower_is_paid_the_share_of_what_was_weighed(world: World) -> None:
    """The same order twice, one of its full weight: the light one brings its grower ¥ 40 less."""
    full, light = buy(world.anong, "full", 12, world.offer), buy(world.baisong, "light", 12, world.offer)
    weigh(world)
    pack(world, full, 2, CARTON_G)
    pack(world, light, 2, 17_400)
    before = earned_of("somchai")
    to_the_end(full)
    after_full = earned_of("somchai")
    to_the_end(light)
    rate = (after_full - before) / (12 * 4_000)
    assert earned_of("somchai") - after_full == round((12 * 4_000 - 4_000) * rate)


def test_more_than_was_ordered_asks_for_nothing(world: World) -> None:
    order = buy(world.anong, "first", 6, world.offer)
    weigh(world)
    pack(world, order, 1, 19_000)
    weight = OrderWeight.objects.get()
    assert (weight.packed_g, weight.refund_minor, weight.borne) == (19_000, 0, {})
    assert refunds() == {}
    assert not Notice.objects.filter(key__startswith="weight").exists()


def test_too_little_is_no_delivery_by_weight_and_leaves_no_trace(world: World) -> None:
    order = buy(world.anong, "first", 6, world.offer)
    weigh(world)
    with pytest.raises(Refused, match="too little"):
        pack(world, order, 1, 10_799)
    assert not Carton.objects.exists()
    pack(world, order, 1, 10_800)
    assert OrderWeight.objects.get().refund_minor == round(6 * FRUIT * 0.4)
    to_the_end(order)
    assert ledger.held_for([LOT]) == {}, (
        "the advance of 60 % and the refund of 40 % are all there is of the grower's share"
    )
    assert ledger.check().faults == ()


def test_cartons_are_for_a_paid_order_of_the_lot_and_city_and_for_no_more_than_it_fills(world: World) -> None:
    paid = buy(world.anong, "paid", 12, world.offer)
    weigh(world)
    held = buy(world.baisong, "held", 6, world.offer, pays=False)
    with pytest.raises(Refused, match="paid order"):
        pack(world, held, 1, CARTON_G)
    with pytest.raises(Refused, match="fewer cartons"):
        pack(world, paid, 3, CARTON_G)
    pack(world, paid, 2, CARTON_G)
    with pytest.raises(Refused, match="fewer cartons"):
        pack(world, paid, 1, CARTON_G)
    with pytest.raises(IntegrityError, match="settled by weight"), transaction.atomic():
        Carton.objects.create(
            lot=world.lot, order=paid, destination="KMG", sscc="1" * 18, net_mass_g=1, packed_on=CUT_ON, printed_at=clock.now(), printed_by="x"
        )  # fmt: skip


def test_the_database_does_the_sum_itself(world: World) -> None:
    order = buy(world.anong, "first", 12, world.offer)
    weigh(world)
    pack(world, order, 1, 17_400)
    kept = {"producer": {"kept": 100, "taken_back": 0}}
    wrong = (
        {"refund_minor": 101},
        {"refund_minor": 100, "packed_g": 17_401},
        {"refund_minor": 100, "ordered_g": 35_000},
        {"refund_minor": 100},
    )
    for change in wrong:
        row = {"ordered_g": 36_000, "packed_g": 17_400, "borne": kept, **change}
        with pytest.raises(IntegrityError), transaction.atomic():
            OrderWeight.objects.create(order=order, settled_at=clock.now(), settled_by="x", **row)
    pack(world, order, 1, 17_400)
    with pytest.raises(IntegrityError, match="once"), transaction.atomic():
        OrderWeight.objects.update(refund_minor=0)


def test_a_light_order_that_is_given_up_afterwards_gives_back_only_the_rest(world: World) -> None:
    order = buy(world.anong, "first", 12, world.offer)
    weigh(world)
    pack(world, order, 2, 17_400)
    services.leave_orders_behind([order.code], load="", reason="suspended")
    while events.deliver():
        pass
    assert refunds() == {order.code: 12 * FRUIT}
    assert Transfer.objects.filter(kind="return", subject=order.code).count() == 1
    assert ledger.held_for([LOT]) == {}
    assert ledger.check().faults == ()


def test_a_claim_after_it_pays_from_what_is_left(world: World) -> None:
    order = buy(world.anong, "first", 12, world.offer)
    weigh(world)
    pack(world, order, 2, 17_400)
    services.ship_orders([order.code])
    services.deliver_orders({order.code: clock.now()})
    anong = viewer(User.objects.get(username="anong"))
    code = claims.open_claim(ClaimSpec(order.code, "mouldy", 12), [after_delivery.picture()], viewer=anong, by="anong")
    assert Claim.objects.get(code=code).asked_minor == 12 * FRUIT - 5_134
    claims.answer(code, ClaimAnswer("accept"), viewer=world.viewer("somchai"), by="somchai")
    pay_agreed()
    assert refunds() == {order.code: 12 * FRUIT}, "all of it is back, and not a coin more"
    clock.move_to(clock.now() + CLAIM_WINDOW)
    payout.settle_due()
    assert ledger.held_for([LOT]) == {}
    assert ledger.check().faults == ()


@pytest.mark.usefixtures("clock_reset")
class Conservation(TestCase):
    @settings(max_examples=12, deadline=None)
    @given(st.lists(st.tuples(st.integers(1, 9), st.integers(60, 115)), min_size=1, max_size=4))
    def test_whatever_the_scale_says_nothing_is_left_and_nothing_is_missing(
        self, orders: list[tuple[int, int]]
    ) -> None:
        world = harvest_sold.make()
        bought = [buy(world.anong, f"o-{at}", units, world.offer) for at, (units, _pct) in enumerate(orders)]
        weigh(world)
        back = 0
        for order, (units, percent) in zip(bought, orders, strict=True):
            cartons = -(-units // 6)
            each = -(-units * 3_000 * percent // (100 * cartons))
            pack(world, order, cartons, each)
            missing = max(0, units * 3_000 - each * cartons)
            exact = units * FRUIT * missing / (units * 3_000)
            weight = OrderWeight.objects.get(order=order)
            assert abs(weight.refund_minor - exact) <= 0.5
            back += weight.refund_minor
        assert ledger.check().faults == ()
        to_the_end(*bought)
        assert sum(refunds().values()) == back
        assert ledger.held_for([LOT]) == {}
        assert ledger.check().faults == ()

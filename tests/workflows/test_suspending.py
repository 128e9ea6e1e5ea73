"""Somebody is suspended: in one transaction his lots are closed and every order behind them has its answer."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from worlds import harvest_sold
from worlds.harvest_sold import World, buy, on_the_day_of_the_cut, weighed
from worlds.judged_lot import LOT, OPENS_AT

from samphao.accounts.models import Membership, Notice, Organisation, Registration, Suspension, User
from samphao.accounts.queries import may_suspend, suspension_for
from samphao.accounts.types import SuspensionSpec
from samphao.core import clock, events
from samphao.core.errors import Conflict, NotAllowed, NotFound, Refused
from samphao.core.models import Event
from samphao.payments import queries as ledger
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.models import GateState, Lot, Order
from samphao.trade.types import OrderRequest, Placement, TestResult
from samphao.workflows import judging, suspending, turning_away, weighing

pytestmark = [pytest.mark.usefixtures("clock_reset")]
TODAY = date(2026, 4, 20)
SPEC = SuspensionSpec(
    "packing_house", "house", "CN", "Basic Yellow 2 was found in two samples of 14 May; the rule asks for none.", "Notice DOA 0907/112", TODAY, None
)  # fmt: skip
ORCHARD, LABORATORY = replace(SPEC, kind="orchard", code="ORC"), replace(SPEC, kind="laboratory", code="lab")


@pytest.fixture
def world(db: None) -> World:
    return harvest_sold.make(lots=2)


def suspend(world: World, spec: SuspensionSpec = SPEC, who: str = "kaew") -> tuple[str, suspending.Touched]:
    return suspending.suspend(spec, by=who, viewer=world.viewer(who))


def lists(destination: str = "KMG") -> list[bool]:
    rows = GateState.objects.filter(destination=destination, gate="to_list").order_by("lot")
    return [row.is_open for row in rows]


def place(world: World, key: str) -> Placement:
    return services.place_order(OrderRequest(world.baisong.pk, key, world.offer.pk, 1)).placement


def text(organisation: Organisation, key: str, language: str = "en") -> str:
    return str(getattr(Notice.objects.get(organisation=organisation, key__startswith=key), f"text_{language}"))


def test_a_suspended_packing_house_closes_its_lots_and_sends_the_money_back(world: World) -> None:
    paid = buy(world.anong, "paid", 20, world.offer)
    held = buy(world.baisong, "held", 5, world.offer, pays=False)
    code, touched = suspend(world)
    assert lists() == [False, False]
    assert lists("BKK") == [True, True], "sales to China are suspended, not those at home"
    assert place(world, "after") is Placement.GATE_SHUT
    for order in (paid, held):
        order.refresh_from_db()
        assert order.state == Order.State.CANCELLED
    assert (touched.lots, touched.lots_on_sale, touched.refunded, touched.waiting, touched.released) == (2, 2, 1, 0, 1)
    assert (touched.refunded_minor, touched.goods_minor) == ({"CNY": 20 * 12_834}, 20 * 49_500)
    events.deliver()
    assert ledger.held_for([LOT]) == {}
    assert ledger.check().faults == ()
    assert trade.lots_whose_counts_are_wrong() == []
    assert text(world.anong, "turned-away", "zh").startswith(f"您订购的批次 {LOT}") or LOT in text(
        world.anong, "turned-away", "zh"
    )
    assert "its packing house was suspended" in text(world.anong, "turned-away")
    assert "money is on its way back" not in text(world.baisong, "turned-away"), "who paid nothing is promised no money"
    owner = text(Organisation.objects.get(code="house"), f"suspension:{code}")
    assert SPEC.reasons.rstrip(".") in owner
    assert "appeal until" in owner
    assert turning_away.turn_away_what_failed() == [], "a second look finds nothing more to do"


def test_everywhere_means_at_home_too(world: World) -> None:
    suspend(world, replace(SPEC, scope="everywhere"))
    assert lists("BKK") == [False, False]


@pytest.mark.parametrize("spec", [ORCHARD, LABORATORY])
def test_behind_an_orchard_or_a_laboratory_paid_orders_wait_and_may_be_taken_back(
    world: World, spec: SuspensionSpec
) -> None:
    paid = buy(world.anong, "paid", 20, world.offer)
    other = buy(world.baisong, "other", 3, world.offer)
    held = buy(world.baisong, "held", 5, world.offer, pays=False)
    code, touched = suspend(world, spec)
    events.deliver()
    assert lists() == [False, False]
    assert (touched.refunded, touched.waiting, touched.released, touched.waiting_minor) == (
        0,
        2,
        1,
        {"CNY": 23 * 12_834},
    )
    for order, state in ((paid, "paid"), (other, "paid"), (held, "cancelled")):
        order.refresh_from_db()
        assert order.state == state
    assert "take another lot" in text(world.anong, f"suspended:{code}")
    assert "等待" in text(world.anong, f"suspended:{code}", "zh")
    assert "cancelled before you paid" in text(world.baisong, f"suspended:{code}:{held.code}")

    with pytest.raises(NotFound):
        suspending.take_money_back(paid.code, by="baisong", viewer=world.viewer("baisong"))
    suspending.take_money_back(paid.code, by="anong", viewer=world.viewer("anong"))
    events.deliver()
    assert "as you asked" in text(world.anong, "left-behind")
    assert ledger.held_for([LOT]) == {"CNY": 3 * 12_834}
    with pytest.raises(Refused):
        suspending.take_money_back(paid.code, by="anong", viewer=world.viewer("anong"))

    assert suspending.lift(code, "A second sample was clean.", by="dao", viewer=world.viewer("dao")) == 1
    assert lists() == [True, True]
    assert "goes on" in text(world.baisong, f"suspended:{code}:lifted")
    with pytest.raises(Refused):
        suspending.take_money_back(other.code, by="baisong", viewer=world.viewer("baisong"))


def test_what_is_not_suspended_keeps_its_money(world: World) -> None:
    order = buy(world.anong, "paid", 2, world.offer)
    with pytest.raises(Refused, match="does not wait"):
        suspending.take_money_back(order.code, by="anong", viewer=world.viewer("anong"))


def test_a_lifted_packing_house_sells_again_unless_its_lot_failed_for_another_reason(world: World) -> None:
    code, _ = suspend(world)
    services.record_tests([TestResult(LOT, "lab", TODAY, "detected", Decimal("0.01"))])
    events.deliver()
    suspending.lift(code, "The samples were mixed up.", by="kaew", viewer=world.viewer("kaew"))
    assert lists() == [True, True], "both lots are open: the first was shut by the suspension"
    turning_away.lots_tested({"lots": [LOT]})
    assert lists() == [False, True], "a residue stays a residue"


def test_the_preview_says_exactly_what_happens_and_leaves_no_trace(world: World) -> None:
    buy(world.anong, "paid", 20, world.offer)
    buy(world.baisong, "held", 5, world.offer, pays=False)
    before = (Notice.objects.count(), Event.objects.count(), lists())
    seen = suspending.preview(SPEC, by="kaew", viewer=world.viewer("kaew"))
    assert (Notice.objects.count(), Event.objects.count(), lists()) == before
    assert not Suspension.objects.exists()
    code, done = suspend(world)
    assert seen == done
    assert Suspension.objects.get(code=code).touched["refunded"] == 1


def test_a_lot_that_was_cut_before_still_may_not_be_loaded(world: World) -> None:
    on_the_day_of_the_cut()
    weighing.sign(weighed(), by="lek", viewer=world.viewer("lek"))
    events.deliver()
    suspend(world, replace(ORCHARD, from_on=clock.today()))
    states = {row.gate: row for row in GateState.objects.filter(lot__code=LOT, destination="KMG")}
    assert states["to_cut"].is_open, "what was cut was cut rightly"
    (finding,) = [row for row in states["to_load"].findings if row["rule"] == "load-not-suspended"]
    assert (finding["is_met"], finding["found"]) == (False, "orchard")


def test_a_suspension_ends_by_itself_and_its_lots_open_again(world: World) -> None:
    suspend(world, replace(ORCHARD, until_on=TODAY + timedelta(days=2)))
    assert lists() == [False, False]
    clock.move_to(OPENS_AT + timedelta(days=3))
    judging.judge_due()
    assert lists() == [True, True]


def test_a_new_lot_behind_a_suspended_house_is_not_sold(world: World) -> None:
    from samphao.workflows import gates

    suspend(world)
    GateState.objects.filter(lot__code=LOT).delete()
    gates.open_gates([LOT], {})
    assert lists()[-1] is False


def test_three_people_and_an_authority(world: World) -> None:
    office = Organisation.objects.create(code="DOA", kind="office", legal_form="office", name_en="DOA", country="TH")
    Membership.objects.create(user=User.objects.create_user("inspector"), organisation=office, role="officer")
    assert not may_suspend(world.viewer("inspector"))
    Registration.objects.create(
        organisation=office, scheme="suspending_authority", number="PQ-1", status="valid", valid_to=TODAY, source="test"
    )
    assert may_suspend(world.viewer("inspector"))
    for who in ("somchai", "lek", "noi", "lab", "anong"):
        with pytest.raises(NotAllowed):
            suspend(world, who=who)
        with pytest.raises(NotAllowed):
            suspending.preview(SPEC, by=who, viewer=world.viewer(who))
    code, _ = suspend(world, who="inspector")
    found = Suspension.objects.get(code=code)
    for who, sees in (
        ("lek", True),
        ("noi", True),
        ("dao", True),
        ("inspector", True),
        ("somchai", False),
        ("anong", False),
    ):
        assert (suspension_for(code, world.viewer(who)) == found) is sees, who
    clock.move_to(OPENS_AT + timedelta(days=1))
    assert not may_suspend(world.viewer("inspector")), "its authority has run out"


def test_an_owner_appeals_once_in_time_and_another_decides(world: World) -> None:
    code, _ = suspend(world)
    for who in ("noi", "somchai", "kaew"):
        with pytest.raises(NotAllowed):
            suspending.appeal(code, "The sample was not ours.", by=who)
    with pytest.raises(Refused):
        suspending.appeal(code, "  ", by="lek")
    suspending.appeal(code, "The sample was not ours.", by="lek")
    found = Suspension.objects.get(code=code)
    assert (found.decide_until - found.appealed_at, found.appeal_until - found.made_at) == (
        timedelta(days=30),
        timedelta(days=15),
    )
    assert Notice.objects.filter(organisation__code="hub", key__startswith=f"appeal:{code}").exists()
    with pytest.raises(NotAllowed):
        suspending.appeal(code, "Once more.", by="lek")
    with pytest.raises(NotAllowed, match="Somebody else"):
        suspending.dismiss(code, "It was.", by="kaew", viewer=world.viewer("kaew"))
    with pytest.raises(NotAllowed):
        suspending.dismiss(code, "It was.", by="somchai", viewer=world.viewer("somchai"))
    suspending.dismiss(code, "The seal of the sample was whole.", by="dao", viewer=world.viewer("dao"))
    assert "dismissed" in Notice.objects.filter(organisation__code="house", subject=code).latest("id").text_en
    with pytest.raises(Conflict):
        suspending.dismiss(code, "Again.", by="dao", viewer=world.viewer("dao"))
    suspending.lift(code, "Cleaned and tested.", by="kaew", viewer=world.viewer("kaew"))
    assert Suspension.objects.get(code=code).outcome == "dismissed", "lifting later does not undo the decision"
    with pytest.raises(Conflict):
        suspending.lift(code, "Again.", by="kaew", viewer=world.viewer("kaew"))


def test_lifting_upholds_an_appeal_that_waits(world: World) -> None:
    code, _ = suspend(world)
    suspending.appeal(code, "The sample was not ours.", by="lek")
    suspending.lift(code, "It was another house's.", by="kaew", viewer=world.viewer("kaew"))
    found = Suspension.objects.get(code=code)
    assert (found.outcome, found.decision) == ("upheld", "It was another house's.")


def test_an_appeal_after_its_clock_is_too_late(world: World) -> None:
    code, _ = suspend(world)
    clock.move_to(OPENS_AT + timedelta(days=15, minutes=1))
    with pytest.raises(NotAllowed):
        suspending.appeal(code, "The sample was not ours.", by="lek")


@pytest.mark.parametrize(
    "wrong",
    [
        {"reasons": " "}, {"source": ""}, {"from_on": TODAY + timedelta(days=1)}, {"from_on": TODAY - timedelta(days=91)},
        {"until_on": TODAY - timedelta(days=1)},
    ],
)  # fmt: skip
def test_a_suspension_says_why_and_from_when_to_when(world: World, wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        suspend(world, replace(SPEC, **wrong))  # type: ignore[arg-type]


def test_nobody_is_suspended_twice_for_the_same(world: World) -> None:
    suspend(world)
    with pytest.raises(Conflict):
        suspend(world)
    suspend(world, replace(SPEC, scope="everywhere"))
    for kind, code in (("packing_house", "nobody"), ("orchard", "house"), ("exporter", "exporter")):
        with pytest.raises(NotFound):
            suspend(world, replace(SPEC, kind=kind, code=code))


def test_the_database_keeps_the_statement_as_it_was_given(world: World) -> None:
    code, _ = suspend(world)
    changes = (
        {"reasons": "Nothing."}, {"from_on": TODAY - timedelta(days=3)}, {"made_by": "dao"}, {"lifted_at": clock.now()},
        {"appeal": "x", "appealed_by": "x", "appealed_at": clock.now() + timedelta(days=16), "decide_until": clock.now()},
        {"outcome": "dismissed", "decided_by": "kaew", "decided_at": clock.now(), "decision": "x"},
    )  # fmt: skip
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            Suspension.objects.filter(code=code).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suspension.objects.filter(code=code)._raw_delete("default")


@pytest.mark.django_db(transaction=True)
def test_closing_and_ordering_at_the_same_moment_leave_no_order_behind_a_shut_gate() -> None:
    """Many orders are placed while the packing house is suspended: each was either answered by it, or refused."""
    world = harvest_sold.make()
    start, answers = threading.Barrier(6), []

    def order(number: int) -> None:
        start.wait()
        try:
            answers.extend(place(world, f"{number}-{at}") for at in range(12))
        finally:
            connection.close()

    def close() -> None:
        start.wait()
        try:
            suspend(world)
        finally:
            connection.close()

    threads = [threading.Thread(target=order, args=(number,)) for number in range(5)] + [threading.Thread(target=close)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 60
    assert {*answers} <= {Placement.PLACED, Placement.GATE_SHUT}
    assert Placement.GATE_SHUT in answers, "the gate was shut before the last order"
    assert not Order.objects.filter(state__in=("held", "paid")).exists()
    world.lot.refresh_from_db()
    assert (world.lot.held, world.lot.sold) == (0, 0)


@pytest.mark.parametrize("spec", [SPEC, ORCHARD])
def test_twenty_thousand_orders_are_answered_in_one_transaction(world: World, spec: SuspensionSpec) -> None:
    """The figure of docs/concepts/suspensions.md; the test's own limit leaves room for a busy machine."""
    import time

    many = 20_000
    Lot.objects.filter(code=LOT).update(quantity=many, sold=many)
    Organisation.objects.bulk_create(
        [
            Organisation(code=f"B{n}", kind="buyer", legal_form="person", name_en=f"B{n}", country="CN")
            for n in range(many)
        ]
    )
    buyers = Organisation.objects.filter(code__startswith="B", kind="buyer").order_by("id").values_list("id", flat=True)
    now = clock.now()
    Order.objects.bulk_create(
        [
            Order(
                code=f"SO-{n:05}", offer=world.offer, lot=world.lot, buyer_id=buyer, idempotency_key="k", fingerprint="f", quantity=1, lot_units=1,
                amount_minor=12_834, currency="CNY", state="paid", placed_at=now, hold_expires_at=now, paid_at=now,
            )
            for n, buyer in enumerate(buyers)
        ],
        batch_size=5000,
    )  # fmt: skip
    started = time.perf_counter()
    _code, touched = suspend(world, spec)
    took_s = time.perf_counter() - started
    print(f"{spec.kind}: {many} orders in {took_s:.1f} s")
    assert touched.refunded + touched.waiting == many
    if spec is ORCHARD:
        assert Notice.objects.filter(key__startswith="suspended:").count() == many
    assert took_s < 15, "a list within a list was 70 s"

"""Under one GAP number no more is declared, sold and cut than its trees bear: what passes the ceiling stops, and what came before goes on."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from worlds import harvest_sold
from worlds.harvest_sold import World, buy, offer_of, on_the_day_of_the_cut, weighed
from worlds.judged_lot import LOT

from samphao.accounts.models import Notice, Orchard
from samphao.core import clock, events
from samphao.core.errors import Conflict, NotAllowed, Refused
from samphao.payments import queries as ledger
from samphao.reference.models import Good, TreeYield
from samphao.trade import services
from samphao.trade.models import GateState, Lot, MassStop, Order
from samphao.trade.types import OrderRequest, Placement
from samphao.workflows import gates, mass_balance, mass_stops, payout, weighing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_reset")]
SECOND, THIRD = "CTI-MT-0601", "CTI-MT-0602"


@pytest.fixture
def world() -> World:
    """Three lots of 1,800 kg from one orchard; its trees bear 4,500 kg at most."""
    made = harvest_sold.make(lots=3)
    Orchard.objects.filter(code="ORC").update(trees=30)
    gates.judge(("to_list", "to_cut", "to_load"), [LOT, SECOND, THIRD])
    events.deliver()
    return made


def found(lot: str, gate: str, rule: str) -> dict[str, object]:
    state = GateState.objects.get(lot__code=lot, destination="KMG", gate=gate)
    return next(row for row in state.findings if row["rule"] == rule)


def test_every_fresh_fruit_has_a_ceiling_with_its_source() -> None:
    from samphao.reference import services as reference

    reference.publish()
    fresh = set(Good.objects.filter(is_fresh_fruit=True).values_list("code", flat=True))
    assert fresh == set(TreeYield.objects.values_list("good", flat=True))
    assert all(row.confidence == "estimate" and row.source for row in TreeYield.objects.all())


def test_the_lot_that_passes_the_ceiling_stops_and_those_before_it_do_not(world: World) -> None:
    assert [found(lot, "to_list", "list-mass-balance")["is_met"] for lot in (LOT, SECOND, THIRD)] == [True, True, False]
    stopped = found(THIRD, "to_list", "list-mass-balance")
    assert stopped["found"] == "5,400 / 4,500 kg"
    assert "Estimate of this project" in str(stopped["source"])
    offer = offer_of(Lot.objects.get(code=THIRD))
    assert services.place_order(OrderRequest(world.anong.pk, "x", offer.pk, 1)).placement is Placement.GATE_SHUT
    (balance,) = mass_balance.of_orchards(["ORC"])
    assert (balance.declared_kg, balance.limit_kg, balance.is_over, balance.use) == (5400, 4500, True, 1.2)
    assert mass_balance.faults() == ["AC 03-9001-1, durian-fresh 2026: 5,400 of 4,500 kg"]


def test_two_orchards_under_one_number_share_its_ceiling(world: World) -> None:
    """A borrowed certificate: another plot's fruit under the number of this one."""
    Orchard.objects.filter(code="ORC").update(trees=800)
    kept = Orchard.objects.get(code="ORC")
    kept.pk, kept.code, kept.trees = None, "ORC-2", 12
    kept.save()
    Lot.objects.filter(code=THIRD).update(orchard_code="ORC-2")
    (balance,) = mass_balance.of_orchards(["ORC-2"])
    assert (balance.declared_kg, balance.limit_kg, len(balance.orchards)) == (5400, 120_000, 2), (
        "one plot's, not the sum"
    )
    Orchard.objects.filter(code="ORC").update(trees=24)
    (balance,) = mass_balance.of_orchards(["ORC"])
    assert (balance.limit_kg, balance.is_over) == (3600, True)


def test_an_area_holds_only_so_many_trees(world: World) -> None:
    Orchard.objects.filter(code="ORC").update(trees=10_000, area_rai=Decimal(1))
    (balance,) = mass_balance.of_orchards(["ORC"])
    assert balance.limit_kg == 25 * 150


def test_another_season_begins_anew(world: World) -> None:
    lot = Lot.objects.get(code=THIRD)
    Lot.objects.filter(code=THIRD).update(
        harvest_from=lot.harvest_from.replace(year=2027), harvest_to=lot.harvest_to.replace(year=2027)
    )
    assert [(one.season, one.declared_kg) for one in mass_balance.of_orchards(["ORC"])] == [(2026, 3600), (2027, 1800)]


def test_a_ticket_that_passes_the_ceiling_shuts_the_gate_to_cut(world: World) -> None:
    on_the_day_of_the_cut()
    for number, (lot, kg) in enumerate(((LOT, "2400"), (SECOND, "2300"))):
        form = replace(weighed(key=f"form-{number}-of-the-day", accepted=kg, rejected="0"), lot=lot)
        weighing.sign(form, by="lek", viewer=world.viewer("lek"))
    events.deliver()
    assert [found(lot, "to_cut", "cut-mass-balance")["found"] for lot in (LOT, SECOND)] == [
        "2,400 / 4,500 kg",
        "4,700 / 4,500 kg",
    ]
    states = GateState.objects.filter(destination="KMG", gate="to_cut").order_by("lot")
    assert [state.is_open for state in states if state.lot.code in (LOT, SECOND)] == [True, False]


def over_the_ceiling(world: World) -> Order:
    """Anong bought of the second lot, whose ticket passes the 4,500 kg; the first lot's does not."""
    order = buy(world.anong, "second-lot", 10, offer_of(Lot.objects.get(code=SECOND)))
    buy(world.anong, "first-lot", 10, world.offer)
    on_the_day_of_the_cut()
    for number, (lot, kg) in enumerate(((LOT, "2400"), (SECOND, "2300"))):
        form = replace(weighed(key=f"form-{number}-of-the-day", accepted=kg, rejected="0"), lot=lot)
        weighing.sign(form, by="lek", viewer=world.viewer("lek"))
    return order


def test_a_ticket_that_passes_the_ceiling_pays_nobody_until_a_person_decided(world: World) -> None:
    order = over_the_ceiling(world)
    stop = MassStop.objects.get()
    assert (stop.lot.code, stop.gap_number, stop.limit_kg, stop.reached_kg) == (SECOND, "AC 03-9001-1", 4500, 4700)
    events.deliver()
    assert payout.advance_due() == 0
    order.refresh_from_db()
    assert order.advanced_at is None
    assert ledger.held_for([SECOND]) == {"CNY": 10 * 12_834}, "all of it is still held"
    assert ledger.held_for([LOT]) == {"CNY": 10 * (12_834 - 6_000)}, "the lot before it was advanced"
    assert [
        found(SECOND, gate, rule)["is_met"]
        for gate, rule in (("to_list", "list-mass-stop"), ("to_load", "load-mass-stop"))
    ] == [False, False]
    told = Notice.objects.filter(key__startswith=f"mass-stop:{SECOND}:stopped")
    assert {row.organisation.code for row in told} == {"somchai", "house", "hub"}
    with pytest.raises(IntegrityError, match="stopped by the mass balance"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(advanced_at=clock.now())

    for who in ("lek", "somchai", "anong"):
        with pytest.raises(NotAllowed):
            mass_stops.decide(SECOND, "allowed", "Counted anew.", by=who, viewer=world.viewer(who))
    with pytest.raises(Refused):
        mass_stops.decide(SECOND, "allowed", " ", by="kaew", viewer=world.viewer("kaew"))
    mass_stops.decide(SECOND, "allowed", "The trees were counted anew.", by="kaew", viewer=world.viewer("kaew"))
    events.deliver()
    order.refresh_from_db()
    assert order.advanced_at is not None
    assert ledger.held_for([SECOND]) == {"CNY": 10 * (12_834 - 6_000)}
    assert found(SECOND, "to_list", "list-mass-stop")["is_met"] is True
    assert found(SECOND, "to_cut", "cut-mass-balance")["found"] == "4,700 / 4,700 kg"
    with pytest.raises(Conflict):
        mass_stops.decide(SECOND, "refused", "Second thoughts.", by="dao", viewer=world.viewer("dao"))
    assert ledger.check().faults == ()


def test_a_borrowed_number_ends_the_lot_and_every_buyer_gets_his_money_back(world: World) -> None:
    order = over_the_ceiling(world)
    events.deliver()
    mass_stops.decide(SECOND, "refused", "Fruit of other plots.", by="kaew", viewer=world.viewer("kaew"))
    while events.deliver():
        pass
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert ledger.held_for([SECOND]) == {}
    assert ledger.check().faults == ()
    assert GateState.objects.get(lot__code=SECOND, destination="KMG", gate="to_list").shut_by == "load-mass-stop"
    told = Notice.objects.get(organisation=world.anong, key__startswith=f"turned-away:{SECOND}")
    assert "trees bear" in told.text_en
    assert "退回" in told.text_zh


@pytest.mark.django_db(transaction=True)
def test_of_two_tickets_that_only_together_pass_the_ceiling_the_second_stops() -> None:
    """The first is signed and not yet committed: the second waits for it, though it is of another lot, and counts it."""
    world = harvest_sold.make(lots=3)
    Orchard.objects.filter(code="ORC").update(trees=30)
    on_the_day_of_the_cut()

    def second() -> None:
        try:
            form = replace(weighed(key="the-second-of-the-day", accepted="2300", rejected="0"), lot=SECOND)
            weighing.sign(form, by="noi", viewer=world.viewer("noi"))
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        weighing.sign(weighed(accepted="2400", rejected="0"), by="lek", viewer=world.viewer("lek"))
        assert not MassStop.objects.exists()
        thread.start()
        thread.join(1.0)
        assert thread.is_alive(), "the second waits for every lot of the number"
    thread.join(20)
    assert [(stop.lot.code, stop.reached_kg) for stop in MassStop.objects.all()] == [(SECOND, 4700)]


def test_what_leaves_a_packing_house_came_in_and_was_not_rejected(world: World) -> None:
    order = buy(world.anong, "first", 500, world.offer)
    on_the_day_of_the_cut()
    weighing.sign(weighed(accepted="1700", rejected="100"), by="lek", viewer=world.viewer("lek"))
    events.deliver()
    (house,) = mass_balance.of_houses([world.ids["house"]])
    assert (house.in_kg, house.rejected_kg, house.out_kg, house.there_kg, house.is_over) == (1800, 100, 0, 1700, False)
    services.ship_orders([order.code])
    (house,) = mass_balance.of_houses([world.ids["house"]])
    assert (house.out_kg, house.there_kg) == (1500, 200)
    Order.objects.filter(code=order.code).update(lot_units=600, quantity=600)
    (house,) = mass_balance.of_houses([world.ids["house"]])
    assert house.is_over, "1,800 kg cannot leave of 1,700 accepted"
    assert f"{LOT}: 1,800 kg left, 1,700 accepted" in mass_balance.faults()


def test_fruit_that_nobody_weighed_cannot_leave(world: World) -> None:
    order = buy(world.anong, "first", 10, world.offer)
    services.ship_orders([order.code])
    (house,) = mass_balance.of_houses([world.ids["house"]])
    assert (house.unweighed_out_kg, house.is_over) == (30, True)

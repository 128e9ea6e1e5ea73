"""A load that customs kept past its departure: warned before, booked on a later one, or given up and refunded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test import Client
from worlds import market_morning

from samphao.accounts.models import Notice, User
from samphao.accounts.queries import viewer
from samphao.core import clock, events
from samphao.customs import services as customs
from samphao.customs.models import Declaration
from samphao.customs.types import Decision, DecisionSpec
from samphao.freight import services as freight
from samphao.freight import through_services
from samphao.freight.models import Consignment, Load, MovementEvent, Shipment
from samphao.payments import queries as ledger
from samphao.reference.models import ExchangeRate
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.models import Lot, Order
from samphao.workflows import cut_offs, missed_departures
from samphao.workflows.exceptions import Kind, Next, load_exceptions

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning(clock_reset: None) -> market_morning.World:
    """Load 0 carries Anong's durian to Kunming; its declaration waits for an officer."""
    clock.move_to(datetime(2026, 4, 24, 9, tzinfo=clock.BANGKOK))  # a day whose exchange rates are known
    world = market_morning.make()
    Load.objects.filter(code=world.loads[0]).update(entry_node="CNMHN", equipment="container_40_reefer")
    events.deliver()
    return world


def load(world: market_morning.World) -> Load:
    return Load.objects.get(code=world.loads[0])


def order(world: market_morning.World) -> Order:
    return Order.objects.select_related("lot").get(code=world.orders["paid"])


def miss(world: market_morning.World, *, keeps_days: int) -> None:
    """Let the departure pass; the goods keep for some days more."""
    clock.move_to(load(world).departs_at + timedelta(hours=1))
    Shipment.objects.filter(order_code=world.orders["paid"]).update(due_at=clock.now() + timedelta(days=keeps_days))


def release(code: str) -> None:
    spec = DecisionSpec(code, Decision.RELEASE, "Looked at, for the test.")
    # A load that leaves elsewhere is decided by the office there.
    office = Declaration.objects.get(code=code).office.code
    there = replace(viewer(User.objects.get(username="office")), offices=frozenset({office}))
    customs.decide(spec, by="office", viewer=there)
    events.deliver()


def told(world: market_morning.World, subject: str) -> list[Notice]:
    return list(Notice.objects.filter(organisation=world.parties["anong"], subject=subject).order_by("id"))


def page(path: str, person: str, language: str = "en") -> str:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(username=person))
    return client.get(path).content.decode()


def test_a_release_after_the_departure_lets_nothing_leave(morning: market_morning.World) -> None:
    miss(morning, keeps_days=9)
    release(morning.declarations["waits"])
    assert load(morning).state == "planned"
    assert freight.release_loads([morning.loads[0]]) == 0


def test_a_missed_load_is_booked_on_a_later_departure_and_its_buyer_is_told(morning: market_morning.World) -> None:
    before = load(morning)
    miss(morning, keeps_days=9)
    assert missed_departures.plan_again() == 1

    after = load(morning)
    assert after.departs_at >= clock.now() + timedelta(hours=12)
    assert after.arrives_at <= Shipment.objects.get(order_code=morning.orders["paid"]).due_at
    assert after.entry_node == "CNMHN", "the permit is for that place"
    assert after.legs[0]["departs_at"] >= after.departs_at.isoformat()
    assert after.legs[-1]["to"] == "CNKMG"
    assert after.state == "held"
    event = MovementEvent.objects.get(load=after, kind="rebooked")
    assert (event.planned_at, event.reported_by) == (before.departs_at, "the hub")
    assert order(morning).arrival_promised_at == after.arrives_at

    declaration = Declaration.objects.get(code=morning.declarations["waits"])
    assert (declaration.departs_at, declaration.state) == (after.departs_at, "control")
    assert after.departs_at < declaration.enters_at <= after.arrives_at

    notice = told(morning, morning.orders["paid"])[-1]
    for old_or_new in (before.departs_at, before.arrives_at, after.departs_at, after.arrives_at):
        local = old_or_new.astimezone(clock.BANGKOK)
        assert f"{local:%H:%M}" in notice.text_en
        assert f"{local.year}年{local.month}月{local.day}日" in notice.text_zh
        assert str(local.year + 543) in notice.text_th
    assert "customs had not released" in notice.text_en

    assert missed_departures.plan_again() == 0, "a second look finds nothing to do"
    assert MovementEvent.objects.filter(kind="rebooked").count() == 1

    road = page(f"/orders/{morning.orders['paid']}/", "anong")
    assert "re-booked" in road
    assert "missed their departure" in road


def test_a_booked_load_leaves_when_it_is_released_in_time(morning: market_morning.World) -> None:
    miss(morning, keeps_days=9)
    missed_departures.plan_again()
    release(morning.declarations["waits"])
    assert load(morning).state == "released"


def test_a_load_that_was_released_too_late_is_booked_and_let_go_at_once(morning: market_morning.World) -> None:
    miss(morning, keeps_days=9)
    release(morning.declarations["waits"])
    assert missed_departures.plan_again() == 1
    assert load(morning).state == "released"
    assert load(morning).departs_at > clock.now()


def test_a_consignment_that_nobody_declared_keeps_its_load_too(morning: market_morning.World) -> None:
    release(morning.declarations["waits"])
    Load.objects.filter(code=morning.loads[0]).update(state="planned")
    Consignment.objects.create(
        code="CS-LATE", load=load(morning), exporter="another", importer="importer", shipments=1, mass_kg=1
    )
    miss(morning, keeps_days=9)
    assert missed_departures.plan_again() == 1
    assert load(morning).state == "held"


def test_where_nothing_arrives_while_the_goods_keep_their_orders_are_refunded(morning: market_morning.World) -> None:
    paid = order(morning)
    sold, quantity = paid.lot.sold, paid.lot.quantity
    miss(morning, keeps_days=1)
    assert missed_departures.plan_again() == 1
    events.deliver()

    paid.refresh_from_db()
    lot = Lot.objects.get(pk=paid.lot_id)
    assert (paid.state, lot.sold, lot.quantity) == ("cancelled", sold - paid.lot_units, quantity - paid.lot_units)
    assert lot.code not in trade.lots_whose_counts_are_wrong()
    assert (load(morning).state, load(morning).mass_kg) == ("cancelled", 0)
    shipment = Shipment.objects.get(order_code=paid.code)
    assert (shipment.load, shipment.unserved_reason) == (None, missed_departures.NO_LATER)
    assert ledger.held_for([lot.code]) == {}
    assert ledger.check().faults == ()
    declaration = Declaration.objects.get(code=morning.declarations["waits"])
    assert (declaration.state, declaration.decided_by) == ("withdrawn", "the hub")
    assert "money is on its way back" in told(morning, paid.code)[-1].text_en
    assert "no later departure arrives" in page(f"/orders/{paid.code}/", "anong")
    assert all(row.load.code != morning.loads[0] for row in load_exceptions(load(morning).plan))

    assert missed_departures.plan_again() == 0
    assert not MovementEvent.objects.filter(kind="rebooked").exists()


def test_goods_that_need_no_cold_wait_for_a_departure_past_their_promise(morning: market_morning.World) -> None:
    Shipment.objects.filter(order_code=morning.orders["paid"]).update(is_chilled=False, good="silk-fabric")
    Load.objects.filter(code=morning.loads[0]).update(equipment="container_40_dry")
    miss(morning, keeps_days=1)
    assert missed_departures.plan_again() == 1
    assert load(morning).departs_at > clock.now()
    assert order(morning).state == "paid"


def test_a_full_departure_takes_nothing_more(morning: market_morning.World, monkeypatch: pytest.MonkeyPatch) -> None:
    miss(morning, keeps_days=9)
    missed_departures.plan_again()
    first = load(morning)
    taken = Load.objects.get(code=morning.loads[1])
    Load.objects.filter(pk=taken.pk).update(
        legs=first.legs, arrives_at=first.arrives_at, is_whole=True, state="released"
    )
    Load.objects.filter(pk=first.pk).update(departs_at=clock.now() - timedelta(hours=1))
    monkeypatch.setattr("samphao.freight.rebooking.CONTAINERS_A_SERVICE", 1)
    missed_departures.plan_again()
    legs = {(leg["link"], leg["departs_at"]) for leg in load(morning).legs}
    assert legs.isdisjoint((leg["link"], leg["departs_at"]) for leg in first.legs)


def test_a_load_is_not_in_its_own_way(morning: market_morning.World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Customs kept it, so its place on the later legs of its way is free again for itself."""
    miss(morning, keeps_days=9)
    missed_departures.plan_again()
    first = load(morning)
    Load.objects.filter(pk=first.pk).update(departs_at=clock.now() - timedelta(hours=1))
    monkeypatch.setattr("samphao.freight.rebooking.CONTAINERS_A_SERVICE", 1)
    assert missed_departures.plan_again() == 1
    assert load(morning).legs == first.legs


def test_an_order_that_was_cancelled_meanwhile_is_promised_nothing(morning: market_morning.World) -> None:
    miss(morning, keeps_days=9)
    paid, before = order(morning), len(told(morning, morning.orders["paid"]))
    assert services.promise_arrival([paid.code], paid.arrival_promised_at) == [paid.code]
    Order.objects.filter(pk=paid.pk).update(state="cancelled")
    assert missed_departures.plan_again() == 1
    assert len(told(morning, paid.code)) == before
    assert order(morning).arrival_promised_at == paid.arrival_promised_at


def miss_two(world: market_morning.World) -> str:
    """Let two loads miss their departure; return the one that should have left first: nobody knows its destination."""
    second = Load.objects.get(code=world.loads[1])
    Load.objects.filter(pk=second.pk).update(
        departs_at=load(world).departs_at - timedelta(hours=1), destination="NOWHERE", state="held"
    )
    Shipment.objects.create(
        code="SH-2", order_code="SO-2", lot_code="CTI-MT-0430", good="no-such-good", origin="THCTI", exporter="exporter", importer="importer",
        destination="KMG", is_chilled=False, mass_kg=1, volume_m3=1, ready_at=world.now, due_at=world.now, load=second,
    )  # fmt: skip
    miss(world, keeps_days=9)
    return second.code


def test_a_container_of_one_packing_house_begins_anew_at_that_house(morning: market_morning.World) -> None:
    house = next(party for party in morning.parties.values() if party.kind == "packing_house")
    Load.objects.filter(code=morning.loads[0]).update(service=f"{house.code}>KMG/importer/0cf", origin=house.code)
    miss(morning, keeps_days=9)
    assert missed_departures.plan_again() == 1
    truck, first = load(morning).legs[:2]
    assert (truck["from"], truck["mode"], truck["to"]) == (house.code, "road", first["from"])
    assert load(morning).departs_at.isoformat() == truck["departs_at"]
    places = page(f"/freight/loads/{morning.loads[0]}/", "hub")
    assert f"{house.name_en} → " in places


def fail_with(error: Exception, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the booking of one load fail."""
    rebook = freight.rebook_load

    def fail_or_rebook(of: str, *rest: Any) -> Any:
        if of == code:
            raise error
        return rebook(of, *rest)

    monkeypatch.setattr(freight, "rebook_load", fail_or_rebook)


def test_a_load_that_cannot_be_planned_holds_up_no_other(morning: market_morning.World) -> None:
    through_services.itineraries.cache_clear()
    stuck = miss_two(morning)
    assert missed_departures.plan_again() == 1
    assert load(morning).departs_at > clock.now()
    assert Load.objects.get(code=stuck).departs_at < clock.now(), "it stays in the tower as missed"


@pytest.mark.parametrize("error", [StopIteration(), IntegrityError(), OperationalError("deadlock detected")])
def test_a_fault_of_one_load_holds_up_no_other(
    error: Exception, morning: market_morning.World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = miss_two(morning)
    fail_with(error, stuck, monkeypatch)
    assert missed_departures.plan_again() == 1
    assert load(morning).departs_at > clock.now()
    assert f"load {stuck} cannot be planned again" in caplog.text


def test_a_lost_connection_is_the_workers_to_wait_for(
    morning: market_morning.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(OperationalError("the connection is lost"), miss_two(morning), monkeypatch)
    monkeypatch.setattr(connection, "is_usable", lambda: False)
    with pytest.raises(OperationalError, match="is lost"):
        missed_departures.plan_again()


def test_loads_that_cannot_be_planned_starve_none_behind_them(
    morning: market_morning.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    miss_two(morning)
    monkeypatch.setattr(missed_departures, "LOADS_AT_ONCE", 1)
    assert missed_departures.plan_again() == 1
    assert load(morning).departs_at > clock.now()


def test_a_pass_whose_time_ran_out_is_gone_on_with(
    morning: market_morning.World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = f"load {miss_two(morning)} cannot be planned again"
    monkeypatch.setattr(missed_departures, "_left_off", [])
    monkeypatch.setattr(missed_departures, "PASS_S", -1)
    assert missed_departures.plan_again() == 0, "its time went into the load that cannot be planned"
    assert missed_departures.plan_again() == 1
    assert load(morning).departs_at > clock.now()
    assert missed_departures.plan_again() == 0, "it came to the end"
    assert caplog.messages.count(stuck) == 1
    assert missed_departures.plan_again() == 0
    assert caplog.messages.count(stuck) == 2, "a new pass begins with the first"


def test_without_a_rate_of_exchange_a_load_waits_and_a_spoiled_one_is_refunded(morning: market_morning.World) -> None:
    ExchangeRate.objects.all().delete()
    miss(morning, keeps_days=9)
    assert missed_departures.plan_again() == 0
    assert order(morning).state == "paid"
    Shipment.objects.filter(order_code=morning.orders["paid"]).update(due_at=clock.now() - timedelta(days=1))
    assert missed_departures.plan_again() == 1
    assert order(morning).state == "cancelled"


def test_exporters_are_warned_once_a_departure_of_what_is_not_released_or_not_declared(
    morning: market_morning.World,
) -> None:
    Consignment.objects.create(
        code="CS-LATE", load=load(morning), exporter="exporter", importer="another", shipments=1, mass_kg=1
    )
    assert cut_offs.watch_departures() == 0, "there are days left"
    clock.move_to(load(morning).departs_at - timedelta(hours=7, minutes=30))
    assert cut_offs.watch_departures() == 2
    assert cut_offs.watch_departures() == 0
    exporter = Notice.objects.filter(organisation=morning.parties["exporter"])
    waits, late = exporter.get(subject=morning.declarations["waits"]), exporter.get(subject="CS-LATE")
    assert "hours left: 7" in waits.text_en
    assert "is not declared for export" in late.text_en
    assert waits.text_th != waits.text_en != waits.text_zh
    clock.move_to(load(morning).departs_at + timedelta(hours=1))
    Shipment.objects.filter(order_code=morning.orders["paid"]).update(due_at=clock.now() + timedelta(days=9))
    missed_departures.plan_again()
    clock.move_to(load(morning).departs_at - timedelta(hours=3))
    assert cut_offs.watch_departures() > 0
    assert exporter.filter(subject="CS-LATE").count() == 2, "the new departure is warned of anew"


def test_the_tower_shows_first_what_missed_its_departure_and_says_what_happens_next(
    morning: market_morning.World,
) -> None:
    plan = load(morning).plan
    clock.move_to(load(morning).departs_at - timedelta(hours=5))
    near = load_exceptions(plan)
    assert next(row for row in near if row.load.code == morning.loads[0]).next is Next.NEAR
    assert "Hours left: 4" in page("/freight/", "hub")

    Declaration.objects.filter(load_code=morning.loads[1]).delete()
    Load.objects.filter(code=morning.loads[1]).update(state="planned")
    miss(morning, keeps_days=9)
    found = load_exceptions(plan)
    assert (found[0].load.code, found[0].next) == (morning.loads[0], Next.MISSED)
    assert next(row for row in found if row.load.code == morning.loads[1]).kind is Kind.UNDECLARED
    assert "not declared" in page("/freight/", "hub")
    assert "missed its departure" in page("/freight/", "hub")

    missed_departures.plan_again()
    first = load_exceptions(plan)[0]
    assert (first.load.code, first.next, first.kind) == (morning.loads[0], Next.REBOOKED, Kind.OFFICER)
    assert "It did not leave on" in page("/freight/", "hub")
    assert "re-booked" in page(f"/freight/loads/{morning.loads[0]}/", "hub")

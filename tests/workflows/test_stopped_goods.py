"""What is stopped stays where it is: a load waits for its last declaration, a failed lot goes back to its buyers."""

from __future__ import annotations

import pytest
from django.test import Client
from worlds import market_morning

from samphao.accounts.models import Notice, User
from samphao.accounts.queries import viewer
from samphao.core import events
from samphao.customs import services as customs
from samphao.customs.models import Declaration
from samphao.customs.types import Decision, DecisionSpec
from samphao.freight.models import Consignment, Load, Shipment
from samphao.payments import queries as ledger
from samphao.trade import queries as trade
from samphao.trade.models import GateState, Order
from samphao.workflows import turning_away

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning() -> market_morning.World:
    world = market_morning.make()
    events.deliver()
    return world


def decide(code: str, decision: Decision) -> None:
    spec = DecisionSpec(code, decision, "Looked at, for the test.")
    customs.decide(spec, by="office", viewer=viewer(User.objects.get(username="office")))
    events.deliver()


def state(world: market_morning.World, number: int) -> str:
    return Load.objects.get(code=world.loads[number]).state


def test_a_load_leaves_when_the_last_of_its_declarations_is_released(morning: market_morning.World) -> None:
    waits, complete = (morning.declarations[name] for name in ("waits", "complete"))
    Declaration.objects.filter(code=complete).update(load_code=morning.loads[0], state="control")
    Consignment.objects.filter(code="CS-0002-TEST").update(
        load=Load.objects.get(code=morning.loads[0]), exporter="another"
    )
    assert state(morning, 0) == "planned"
    decide(complete, Decision.RELEASE)
    assert state(morning, 0) == "planned", "its other declaration still waits"
    decide(waits, Decision.RELEASE)
    assert state(morning, 0) == "released"


def test_a_held_declaration_stops_its_load(morning: market_morning.World) -> None:
    decide(morning.declarations["waits"], Decision.HOLD)
    assert state(morning, 0) == "held"
    decide(morning.declarations["waits"], Decision.RELEASE)
    assert state(morning, 0) == "released"


def test_a_lot_that_fails_is_refunded_and_does_not_travel(morning: market_morning.World) -> None:
    order = Order.objects.select_related("lot", "offer").get(code=morning.orders["paid"])
    lot, sold = order.lot.code, order.lot.sold
    failed = {"rule": "load-by2", "name_en": "Basic Yellow 2 not detected", "name_th": "x", "name_zh": "y", "found": "detected", "is_met": False, "source": "test"}  # fmt: skip
    GateState.objects.filter(lot=order.lot, destination="KMG", gate="to_load").update(is_open=False, findings=[failed])
    assert turning_away.failing_lots() == {(lot, "KMG"): "load-by2"}

    assert set(turning_away.turn_away_failing_lots()) == {order.code, morning.orders["to_pay"]}
    events.deliver()

    order.refresh_from_db()
    order.lot.refresh_from_db()
    assert (order.state, order.lot.sold) == ("cancelled", sold - order.lot_units)
    assert not GateState.objects.get(lot=order.lot, destination="KMG", gate="to_list").is_open, "it is not sold again"
    assert ledger.held_for([lot]) == {}
    assert ledger.check().faults == ()
    assert lot not in trade.lots_whose_counts_are_wrong()
    shipment = Shipment.objects.get(order_code=order.code)
    assert (shipment.load, shipment.unserved_reason) == (None, "load-by2")
    paid, held = Notice.objects.filter(organisation=morning.parties["anong"], subject=lot).order_by("id")
    assert "Basic Yellow 2 not detected" in paid.text_en
    assert "money is on its way back" in paid.text_en
    assert "before it was paid" in held.text_en, "who paid nothing is promised no money"

    assert turning_away.turn_away_failing_lots() == [], "a second look finds nothing more to do"
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username="anong"))
    page = client.get(f"/orders/{order.code}/").content.decode()
    assert "Cancelled" in page
    assert "Your money went back" in page


def test_loads_are_summed_again_without_what_stays_behind(morning: market_morning.World) -> None:
    from samphao.freight import services

    load = Load.objects.get(code=morning.loads[0])
    Consignment.objects.filter(load=load).delete()
    Consignment.objects.create(code="CS-1", load=load, exporter="exporter", importer="importer", shipments=1, mass_kg=1)
    assert services.leave_behind([morning.orders["paid"]], reason="load-by2") == ["CS-1"]
    load.refresh_from_db()
    assert (load.mass_kg, load.volume_m3, load.consignments.count(), load.state) == (0, 0, 0, "cancelled")


def test_a_load_with_a_consignment_that_nobody_declared_does_not_leave(morning: market_morning.World) -> None:
    load = Load.objects.get(code=morning.loads[0])
    Consignment.objects.create(
        code="CS-LATE", load=load, exporter="another", importer="importer", shipments=1, mass_kg=1
    )
    decide(morning.declarations["waits"], Decision.RELEASE)
    assert state(morning, 0) == "planned"


def test_an_order_that_waits_for_payment_is_turned_away_too(morning: market_morning.World) -> None:
    held = Order.objects.select_related("lot").get(code=morning.orders["to_pay"])
    before = held.lot.held
    assert turning_away.services.turn_away({(held.lot.code, "KMG"): "load-by2"})
    held.refresh_from_db()
    held.lot.refresh_from_db()
    assert (held.state, held.lot.held) == ("cancelled", before - held.lot_units)


@pytest.mark.parametrize(("found", "is_turned_away"), [("expired", False), ("pending", False), ("suspended", True)])
def test_only_a_suspended_packing_house_turns_buyers_away(
    morning: market_morning.World, found: str, is_turned_away: bool
) -> None:
    """A number that ran out may be renewed tomorrow: the gate is shut meanwhile, and no paid order is lost for it."""
    finding = {"rule": "load-packing-house-gacc", "found": found, "is_met": False, "source": "test"}
    order = Order.objects.get(code=morning.orders["paid"])
    GateState.objects.filter(lot=order.lot, destination="KMG", gate="to_load").update(is_open=False, findings=[finding])
    assert (order.code in turning_away.turn_away_what_failed()) is is_turned_away


def test_an_orchard_certificate_that_ran_out_turns_nobody_away(morning: market_morning.World) -> None:
    finding = {"rule": "cut-gap", "found": "2026-04-01", "is_met": False, "source": "test"}
    order = Order.objects.get(code=morning.orders["paid"])
    GateState.objects.filter(lot=order.lot, destination="KMG", gate="to_cut").update(is_open=False, findings=[finding])
    assert turning_away.turn_away_failing_lots() == []

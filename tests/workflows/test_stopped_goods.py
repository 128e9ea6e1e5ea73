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

    assert turning_away.turn_away_failing_lots() == [order.code]
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
    notice = Notice.objects.get(organisation=morning.parties["anong"], subject=lot)
    assert "Basic Yellow 2 not detected" in notice.text_en

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
    assert services.leave_behind([morning.orders["paid"]], reason="load-by2") == 1
    load.refresh_from_db()
    assert (load.mass_kg, load.volume_m3, load.consignments.count()) == (0, 0, 0)

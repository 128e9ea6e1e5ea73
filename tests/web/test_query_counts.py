"""A page costs as many queries for many rows as for few: what it lists is never asked for row by row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from worlds import customs_house, market_morning
from worlds.market_morning import World

from samphao.accounts.models import User
from samphao.accounts.services import notify
from samphao.customs import services as customs
from samphao.customs.models import Permit
from samphao.freight.models import Consignment, Load, MovementEvent, Plan
from samphao.trade import services
from samphao.trade.models import Listing, Lot
from samphao.trade.types import OrderRequest

pytestmark = pytest.mark.django_db
MORE = 10
LISTS = {
    "/market/": "anong",
    "/orders/": "anong",
    "/seller/": "somchai",
    "/money/": "somchai",
    "/packing/": "house",
    "/packing/picking/": "house",
    "/packing/short/": "hub",
    "/mass-balance/": "hub",
    "/suspensions/": "hub",
    "/customs/": "office",
    "/importer/": "importer",
    "/freight/": "hub",
    "/notices/": "anong",
    "/organisation/": "somchai",
    "/impact/": "anong",
}


@pytest.fixture
def morning() -> World:
    return market_morning.make()


def grow(world: World) -> None:
    """Add ten rows of everything that a page lists."""
    anong, offer = world.parties["anong"], world.lots["CPN-LG-0718"].offers.get(destination="SHA", kind="wholesale")
    listing = Listing.objects.get(lots__code="CPN-LG-0718")
    plan, load = Plan.objects.get(), Load.objects.get(code=world.loads[0])
    lot = Lot.objects.get(code="CPN-LG-0718")
    for number in range(MORE):
        services.place_order(OrderRequest(anong.pk, f"more-{number}", offer.pk, 1))
        notify([anong.pk], subject=f"N-{number}", key=f"more-{number}", text_en="a", text_th="ก", text_zh="一")
        Lot.objects.create(
            code=f"MORE-{number}", listing=listing, packing_house=lot.packing_house, exporter=lot.exporter, harvest_from=lot.harvest_from,
            harvest_to=lot.harvest_to, unit=lot.unit, unit_mass_g=1000, carton_units=10, price_minor=100, quantity=10, opens_at=lot.opens_at,
            closes_at=lot.closes_at,
        )  # fmt: skip
        Permit.objects.create(
            importer=world.parties["importer"], number=f"QP-{number}", good="durian-fresh", port="CNMHN", granted_kg=5,
            valid_from=lot.harvest_from, valid_to=lot.harvest_to + timedelta(days=99), source="test",
        )  # fmt: skip
        copy = Load.objects.create(
            **{field.attname: getattr(load, field.attname) for field in Load._meta.concrete_fields if field.name not in ("id", "code", "plan")},
            code=f"LD-M{number}", plan=plan,
        )  # fmt: skip
        Consignment.objects.create(
            code=f"CM-{number}", load=copy, exporter="exporter", importer="importer", shipments=1, mass_kg=1
        )
        MovementEvent.objects.create(
            load=copy, kind="sealed", node="THCTI", at=world.now, planned_at=world.now, reported_by="test"
        )
    specs = [customs_house.waiting(100 + number, f"LD-M{number}", world.now) for number in range(MORE)]
    customs.declare_exports(specs, {code: party.pk for code, party in world.parties.items()}, seed=1, at=world.now)


def count(path: str, person: str) -> int:
    client = Client()
    client.force_login(User.objects.get(username=person))
    client.get(path)  # what is kept in memory is kept
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


def test_ten_more_rows_cost_no_query_more(morning: World) -> None:
    before = {path: count(path, person) for path, person in LISTS.items()}
    grow(morning)
    after = {path: count(path, person) for path, person in LISTS.items()}
    assert {path: (before[path], after[path]) for path in LISTS if after[path] > before[path]} == {}

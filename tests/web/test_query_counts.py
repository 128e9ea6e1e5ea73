"""A page costs as many queries for many rows as for few, and never more than twelve: what it lists is not asked for row by row."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from browser.visits import Visit, visits
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from worlds import after_delivery, customs_house, market_morning
from worlds.market_morning import World

from samphao.accounts.models import User
from samphao.accounts.queries import viewer
from samphao.accounts.services import notify
from samphao.core import clock
from samphao.customs import services as customs
from samphao.customs.models import Permit
from samphao.freight.models import Consignment, Load, MovementEvent, Plan
from samphao.trade import services
from samphao.trade.models import Listing, Lot
from samphao.trade.types import ClaimSpec, NoteSpec, Stars
from samphao.workflows import claims, reviews

pytestmark = pytest.mark.django_db
MORE, MOST = 10, 12
LISTS = {
    "/market/": "anong",
    "/orders/": "anong",
    "/seller/": "somchai",
    "/seller/listings/": "somchai",
    "/seller/listings/L-CPN-LG-0718/": "somchai",
    "/seller/lots/CPN-LG-0718/": "somchai",
    "/seller/listings/lots.csv": "somchai",
    "/money/": "somchai",
    "/packing/": "house",
    "/customs/": "office",
    "/importer/": "importer",
    "/freight/": "hub",
    "/notices/": "anong",
    "/claims/": "hub",
    "/market/CPN-LG-0718/": "anong",
    "/seller/notes/": "somchai",
    "/organisation/": "somchai",
    "/impact/": "anong",
}


@pytest.fixture
def morning(tmp_path: Path, settings: Any) -> World:
    settings.FILES_FOLDER = tmp_path
    world = market_morning.make()
    after_delivery.add(world)
    return world


def grow(world: World) -> None:
    """Add ten rows of everything that a page lists."""
    anong, offer = world.parties["anong"], world.lots["CPN-LG-0718"].offers.get(destination="SHA", kind="wholesale")
    listing = Listing.objects.get(lots__code="CPN-LG-0718")
    plan, load = Plan.objects.get(), Load.objects.get(code=world.loads[0])
    lot = Lot.objects.get(code="CPN-LG-0718")
    reviewed = viewer(User.objects.get(username="anong"))
    for number in range(MORE):
        order = after_delivery.delivered(world, f"more-{number}", offer.pk, 1)
        claims.open_claim(ClaimSpec(order, "short", 5), [after_delivery.picture()], viewer=reviewed, by="anong")
        reviews.write(order, Stars(5, 4, 3, 2, "good"), language="en", viewer=reviewed, by="anong")
        services.note_products([NoteSpec(f"WT-{number}", "rejects", "CPN-LG-0718", 5, 9)])
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


def count(path: str, person: str, status: int = 200) -> int:
    client = Client()
    if person:
        client.force_login(User.objects.get(username=person))
    client.get(path)  # what is kept in memory is kept
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == status
    return len(caught)


def address(visit: Visit, world: World) -> str:
    path = visit.path or reverse(visit.name, kwargs=visit.arguments(world))
    return f"{path}?{visit.query}" if visit.query else path


def test_ten_more_rows_cost_no_query_more(morning: World) -> None:
    before = {path: count(path, person) for path, person in LISTS.items()}
    grow(morning)
    after = {path: count(path, person) for path, person in LISTS.items()}
    assert {path: (before[path], after[path]) for path in LISTS if after[path] > before[path]} == {}


def test_no_page_asks_more_than_twelve_questions(
    morning: World, tmp_path: Path, settings: Any, clock_reset: None
) -> None:
    settings.FILES_FOLDER = tmp_path
    market_morning.add_files(morning)
    market_morning.purchase(morning)
    market_morning.basket(morning)
    grow(morning)
    near = Load.objects.get(code=morning.loads[0])
    Consignment.objects.create(code="CS-LATE", load=near, exporter="exporter", importer="x", shipments=1, mass_kg=1)
    clock.move_to(near.departs_at - timedelta(hours=5))
    counts = {visit.label: count(address(visit, morning), visit.as_, visit.status) for visit in visits()}
    assert counts["tower-hub"] > 5
    assert {label: number for label, number in counts.items() if number > MOST} == {}

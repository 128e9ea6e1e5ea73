"""The desks show first what waits for somebody: lots to test, containers with one's lots, permits that run out."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from worlds import market_morning

from samphao.accounts.models import Organisation
from samphao.core import clock
from samphao.customs.models import Permit
from samphao.freight import queries as freight
from samphao.freight.models import Load, Shipment
from samphao.web import importer_desk, packing_desk

pytestmark = pytest.mark.django_db


def lot(code: str, good: str, day: int, *, is_tested: bool, has_ticket: bool) -> SimpleNamespace:
    made = SimpleNamespace(
        code=code, listing=SimpleNamespace(good=good), tested_on=day if is_tested else None, harvest_from=day
    )
    if has_ticket:
        made.ticket = object()
    return made


def test_lots_that_wait_for_the_laboratory_come_before_those_for_the_scales() -> None:
    lots = [
        lot("done", "durian-fresh", 1, is_tested=True, has_ticket=True),
        lot("to-weigh", "mango-fresh", 2, is_tested=False, has_ticket=False),
        lot("to-test", "durian-fresh", 4, is_tested=False, has_ticket=True),
        lot("both", "durian-fresh", 3, is_tested=False, has_ticket=False),
    ]
    assert [one.code for one in packing_desk.what_waits_first(lots)] == ["both", "to-test", "to-weigh", "done"]


def test_a_packing_house_sees_the_containers_with_its_lots_the_next_departure_first() -> None:
    world = market_morning.make()
    late, soon = (Load.objects.get(code=code) for code in world.loads[:2])
    Load.objects.filter(pk=late.pk).update(departs_at=clock.now() + timedelta(days=2), origin="elsewhere")
    Load.objects.filter(pk=soon.pk).update(departs_at=clock.now() + timedelta(days=1), origin="house")
    Load.objects.exclude(pk__in=[late.pk, soon.pk]).update(origin="elsewhere")
    carried = Shipment.objects.filter(load=late)
    assert carried.exists()
    found = freight.containers_of(["house"], [shipment.lot_code for shipment in carried])
    assert [load.code for load in found] == [soon.code, late.code]
    assert [load.code for load in freight.containers_of(["house"], [])] == [soon.code]


def test_the_packing_desk_proposes_the_lot_and_the_paper_that_are_due() -> None:
    market_morning.make()
    client = Client()
    assert client.login(username="house", password=market_morning.PASSWORD)
    page = client.get("/packing/").content.decode()
    select = page.split('name="subject">')[1].split("</select>")[0]
    assert '<option value="CTI-MT-0430" selected>' in select
    assert page.split('name="kind">')[1].startswith('<option value="lab_report">')


def permit(number: str, drawn_kg: int, days: int, importer: Organisation) -> Permit:
    return Permit(
        number=number, importer=importer, good="durian-fresh", port="CNMHN", granted_kg=1000, drawn_kg=drawn_kg,
        valid_from=clock.today(), valid_to=clock.today() + timedelta(days=days),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("permits", "told"),
    [
        ([("QP-1", 0, 300)], []),
        ([("QP-1", 900, 300)], [("warn", "QP-1")]),
        ([("QP-1", 1000, 300)], [("bad", "QP-1")]),
        ([("QP-1", 0, 20)], [("warn", "QP-1")]),
        ([("QP-1", 950, -1)], []),
        ([("QP-1", 1000, 20), ("QP-2", 0, 300)], []),
        ([("QP-1", 1000, 20), ("QP-2", 850, 300)], [("warn", "QP-2")]),
    ],
)
def test_permits_that_run_out_ask_for_an_answer_unless_another_of_the_same_good_and_port_holds(
    permits: list[tuple[str, int, int]], told: list[tuple[str, str]]
) -> None:
    importer = Organisation(name_en="Kunming Import", code="IMP")
    items = importer_desk.permit_items([permit(*one, importer) for one in permits], names_importer=True)
    assert [(item["kind"], item["reference"]) for item in items] == told


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("th", "ระบบรับแบบฟอร์มนี้ไม่ได้"), ("zh-hans", "无法接收此表单"), ("en", "The form could not be taken")],
)
def test_a_form_without_its_token_is_refused_in_the_readers_language_with_a_way_on(
    language: str, sentence: str
) -> None:
    market_morning.make()
    answer = Client(enforce_csrf_checks=True, headers={"accept-language": language}).post(
        "/sign-in/", {"username": "x"}
    )
    page = answer.content.decode()
    assert answer.status_code == 403
    assert f"<h1>{sentence}</h1>" in page
    assert 'href="/market/"' in page

"""A quarantine permit covers a good at a port for its kilograms and its time, and never one kilogram more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from worlds import customs_house, market_morning

from samphao.accounts.models import Organisation
from samphao.customs import permits, queries
from samphao.customs.models import Declaration, Permit, PermitDraw
from samphao.customs.types import GoodsItemSpec

pytestmark = pytest.mark.django_db
ON = date(2026, 5, 4)
PORT = "CNMHN"


@pytest.fixture
def importer() -> Organisation:
    return Organisation.objects.create(
        code="importer", kind="importer", legal_form="company", name_en="I", country="CN"
    )


def grant(importer: Organisation, number: str, kg: int, *, ends: date = date(2026, 12, 31)) -> Permit:
    return Permit.objects.create(
        importer=importer, number=number, good="durian-fresh", port=PORT, granted_kg=kg, valid_from=date(2026, 1, 15), valid_to=ends, source="test"
    )  # fmt: skip


def durian(kg: str, *, needs_permit: bool = True) -> GoodsItemSpec:
    return GoodsItemSpec(
        "durian-fresh",
        "fresh_fruit",
        "081060",
        "",
        "Durian",
        "ทุเรียน",
        "榴莲",
        1,
        Decimal(kg),
        Decimal(kg),
        1,
        "",
        ("LOT",),
        needs_permit,
    )


def test_a_consignment_draws_from_its_permits_in_turn(importer: Organisation) -> None:
    grant(importer, "first", 100, ends=date(2026, 6, 30))
    grant(importer, "second", 100)
    cover = permits.open_permits(with_reservations=False)
    draws, short = cover.take(importer.pk, PORT, ON, [durian("120.5")])
    assert ([(draw.permit.number, draw.kg) for draw in draws], short) == ([("first", 100), ("second", 21)], [])
    draws, short = cover.take(importer.pk, PORT, ON, [durian("79.1")])
    assert (draws, len(short)) == ([], 1), "a kilogram begun is a kilogram drawn: 79 are left"
    assert not cover.take(importer.pk, PORT, ON, [durian("79")])[1], "what was refused took nothing"


def test_a_permit_that_has_ended_covers_nothing(importer: Organisation) -> None:
    grant(importer, "ended", 1000, ends=date(2026, 5, 3))
    draws, short = permits.open_permits(with_reservations=False).take(importer.pk, PORT, ON, [durian("3")])
    assert (draws, [item.good for item in short]) == ([], ["durian-fresh"])


def test_goods_that_need_no_permit_draw_none(importer: Organisation) -> None:
    cover = permits.open_permits(with_reservations=False)
    assert cover.take(importer.pk, PORT, ON, [durian("3", needs_permit=False)]) == ([], [])


def test_the_database_lets_nobody_draw_more_than_was_granted() -> None:
    morning = market_morning.make()
    permit = grant(morning.parties["importer"], "small", 50)
    entry = Declaration.objects.get(code=morning.declarations["entry"])
    at = datetime(2026, 5, 4, tzinfo=UTC)
    PermitDraw.objects.create(permit=permit, declaration=entry, kg=50, drawn_at=at)
    permit.refresh_from_db()
    assert permit.left_kg == 0
    other = Declaration.objects.get(code=morning.declarations["complete"])
    with pytest.raises(DatabaseError, match="permit"), transaction.atomic():
        PermitDraw.objects.create(permit=permit, declaration=other, kg=1, drawn_at=at)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        PermitDraw.objects.update(kg=1)
    assert queries.permits_drawn_wrongly() == []


def test_what_is_short_is_asked_for_in_whole_tonnes_for_the_days_of_entry() -> None:
    morning = market_morning.make()
    grant(morning.parties["importer"], "small", 50)
    asked = queries.permits_short()
    exports = Declaration.objects.filter(kind="export").count()
    assert exports == len(customs_house.EXPORTS)
    assert [(spec.good, spec.port, spec.kg) for spec in asked] == [("durian-fresh", PORT, 33_000)]
    enters = Declaration.objects.filter(kind="export").latest("enters_at").enters_at.date()
    assert asked[0].valid_from < enters < asked[0].valid_to


def test_what_is_on_its_way_takes_from_the_permit_that_holds_when_it_enters() -> None:
    morning = market_morning.make()
    importer = morning.parties["importer"]
    enters = Declaration.objects.filter(kind="export").latest("enters_at").enters_at.date()
    ended = Permit.objects.create(
        importer=importer, number="ended", good="durian-fresh", port=PORT, granted_kg=90_000, valid_from=date(2026, 1, 1),
        valid_to=enters - timedelta(days=30), source="test",
    )  # fmt: skip
    holds = Permit.objects.create(
        importer=importer, number="holds", good="durian-fresh", port=PORT, granted_kg=40_000, valid_from=date(2026, 1, 1),
        valid_to=enters + timedelta(days=30), source="test",
    )  # fmt: skip
    left = {
        row.permit.number: row.left_kg
        for row in permits.open_permits(with_reservations=True).permits[importer.pk, "durian-fresh", PORT]
    }
    assert left == {ended.number: 90_000, holds.number: 40_000 - 2 * 16_200}

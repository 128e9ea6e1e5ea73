"""Lots by the file: the way out and in again changes nothing, all faults are told at once, and a file that stops goes on."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from worlds import own_listing
from worlds.own_listing import durian

from samphao.core.errors import BadRows, Refused
from samphao.core.models import AuditEntry, Event
from samphao.trade import phrases, services
from samphao.trade.listing_files import COLUMNS, LotRow, check_file, written_out
from samphao.trade.listings import list_lot
from samphao.trade.models import Listing, ListingImport, Lot
from samphao.trade.types import TERMS_2018

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_reset")]
NEW = {
    "good": "durian-fresh", "variety": "monthong", "harvest_from": "2026-05-02", "harvest_to": "2026-05-04", "closes_on": "2026-05-01", "unit": "kg",
    "unit_mass_g": "1000", "carton_units": "18", "quantity": "2000", "price": "160.00", "orchard": "ORC", "packing_house": "house", "exporter": "exporter",
}  # fmt: skip


@pytest.fixture
def world(clock_reset: None) -> own_listing.World:
    return own_listing.make()


def file_of(*rows: dict[str, str]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def keep(world: own_listing.World, content: bytes) -> str:
    return services.keep_import(content, "lots.csv", world.ids["somchai"], viewer=world.viewer("somchai"), by="somchai")


def run(world: own_listing.World, content: bytes, limit: int = 100) -> ListingImport:
    code = keep(world, content)
    services.start_import(code, viewer=world.viewer("somchai"))
    while services.import_some(limit):
        pass
    return ListingImport.objects.get(code=code)


def test_the_columns_of_attributes_are_all_that_any_good_has() -> None:
    assert set(phrases.attribute_names()) <= set(COLUMNS)
    assert set(LotRow.__dataclass_fields__) == set(COLUMNS)


def test_what_is_written_out_is_read_in_again_unchanged(world: own_listing.World) -> None:
    who = {"producer": world.ids["somchai"], "viewer": world.viewer("somchai"), "by": "somchai"}
    list_lot(durian(steps=((180, 15_050), (900, 14_000)), minimum_units=36, monthly_capacity=9000), **who)
    list_lot(
        durian(title=("", 'ทุเรียน "ลุงชัย", ท่าใหม่', ""), description=("", "หวาน\nมัน", ""), schedule=TERMS_2018), **who
    )
    first = written_out(world.ids["somchai"])
    before = AuditEntry.objects.count()
    checked = check_file(first.encode(), "lots.csv", world.ids["somchai"])
    assert checked.faults == ()
    assert checked.counts == {"new": 0, "changed": 0, "unchanged": 2}
    run(world, first.encode())
    assert written_out(world.ids["somchai"]) == first
    assert AuditEntry.objects.count() == before


def test_new_rows_and_changed_rows_are_written_and_told(world: own_listing.World) -> None:
    run(world, file_of(NEW, NEW | {"variety": "chanee", "price_steps": "180:150;900:140.50"}))
    assert Listing.objects.count() == 2
    assert list(Lot.objects.get(listing__variety="chanee").steps.values_list("from_units", "price_minor")) == [
        (180, 15_000),
        (900, 14_050),
    ]
    assert sum(len(event.payload["lots"]) for event in Event.objects.filter(name="LotsOffered")) == 2
    rows = list(csv.DictReader(io.StringIO(written_out(world.ids["somchai"]))))
    rows[0]["price"] = "155.00"
    checked = check_file(file_of(*rows), "lots.csv", world.ids["somchai"])
    assert checked.counts == {"new": 0, "changed": 1, "unchanged": 1}
    done = run(world, file_of(*rows))
    assert (done.state, done.done, done.faults) == ("done", 2, [])
    assert Lot.objects.filter(price_minor=15_500).count() == 1


def test_a_second_lot_of_a_listing_is_a_row_with_its_code(world: own_listing.World) -> None:
    run(world, file_of(NEW))
    listing = Listing.objects.get()
    later = NEW | {
        "listing": listing.code,
        "harvest_from": "2026-05-10",
        "harvest_to": "2026-05-11",
        "closes_on": "2026-05-09",
    }
    run(world, file_of(later))
    assert Listing.objects.count() == 1
    assert listing.lots.count() == 2


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"good": "no-such"}, "good"),
        ({"variety": "no-such"}, "variety"),
        ({"harvest_from": "2569-05-02"}, "harvest_from"),
        ({"price": "12.345"}, "price"),
        ({"price": "1,200"}, "price"),
        ({"price_steps": "100-45"}, "price_steps"),
        ({"price_steps": "100:NaN"}, "price_steps"),
        ({"lot": "LT-NOT-MINE"}, "lot"),
        ({"listing": "LS-NOT-MINE"}, "listing"),
        ({"deposit_percent": "90"}, "ticket_percent"),
        ({"orchard": "OTHER"}, "orchard"),
    ],
)
def test_every_fault_is_told_by_row_and_column_and_nothing_is_written(
    world: own_listing.World, change: dict[str, str], column: str
) -> None:
    with pytest.raises(BadRows) as caught:
        keep(world, file_of(NEW, NEW | {"quantity": "1999"} | change))
    assert {(one.row, one.column) for one in caught.value.faults} == {(3, column)}
    assert not Lot.objects.exists()
    assert not ListingImport.objects.exists()


def test_rows_of_one_listing_say_the_same_and_a_lot_stands_once(world: own_listing.World) -> None:
    run(world, file_of(NEW))
    rows = list(csv.DictReader(io.StringIO(written_out(world.ids["somchai"]))))
    again = rows[0] | {"lot": "", "harvest_from": "2026-05-10", "harvest_to": "2026-05-11", "title_th": "อื่น"}
    with pytest.raises(BadRows) as caught:
        keep(world, file_of(rows[0], again, rows[0]))
    assert {(one.row, one.column) for one in caught.value.faults} == {(3, "title"), (4, "lot")}


def test_the_same_file_twice_makes_no_second_lot(world: own_listing.World) -> None:
    run(world, file_of(NEW))
    with pytest.raises(BadRows, match="listed already"):
        keep(world, file_of(NEW))


@pytest.mark.parametrize("content", [b"", b"good\n", b"PK\x03\x04", "good,\xe9".encode("latin-1"), b'good\n"open'])
def test_what_is_no_such_file_is_told(world: own_listing.World, content: bytes) -> None:
    with pytest.raises((BadRows, Refused)):
        keep(world, content)


def test_a_file_goes_on_where_it_was(world: own_listing.World, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [NEW | {"quantity": str(1000 + number)} for number in range(7)]
    code = keep(world, file_of(*rows))
    assert services.import_some(3) == 0, "nothing is written before its sender says so"
    services.start_import(code, viewer=world.viewer("somchai"))
    assert services.import_some(3) == 3
    assert ListingImport.objects.get().done == Lot.objects.count() == 3

    def dies(*_arguments: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("samphao.trade.listing_files.events.publish_in_parts", dies)
        services.import_some(3)
    assert ListingImport.objects.get().done == Lot.objects.count() == 3, (
        "the worker died before its commit: none of the three is there"
    )
    while services.import_some(3):
        pass
    assert ListingImport.objects.get().state == "done"
    assert Lot.objects.count() == 7


def test_a_row_that_is_refused_meanwhile_is_told_and_the_others_go_on(world: own_listing.World) -> None:
    run(world, file_of(NEW))
    rows = list(csv.DictReader(io.StringIO(written_out(world.ids["somchai"]))))
    code = keep(world, file_of(rows[0] | {"quantity": "500"}, NEW | {"quantity": "700"}))
    Lot.objects.update(sold=600)
    services.start_import(code, viewer=world.viewer("somchai"))
    services.import_some()
    found = ListingImport.objects.get(code=code)
    assert [(row["row"], row["column"]) for row in found.faults] == [(2, "quantity")]
    assert Lot.objects.filter(quantity=700).exists()


def test_a_file_that_was_dropped_is_not_written(world: own_listing.World) -> None:
    code = keep(world, file_of(NEW))
    services.drop_import(code, viewer=world.viewer("somchai"))
    services.start_import(code, viewer=world.viewer("somchai"))
    assert services.import_some() == 0
    assert not Lot.objects.exists()


def test_looking_through_a_longer_file_costs_no_query_more(world: own_listing.World) -> None:

    rows = [NEW | {"quantity": str(1000 + number)} for number in range(50)]
    with CaptureQueriesContext(connection) as few:
        check_file(file_of(rows[0]), "x.csv", world.ids["somchai"])
    with CaptureQueriesContext(connection) as many:
        check_file(file_of(*rows), "x.csv", world.ids["somchai"])
    assert len(few) == len(many)


def test_a_changed_row_is_held_against_the_rules_before_it_is_kept(world: own_listing.World) -> None:
    run(world, file_of(NEW))
    Lot.objects.update(sold=600)
    rows = list(csv.DictReader(io.StringIO(written_out(world.ids["somchai"]))))
    for change, column in (
        ({"quantity": "500"}, "quantity"),
        ({"variety": "chanee"}, "variety"),
        ({"price": "-1"}, "price"),
    ):
        with pytest.raises(BadRows) as caught:
            keep(world, file_of(rows[0] | change))
        assert {one.column for one in caught.value.faults} == {column}

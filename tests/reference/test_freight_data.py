"""The freight files hold what they must, and become the engine's columns."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from samphao.engines.emissions import great_circle_km
from samphao.engines.itineraries.costing import Shipment, price_departures
from samphao.engines.itineraries.query import Query
from samphao.engines.itineraries.scan import scan
from samphao.engines.itineraries.timetable import Timetable
from samphao.reference.freight_files import FOLDER, FreightFileError, read_freight
from samphao.reference.freight_network import (
    FRUIT_CN,
    FRUIT_KH,
    GENERAL,
    PriceTerms,
    closures_of,
    first_mile,
    goods_mask_of,
    illustrative_timetable,
    rates_of,
    utc_offset_min,
)
from samphao.reference.freight_rows import FreightReference, Link, Node

STARTS_ON = date(2026, 4, 6)
CHILLED = 1
TERMS = PriceTerms("USD", {"THB": Decimal("0.03")}, STARTS_ON, CHILLED)


@pytest.fixture(scope="module")
def reference() -> FreightReference:
    return read_freight()


@pytest.fixture(scope="module")
def nodes(reference: FreightReference) -> dict[str, Node]:
    return {node.code: node for node in reference.nodes}


@pytest.fixture(scope="module")
def links(reference: FreightReference) -> dict[str, Link]:
    return {link.code: link for link in reference.links}


@pytest.fixture(scope="module")
def table(reference: FreightReference) -> Timetable:
    made = illustrative_timetable(reference, starts_on=STARTS_ON)
    return made.priced(price_departures(rates_of(reference, made, TERMS), Shipment(18_000_000, 55_000, is_sealed=True)))


def cells() -> Iterator[tuple[str, dict[str, str]]]:
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield path.name, row


def test_every_file_reads_and_its_references_resolve(reference: FreightReference) -> None:
    assert (len(reference.nodes), len(reference.links)) == (89, 136)


def test_every_row_is_dated_and_sourced() -> None:
    for file, row in cells():
        assert {"valid_from", "valid_to", "checked_on"} <= set(row), file
        assert [value for name, value in row.items() if name.endswith("source") and value], (file, row)
        assert row["checked_on"] in {"", "2026-11-23"}


def test_only_the_crossings_that_somebody_looked_at_say_so(reference: FreightReference) -> None:
    assert {file for file, row in cells() if row["checked_on"]} == {"crossing_states.csv"}
    shut = {state.link for state in reference.crossing_states if not state.is_open and state.scope == "all"}
    assert shut == {"THARA-KHPPT-road", "THMST-MMMWD-road"}


def test_a_way_is_hardly_shorter_than_the_great_circle(links: dict[str, Link], nodes: dict[str, Node]) -> None:
    for link in links.values():
        start, end = nodes[link.from_node], nodes[link.to_node]
        shortest = great_circle_km(start.lat, start.lon, end.lat, end.lon)
        assert float(link.distance_km) >= 0.55 * shortest, link.code
        assert float(link.distance_km) >= shortest - 1 or "great circle" in link.note, link.code


def test_a_range_keeps_both_ends_and_quotes_the_upper(links: dict[str, Link]) -> None:
    flight = links["THSIA-CNPVG-air"]
    assert (flight.rate_low_minor, flight.rate_high_minor, flight.rate_unit, flight.currency) == (160, 260, "kg", "USD")
    assert flight.quoted_rate_minor == 260


def test_a_rate_is_always_called_an_estimate_here(links: dict[str, Link]) -> None:
    for link in links.values():
        assert ("rate" in link.estimated_parts) == (link.quoted_rate_minor is not None), link.code


def test_a_return_leg_without_a_rate_is_shown_and_never_priced(links: dict[str, Link], table: Timetable) -> None:
    assert links["CNNSA-THLCH-sea"].quoted_rate_minor is None
    number = table.links.index("CNNSA-THLCH-sea")
    costs = table.cost_minor[table.link == number]
    assert len(costs) > 0
    assert (costs == -1).all()


def test_nine_land_exits_and_twelve_protocol_entries_are_listed(nodes: dict[str, Node]) -> None:
    assert {code for code, node in nodes.items() if node.is_fruit_exit} == {
        *("THCHK", "THNOK", "THBUK", "THNPM", "THMDH", "THPKD", "THTHC", "THBHU", "THPHD"),
        "THCHS",
    }
    entries = {code for code, node in nodes.items() if node.is_fruit_entry}
    assert {"CNMHN", "CNMHR", "CNYYG", "CNPIN", "CNDOX", "CNGLI", "CNNNG", "CNNSA"} <= entries
    assert "CNYTN" not in entries


def test_nansha_is_named_in_full_and_names_stand_in_their_scripts(nodes: dict[str, Node]) -> None:
    assert nodes["CNNSA"].name_zh == "广州南沙港"
    for node in nodes.values():
        assert all("\u0e00" <= c <= "\u0e7f" or not c.isalpha() for c in node.name_th), node
        assert all(c > "\u2000" or not c.isalpha() for c in node.name_zh), node
        assert ZoneInfo(node.timezone)


def test_fruit_enters_china_by_a_listed_entry_only(links: dict[str, Link], nodes: dict[str, Node]) -> None:
    def may(code: str) -> bool:
        return bool(goods_mask_of(links[code], nodes, STARTS_ON) >> FRUIT_CN & 1)

    assert may("THLCH-CNNSA-sea")
    assert may("VNCLO-CNNIN-road")  # by way of Youyiguan
    assert may("THMTP-CNKMG-rail")  # out at Nong Khai, in at Mohan
    assert not may("THLCH-CNYTN-sea")
    assert not may("THSIA-CNCAN-air")
    assert not may("THARA-KHPPT-road")
    assert goods_mask_of(links["THSIA-CNNNG-air"], nodes, date(2022, 3, 31)) >> FRUIT_CN & 1 == 0
    assert goods_mask_of(links["THSIA-CNNNG-air"], nodes, date(2022, 4, 1)) >> FRUIT_CN & 1 == 1


def test_durian_goes_from_chanthaburi_to_kunming_by_the_road_over_chiang_khong(table: Timetable) -> None:
    query = Query(table.node("THCTI"), table.node("CNKMG"), 0, 5 * 1440, 18_000, CHILLED, FRUIT_CN, 8)
    best = scan(table, query)[0]
    assert [table.links[table.link[i]] for i in best.departures] == [
        "THCTI-THCHK-road",
        "THCHK-LAHOE-road",
        "LAHOE-LABTN-road",
        "LABTN-CNMHN-road",
        "CNMHN-CNKMG-road",
    ]


def test_nothing_goes_to_cambodia_over_the_shut_border(reference: FreightReference, table: Timetable) -> None:
    query = Query(table.node("THCTI"), table.node("KHPPT"), 0, 10 * 1440, 1.0, CHILLED, GENERAL, 8)
    assert scan(table, query) == ()
    fruit = [closure for closure in closures_of(reference, STARTS_ON) if closure.goods_mask == 1 << FRUIT_KH]
    assert [closure.link for closure in fruit] == ["THARA-KHPPT-road"]


def test_a_road_that_opens_later_has_no_departures_before(reference: FreightReference) -> None:
    before = illustrative_timetable(reference, starts_on=date(2025, 12, 1), days=3)
    after = illustrative_timetable(reference, starts_on=date(2026, 1, 5), days=3)
    assert "THBUK-LAPKS-road" not in before.links
    assert "THBUK-LAPKS-road" in after.links
    assert after.is_illustrative


def test_the_port_charges_come_on_top_of_the_sea_rate(reference: FreightReference, table: Timetable) -> None:
    """1,300 USD; 4,650 THC, 1,500 precooling and 1,800 for the bill, all at 0.03: 238.50 USD."""
    number = table.links.index("THLCH-CNNSA-sea")
    assert set(table.cost_minor[table.link == number].tolist()) == {130_000 + 23_850}


def test_a_light_parcel_flies_at_the_least_charge_of_300_kg(reference: FreightReference, table: Timetable) -> None:
    light = price_departures(rates_of(reference, table, TERMS), Shipment(50_000, 200))
    assert set(light[table.link == table.links.index("THSIA-CNPVG-air")].tolist()) == {300 * 260}


def test_a_first_mile_follows_its_rule(reference: FreightReference, table: Timetable) -> None:
    """At the node's own door the way is 0 km: the fixed 2,500 THB, at 0.03."""
    node = reference.node("THCTI")
    way = first_mile(reference, table, (node.lat, node.lon), "THCTI", TERMS)
    assert (way.minutes, way.cost_minor, way.emission_mg_per_kg) == (1, 7_500, 0)
    with pytest.raises(LookupError, match="no rule"):
        first_mile(reference, table, (25.0, 102.0), "CNKMG", TERMS)


def test_clocks_are_those_of_the_places() -> None:
    assert utc_offset_min("Asia/Yangon", STARTS_ON) == 390
    assert utc_offset_min("Asia/Shanghai", STARTS_ON) == 480


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("nodes.csv", "13.0833", "north", r"nodes.csv row 2, lat: 'north' is no angle"),
        ("links.csv", "THCTI-THLCH-road,THCTI", "THCTI-THLCH-road,THXXX", r"links.csv row 2, from_node: 'THXXX'"),
        ("links.csv", ",185,", ",-185,", r"links.csv row 2, distance_km: '-185' is no number"),
        ("links.csv", "THRYG-THLCH-road,", "THCTI-THLCH-road,", r"row 4, code: .* stands in row 2 too"),
        ("links.csv", ",THB,", ",XXX,", r"currency: 'XXX' is not known"),
        ("crossing_states.csv", "2025-06-01", "June 2025", r"valid_from: 'June 2025' is no date"),
        ("equipment.csv", "volume_m3", "volume", r"equipment.csv row 1, volume_m3: the column is not there"),
        ("timetable_rules.csv", "20:00", "20.00", r"departs_at: '20.00' is no time of day"),
        ("emission_factors.csv", "tank-to-wheel", "well-to-wheel", r"scope: 'well-to-wheel' is not known"),
    ],
)
def test_a_fault_is_named_with_its_row_and_how_to_mend_it(
    tmp_path: Path, file: str, old: str, new: str, problem: str
) -> None:
    folder = tmp_path / "freight"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FreightFileError, match=problem) as caught:
        read_freight(folder)
    assert all(fault.mend for fault in caught.value.faults)


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FreightFileError, match="the file is not there"):
        read_freight(tmp_path)

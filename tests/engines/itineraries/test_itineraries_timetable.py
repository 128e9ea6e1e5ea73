"""Recurring services become dated departures, and rates become costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from samphao.engines.itineraries.costing import E4, Rates, Shipment, containers_needed, price_departures
from samphao.engines.itineraries.query import Query
from samphao.engines.itineraries.scan import scan
from samphao.engines.itineraries.timetable import (
    BorderPassage,
    Service,
    days_of_week,
    expand,
    minute_of,
    timetable_of,
)

MONDAY = date(2026, 4, 6)
ROAD = Service("road", 0, 1, "road", 127, 480, 60)


def departures(service: Service, *, offset: int = 0, days: int = 7) -> list[int]:
    return expand([service], ("a", "b"), (offset, 0), starts_on=MONDAY, days=days).depart_at.tolist()


def test_a_service_runs_on_its_days_only() -> None:
    monday_and_thursday = replace(ROAD, days=0b0001001)
    assert departures(monday_and_thursday, days=8) == [480, 3 * 1440 + 480, 7 * 1440 + 480]


def test_a_local_clock_ahead_of_utc_departs_earlier_in_utc() -> None:
    """08:00 in Bangkok is 01:00 UTC; 06:00 on Tuesday in Bangkok is 23:00 on Monday in UTC."""
    assert departures(ROAD, offset=420, days=1) == [60]
    assert departures(replace(ROAD, departs_min=360, days=0b10), offset=420, days=1) == [1380]


def test_a_departure_whose_cut_off_has_passed_is_not_made() -> None:
    assert departures(replace(ROAD, cut_off_min=480), days=1) == [480]
    assert departures(replace(ROAD, cut_off_min=481), days=1) == []


@pytest.mark.parametrize(
    ("opens", "closes", "reached", "waits"),
    [
        (360, 1320, 360, 0),
        (360, 1320, 1319, 0),
        (360, 1320, 1320, 480),
        (360, 1320, 0, 360),
        (0, 1440, 777, 0),
        (1200, 240, 1300, 0),
        (1200, 240, 239, 0),
        (1200, 240, 240, 960),
    ],
)
def test_a_border_waits_until_it_opens(opens: int, closes: int, reached: int, waits: int) -> None:
    border = BorderPassage(0, opens, closes, 0)
    assert border.waits_min(np.array([reached + 1440])).tolist() == [waits]


def test_a_border_keeps_its_own_clock() -> None:
    """Noon UTC is 20:00 in China: a border open from 08:00 to 20:00 there has just shut."""
    assert BorderPassage(0, 480, 1200, 480).waits_min(np.array([720])).tolist() == [720]


def test_runs_are_spread_over_the_week() -> None:
    assert days_of_week(1, 3) == 0b1000
    assert days_of_week(7) == days_of_week(140) == 0b1111111
    assert [days_of_week(n).bit_count() for n in range(1, 8)] == list(range(1, 8))
    with pytest.raises(ValueError, match="at least once"):
        days_of_week(0)


def test_a_time_of_day_is_read_strictly() -> None:
    assert minute_of("06:30") == 390
    assert minute_of("24:00", role="closes") == 1440
    for wrong in ("24:00", "6:30", "06:60", "0630", "ab:cd", ""):
        with pytest.raises(ValueError, match="no time of day"):
            minute_of(wrong)


def test_a_later_departure_that_overtakes_is_not_skipped() -> None:
    """The 10:00 of the same link is there before the 09:00: both must be looked at."""
    table = timetable_of(
        ("a", "b"),
        {"from_node": [0, 0], "to_node": [1, 1], "depart_at": [540, 600], "arrive_at": [900, 660]},
    )
    assert [option.arrive_at for option in scan(table, Query(0, 1, 0, 1000))] == [660]


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("to_node", [0], "own node"),
        ("to_node", [5], "not there"),
        ("arrive_at", [10], "later than its cut-off"),
        ("cost_minor", [-2], "negative cost"),
        ("emission_mg_per_kg", [-1], "negative emission"),
        ("cost_minor", [1, 2], "index 1|shape|size"),
        ("colour", [1], "no such column"),
    ],
)
def test_a_faulty_timetable_is_refused_in_words(column: str, value: list[int], problem: str) -> None:
    columns = {"from_node": [0], "to_node": [1], "depart_at": [10], "arrive_at": [20]} | {column: value}
    with pytest.raises((ValueError, IndexError), match=problem):
        timetable_of(("a", "b"), columns)


def test_other_costs_share_the_departures_and_leave_the_first_untouched() -> None:
    table = expand([ROAD], ("a", "b"), (0, 0), starts_on=MONDAY, days=1)
    assert scan(table, Query(0, 1, 0, 5000)) == ()
    priced = table.priced(np.array([7], dtype=np.int64))
    assert [option.cost_minor for option in scan(priced, Query(0, 1, 0, 5000))] == [7]
    assert table.cost_minor.tolist() == [-1]
    with pytest.raises(ValueError, match="must be 1 integers"):
        table.priced(np.array([1, 2], dtype=np.int64))
    with pytest.raises(ValueError, match="none below"):
        table.priced(np.array([-5], dtype=np.int64))


def rates(**given: int) -> Rates:
    columns = dict.fromkeys(Rates.__dataclass_fields__, -1) | {"is_unit": 0} | given
    return Rates(**{name: np.array([value], dtype=np.int64) for name, value in columns.items()})


BOX = {"per_container_minor": 1000, "payload_kg": 20_000, "volume_m3": 60}


@pytest.mark.parametrize(
    ("shipment", "given", "cost"),
    [
        (Shipment(20_000_000, 60_000), BOX, 1000),
        (Shipment(20_000_001, 60_000), BOX, 2000),
        (Shipment(1_000, 60_001), BOX, 2000),
        (Shipment(1_000, 1, containers=3), BOX, 3000),
        (Shipment(1_000, 1), BOX | {"per_shipment_minor": 50}, 1050),
        (Shipment(10_000, 100), {"per_kg_e4": 25 * E4}, 250),
        (Shipment(10_000, 100), {"per_kg_e4": 25 * E4, "loose_minimum_minor": 400}, 400),
        (Shipment(10_000, 3_000), {"per_kg_e4": 25 * E4, "per_m3_e4": 100 * E4}, 300),
        (Shipment(10_000, 2_000), BOX | {"per_m3_e4": 100 * E4}, 200),
        (Shipment(10_000, 2_000, is_sealed=True), BOX | {"per_m3_e4": 100 * E4}, 1000),
        (Shipment(10_000, 2_000, is_sealed=True), {"per_m3_e4": 100 * E4}, -1),
        (Shipment(10_000, 100, is_sealed=True), {"per_kg_e4": 25 * E4, "is_unit": 1}, 250),
        (Shipment(1, 0), {"per_kg_e4": 5_000_000}, 1),
        (Shipment(10_000, 100), {"per_container_minor": 1000}, -1),
        (Shipment(10_000, 100), {}, -1),
    ],
)
def test_a_shipment_pays_the_cheaper_of_the_known_rates(shipment: Shipment, given: dict[str, int], cost: int) -> None:
    assert price_departures(rates(**given), shipment).tolist() == [cost]


def test_containers_are_counted_by_mass_and_by_volume() -> None:
    assert containers_needed(rates(**BOX), Shipment(40_000_001, 10)).tolist() == [3]
    assert containers_needed(rates(), Shipment(1, 1)).tolist() == [0]


def test_a_shipment_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="has mass"):
        Shipment(0, 1)
    with pytest.raises(ValueError, match="differ in length"):
        price_departures(replace(rates(), payload_kg=np.zeros(2, dtype=np.int64)), Shipment(1, 1))

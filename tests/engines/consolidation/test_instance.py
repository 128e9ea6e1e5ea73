"""Rows that cannot be planned are refused with all their faults."""

from __future__ import annotations

import pytest
from engines.consolidation.worlds import departure, order, world

from samphao.engines.consolidation import BadRowsError


def faults_of(departures, orders, limits=(), **settings):
    with pytest.raises(BadRowsError) as caught:
        world(departures, orders, limits, **settings)
    return [str(fault) for fault in caught.value.faults]


def test_every_fault_is_told_with_its_row():
    found = faults_of(
        [departure("a", "A", "B", 0, 5), departure("b", "A", "B", 9, 5)],
        [order("o1"), order("o1", m3=0), order("o3", kg="heavy")],
    )
    assert found == [
        "departures row 2: arrive_h must be later than depart_h",
        "orders row 3: mass_kg must be a number, not 'heavy'",
        "orders row 2: id o1 stands already in row 1; rename one",
        "orders row 2: volume_m3 must be more than 0",
    ]


def test_a_row_with_a_missing_field_is_told():
    assert "has 7 fields where 8 are expected" in faults_of([departure("a", "A", "B", 0, 5)], [order("o1")[:7]])[0]


def test_numbers_that_are_not_finite_are_refused():
    assert faults_of([departure("a", "A", "B", 0, 5, box=float("nan"))], [order("o", due=float("inf"))]) == [
        "departures row 1: box_cost must be 0 or more",
        "orders row 1: release_h and due_h must be finite",
    ]


def test_a_shared_limit_must_name_a_departure_and_keep_its_number():
    found = faults_of([departure("a", "A", "B", 0, 5)], [order("o")], [("r", "a", 1, 5), ("r", "ghost", 1, 6)])
    assert any("ghost" in fault or "not among the departures" in fault for fault in found)
    assert any("differs from another row" in fault for fault in found)


def test_settings_out_of_range_are_refused():
    assert faults_of([departure("a", "A", "B", 0, 5)], [order("o")], legs_max=0) == [
        "settings: legs_max must be from 1 to 100"
    ]

"""Quotes: steps, what a term includes, comparison that no seller's name can move, parts that sum to the whole."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samphao.engines.quotes import BORNE_BY_SELLER, Bid, Step, compare, own_price, parts_of, step_at

STEPS = (Step(0, 9_000), Step(1_000, 8_500), Step(5_000, 8_000))
bids = st.lists(
    st.builds(
        Bid,
        number=st.just(0),
        door_minor=st.none() | st.integers(1, 10**9),
        days=st.integers(0, 60),
        enough=st.booleans(),
        missing=st.sampled_from([(), ("gap",), ("gap", "halal")]),
    ),
    max_size=8,
).map(lambda rows: [replace(row, number=number) for number, row in enumerate(rows)])


@pytest.mark.parametrize(("kg", "price"), [(1, 9_000), (999, 9_000), (1_000, 8_500), (4_999, 8_500), (80_000, 8_000)])
def test_the_step_with_the_largest_start_not_above_the_quantity_holds(kg: int, price: int) -> None:
    step = step_at(STEPS, kg)
    assert step is not None
    assert step.price_minor == price


def test_below_the_first_step_there_is_no_price() -> None:
    assert step_at(STEPS[1:], 999) is None


def test_each_term_includes_what_the_one_before_includes() -> None:
    terms = list(BORNE_BY_SELLER.values())
    assert all(before < after for before, after in itertools.pairwise(terms))


@given(most=st.integers(0, 10**7), limit=st.integers(-5, 10**7))
def test_the_own_price_is_the_largest_that_fits(most: int, limit: int) -> None:
    assert own_price(most, lambda price: price <= limit) == max(0, min(most, limit))


def test_who_meets_the_request_goes_before_who_is_cheaper_and_then_the_price_decides() -> None:
    rows = [Bid(1, 700, 5, enough=False), Bid(2, 1_000, 9, enough=True), Bid(3, 900, 12, enough=True), Bid(4, None, 1, enough=True)]  # fmt: skip
    places = compare(rows, 14)
    assert [place.number for place in places] == [3, 2, 1, 4]
    assert places[0].over_minor == 200
    assert places[2].against == ("quantity",)
    assert places[2].is_cheapest
    assert places[3].over_minor is None


def test_a_bid_has_nothing_that_names_its_seller() -> None:
    assert {field.name for field in fields(Bid)} == {"number", "door_minor", "days", "enough", "missing"}


@given(rows=bids, data=st.data())
def test_the_places_do_not_depend_on_the_order_of_the_rows(rows: list[Bid], data: st.DataObject) -> None:
    assert compare(rows, 20) == compare(data.draw(st.permutations(rows)), 20)


@given(rows=bids)
def test_a_lower_price_never_costs_a_place(rows: list[Bid]) -> None:
    before = {place.number: place.rank for place in compare(rows, 20)}
    for row in rows:
        if row.door_minor is not None and row.door_minor > 1:
            cheaper = [replace(one, door_minor=row.door_minor - 1) if one.number == row.number else one for one in rows]
            after = {place.number: place.rank for place in compare(cheaper, 20)}
            assert after[row.number] <= before[row.number]


@given(total=st.integers(0, 10**10), first=st.integers(0, 50), second=st.integers(0, 50))
def test_parts_sum_to_the_whole(total: int, first: int, second: int) -> None:
    parts = parts_of(total, (first, second, 100 - first - second))
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)


def test_parts_of_percentages_that_do_not_sum_to_a_hundred_are_refused() -> None:
    with pytest.raises(ValueError, match="100"):
        parts_of(100, (20, 50))

"""A packing house cuts on as few days as its harvests allow."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from samphao.trade.cutting import Harvest, cutting_days

MAY = date(2026, 5, 1)


def harvest(lot: str, first: int, last: int, place: int = 1, cut: int | None = None) -> Harvest:
    return Harvest(
        lot, place, MAY + timedelta(first), MAY + timedelta(last), None if cut is None else MAY + timedelta(cut)
    )


def test_lots_that_are_ripe_together_are_cut_together_at_their_own_house() -> None:
    found = cutting_days([harvest("a", 0, 4), harvest("b", 3, 9), harvest("c", 5, 12), harvest("far", 0, 6, place=2)])
    assert found == {
        "a": MAY + timedelta(4),
        "b": MAY + timedelta(4),
        "c": MAY + timedelta(12),
        "far": MAY + timedelta(6),
    }


def test_a_day_that_stands_is_kept_and_used_by_others() -> None:
    assert cutting_days([harvest("named", 0, 8, cut=2), harvest("new", 1, 9)]) == {"new": MAY + timedelta(2)}


WINDOWS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 5)), min_size=1, max_size=7)


@given(WINDOWS)
def test_no_choice_of_days_is_smaller_and_each_is_within_its_harvest(windows: list[tuple[int, int]]) -> None:
    lots = [harvest(f"{n}", first, first + length) for n, (first, length) in enumerate(windows)]
    found = cutting_days(lots)
    assert all(one.harvest_from <= found[one.lot] <= one.harvest_to for one in lots)
    fewest = next(
        count
        for count in range(1, len(lots) + 1)
        for days in combinations(range(18), count)
        if all(any(first <= day <= first + length for day in days) for first, length in windows)
    )
    assert len(set(found.values())) == fewest

"""Everybody gets the same share of a short harvest, in whole packages."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samphao.engines.allocation import pro_rata

WANTED = st.lists(st.tuples(st.integers(1, 200), st.integers(1, 40)), min_size=1, max_size=30)


@given(WANTED, st.integers(0, 60_000))
def test_nothing_is_given_that_is_not_there_and_nobody_gets_more_than_he_wants(
    wanted: list[tuple[int, int]], available: int
) -> None:
    given_ = pro_rata(wanted, available)
    assert sum(count * size for count, (_, size) in zip(given_, wanted, strict=True)) <= available
    assert all(0 <= count <= want for count, (want, _) in zip(given_, wanted, strict=True))


@given(WANTED, st.integers(0, 60_000))
def test_each_share_is_the_exact_one_rounded_down_or_up(wanted: list[tuple[int, int]], available: int) -> None:
    whole = sum(count * size for count, size in wanted)
    for count, (want, _) in zip(pro_rata(wanted, available), wanted, strict=True):
        exact = min(Fraction(want), Fraction(want * available, whole))
        assert abs(count - exact) < 1, "the quota rule: never a package or more away from the exact share"


@given(WANTED, st.integers(0, 60_000))
def test_what_is_left_is_less_than_any_package_that_rounding_withheld(
    wanted: list[tuple[int, int]], available: int
) -> None:
    given_ = pro_rata(wanted, available)
    left = available - sum(count * size for count, (_, size) in zip(given_, wanted, strict=True))
    whole = sum(count * size for count, size in wanted)
    if whole > available:
        for count, (want, size) in zip(given_, wanted, strict=True):
            assert Fraction(want * available, whole) <= count or size > left


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.integers(0, 20_000))
def test_with_packages_of_one_size_all_is_given_and_more_wanted_is_more_got(wanted: list[int], available: int) -> None:
    given_ = pro_rata([(count, 1) for count in wanted], available)
    assert sum(given_) == min(available, sum(wanted))
    for want, got in zip(wanted, given_, strict=True):
        for other, others in zip(wanted, given_, strict=True):
            assert want < other or got >= others - (want == other), "who wants more gets no less"


@given(WANTED, st.integers(0, 60_000), st.randoms(use_true_random=False))
def test_who_stands_where_matters_only_between_equals(
    wanted: list[tuple[int, int]], available: int, random: object
) -> None:
    """With packages of one size, orders that want different amounts get the same wherever they stand in the line."""
    counts = [(count, 1) for count, _ in dict(wanted).items()]
    before = dict(zip(counts, pro_rata(counts, available), strict=True))
    moved = list(counts)
    random.shuffle(moved)  # type: ignore[attr-defined]
    after = dict(zip(moved, pro_rata(moved, available), strict=True))
    whole = sum(count for count, _ in counts)
    remainders = [count * available % whole for count, _ in counts]
    if len(set(remainders)) == len(remainders):
        assert before == after


def test_equal_orders_share_and_the_first_gets_the_odd_carton() -> None:
    assert pro_rata([(3, 6), (3, 6)], 30) == [3, 2]
    assert pro_rata([(10, 1), (5, 1), (5, 1)], 10) == [5, 3, 2]
    assert pro_rata([(1, 6), (1, 1)], 5) == [0, 1], "a carton that no longer fits leaves room for the fruit"


def test_numbers_that_cannot_be_are_refused() -> None:
    for wanted, available in (([(0, 1)], 1), ([(1, 0)], 1), ([(1, 1)], -1)):
        with pytest.raises(ValueError, match="whole packages"):
            pro_rata(wanted, available)

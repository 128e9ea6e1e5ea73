"""Less than was sold: whole orders, the first to come first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samphao.engines.allocation import first_come


def test_a_small_order_is_served_where_a_larger_one_before_it_does_not_fit() -> None:
    assert first_come([500, 700, 300], 1000) == [True, False, True]
    assert first_come([500, 700, 300], 400) == [False, False, True]


@given(st.lists(st.integers(1, 50), max_size=12), st.integers(0, 200), st.lists(st.integers(1, 50), max_size=4))
def test_nobody_takes_from_who_came_before(wanted: list[int], available: int, later: list[int]) -> None:
    served = first_come(wanted, available)
    assert sum(want for want, is_served in zip(wanted, served, strict=True) if is_served) <= available
    assert first_come(wanted + later, available)[: len(wanted)] == served
    for at, is_served in enumerate(served):
        before = sum(want for want, was in zip(wanted[:at], served[:at], strict=True) if was)
        assert is_served == (before + wanted[at] <= available)


def test_impossible_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        first_come([0], 10)
    with pytest.raises(ValueError, match="more than nothing"):
        first_come([1], -1)

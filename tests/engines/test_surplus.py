"""Surplus seen ahead: every kilogram is either taken or left over, and an estimate from nothing is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from samphao.engines.surplus import beyond_demand, not_yet_declared

KG = st.floats(0, 1e7)
TABLE = arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 4)), elements=KG)


def test_two_provinces_share_the_buyers_of_a_week_by_what_they_have() -> None:
    left, pace = np.array([[6000.0, 2000.0], [500.0, 0.0]]), np.array([4000.0, 4000.0])
    assert beyond_demand(left, pace).tolist() == [[3000.0, 1000.0], [0.0, 0.0]]


@given(TABLE, st.data())
def test_what_is_left_over_is_what_nobody_takes(left: np.ndarray, data: st.DataObject) -> None:
    pace = data.draw(arrays(np.float64, len(left), elements=KG))
    over = beyond_demand(left, pace)
    assert ((over >= 0) & (over <= left + 1e-6)).all()
    assert over.sum(axis=1) == pytest.approx(np.maximum(left.sum(axis=1) - pace, 0), rel=1e-9, abs=1e-6)
    assert (beyond_demand(left, pace * 2) <= over + 1e-6).all(), "more buyers leave no more over"


def test_a_calendar_tells_what_growers_have_not_declared_yet() -> None:
    declared, share = np.array([100.0, 300.0, 50.0, 0.0]), np.array([0.1, 0.3, 0.4, 0.2])
    assert not_yet_declared(declared, share, 2).tolist() == [0.0, 0.0, 350.0, 200.0]


def test_nothing_declared_lets_expect_nothing() -> None:
    assert not_yet_declared(np.zeros(3), np.array([0.2, 0.3, 0.5]), 1).tolist() == [0.0, 0.0, 0.0]


def test_negative_kilograms_and_weeks_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        beyond_demand(np.array([[-1.0]]), np.array([1.0]))
    with pytest.raises(ValueError, match="differ"):
        beyond_demand(np.array([[1.0]]), np.array([1.0, 2.0]))

"""A forecast is an interval that holds its usual value, grows with the trees, and moves with the flowering."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samphao.engines.harvest import HarvestRule, forecast

MONTHONG = HarvestRule(120, 130, Decimal(40), Decimal("67.5"), Decimal(100), "test")
DAY = date(2026, 1, 10)


def test_a_hundred_trees_by_hand() -> None:
    found = forecast(DAY, 100, MONTHONG)
    assert (found.kg_low, found.kg_usual, found.kg_high) == (4000, 6750, 10_000)
    assert (found.ripe_from, found.ripe_to) == (date(2026, 5, 10), date(2026, 5, 20))


@given(st.integers(1, 100_000), st.integers(1, 100_000), st.integers(0, 400))
def test_more_trees_give_more_and_later_flowers_ripen_later(trees: int, more: int, days: int) -> None:
    one, many = forecast(DAY, trees, MONTHONG), forecast(DAY + timedelta(days=days), trees + more, MONTHONG)
    assert one.kg_low <= one.kg_usual <= one.kg_high
    assert one.kg_low < many.kg_low
    assert one.kg_high < many.kg_high
    assert (many.ripe_from - one.ripe_from).days == days
    assert Decimal(one.kg_high - one.kg_low) >= (MONTHONG.tree_kg_high - MONTHONG.tree_kg_low) * trees - 1


def test_no_tree_and_a_rule_upside_down_are_errors() -> None:
    with pytest.raises(ValueError, match="one tree"):
        forecast(DAY, 0, MONTHONG)
    with pytest.raises(ValueError, match="in order"):
        forecast(DAY, 1, HarvestRule(130, 120, Decimal(1), Decimal(1), Decimal(1), ""))

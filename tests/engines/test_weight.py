"""Price per kilogram times kilograms: nothing is lost, nobody gives more than he has, and more than was ordered costs nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samphao.engines.weight import refund_minor, split_by_share

AMOUNTS = st.integers(0, 10**12)
GRAMS = st.integers(1, 10**8)
SHARES = st.dictionaries(
    st.sampled_from(["producer", "packing_house", "carrier", "hub", "customs"]), st.integers(0, 10**9)
)


def test_half_a_coin_goes_to_the_buyer() -> None:
    assert refund_minor(12_834, 3_000, 2_900) == 428  # 427.8
    assert refund_minor(10, 20, 19) == 1  # 0.5
    assert refund_minor(10, 21, 20) == 0  # 0.476
    assert refund_minor(12_834, 3_000, 3_100) == 0


@given(AMOUNTS, GRAMS, st.integers(0, 10**8))
def test_it_is_the_nearest_coin_and_less_weight_never_costs_more(amount: int, ordered: int, packed: int) -> None:
    back = refund_minor(amount, ordered, packed)
    exact = Fraction(amount * max(0, ordered - packed), ordered)
    assert abs(back - exact) <= Fraction(1, 2)
    assert 0 <= back <= amount
    assert refund_minor(amount, ordered, packed + 1) <= back


@given(SHARES, st.data())
def test_parts_sum_and_stay_within_one_coin_of_their_proportion(shares: dict[str, int], data: st.DataObject) -> None:
    whole = sum(shares.values())
    total = data.draw(st.integers(0, whole))
    parts = split_by_share(total, shares)
    assert sum(parts.values()) == total
    for name, share in shares.items():
        assert 0 <= parts.get(name, 0) <= share
        if whole:
            assert abs(parts.get(name, 0) - Fraction(total * share, whole)) < 1
    assert split_by_share(total, dict(reversed(shares.items()))) == parts


def test_nothing_is_split_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="no more"):
        split_by_share(5, {"hub": 4})
    with pytest.raises(ValueError, match="weighs"):
        refund_minor(1, 0, 0)

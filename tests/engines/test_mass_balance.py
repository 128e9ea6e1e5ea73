"""What an orchard bears at most, and where the sums pass it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samphao.engines.mass_balance import ceiling_kg, running

MASS = st.decimals(min_value=0, max_value=10_000, places=3)


def test_trees_count_as_many_as_the_area_holds() -> None:
    assert ceiling_kg(Decimal(40), 800, 25, Decimal(150)) == 120_000, "800 trees on 40 rai"
    assert ceiling_kg(Decimal(2), 800, 25, Decimal(150)) == 7_500, "two rai hold 50 trees, whatever is claimed"
    with pytest.raises(ValueError, match="negative"):
        ceiling_kg(Decimal(1), -1, 25, Decimal(1))


@given(MASS, st.integers(0, 9_999), st.integers(0, 500), MASS, MASS)
def test_more_area_never_bears_less(area: Decimal, trees: int, density: int, bears: Decimal, more: Decimal) -> None:
    assert ceiling_kg(area + more, trees, density, bears) >= ceiling_kg(area, trees, density, bears)
    assert ceiling_kg(area, trees, density, bears) <= trees * bears


@given(st.lists(MASS, max_size=20))
def test_the_last_sum_is_the_whole_and_sums_never_fall(masses: list[Decimal]) -> None:
    sums = running(masses)
    assert sums == sorted(sums)
    assert (sums[-1] if sums else 0) == sum(masses)

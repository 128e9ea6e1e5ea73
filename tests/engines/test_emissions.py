"""Mass x distance x factor, and the words that go with it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samphao.engines.emissions import (
    SCOPE,
    EmissionFactor,
    air_distance_km,
    great_circle_km,
    leg_emission,
    milligrams_per_kg,
    total_emission,
)

ROAD = EmissionFactor("road", "road", Decimal("0.0902"), "by hand")
AIR = EmissionFactor("air", "air", Decimal("0.5313"), "by hand")


def test_a_tonne_over_a_hundred_kilometres_of_road() -> None:
    leg = leg_emission(Decimal(1000), Decimal(100), ROAD)
    assert leg.emission_gco2e == 9020
    assert leg.scope == SCOPE == "tank-to-wheel, without fuel production"


def test_a_flight_counts_ninety_five_kilometres_more_than_the_great_circle() -> None:
    leg = leg_emission(Decimal(1000), Decimal(2897), AIR, is_great_circle=True)
    assert leg.distance_km == air_distance_km(Decimal(2897)) == 2992
    assert leg.emission_gco2e == 1_589_650  # 1 t x 2992 km x 0.5313 kg
    assert leg.distance_rule == "great circle + 95 km"


def test_a_great_circle_is_refused_for_a_truck() -> None:
    with pytest.raises(ValueError, match="give the way covered"):
        leg_emission(Decimal(1), Decimal(1), ROAD, is_great_circle=True)


@pytest.mark.parametrize("wrong", ["-1", "NaN", "Infinity"])
def test_figures_that_are_none_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="mass"):
        leg_emission(Decimal(wrong), Decimal(1), ROAD)
    with pytest.raises(ValueError, match="distance"):
        leg_emission(Decimal(1), Decimal(wrong), ROAD)
    with pytest.raises(ValueError, match="factor x"):
        EmissionFactor("x", "road", Decimal(wrong), "by hand")


def test_bangkok_to_pudong_is_2897_kilometres_through_the_air() -> None:
    assert round(great_circle_km(13.6811, 100.747, 31.1434, 121.805)) == 2897
    assert great_circle_km(10, 20, 10, 20) == 0


@given(st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, 20_000)), max_size=6))
def test_a_total_is_the_sum_of_what_its_legs_show(pairs: list[tuple[int, int]]) -> None:
    legs = [leg_emission(Decimal(mass), Decimal(distance), ROAD) for mass, distance in pairs]
    total = total_emission(legs)
    assert total.emission_gco2e == sum(leg.emission_gco2e for leg in legs)
    assert total.scope == SCOPE


@given(st.integers(0, 30_000), st.integers(0, 20_000), st.integers(0, 1000))
def test_more_mass_never_emits_less(mass: int, distance: int, more: int) -> None:
    first, second = (leg_emission(Decimal(m), Decimal(distance), AIR).emission_gco2e for m in (mass, mass + more))
    assert first <= second


@given(st.integers(1, 30_000), st.integers(0, 20_000))
def test_milligrams_a_kilogram_agree_with_the_leg_within_their_rounding(mass: int, distance: int) -> None:
    by_kg = milligrams_per_kg(Decimal(distance), ROAD) * mass / 1000
    assert abs(by_kg - leg_emission(Decimal(mass), Decimal(distance), ROAD).emission_gco2e) <= 0.5 + mass / 2000

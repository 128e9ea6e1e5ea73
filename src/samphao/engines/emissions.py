"""Greenhouse gases of carriage: mass x distance x factor, tank-to-wheel.

References
----------
ISO 14083:2023 and the GLEC Framework v3 (2023) give the method: for each leg the mass, the distance actually or
shortest feasibly covered (great circle + 95 km in the air, as in EN 16258), and an intensity of the vehicle class.

We deviate in scope: the factors at hand are tank-to-wheel, so every result says that fuel production is left out.
Emissions of hubs are not counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

SCOPE: Final = "tank-to-wheel, without fuel production"
AIR_DETOUR_KM: Final = 95
EARTH_RADIUS_KM: Final = 6371.0088

Mode = Literal["road", "rail", "sea", "air", "river"]


@dataclass(frozen=True, slots=True)
class EmissionFactor:
    """Kilograms of CO2e for a tonne carried a kilometre, by a class of vehicle, with its source."""

    code: str
    mode: str
    kgco2e_per_tkm: Decimal
    source: str

    def __post_init__(self) -> None:
        if not self.kgco2e_per_tkm.is_finite() or self.kgco2e_per_tkm < 0:
            raise ValueError(f"factor {self.code}: kgCO2e per tonne-kilometre must be a number from 0")


@dataclass(frozen=True, slots=True)
class LegEmission:
    """CO2e of one leg. `distance_rule` says how the distance was found, `scope` what the figure leaves out."""

    gross_mass_kg: Decimal
    distance_km: Decimal
    factor: EmissionFactor
    emission_gco2e: int
    distance_rule: str
    scope: str = SCOPE


@dataclass(frozen=True, slots=True)
class TotalEmission:
    """CO2e of several legs, with the same words."""

    emission_gco2e: int
    legs: tuple[LegEmission, ...]
    scope: str = SCOPE


def great_circle_km(from_lat: float, from_lon: float, to_lat: float, to_lon: float) -> float:
    """Shortest way on a sphere of 6,371.0088 km between two points in degrees (haversine)."""
    p, q, r, s = (math.radians(value) for value in (from_lat, from_lon, to_lat, to_lon))
    h = math.sin((r - p) / 2) ** 2 + math.cos(p) * math.cos(r) * math.sin((s - q) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def air_distance_km(great_circle: Decimal) -> Decimal:
    """Distance that counts for a flight: the great circle and 95 km for the ways in and out."""
    return great_circle + AIR_DETOUR_KM


def leg_emission(
    gross_mass_kg: Decimal, distance_km: Decimal, factor: EmissionFactor, *, is_great_circle: bool = False
) -> LegEmission:
    """CO2e of carrying a mass over a distance, rounded half up to whole grams.

    Parameters
    ----------
    gross_mass_kg, distance_km
        Decimal, not negative.
    is_great_circle
        Whether `distance_km` is a great circle; in the air 95 km are then added. Distances of other modes are taken
        as they are given: the way actually covered.

    Raises
    ------
    ValueError
        If mass or distance is negative or no number, or a surface mode is given a great circle.

    Examples
    --------
    >>> factor = EmissionFactor("road", "road", Decimal("0.0902"), "DEFRA")
    >>> leg_emission(Decimal(1000), Decimal(100), factor).emission_gco2e
    9020
    """
    for name, value in (("mass", gross_mass_kg), ("distance", distance_km)):
        if not value.is_finite() or value < 0:
            raise ValueError(f"the {name} of a leg must be a number from 0, not {value}")
    rule = "distance as given"
    if is_great_circle:
        if factor.mode != "air":
            raise ValueError(f"a great circle is no distance by {factor.mode}: give the way covered")
        distance_km = air_distance_km(distance_km)
        rule = f"great circle + {AIR_DETOUR_KM} km"
    # kg x km x (kg / t km) = grams: thousand kilograms to the tonne, thousand grams to the kilogram
    grams = gross_mass_kg * distance_km * factor.kgco2e_per_tkm
    return LegEmission(
        gross_mass_kg, distance_km, factor, int(grams.quantize(Decimal(1), rounding=ROUND_HALF_UP)), rule
    )


def total_emission(legs: Iterable[LegEmission]) -> TotalEmission:
    """Sum of legs, to the gram the sum of what each shows."""
    kept = tuple(legs)
    return TotalEmission(sum(leg.emission_gco2e for leg in kept), kept)


def milligrams_per_kg(distance_km: Decimal, factor: EmissionFactor) -> int:
    """CO2e of each kg carried over a distance, in whole milligrams: what the search for itineraries adds up."""
    return int((distance_km * factor.kgco2e_per_tkm * 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP))

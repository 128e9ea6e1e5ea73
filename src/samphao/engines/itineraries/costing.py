"""What a shipment pays on each departure: whole containers, kilograms or loose cubic metres, in exact integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from samphao.engines.itineraries.timetable import UNKNOWN_COST, Ints

E4: Final = 10_000
"""Rates a kg and a m3 are minor units times 10^4, so that a satang on a tonne is not lost."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """What is carried.

    ``gross_mass_g`` and ``volume_l`` are whole grams and litres. ``containers`` is the number that the shipper wants;
    None lets the limits of each departure's container decide. A sealed shipment (fruit under a transit protocol)
    travels in whole units only: loose cubic metres and road kilograms would be opened on the way.
    """

    gross_mass_g: int
    volume_l: int
    containers: int | None = None
    is_sealed: bool = False

    def __post_init__(self) -> None:
        if self.gross_mass_g <= 0 or self.volume_l < 0 or (self.containers is not None and self.containers < 1):
            raise ValueError("a shipment has mass, no negative volume, and at least one container where it names them")


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Rates of n departures in one currency, each int64 of shape (n,), ``UNKNOWN_COST`` where nobody knows it.

    Parameters
    ----------
    per_container_minor
        For a whole container or truck.
    per_kg_e4, per_m3_e4
        Minor units x 10^4. Where both are known, the dearer holds (weight or measure).
    loose_minimum_minor
        Least charge of a loose shipment; 0 where there is none.
    per_shipment_minor
        Documents, paid once whichever way it travels.
    payload_kg, volume_m3
        What one container of this departure takes.
    is_unit
        Whether kilograms travel in a closed unit of their own (a ULD in the air), so that a sealed shipment may.
    """

    per_container_minor: Ints
    per_kg_e4: Ints
    per_m3_e4: Ints
    loose_minimum_minor: Ints
    per_shipment_minor: Ints
    payload_kg: Ints
    volume_m3: Ints
    is_unit: Ints


def _half_up(value_e4: Ints) -> Ints:
    return (value_e4 + E4 // 2) // E4


def containers_needed(rates: Rates, shipment: Shipment) -> Ints:
    """Containers that the shipment fills on each departure, int64 of shape (n,); 0 where their size is unknown."""
    if shipment.containers is not None:
        least = np.full_like(rates.payload_kg, shipment.containers)
    else:
        least = np.ones_like(rates.payload_kg)
    by_mass = -(-shipment.gross_mass_g // np.maximum(rates.payload_kg * 1000, 1))
    by_volume = -(-shipment.volume_l // np.maximum(rates.volume_m3 * 1000, 1))
    needed = np.maximum(np.maximum(by_mass, by_volume), least)
    return np.where((rates.payload_kg > 0) & (rates.volume_m3 > 0), needed, 0).astype(np.int64)


def price_departures(rates: Rates, shipment: Shipment) -> Ints:
    """Cost of the shipment on each departure, int64 minor units; ``UNKNOWN_COST`` where no known rate fits.

    The cheaper of whole containers and loose carriage, where both are known. O(n).

    Raises
    ------
    ValueError
        If the columns differ in shape.
    """
    shapes = {getattr(rates, name).shape for name in Rates.__dataclass_fields__}
    if len(shapes) != 1:
        raise ValueError("the columns of the rates differ in length")
    far = np.int64(1) << np.int64(60)
    needed = containers_needed(rates, shipment)
    is_whole = (rates.per_container_minor >= 0) & (needed > 0)
    whole = np.where(is_whole, needed * rates.per_container_minor, far)
    mass_e4 = -(-shipment.gross_mass_g * np.maximum(rates.per_kg_e4, 0) // 1000)
    volume_e4 = -(-shipment.volume_l * np.maximum(rates.per_m3_e4, 0) // 1000)
    is_loose = (rates.per_kg_e4 >= 0) | (rates.per_m3_e4 >= 0)
    if shipment.is_sealed:
        is_loose &= rates.is_unit == 1
    charged = np.maximum(_half_up(np.maximum(mass_e4, volume_e4)), np.maximum(rates.loose_minimum_minor, 0))
    loose = np.where(is_loose, charged, far)
    best = np.minimum(whole, loose)
    return np.where(best < far, best + np.maximum(rates.per_shipment_minor, 0), UNKNOWN_COST).astype(np.int64)

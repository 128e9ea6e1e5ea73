"""What is asked of a timetable, and the itineraries that answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LEGS_MOST: Final = 12
FEEDERS_MOST: Final = 64


@dataclass(frozen=True, slots=True)
class Feeder:
    """A way between a door and a node that is there at any hour: the first or the last mile."""

    node: int
    minutes: int
    cost_minor: int
    emission_mg_per_kg: int


@dataclass(frozen=True, slots=True)
class Query:
    """What is to be carried, from where to where, and when.

    Parameters
    ----------
    origin, destination
        Nodes. With `access` (or `egress`) the door stands for the origin (or destination): the goods reach or leave
        the network at the nodes these name, and nowhere else.
    earliest_departure, latest_arrival
        Minutes since the timetable's epoch; the latest arrival is also the last minute at which a perishable good
        is worth receiving.
    gross_mass_kg
        For the emission in grams; the costs in the timetable are those of this shipment already.
    temperature_class, goods_class
        Bits that each departure must have in its two masks.
    legs_max
        Departures an itinerary may have at most, 1 to 12; the first and last mile do not count.
    """

    origin: int
    destination: int
    earliest_departure: int
    latest_arrival: int
    gross_mass_kg: float = 1.0
    temperature_class: int = 0
    goods_class: int = 0
    legs_max: int = 8
    access: tuple[Feeder, ...] = ()
    egress: tuple[Feeder, ...] = ()


@dataclass(frozen=True, slots=True)
class Itinerary:
    """Ordered departures (positions in the timetable) with what they come to, door to door.

    No other itinerary of the answer is at once no later, no dearer and no dirtier. `access` and `egress` are positions
    in the query's feeders, -1 where there are none.
    """

    departures: tuple[int, ...]
    arrive_at: int
    cost_minor: int
    emission_mg_per_kg: int
    emission_g: int
    access: int = -1
    egress: int = -1

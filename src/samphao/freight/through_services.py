"""Through services: what a sealed container can ride from where it is stuffed to where it is opened.

Fresh fruit for China is stuffed and sealed at its packing house or at a listed consolidation point and never re-stuffed
abroad, so the planner is not offered single legs: it is offered whole itineraries, found by the quote engine, each with
the price of a container. What shares a train shares its slots.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from samphao.engines.emissions import great_circle_km
from samphao.engines.itineraries.explain import Leg, legs_of
from samphao.engines.itineraries.scan import Feeder, Query, scan
from samphao.engines.itineraries.timetable import DAY_MIN, TEMPERATURES, Timetable
from samphao.freight.queries import network, timetable_entering
from samphao.freight.types import ShipmentSpec
from samphao.reference.freight_network import FRUIT_CN, GENERAL, PriceTerms, first_mile, truck_between
from samphao.reference.freight_rows import FreightReference

CONTAINER_KG, CONTAINER_M3 = 18_000.0, 60.0
LOOSE_PREMIUM = (
    1.8  # a cubic metre in somebody's shared container against a full one's: upper end of the rate rules' 1.3 to 1.8
)
LOOSE_M3_A_SERVICE = 40.0
POINTS = ("THCTI", "THCPN", "THLKR")  # where packing houses may share a container: east, south, centre and north
CONTAINERS_A_SERVICE = 40
PATIENCE_DAYS = (5, 8, 12)  # the cheapest itinerary within each is offered
READY_MIN = 720  # noon: what is ready the evening before has been packed
HUBS_NEAR = 3
BY_TRUCK = -1  # the departure of a first mile: a truck comes when it is called


@dataclass(frozen=True, slots=True)
class Through:
    """A through service: minutes count from the plan's start; costs in satang; `holds_m3` and `holds_kg` of a container."""

    id: str
    start: str
    end: str
    departs_min: int
    arrives_min: int
    is_chilled: bool
    cost_minor: int
    loose_minor_m3: float
    legs: tuple[Leg, ...]
    emission_g: int
    entry_node: str
    is_fruit: bool = False
    containers: int = CONTAINERS_A_SERVICE
    loose_m3: float = LOOSE_M3_A_SERVICE
    holds_m3: float = CONTAINER_M3
    holds_kg: float = CONTAINER_KG

    @property
    def main_mode(self) -> str:
        """The mode by which the goods go farthest."""
        modes = dict.fromkeys(leg.mode for leg in self.legs)
        return max(modes, key=lambda mode: sum(leg.distance_km for leg in self.legs if leg.mode == mode))

    def legs_for(self, *, is_whole: bool) -> tuple[Leg, ...]:
        """The legs of a container: for a shared one goods are gathered by truck, and it is stuffed where its first train or ship leaves."""
        return self.legs if is_whole or self.legs[0].departure != BY_TRUCK else self.legs[1:]

    def leaves_min(self, *, is_whole: bool) -> int:
        """When a container leaves the place where it is stuffed."""
        legs = self.legs_for(is_whole=is_whole)
        return self.departs_min if legs is self.legs else legs[0].ready_at

    def leg_rows(self, starts_at: datetime, *, is_whole: bool) -> list[dict[str, Any]]:
        """Return the legs as a load keeps them."""
        return [
            {
                "link": leg.link, "mode": leg.mode, "from": leg.from_node, "to": leg.to_node, "cost_minor": leg.cost_minor,
                "departs_at": moment(starts_at, leg.depart_at).isoformat(), "arrives_at": moment(starts_at, leg.arrive_at).isoformat(),
                "distance_km": leg.distance_km, "estimates": list(leg.estimates),
            }
            for leg in self.legs_for(is_whole=is_whole)
        ]  # fmt: skip

    def emission_kg(self, mass_kg: float) -> float:
        """Return what falls on a mass of the container's CO2e."""
        return round(self.emission_g / 1000 * mass_kg / CONTAINER_KG, 1)

    @property
    def arrives_as(self) -> str:
        """The end as the planner names it: other goods do not ride in a container that is sealed as fruit."""
        return arrives_as(self.end, self.is_fruit)


def loose_price(cost_minor: int, legs: tuple[Leg, ...]) -> float:
    """Return the price of a m3 in a container that others fill too; air freight is sold by the kilogram to everybody."""
    flown = sum(leg.cost_minor for leg in legs if leg.mode == "air")
    return (flown + (cost_minor - flown) * LOOSE_PREMIUM) / CONTAINER_M3


def arrives_as(end: str, is_fruit: bool) -> str:
    return f"{end}/fruit" if is_fruit else end


@dataclass(frozen=True, slots=True)
class Lane:
    """Where containers are stuffed and opened, and under which rules."""

    origin: str
    door: tuple[float, float]
    destination: str
    node: str
    importer: str
    entry_nodes: frozenset[str] | None
    is_chilled: bool
    is_fresh_fruit: bool

    @property
    def end(self) -> str:
        return f"{self.destination}/{self.importer}"


def lane_of(shipment: ShipmentSpec, *, fills_own: bool = False) -> Lane:
    """Return the lane of a shipment: from its packing house where it fills containers there, else from the nearest point."""
    point = nearest_point(shipment.door)
    origin, door = (shipment.origin, shipment.door) if fills_own else (point, consolidation_points()[point])
    return Lane(
        origin, door, shipment.destination, shipment.node, shipment.importer, shipment.entry_nodes, shipment.is_chilled,
        shipment.is_fresh_fruit,
    )  # fmt: skip


@lru_cache(maxsize=1)
def consolidation_points() -> dict[str, tuple[float, float]]:
    """Return the places where packing houses may share a container."""
    return {node.code: (node.lat, node.lon) for node in network().nodes if node.code in POINTS}


@lru_cache(maxsize=1024)
def nearest_point(door: tuple[float, float]) -> str:
    points = consolidation_points()
    return min(points, key=lambda code: (great_circle_km(*door, *points[code]), code))


def build(
    lanes: Iterable[Lane], starts_at: datetime, days: int, exchange: tuple[tuple[str, Decimal], ...]
) -> list[Through]:
    """Return the itineraries that a full container of each lane may take, day by day."""
    ordered = sorted(set(lanes), key=lambda lane: (lane.origin, lane.end, lane.is_chilled, lane.is_fresh_fruit))
    return [service for lane in ordered for service in choices(_itineraries(lane, starts_at, days, exchange))]


@lru_cache(maxsize=256)
def itineraries(
    lane: Lane, starts_at: datetime, days: int, exchange: tuple[tuple[str, Decimal], ...]
) -> tuple[Through, ...]:
    """Return every itinerary that a container of a lane may take, also those that the planner does not choose from."""
    return tuple(_itineraries(lane, starts_at, days, exchange))


def choices(services: list[Through]) -> list[Through]:
    """Leave out what leaves no later, arrives no earlier and costs no less than another: the container only waits for the ship."""
    kept: list[Through] = []
    for service in sorted(services, key=lambda one: (-one.departs_min, one.arrives_min, one.cost_minor, one.id)):
        if not any(
            other.arrives_min <= service.arrives_min and other.cost_minor <= service.cost_minor for other in kept
        ):
            kept.append(service)
    return sorted(kept, key=lambda one: (one.departs_min, one.arrives_min, one.id))


def _itineraries(
    lane: Lane, starts_at: datetime, days: int, exchange: tuple[tuple[str, Decimal], ...]
) -> list[Through]:
    reference = network()
    country = next(node.country for node in reference.nodes if node.code == lane.node)
    temperature = "chilled" if lane.is_chilled else "ambient"
    timetable, terms = timetable_entering(starts_at.date(), temperature, exchange, country, lane.entry_nodes)
    access = _access(reference, timetable, lane, terms)
    goods_class = FRUIT_CN if lane.is_fresh_fruit and country == "CN" else GENERAL
    found: dict[tuple[int, ...], Through] = {}
    for day in range(days):
        query = Query(
            origin=access[0].node, destination=timetable.node(lane.node), earliest_departure=day * DAY_MIN + READY_MIN,
            latest_arrival=(day + max(PATIENCE_DAYS)) * DAY_MIN, gross_mass_kg=CONTAINER_KG, temperature_class=TEMPERATURES.index(temperature),
            goods_class=goods_class, legs_max=9, access=access,
        )  # fmt: skip
        options = scan(timetable, query)
        for patience in PATIENCE_DAYS:
            in_time = [option for option in options if option.arrive_at <= (day + patience) * DAY_MIN]
            if not in_time:
                continue
            option = min(in_time, key=lambda option: (option.cost_minor, option.arrive_at, option.departures))
            if option.departures in found:
                continue  # the same train, found from a day earlier
            legs = legs_of(timetable, query, option)
            way_there = access[option.access]
            leaves = legs[0].ready_at - way_there.minutes
            legs = (*_first_leg(reference, timetable, lane, way_there, legs[0].ready_at), *legs)
            name = f"{lane.origin}>{lane.end}/{len(found)}{'c' if lane.is_chilled else 'd'}{'f' if lane.is_fresh_fruit else ''}"
            found[option.departures] = Through(
                name, lane.origin, lane.end, leaves, option.arrive_at, lane.is_chilled, option.cost_minor,
                loose_price(option.cost_minor, legs), legs, option.emission_g,
                _entry(reference, legs, country), lane.is_fresh_fruit,
            )  # fmt: skip
    return list(found.values())


def _access(reference: FreightReference, timetable: Timetable, lane: Lane, terms: PriceTerms) -> tuple[Feeder, ...]:
    """The container is trucked from its door to one of the nearest points, where trains and ships leave; or it stands there."""
    points = consolidation_points()
    hubs = sorted(points, key=lambda code: (great_circle_km(*lane.door, *points[code]), code))[:HUBS_NEAR]
    return tuple(
        Feeder(timetable.node(hub), 1, 0, 0)
        if hub == lane.origin
        else first_mile(reference, timetable, lane.door, hub, terms)
        for hub in hubs
    )


def _first_leg(
    reference: FreightReference, timetable: Timetable, lane: Lane, access: Feeder, ready_at: int
) -> tuple[Leg, ...]:
    """Return the truck that brings the container to where its first train or ship leaves; nothing where it stands there."""
    hub = timetable.nodes[access.node]
    if hub == lane.origin:
        return ()
    way = truck_between(reference, lane.door, hub)
    return (
        Leg(
            departure=BY_TRUCK, link="", mode="road", from_node=lane.origin, to_node=hub, wait_min=0, ready_at=ready_at - access.minutes,
            depart_at=ready_at - access.minutes, arrive_at=ready_at, cost_minor=access.cost_minor,
            emission_g=round(access.emission_mg_per_kg * CONTAINER_KG / 1000), distance_km=round(way.distance_km), shifts=(),
            estimates=("transit", "rate", "distance"),
        ),
    )  # fmt: skip


def _entry(reference: FreightReference, legs: tuple[Leg, ...], country: str) -> str:
    countries = {node.code: node.country for node in reference.nodes}
    links = {link.code: link for link in reference.links}
    leg = next(leg for leg in legs if countries[leg.to_node] == country)
    return links[leg.link].via_entry or leg.to_node


def moment(starts_at: datetime, minutes: int) -> datetime:
    return starts_at + timedelta(minutes=minutes)

"""A user's own timetable: one CSV row a dated through service, read as the planner's services."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from samphao.core.errors import Fault, HubError
from samphao.core.money import minor_units
from samphao.core.tables import read_numbered_rows
from samphao.engines.emissions import great_circle_km
from samphao.engines.itineraries.explain import Leg
from samphao.freight import queries as freight
from samphao.freight.through_services import CONTAINER_KG, CONTAINER_M3, Through
from samphao.freight.types import ShipmentSpec
from samphao.reference.names import find_destination, find_door
from samphao.workflows.shipping import exchange

EQUIPMENT = {"reefer": True, "dry": False}
MODES = ("road", "rail", "sea", "air")


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A row of SERVICES.csv: one departure with its containers, all of them of one equipment and at one price."""

    service: str
    origin: str
    destination: str
    departs_at: datetime
    arrives_at: datetime
    equipment: str
    price: Decimal
    currency: str
    containers: int
    loose_price_m3: Decimal | None = None
    loose_m3: float | None = None
    container_m3: float | None = None
    container_kg: float | None = None
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """Where services start: a node of the network or a province, and the network's node nearest to it for the map."""

    name: str
    place: tuple[float, float]
    node: str


@dataclass(frozen=True, slots=True)
class OwnService:
    """A readable row: prices in satang, times still as moments."""

    row: ServiceRow
    point: Point
    node: str
    cost_minor: int
    loose_minor_m3: float

    @property
    def id(self) -> str:
        return f"{self.row.service} {self.row.departs_at.isoformat(timespec='minutes')} {self.row.equipment}"


def read_services(path: Path) -> tuple[list[OwnService], list[Fault]]:
    """Return the services of a file and every fault of it; a row with a fault is left out."""
    rows, faults = read_numbered_rows(path, ServiceRow)
    services: list[OwnService] = []
    seen: set[str] = set()
    for number, row in rows:
        wrong = [Fault(path.name, number, *fault) for fault in (*_faults_of_times(row), *_faults_of_room(row))]
        point, node = _places(path.name, number, row, wrong)
        rates = {"THB": Decimal(1), **dict(exchange(row.departs_at.date()))}
        per_minor = rates.get(row.currency)
        if per_minor is None:
            mend = f"Write one of {', '.join(sorted(rates))}"
            wrong.append(
                Fault(path.name, number, "currency", f"no rate of `{row.currency}` is known on that day", mend)
            )
        if wrong or point is None or per_minor is None:
            faults += wrong
            continue
        satang = per_minor * minor_units(row.currency)
        service = OwnService(row, point, node, round(row.price * satang), float((row.loose_price_m3 or 0) * satang))
        if service.id in seen:
            mend = "Add the containers up in one row, or name one service otherwise"
            faults.append(Fault(path.name, number, "service", f"`{service.id}` stands twice", mend))
            continue
        seen.add(service.id)
        services.append(service)
    if not rows and not faults:
        faults.append(Fault(path.name, 1, "", "no service stands below the header", "Write one row for each departure"))
    return services, faults


def _places(file: str, number: int, row: ServiceRow, wrong: list[Fault]) -> tuple[Point | None, str]:
    """Return both ends of a row, and note those that nobody knows."""
    point, node = None, ""
    try:
        point = _point(row.origin)
    except HubError as error:
        wrong.append(Fault(file, number, "origin", str(error), "Write a Thai province or a node of the network"))
    try:
        node = find_destination(row.destination, freight.nodes())[1]
    except HubError as error:
        wrong.append(Fault(file, number, "destination", str(error), "Write a city or a node of the network"))
    return point, node


def _point(name: str) -> Point:
    """Return where services of that name start: a node by its code or name, else a province."""
    nodes = freight.nodes()
    by_name = {
        key.casefold(): node
        for node in nodes.values()
        for key in (node.code, node.name_en, node.name_th, node.name_zh)
        if key
    }
    if node := by_name.get(name.strip().casefold()):
        return Point(node.code, (node.lat, node.lon), node.code)
    province, place = find_door(name)
    near = min(nodes.values(), key=lambda node: (great_circle_km(*place, node.lat, node.lon), node.code))
    return Point(province, place, near.code)


_Said = tuple[str, str, str]


def _faults_of_times(row: ServiceRow) -> list[_Said]:
    """Return column, what is wrong and how to mend it."""
    if row.departs_at.tzinfo is None or row.arrives_at.tzinfo is None:
        return [("departs_at", "a time without a zone", "Write it as 2026-04-24T18:00:00+07:00")]
    if row.arrives_at <= row.departs_at:
        return [("arrives_at", "it arrives before it departs", "Exchange the two times")]
    return []


def _faults_of_room(row: ServiceRow) -> list[_Said]:
    faults = []
    if row.equipment not in EQUIPMENT:
        faults.append(("equipment", f"`{row.equipment}` is no equipment", "Write dry or reefer"))
    if row.mode and row.mode not in MODES:
        faults.append(("mode", f"`{row.mode}` is no mode", f"Write {', '.join(MODES)} or nothing"))
    if not row.service:
        faults.append(("service", "the name is missing", "Give the service a name"))
    if row.price <= 0:
        faults.append(("price", f"a container for {row.price}", "Give a price above zero"))
    if row.containers < 0:
        faults.append(("containers", f"{row.containers} containers", "Give how many can be had, 0 or more"))
    if (row.loose_price_m3 is None) != (row.loose_m3 is None):
        faults.append(
            ("loose_m3", "loose space needs a price and an amount", "Fill loose_price_m3 and loose_m3, or neither")
        )
    for name in ("loose_price_m3", "loose_m3", "container_m3", "container_kg"):
        value = getattr(row, name)
        if value is not None and not (math.isfinite(value) and value > 0):
            faults.append((name, f"{value}", "Give a number above zero, or nothing"))
    return faults


def through(services: Sequence[OwnService], starts_at: datetime) -> list[Through]:
    """Return the planner's services; minutes from `starts_at`, departures rounded down and arrivals up."""
    return [_through(service, starts_at) for service in services]


def _through(service: OwnService, starts_at: datetime) -> Through:
    row = service.row
    departs = math.floor((row.departs_at - starts_at).total_seconds() / 60)
    arrives = math.ceil((row.arrives_at - starts_at).total_seconds() / 60)
    leg = Leg(
        departure=0, link=row.service, mode=row.mode or "road", from_node=service.point.name, to_node=service.node, wait_min=0, ready_at=departs,
        depart_at=departs, arrive_at=arrives, cost_minor=service.cost_minor, emission_g=0, distance_km=0, shifts=(), estimates=(),
    )  # fmt: skip
    return Through(
        id=service.id, start=service.point.name, end=service.node, departs_min=departs, arrives_min=arrives,
        is_chilled=EQUIPMENT[row.equipment], cost_minor=service.cost_minor, loose_minor_m3=service.loose_minor_m3, legs=(leg,), emission_g=0,
        entry_node="", containers=row.containers, loose_m3=row.loose_m3 or 0.0, holds_m3=row.container_m3 or CONTAINER_M3,
        holds_kg=row.container_kg or CONTAINER_KG,
    )  # fmt: skip


def stops(services: Sequence[OwnService], shipments: Sequence[ShipmentSpec]) -> list[tuple[str, str]]:
    """Return start and end of each shipment: it is brought to the nearest start of a service that may carry it to its end.

    Where none may, it keeps its door as start, and the plan says that it stays behind.
    """
    starts: dict[tuple[str, bool], dict[str, tuple[float, float]]] = {}
    for service in services:
        for chilled in (True, False) if EQUIPMENT[service.row.equipment] else (False,):
            starts.setdefault((service.node, chilled), {})[service.point.name] = service.point.place
    found: dict[tuple[tuple[float, float], str, bool], str] = {}
    out = []
    for shipment in shipments:
        key = shipment.door, shipment.node, shipment.is_chilled
        if key not in found:
            near = starts.get(key[1:], {})
            found[key] = min(near, key=lambda name: (great_circle_km(*shipment.door, *near[name]), name), default="")
        out.append((found[key] or f"{shipment.origin} (no service)", shipment.node))
    return out

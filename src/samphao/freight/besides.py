"""What leaves besides the plan: trucks inside Thailand, and bags of the post.

Neither shares a container with goods for an importer abroad, so the planner never sees them. Trucks gather goods at the
consolidation points; a bag holds the items of one seller for one city and product.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from samphao.core.codes import encode
from samphao.engines.s10 import item_number
from samphao.freight.models import Load
from samphao.freight.postal import BAG_KG, BAG_M3, cheapest
from samphao.freight.queries import domestic_truck, road_emission_kg
from samphao.freight.shipment_rows import copy_shipments, shipment_row
from samphao.freight.through_services import consolidation_points, nearest_point
from samphao.freight.types import Dispatched, Postage, ShipmentSpec
from samphao.reference import queries as reference

BANGKOK = ZoneInfo("Asia/Bangkok")
LEAVES = time(12)  # the day after goods are ready: they were packed in the morning
GATHER = timedelta(days=3)  # how long a truck waits for others to fill it
CODES_FROM = 1 << 34  # numbers of these loads: no plan's loads reach so far


@dataclass(slots=True)
class Group:
    """Shipments that leave in one truck or bag."""

    members: list[ShipmentSpec] = field(default_factory=list)
    mass_kg: float = 0.0
    volume_m3: float = 0.0

    def has_room(self, spec: ShipmentSpec, mass_kg: float, volume_m3: float) -> bool:
        return self.mass_kg + spec.mass_kg <= mass_kg + 1e-9 and self.volume_m3 + spec.volume_m3 <= volume_m3 + 1e-9

    def add(self, spec: ShipmentSpec) -> None:
        self.members.append(spec)
        self.mass_kg += spec.mass_kg
        self.volume_m3 += spec.volume_m3

    @property
    def leaves_at(self) -> datetime:
        ready = max(spec.ready_at for spec in self.members).astimezone(BANGKOK)
        return datetime.combine(ready.date() + timedelta(days=1), LEAVES, BANGKOK)


def dispatch(shipments: Sequence[ShipmentSpec], on: date) -> Dispatched:
    """Write trucks and bags with their shipments, all or nothing; items were priced with the tariff of the day `on`.

    Raises
    ------
    LookupError
        If an item has no step in the postal tariff: it was priced with one, so the tariff has changed since.
    """
    with transaction.atomic():
        first = Load.objects.aggregate(last=Max("id"))["last"] or 0
        trucks = [(group, *_truck(key, group)) for key, group in _trucks(shipments)]
        rates = _Rates(on)
        bags = [(group, *_bag(group, rates)) for group in _bags(shipments)]
        loads = [load for _, load, _ in (*trucks, *bags)]
        for number, load in enumerate(loads, first + 1):
            load.code = encode("LD", CODES_FROM + number)
        Load.objects.bulk_create(loads, batch_size=500)
        copy_shipments(
            shipment_row(spec, load.id, "", numbers[spec.number])
            for group, load, numbers in (*trucks, *bags)
            for spec in group.members
        )
    fills = [load.fill for _, load, _ in trucks]
    return Dispatched(
        len(trucks), len(bags), sum(len(group.members) for group, _, _ in bags), sum(load.cost_minor for _, load, _ in trucks),
        sum(load.cost_minor for _, load, _ in bags), sum(fills) / len(fills) if fills else 0.0,
    )  # fmt: skip


TruckKey = tuple[str, str, str]


def _trucks(shipments: Iterable[ShipmentSpec]) -> list[tuple[TruckKey, Group]]:
    """Gather domestic shipments by point and city in trucks that cool; one waits GATHER for more, and leaves when it is full."""
    found: list[tuple[TruckKey, Group]] = []
    loading: dict[TruckKey, Group] = {}
    for spec in sorted(shipments, key=lambda spec: (spec.ready_at, spec.number)):
        if spec.trade_mode != "domestic":
            continue
        key = nearest_point(spec.door), spec.destination, spec.node
        truck = domestic_truck(consolidation_points()[key[0]], key[2])
        group = loading.get(key)
        is_gone = group is not None and spec.ready_at > group.members[0].ready_at + GATHER
        if group is None or is_gone or not group.has_room(spec, truck.payload_kg, truck.volume_m3):
            loading[key] = group = Group()
            found.append((key, group))
        group.add(spec)
    return found


def _truck(key: TruckKey, group: Group) -> tuple[Load, dict[int, str]]:
    point, destination, node = key
    way = domestic_truck(consolidation_points()[point], node)
    arrives_at = group.leaves_at + timedelta(hours=way.transit_h)
    leg = _leg("road", point, node, group.leaves_at, arrives_at, way.truck_minor, float(way.distance_km))
    load = Load(
        service=f"{point}>{destination}", equipment="truck_9t", is_whole=False, origin=point, destination=destination, legs=[leg], mode="road",
        departs_at=group.leaves_at, arrives_at=arrives_at, mass_kg=round(group.mass_kg, 3), volume_m3=round(group.volume_m3, 5),
        capacity_kg=way.payload_kg, capacity_m3=way.volume_m3, cost_minor=way.truck_minor, emission_kg=road_emission_kg(way.distance_km, group.mass_kg),
    )  # fmt: skip
    return load, dict.fromkeys((spec.number for spec in group.members), "")


def _leg(
    mode: str, start: str, end: str, departs: datetime, arrives: datetime, cost: int, km: float | None
) -> dict[str, Any]:
    return {
        "link": "", "mode": mode, "from": start, "to": end, "cost_minor": cost, "departs_at": departs.isoformat(), "arrives_at": arrives.isoformat(),
        "distance_km": km, "estimates": ["rate", "distance"] if mode == "road" else ["transit"],
    }  # fmt: skip


def _bags(shipments: Iterable[ShipmentSpec]) -> list[Group]:
    """Put the items of one seller, city, product and day into bags."""
    found: list[Group] = []
    filling: dict[tuple[str, str, str, datetime], Group] = {}
    for spec in sorted(shipments, key=lambda spec: (spec.ready_at, spec.number)):
        if spec.trade_mode != "post":
            continue
        key = spec.origin, spec.destination, spec.service, spec.ready_at
        group = filling.get(key)
        if group is None or not group.has_room(spec, BAG_KG, BAG_M3):
            filling[key] = group = Group()
            found.append(group)
        group.add(spec)
    return found


class _Rates:
    """The postal tariff of a day, read once a country."""

    def __init__(self, on: date) -> None:
        self._on = on
        self._countries = {row.code: row.country for row in reference.destinations()}
        self._known: dict[str, Any] = {}

    def postage(self, spec: ShipmentSpec) -> Postage:
        country = self._countries[spec.destination]
        if country not in self._known:
            self._known[country] = reference.post_rates(country, self._on)
        found = cheapest(self._known[country], round(spec.mass_kg * 1000), spec.service)
        if found is None:
            raise LookupError(f"no step of {spec.service} to {country} takes the item of order {spec.order_code}")
        return found


def _bag(group: Group, rates: _Rates) -> tuple[Load, dict[int, str]]:
    one = group.members[0]
    items = {spec.number: rates.postage(spec) for spec in group.members}
    days = max(item.days_max for item in items.values())
    arrives_at = group.leaves_at + timedelta(days=days)
    cost = sum(item.price_minor for item in items.values())
    load = Load(
        service=one.service, equipment="post_bag", is_whole=False, origin=one.origin, destination=one.destination,
        legs=[_leg("post", one.origin, one.node, group.leaves_at, arrives_at, cost, None)], mode="post", departs_at=group.leaves_at,
        arrives_at=arrives_at, mass_kg=round(group.mass_kg, 3), volume_m3=round(group.volume_m3, 5), capacity_kg=BAG_KG, capacity_m3=BAG_M3,
        cost_minor=cost, emission_kg=None,
    )  # fmt: skip
    return load, {number: item_number(item.indicator, number % 100_000_000, "TH") for number, item in items.items()}

"""What crosses freight's boundary."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

HUNDREDTH_OF_A_PERCENT = 10_000


@dataclass(frozen=True, slots=True)
class CarriageQuestion:
    """From a door in Thailand to a node: how warm, what class of goods, how long at most."""

    door: tuple[float, float]
    destination: str
    temperature: str
    is_fresh_fruit: bool
    days_max: int
    on: date
    entry_nodes: frozenset[str] | None = None
    """Where the goods may enter the country of destination (an importer's permits); None is anywhere."""


@dataclass(frozen=True, slots=True)
class Carriage:
    """Carriage of a full container, per kg, split where the goods enter the country of destination.

    Rates are satang per kg; `route` names the nodes; `is_estimate` says that a rate of it is one.
    """

    to_entry_per_kg: Decimal
    inland_per_kg: Decimal
    entry_node: str
    transit_h: int
    route: tuple[str, ...]
    modes: tuple[str, ...]
    is_estimate: bool
    source: str


@dataclass(frozen=True, slots=True)
class ShipmentSpec:
    """An order that wants to travel: `origin` is a packing house or a producer, with the door's latitude and longitude."""

    order_code: str
    number: int
    lot_code: str
    good: str
    origin: str
    door: tuple[float, float]
    exporter: str
    importer: str
    destination: str
    node: str
    entry_nodes: frozenset[str] | None
    is_chilled: bool
    is_fresh_fruit: bool
    mass_kg: float
    volume_m3: float
    ready_at: datetime
    due_at: datetime
    trade_mode: str = "general"
    service: str = ""
    """The postal product that the price was made with; empty but for `post`."""

    @property
    def is_planned(self) -> bool:
        """Whether it travels in the plan's containers; a domestic truck or the post takes the others."""
        return self.trade_mode not in ("domestic", "post")


@dataclass(frozen=True, slots=True)
class RoadCarriage:
    """A truck between a door and a node of one country: what it costs, and a kilogram's part of it at the usual fill."""

    distance_km: Decimal
    transit_h: int
    truck_minor: int
    per_kg: Decimal
    payload_kg: int
    volume_m3: int
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class Postage:
    """What a postal item costs to a country, by the cheapest product that takes it: satang, days, and the item's mass."""

    product: str
    name: str
    indicator: str
    gross_mass_g: int
    step_g: int
    price_minor: int
    days_min: int
    days_max: int
    source: str
    valid_from: date | None


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What left besides the plan: trucks inside Thailand, bags of the post and the items in them; costs in satang."""

    trucks: int
    bags: int
    items: int
    truck_minor: int
    postage_minor: int
    truck_fill: float


@dataclass(frozen=True, slots=True)
class LoadedShipment:
    """A shipment as its load carries it; `consignment` is the transport contract under which it goes."""

    load: str
    consignment: str
    order: str
    lot: str
    good: str
    mass_kg: float


@dataclass(frozen=True, slots=True)
class CarriedLot:
    """A load that carries goods of a lot to a destination in a trade mode; `consignment` is empty where it crosses no border."""

    lot: str
    destination: str
    trade_mode: str
    load: str
    consignment: str
    is_by_sea: bool
    seal_number: str
    sealed_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class MissedLoad:
    """A load that did not leave, for not everything in it was released; `keeps_until` is when its goods must have arrived."""

    code: str
    departs_at: datetime
    keeps_until: datetime
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rebooked:
    """A load on its later departure, and when it was to leave and to arrive before."""

    code: str
    departs_at: datetime
    arrives_at: datetime
    was_to_leave_at: datetime
    was_to_arrive_at: datetime


@dataclass(frozen=True, slots=True)
class QuoteOption:
    """One Pareto-optimal way, door to door: no other is at once no later, no dearer and no dirtier."""

    leaves_at: datetime
    arrives_at: datetime
    cost_minor: int
    currency: str
    emission_kg: float
    legs: tuple[QuoteLeg, ...]
    estimated_share: float

    @property
    def hours(self) -> float:
        return (self.arrives_at - self.leaves_at).total_seconds() / 3600

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(leg.mode for leg in self.legs))


@dataclass(frozen=True, slots=True)
class QuoteLeg:
    mode: str
    start: str
    end: str
    departs_at: datetime
    arrives_at: datetime
    cost_minor: int
    estimates: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuoteQuestion:
    """What is to be carried, from which door to which node, from when on."""

    door: tuple[float, float]
    destination: str
    kg: float
    m3: float
    temperature: str
    is_fresh_fruit: bool
    leaves_at: datetime
    days_max: int


def above_best(cost: float, lower_bound: float) -> float:
    """Return how much dearer than the best plan a plan is at most, rounded up to a hundredth of a percent."""
    if cost <= lower_bound:
        return 0.0
    if lower_bound <= 0:
        return math.inf
    return math.ceil(round((cost / lower_bound - 1) * HUNDREDTH_OF_A_PERCENT, 4)) / HUNDREDTH_OF_A_PERCENT

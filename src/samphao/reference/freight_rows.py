"""What a row of each freight reference file holds: frozen, dated, and each measure with its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Dated:
    """Since when and until when a row holds (None: undated), and when somebody last looked (None: nobody noted it)."""

    valid_from: date | None
    valid_to: date | None
    checked_on: date | None

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Node:
    code: str
    unlocode: str
    name_en: str
    name_th: str
    name_zh: str
    country: str
    kind: str
    lat: float
    lon: float
    coordinates_source: str
    is_fruit_exit: bool
    is_fruit_entry: bool
    fruit_role_from: date | None
    fruit_role_source: str
    opens_at: str
    closes_at: str
    hours_source: str
    timezone: str
    dated: Dated
    note: str


@dataclass(frozen=True, slots=True)
class Link:
    code: str
    from_node: str
    to_node: str
    mode: str
    corridor: str
    distance_km: Decimal
    distance_source: str
    transit_h: Decimal
    transit_source: str
    departures_per_week: int | None
    frequency_source: str
    border_opens_at: str
    border_closes_at: str
    border_clock_node: str
    border_after_h: Decimal | None
    border_hours_source: str
    via_exit: str
    via_entry: str
    via_source: str
    rate_low_minor: int | None
    rate_high_minor: int | None
    rate_unit: str
    currency: str
    rate_year: int | None
    rate_source: str
    rate_from_kg: int | None
    payload_limit_kg: int | None
    is_estimate: bool
    estimated_parts: tuple[str, ...]
    dated: Dated
    note: str

    @property
    def quoted_rate_minor(self) -> int | None:
        """The upper end of the range, or None: a link without a rate is shown and never priced."""
        return self.rate_high_minor


@dataclass(frozen=True, slots=True)
class CrossingState:
    link: str
    is_open: bool
    scope: str
    dated: Dated
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class RateRule:
    """How a rate in one unit follows from another where none of its own is known; always an estimate."""

    code: str
    mode: str
    derived_unit: str
    base_unit: str
    factor_low: Decimal
    factor_high: Decimal
    meaning: str
    dated: Dated
    source: str


@dataclass(frozen=True, slots=True)
class Charge:
    """What a port or its agent takes on top of the rate; `equipment` is empty where it does not matter."""

    code: str
    mode: str
    at_node: str
    equipment: str
    basis: str
    amount_minor: int
    currency: str
    dated: Dated
    source: str


@dataclass(frozen=True, slots=True)
class FirstMileRule:
    code: str
    country: str
    distance_factor: Decimal
    per_km_minor: int
    fixed_minor: int
    currency: str
    speed_km_h: Decimal
    dated: Dated
    source: str


@dataclass(frozen=True, slots=True)
class EmissionFactorRow:
    code: str
    mode: str
    vehicle_class: str
    kgco2e_per_tkm: Decimal
    scope: str
    is_default: bool
    dated: Dated
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Equipment:
    code: str
    name_en: str
    name_th: str
    name_zh: str
    temperature_classes: tuple[str, ...]
    volume_m3: Decimal
    payload_kg: int
    dated: Dated
    source: str


@dataclass(frozen=True, slots=True)
class TimetableRule:
    """How a link of a mode that has no timetable is given an illustrative one."""

    mode: str
    departs_at: tuple[str, ...]
    cut_off_min: int
    customs_dwell_min: int
    temperature_classes: tuple[str, ...]
    default_departures_per_week: int
    dated: Dated
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class FreightReference:
    """All rows of the freight files, checked against one another."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    crossing_states: tuple[CrossingState, ...]
    rate_rules: tuple[RateRule, ...]
    charges: tuple[Charge, ...]
    first_mile: tuple[FirstMileRule, ...]
    emission_factors: tuple[EmissionFactorRow, ...]
    equipment: tuple[Equipment, ...]
    timetable_rules: tuple[TimetableRule, ...]

    def node(self, code: str) -> Node:
        return next(node for node in self.nodes if node.code == code)

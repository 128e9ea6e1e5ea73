"""The freight reference rows as columns of the itinerary engine: services, closures, rates, first miles.

The timetable made here is illustrative: real departures replace it where a carrier gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np

from samphao.engines.emissions import EmissionFactor, great_circle_km, milligrams_per_kg
from samphao.engines.itineraries.costing import E4, Rates
from samphao.engines.itineraries.query import Feeder
from samphao.engines.itineraries.timetable import (
    ESTIMATES,
    TEMPERATURES,
    UNKNOWN_COST,
    BorderPassage,
    Closure,
    Service,
    Timetable,
    days_of_week,
    expand,
    minute_of,
)
from samphao.reference.freight_rows import (
    CrossingState,
    FreightReference,
    Link,
    Node,
    RateRule,
    TimetableRule,
)

GENERAL: Final = 0
FRUIT_CN: Final = 1
FRUIT_KH: Final = 2
GOODS_CLASSES: Final = ("general", "fruit_cn", "fruit_kh")
"""Rule classes of goods: bit i of a departure's goods mask. Fresh fruit is `fruit_cn` when bound for China."""

ESTIMATED_TIMETABLE: Final = 1 << ESTIMATES.index("timetable")


def utc_offset_min(timezone: str, day: date) -> int:
    """Minutes by which a clock is ahead of UTC at noon of a day."""
    offset = ZoneInfo(timezone).utcoffset(datetime.combine(day, time(12)))
    return int((offset or timedelta()).total_seconds() // 60)


def goods_mask_of(link: Link, nodes: Mapping[str, Node], day: date) -> int:
    """Which classes of goods may take a link by the fruit protocol.

    Fruit for China leaves Thailand over land or river by a listed exit and enters China by a listed entry, by
    whatever mode. Straight from a Thai port or airport no exit need be listed. What is not listed is not allowed.
    """
    start, end = nodes[link.from_node], nodes[link.to_node]
    is_allowed = True
    if start.country == "TH" and end.country != "TH" and link.mode not in {"sea", "air"}:
        is_allowed = nodes[link.via_exit or link.from_node].is_fruit_exit
    if start.country != "CN" and end.country == "CN":
        entry = nodes[link.via_entry or link.to_node]
        is_listed = entry.is_fruit_entry and (entry.fruit_role_from is None or entry.fruit_role_from <= day)
        is_allowed = is_allowed and is_listed
    everything = (1 << len(GOODS_CLASSES)) - 1
    return everything if is_allowed else everything & ~(1 << FRUIT_CN)


def default_factors(reference: FreightReference) -> dict[str, EmissionFactor]:
    """The factor that a mode uses where nobody names a vehicle class."""
    return {
        row.mode: EmissionFactor(row.code, row.mode, row.kgco2e_per_tkm, row.source)
        for row in reference.emission_factors
        if row.is_default
    }


def services_of(reference: FreightReference, day: date) -> tuple[Service, ...]:
    """Make services of the links that hold on a day, by the illustrative rule of each mode.

    A link runs as often a week as its row says, else as the rule says; seven times a week or more is every day at each
    of the rule's hours. Fewer runs are spread evenly, beginning on a weekday that the link's code decides.
    """
    nodes = {node.code: node for node in reference.nodes}
    position = {node.code: i for i, node in enumerate(reference.nodes)}
    rules = {rule.mode: rule for rule in reference.timetable_rules}
    factors = default_factors(reference)
    services = []
    for link in reference.links:
        if not link.dated.holds_on(day):
            continue
        rule = rules[link.mode]
        often = link.departures_per_week or rule.default_departures_per_week
        for departs_at in rule.departs_at:
            services.append(  # noqa: PERF401 - a comprehension of two loops with these many fields reads worse
                Service(
                    link=link.code,
                    from_node=position[link.from_node],
                    to_node=position[link.to_node],
                    mode=link.mode,
                    days=days_of_week(often, crc32(link.code.encode()) % 7),
                    departs_min=minute_of(departs_at),
                    transit_min=int((link.transit_h * 60).to_integral_value(ROUND_HALF_UP)),
                    cut_off_min=rule.cut_off_min,
                    customs_dwell_min=_dwell(link, nodes, rule),
                    border=_border(link, nodes, day),
                    temperature_mask=sum(1 << TEMPERATURES.index(word) for word in rule.temperature_classes),
                    goods_mask=goods_mask_of(link, nodes, day),
                    distance_km=int(link.distance_km),
                    emission_mg_per_kg=milligrams_per_kg(link.distance_km, factors[link.mode]),
                    estimate_mask=ESTIMATED_TIMETABLE | sum(1 << ESTIMATES.index(p) for p in link.estimated_parts),
                )
            )
    return tuple(services)


def _dwell(link: Link, nodes: Mapping[str, Node], rule: TimetableRule) -> int:
    is_abroad = nodes[link.from_node].country != nodes[link.to_node].country
    return rule.customs_dwell_min if is_abroad else 0


def _border(link: Link, nodes: Mapping[str, Node], day: date) -> BorderPassage | None:
    if not link.border_opens_at or link.border_after_h is None:
        return None
    return BorderPassage(
        after_min=int(link.border_after_h * 60),
        opens_min=minute_of(link.border_opens_at),
        closes_min=minute_of(link.border_closes_at, role="closes"),
        utc_offset_min=utc_offset_min(nodes[link.border_clock_node].timezone, day),
    )


def closures_of(reference: FreightReference, starts_on: date) -> tuple[Closure, ...]:
    """Make closures of the rows that say "closed", in minutes since midnight UTC of the horizon's first day.

    A day here is the day of the link's first node. A row without a day is taken as shut throughout.
    """
    nodes = {node.code: node for node in reference.nodes}
    links = {link.code: link for link in reference.links}
    epoch = datetime.combine(starts_on, time(), UTC)

    def minute(state: CrossingState, day: date | None, default: int) -> int:
        if day is None:
            return default
        zone = ZoneInfo(nodes[links[state.link].from_node].timezone)
        return int((datetime.combine(day, time(), zone) - epoch).total_seconds() // 60)

    return tuple(
        Closure(
            link=state.link,
            goods_mask=-1 if state.scope == "all" else 1 << GOODS_CLASSES.index(state.scope),
            starts_at=minute(state, state.dated.valid_from, -(1 << 50)),
            ends_at=minute(state, state.dated.valid_to + timedelta(1) if state.dated.valid_to else None, 1 << 50),
        )
        for state in reference.crossing_states
        if not state.is_open
    )


def illustrative_timetable(reference: FreightReference, *, starts_on: date, days: int = 14) -> Timetable:
    """Every link of the reference as dated departures, without costs: see ``rates_of`` and ``price_departures``."""
    return expand(
        services_of(reference, starts_on),
        [node.code for node in reference.nodes],
        [utc_offset_min(node.timezone, starts_on) for node in reference.nodes],
        starts_on=starts_on,
        days=days,
        closures=closures_of(reference, starts_on),
    )


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """In which currency, at which rates of exchange, on which day and for which temperature prices are wanted.

    `exchange` gives for each currency how many minor units of `currency` one minor unit of it is worth.
    """

    currency: str
    exchange: Mapping[str, Decimal]
    on: date
    temperature_class: int


_NOTHING: Final = dict.fromkeys(Rates.__dataclass_fields__, UNKNOWN_COST)


def rates_of(reference: FreightReference, timetable: Timetable, terms: PriceTerms) -> Rates:
    """Rates of each departure for one temperature class, quoting the upper end of every range.

    Raises
    ------
    KeyError
        If `terms` lacks the exchange rate of a currency that is needed.
    """
    by_code = {link.code: link for link in reference.links}
    rows = [_link_rates(reference, by_code[code], terms) for code in timetable.links]
    columns = {
        name: np.array([row[name] for row in rows], dtype=np.int64)[timetable.link]
        if rows
        else np.zeros(0, dtype=np.int64)
        for name in Rates.__dataclass_fields__
    }
    return Rates(**columns)


def _link_rates(reference: FreightReference, link: Link, terms: PriceTerms) -> dict[str, int]:
    rates = dict(_NOTHING)
    if link.quoted_rate_minor is None:
        return rates
    quoted = link.quoted_rate_minor * _exchange(terms, link.currency)
    rates |= {"loose_minimum_minor": 0, "per_shipment_minor": 0, "is_unit": 0}
    rules = {
        rule.derived_unit: rule
        for rule in reference.rate_rules
        if rule.mode == link.mode and rule.base_unit in {link.rate_unit, "m3"} and rule.dated.holds_on(terms.on)
    }
    if link.rate_unit == "kg":
        rates["is_unit"] = 1
        rates["per_kg_e4"] = _whole(quoted * E4)
        if "m3" in rules:
            rates["per_m3_e4"] = _whole(quoted * E4 * rules["m3"].factor_high)
        rates["loose_minimum_minor"] = _whole(quoted * (link.rate_from_kg or 0))
        return rates
    return rates | _unit_rates(reference, link, terms, quoted, rules)


def _unit_rates(
    reference: FreightReference, link: Link, terms: PriceTerms, quoted: Decimal, rules: Mapping[str, RateRule]
) -> dict[str, int]:
    rates: dict[str, int] = {}
    is_ambient = TEMPERATURES[terms.temperature_class] == "ambient"
    whole, code = quoted, link.rate_unit
    if is_ambient and "container_40_dry" in rules:
        whole, code = quoted * rules["container_40_dry"].factor_high, "container_40_dry"
    unit = next(item for item in reference.equipment if item.code == code)
    rates["payload_kg"] = min(unit.payload_kg, link.payload_limit_kg or unit.payload_kg)
    rates["volume_m3"] = int(unit.volume_m3)
    rates["per_container_minor"] = _whole(whole + _charges(reference, link, terms, lambda e: e == code, "container"))
    rates["per_shipment_minor"] = _whole(_charges(reference, link, terms, lambda e: e in {"", code}, "bill_of_lading"))
    # frozen goods share no container: none is known that keeps several shippers at -18 degrees
    loose = {"ambient": "m3_ambient", "chilled": "m3_chilled"}.get(TEMPERATURES[terms.temperature_class], "")
    if loose in rules:
        per_m3 = quoted * rules[loose].factor_high
        rates["per_m3_e4"] = _whole(per_m3 * E4)
        if "kg" in rules:
            rates["per_kg_e4"] = _whole(per_m3 * E4 * rules["kg"].factor_high)
    return rates


def _charges(
    reference: FreightReference, link: Link, terms: PriceTerms, fits: Callable[[str], bool], basis: str
) -> Decimal:
    return sum(
        (
            charge.amount_minor * _exchange(terms, charge.currency)
            for charge in reference.charges
            if charge.mode == link.mode
            and charge.at_node == link.from_node
            and charge.basis == basis
            and fits(charge.equipment)
            and charge.dated.holds_on(terms.on)
        ),
        Decimal(0),
    )


def _exchange(terms: PriceTerms, currency: str) -> Decimal:
    return Decimal(1) if currency == terms.currency else terms.exchange[currency]


def _whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def first_mile(
    reference: FreightReference, timetable: Timetable, door: tuple[float, float], node: str, terms: PriceTerms
) -> Feeder:
    """The way of one truck between a door (latitude, longitude) and a node: an estimate by the rule of its country.

    Raises
    ------
    LookupError
        If the node's country has no rule: then the first mile is unknown.
    """
    truck = truck_between(reference, door, node)
    cost = truck.cost_minor * _exchange(terms, truck.currency)
    return Feeder(
        node=timetable.node(node),
        minutes=truck.minutes,
        cost_minor=_whole(cost),
        emission_mg_per_kg=milligrams_per_kg(truck.distance_km, default_factors(reference)["road"]),
    )


@dataclass(frozen=True, slots=True)
class Truck:
    """The way of one truck by the rule of its country: an estimate."""

    distance_km: Decimal
    minutes: int
    cost_minor: Decimal
    currency: str
    per_km_minor: int
    fixed_minor: int
    source: str


def truck_between(reference: FreightReference, door: tuple[float, float], node: str) -> Truck:
    """The way of one truck between a door (latitude, longitude) and a node.

    Raises
    ------
    LookupError
        If the node's country has no rule: then the way is unknown.
    """
    place = reference.node(node)
    rule = next((row for row in reference.first_mile if row.country == place.country), None)
    if rule is None:
        raise LookupError(f"no rule for first miles in {place.country}")
    distance = Decimal(str(round(great_circle_km(*door, place.lat, place.lon), 3))) * rule.distance_factor
    return Truck(
        distance, max(1, _whole(distance / rule.speed_km_h * 60)), rule.fixed_minor + distance * rule.per_km_minor, rule.currency,
        rule.per_km_minor, rule.fixed_minor, rule.source,
    )  # fmt: skip

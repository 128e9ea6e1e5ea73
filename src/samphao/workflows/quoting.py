"""A price to the door for a question of one sentence: so many kg of a good, from a province to a city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from samphao.core.errors import Refused
from samphao.customs.queries import ImporterChoice
from samphao.engines.trade_modes import MODES
from samphao.freight import queries as freight
from samphao.freight.quotes import quote
from samphao.freight.types import QuoteOption, QuoteQuestion
from samphao.reference import queries as reference
from samphao.reference.names import find_destination, find_door, find_good
from samphao.reference.types import DestinationSpec, GoodSpec, PostRateSpec
from samphao.workflows.price_to_door import Goods, Line
from samphao.workflows.shipping import DENSITY_KG_M3, DENSITY_OTHERWISE, exchange_for_carriage
from samphao.workflows.trade_modes import HOUSEHOLDS, SHELF_DAYS, Market, Priced, Wanted


@dataclass(frozen=True, slots=True)
class DoorPrice:
    """Lines for the whole quantity, and their sum."""

    lines: tuple[Line, ...]
    total_minor: int
    currency: str
    route: tuple[str, ...]
    transit_h: int
    good: str
    origin: str
    destination: str
    has_import_charges: bool = True


@dataclass(frozen=True, slots=True)
class QuoteAsked:
    """So many kg of a good, from a province to a city, ready at a moment."""

    origin: str
    destination: str
    kg: float
    good: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Quotes:
    """Every option that no other beats in time, cost and CO2e at once, or why there is none; places by their names."""

    options: tuple[QuoteOption, ...]
    why_none: str
    good: str
    origin: str
    destination: str
    place_names: Mapping[str, str]


def quotes(asked: QuoteAsked) -> Quotes:
    """Return every Pareto option of a shipment, or why there is none."""
    good, nodes = find_good(asked.good), freight.nodes()
    (province, door), (city, node) = find_door(asked.origin), find_destination(asked.destination, nodes)
    m3 = asked.kg / DENSITY_KG_M3.get(good.category, DENSITY_OTHERWISE)
    question = QuoteQuestion(
        door, node, asked.kg, m3, good.temperature_class, good.is_fresh_fruit, asked.at, SHELF_DAYS[good.temperature_class]
    )  # fmt: skip
    options, why = quote(question, exchange_for_carriage(asked.at.date()))
    return Quotes(options, why, good.name_en, province, _city(city), {code: row.name_en for code, row in nodes.items()})


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """So many kg of a good at a price a kg, from a province to a city, in a trade mode on a day."""

    origin: str
    destination: str
    kg: Decimal
    good: str
    thb_per_kg: Decimal
    at: datetime
    mode: str = "general"
    post_tariff: tuple[PostRateSpec, ...] | None = None
    """The user's own postal tariff; without one, the tariff that is published."""


def price(question: PriceQuestion) -> DoorPrice:
    """Work out the price to the door; raise Refused with every rule that refuses it, its source and date."""
    if question.mode not in MODES:
        raise Refused(f"there is no trade mode {question.mode!r}: it is one of {', '.join(MODES)}")
    on, kg = question.at.date(), question.kg
    found = find_good(question.good)
    goods = reference.goods()
    province, door = find_door(question.origin)
    city, node = find_destination(question.destination, freight.nodes())
    country = freight.nodes()[node].country
    place = DestinationSpec(node, node, city, "", "", country, reference.currency_of(country), 0.0, 0.0, "")
    unit = Goods(int(question.thb_per_kg * 100), int(kg) if kg == int(kg) else 1, "kg", kg)
    tariff = question.post_tariff
    market = Market(
        on, goods, lambda _place, good: _any_importer(country, goods[good], on),
        None if tariff is None else lambda to: tuple(rate for rate in tariff if rate.country == to and _holds(rate, on)),
    )  # fmt: skip
    answer = market.price(question.mode, Wanted(goods[found.code], door, place, HOUSEHOLDS, unit, has_house=True))
    if not isinstance(answer, Priced):
        findings = market.findings(answer)
        days = reference.days_with_exchange_rates()
        raise Refused(
            f"{question.mode} is refused", refusals=list(map(_said, findings)), measures=[row["measure"] for row in findings], country=country,
            days=f", from {days[0]} to {days[1]}" if days else "",
        )  # fmt: skip
    is_whole = answer.incoterm != "DAP"
    return DoorPrice(
        answer.lines,
        answer.price_minor,
        answer.currency,
        _names(answer.route),
        answer.transit_h,
        found.name_en,
        province,
        _city(city),
        is_whole,
    )


def _city(name: str) -> str:
    """Return a city's name without the yard or port that stands for it: `Kunming (Wangjiaying logistics port)`."""
    return name.partition(" (")[0]


def _names(route: tuple[str, ...]) -> tuple[str, ...]:
    nodes = freight.nodes()
    return tuple(nodes[code].name_en if code in nodes else code for code in route)


def _any_importer(country: str, good: GoodSpec, on: date) -> list[ImporterChoice]:
    """Return an importer at the usual fee, taken to hold a permit where one is needed; none where no fee is known."""
    fee = reference.price_rule("importer_inspection_fee", country, good, on)
    if fee is None or fee.minor_per_kg is None:
        return []
    return [ImporterChoice("", int(fee.minor_per_kg), fee.currency, fee.source, {"": 1})]


def _holds(rate: PostRateSpec, on: date) -> bool:
    return (rate.valid_from is None or rate.valid_from <= on) and (rate.valid_to is None or on <= rate.valid_to)


def _said(finding: dict[str, str | bool | None]) -> str:
    """Say what refuses and what can be done; rows published before rules said so have only their name."""
    found = finding["found"] or ("not known" if finding["is_met"] is None else "not met")
    said = finding["refusal_en"] or f"{finding['name_en']}: {found}."
    return f"{said} [{finding['source']}, {finding['valid_from'] or 'undated'}]"

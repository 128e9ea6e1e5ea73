"""A price to the door for a question of one sentence: so many kg of a good, from a province to a city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from babel.numbers import get_currency_precision

from samphao.core.errors import Refused
from samphao.customs import queries as customs
from samphao.customs.queries import ImporterChoice
from samphao.freight import queries as freight
from samphao.freight.quotes import quote
from samphao.freight.types import CarriageQuestion, QuoteOption, QuoteQuestion
from samphao.reference import queries as reference
from samphao.reference.names import find_destination, find_door, find_good
from samphao.workflows.price_to_door import Goods, Line, Terms, general_lines, total
from samphao.workflows.shipping import DENSITY_KG_M3, DENSITY_OTHERWISE, exchange
from samphao.workflows.trade_modes import SHELF_DAYS


@dataclass(frozen=True, slots=True)
class DoorPrice:
    """Lines for the whole quantity, and their sum."""

    lines: tuple[Line, ...]
    total_minor: int
    currency: str
    route: tuple[str, ...]
    transit_h: int


def quotes(origin: str, destination: str, kg: float, good: str, at: datetime) -> tuple[tuple[QuoteOption, ...], str]:
    """Return every Pareto option of a shipment, or why there is none."""
    found = find_good(good)
    door, (_, node) = find_door(origin)[1], find_destination(destination, freight.nodes())
    m3 = kg / DENSITY_KG_M3.get(found.category, DENSITY_OTHERWISE)
    days = SHELF_DAYS[found.temperature_class]
    return quote(
        QuoteQuestion(door, node, kg, m3, found.temperature_class, found.is_fresh_fruit, at, days), exchange(at.date())
    )


def price(origin: str, destination: str, kg: Decimal, good: str, thb_per_kg: Decimal, at: datetime) -> DoorPrice:
    """Work out the price to the door; raise Refused with the reason where a part of it is unknown."""
    on = at.date()
    found = find_good(good)
    goods = reference.goods()[found.code]
    door, (_, node) = find_door(origin)[1], find_destination(destination, freight.nodes())
    country = freight.nodes()[node].country
    currency = reference.currency_of(country)
    rates = reference.exchange_rates(on)
    if currency not in rates:
        raise Refused(f"no exchange rate from THB to {currency} on {on}")
    charges = customs.import_charges(country, on).get(found.code)
    if charges is None:
        raise Refused(f"duty or tax of {found.code} in {country} is unknown on {on}: unknown is never zero")
    days = SHELF_DAYS[found.temperature_class]
    carriage = freight.carriage(
        CarriageQuestion(door, node, found.temperature_class, found.is_fresh_fruit, days, on), exchange(on)
    )
    if carriage is None:
        raise Refused(f"no carriage with a known rate within {days} days")
    fee = reference.price_rule("importer_inspection_fee", country, goods, on)
    insurance, hub_fee = (
        reference.price_rule("insurance", "CN", goods, on),
        reference.price_rule("hub_fee", country, goods, on),
    )
    if fee is None or fee.minor_per_kg is None or insurance is None or hub_fee is None:
        raise Refused(f"the fee of an importer of record in {country} is unknown: ask one")
    importer = ImporterChoice("", int(fee.minor_per_kg), fee.currency, fee.source, {})
    packing = reference.price_rule("packing_house_service", "", goods, on)
    terms = Terms(
        on,
        currency,
        int(get_currency_precision(currency)),
        rates[currency],
        carriage,
        charges,
        importer,
        insurance,
        hub_fee,
        packing,
    )
    lines = general_lines(Goods(int(thb_per_kg * 100), int(kg) if kg == int(kg) else 1, "kg", kg), terms)
    return DoorPrice(lines, total(lines), currency, carriage.route, carriage.transit_h)

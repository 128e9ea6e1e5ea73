"""Quotes: every Pareto-optimal way of a shipment over time, cost and CO2e, with the rules that shifted it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from samphao.engines.itineraries import costing
from samphao.engines.itineraries.explain import Leg, estimated_share, legs_of, why_none
from samphao.engines.itineraries.query import Query
from samphao.engines.itineraries.scan import scan
from samphao.engines.itineraries.timetable import DAY_MIN, TEMPERATURES
from samphao.freight.queries import network, nodes
from samphao.freight.through_services import consolidation_points
from samphao.freight.types import QuoteLeg, QuoteOption, QuoteQuestion
from samphao.reference.freight_network import (
    FRUIT_CN,
    GENERAL,
    PriceTerms,
    first_mile,
    illustrative_timetable,
    rates_of,
)

HUBS_NEAR = 3
RULES = {"cut_off": "cut-off", "border_hours": "border hours", "customs_dwell": "customs"}


def quote(question: QuoteQuestion, exchange: tuple[tuple[str, Decimal], ...]) -> tuple[tuple[QuoteOption, ...], str]:
    """Return the options, the soonest arrival first, and, where there is none, the sentence that says which rule bars it.

    Less than a container travels in shared containers that are stuffed and sealed at a consolidation point.
    """
    reference = network()
    starts_on = question.leaves_at.astimezone(UTC).date()
    timetable = illustrative_timetable(reference, starts_on=starts_on, days=question.days_max + 1)
    terms = PriceTerms("THB", dict(exchange), starts_on, TEMPERATURES.index(question.temperature))
    shipment = costing.Shipment(round(question.kg * 1000), round(question.m3 * 1000))
    timetable = replace(timetable, cost_minor=costing.price_departures(rates_of(reference, timetable, terms), shipment))
    is_fruit_for_china = question.is_fresh_fruit and nodes()[question.destination].country == "CN"
    hubs = [
        node.code for node in reference.nodes if node.kind.startswith("origin") or node.code in consolidation_points()
    ]
    access = [first_mile(reference, timetable, question.door, hub, terms) for hub in hubs]
    access = sorted(access, key=lambda feeder: (feeder.cost_minor, feeder.node))[:HUBS_NEAR]
    midnight = datetime(starts_on.year, starts_on.month, starts_on.day, tzinfo=UTC)
    earliest = round((question.leaves_at - midnight).total_seconds() / 60)
    query = Query(
        origin=access[0].node, destination=timetable.node(question.destination), earliest_departure=earliest,
        latest_arrival=earliest + question.days_max * DAY_MIN, gross_mass_kg=question.kg, temperature_class=terms.temperature_class,
        goods_class=FRUIT_CN if is_fruit_for_china else GENERAL, legs_max=9, access=tuple(access),
    )  # fmt: skip
    options = tuple(
        _option(
            legs_of(timetable, query, found), found.cost_minor, found.emission_g, found.arrive_at, question, midnight
        )
        for found in scan(timetable, query)
    )
    if options:
        return tuple(sorted(options, key=lambda option: (option.arrives_at, option.cost_minor))), ""
    barred = why_none(timetable, query)
    return (), f"no way within {question.days_max} days" + (f"; {barred[0].detail}" if barred else "")


def _option(
    legs: tuple[Leg, ...], cost: int, emission_g: int, arrive_min: int, question: QuoteQuestion, midnight: datetime
) -> QuoteOption:
    def at(minutes: int) -> datetime:
        return midnight + timedelta(minutes=minutes)

    shown = tuple(
        QuoteLeg(
            leg.mode, leg.from_node, leg.to_node, at(leg.depart_at), at(leg.arrive_at), leg.cost_minor, leg.estimates,
            tuple(f"{RULES[shift.rule]} {shift.minutes / 60:.0f} h" for shift in leg.shifts),
        )
        for leg in legs
    )  # fmt: skip
    return QuoteOption(question.leaves_at, at(arrive_min), cost, "THB", emission_g / 1000, shown, estimated_share(legs))

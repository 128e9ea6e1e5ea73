"""Every feasible itinerary, one by one: what the scan is held against on small cases.

It shares no code with the scan: it walks the columns of the timetable, keeps whole paths, and compares all with all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from samphao.engines.itineraries.query import Query
from samphao.engines.itineraries.timetable import Timetable


class Totals(NamedTuple):
    """What an itinerary comes to: the three figures that are compared, and the legs that break a tie."""

    arrive_at: int
    cost_minor: int
    emission_mg_per_kg: int
    legs: int


def enumerate_options(timetable: Timetable, query: Query) -> tuple[Totals, ...]:
    """Pareto-optimal totals of all feasible itineraries, sorted; exponential in the legs."""
    return pareto(totals for node, totals in _walk(timetable, query) for totals in _to_the_door(query, node, totals))


def enumerate_all(timetable: Timetable, query: Query) -> dict[int, tuple[Totals, ...]]:
    """The same for every node that can be reached, without a last mile."""
    origins = {way.node for way in query.access} or {query.origin}
    reached: dict[int, list[Totals]] = defaultdict(list)
    for node, totals in _walk(timetable, query):
        if node not in origins and totals.arrive_at <= query.latest_arrival:
            reached[node].append(totals)
    return {node: pareto(iter(found)) for node, found in sorted(reached.items())}


def pareto(totals: Iterator[Totals]) -> tuple[Totals, ...]:
    """Those that no other beats or, with fewer legs, equals; each vector once."""
    fewest: dict[tuple[int, int, int], int] = {}
    for option in totals:
        vector = option[:3]
        fewest[vector] = min(option.legs, fewest.get(vector, option.legs))
    return tuple(
        Totals(*vector, fewest[vector])
        for vector in sorted(fewest)
        if not any(
            other != vector and all(theirs <= ours for theirs, ours in zip(other, vector, strict=True))
            for other in fewest
        )
    )


def _to_the_door(query: Query, node: int, totals: Totals) -> Iterator[Totals]:
    if not query.egress:
        if node == query.destination and totals.arrive_at <= query.latest_arrival:
            yield totals
        return
    for way in query.egress:
        if way.node == node and totals.arrive_at + way.minutes <= query.latest_arrival:
            yield Totals(
                totals.arrive_at + way.minutes,
                totals.cost_minor + way.cost_minor,
                totals.emission_mg_per_kg + way.emission_mg_per_kg,
                totals.legs,
            )


def _walk(timetable: Timetable, query: Query) -> Iterator[tuple[int, Totals]]:
    if query.access:
        stack = [
            (way.node, Totals(query.earliest_departure + way.minutes, way.cost_minor, way.emission_mg_per_kg, 0))
            for way in query.access
        ]
    else:
        stack = [(query.origin, Totals(query.earliest_departure, 0, 0, 0))]
    departures = [
        tuple(int(value) for value in row)
        for row in zip(
            timetable.from_node,
            timetable.to_node,
            timetable.ready_at,
            timetable.arrive_at,
            timetable.cost_minor,
            timetable.emission_mg_per_kg,
            timetable.temperature_mask,
            timetable.goods_mask,
            strict=True,
        )
    ]
    while stack:
        node, (at, cost, emission, legs) = stack.pop()
        if legs == query.legs_max:
            continue
        for source, sink, ready, arrive, price, mg, temperatures, goods in departures:
            if source != node or ready < at or price < 0 or arrive > query.latest_arrival:
                continue
            if not temperatures >> query.temperature_class & 1 or not goods >> query.goods_class & 1:
                continue
            totals = Totals(arrive, cost + price, emission + mg, legs + 1)
            yield sink, totals
            stack.append((sink, totals))

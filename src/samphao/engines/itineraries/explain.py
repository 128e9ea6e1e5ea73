"""An itinerary leg by leg, with the rules that shifted it and what of it is an estimate; and why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from samphao.engines.itineraries.query import LEGS_MOST, Itinerary, Query
from samphao.engines.itineraries.scan import scan
from samphao.engines.itineraries.timetable import ESTIMATES, TEMPERATURES, Timetable

Rule = Literal["cut_off", "border_hours", "customs_dwell"]


@dataclass(frozen=True, slots=True)
class Shift:
    """A rule that cost time on a leg."""

    rule: Rule
    minutes: int


@dataclass(frozen=True, slots=True)
class Leg:
    """The part of an itinerary on one departure.

    Minutes count from the timetable's epoch. ``wait_min`` is how long the goods stand before the cut-off;
    ``emission_g`` is tank-to-wheel. ``estimates`` names what rests on an estimate: timetable, transit, rate, distance.
    """

    departure: int
    link: str
    mode: str
    from_node: str
    to_node: str
    wait_min: int
    ready_at: int
    depart_at: int
    arrive_at: int
    cost_minor: int
    emission_g: int
    distance_km: int
    shifts: tuple[Shift, ...]
    estimates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One rule that, if it alone were lifted, would leave an itinerary, and the best arrival and cost then."""

    rule: Literal["latest_arrival", "legs_max", "temperature", "goods_rule", "unknown_rate"]
    arrive_at: int
    cost_minor: int | None
    detail: str


def legs_of(timetable: Timetable, query: Query, itinerary: Itinerary) -> tuple[Leg, ...]:
    """Explain each leg of an itinerary that a scan of this timetable gave."""
    standing_since = query.earliest_departure
    if itinerary.access >= 0:
        standing_since += query.access[itinerary.access].minutes
    legs = []
    for i in itinerary.departures:
        ready, depart, arrive = int(timetable.ready_at[i]), int(timetable.depart_at[i]), int(timetable.arrive_at[i])
        found: tuple[tuple[Rule, int], ...] = (
            ("cut_off", depart - ready),
            ("border_hours", int(timetable.border_wait_min[i])),
            ("customs_dwell", int(timetable.customs_dwell_min[i])),
        )
        mask = int(timetable.estimate_mask[i])
        legs.append(
            Leg(
                departure=i,
                link=timetable.links[int(timetable.link[i])],
                mode=timetable.modes[int(timetable.mode[i])],
                from_node=timetable.nodes[int(timetable.from_node[i])],
                to_node=timetable.nodes[int(timetable.to_node[i])],
                wait_min=ready - standing_since,
                ready_at=ready,
                depart_at=depart,
                arrive_at=arrive,
                cost_minor=int(timetable.cost_minor[i]),
                emission_g=round(int(timetable.emission_mg_per_kg[i]) * query.gross_mass_kg / 1000.0),
                distance_km=int(timetable.distance_km[i]),
                shifts=tuple(Shift(rule, minutes) for rule, minutes in found if minutes > 0),
                estimates=tuple(word for bit, word in enumerate(ESTIMATES) if mask >> bit & 1),
            )
        )
        standing_since = arrive
    return tuple(legs)


def estimated_share(legs: tuple[Leg, ...]) -> float:
    """Share of the legs' cost whose rate is an estimate, 0 to 1; 0 for legs that cost nothing."""
    total = sum(leg.cost_minor for leg in legs)
    return sum(leg.cost_minor for leg in legs if "rate" in leg.estimates) / total if total else 0.0


def why_none(timetable: Timetable, query: Query) -> tuple[Relaxation, ...]:
    """What alone would make a query feasible that has no itinerary; empty when no single rule is to blame.

    Each rule is lifted in turn and the query scanned again: five scans. A rate that is not known is never made up:
    the itinerary that it would allow is named without a cost.
    """
    priced_free = timetable.priced(timetable.cost_minor.clip(min=0))
    any_goods = _with_all_goods(timetable)
    horizon = int(timetable.arrive_at.max(initial=query.latest_arrival))
    trials: list[tuple[Relaxation, Timetable, Query]] = [
        (Relaxation("latest_arrival", 0, 0, "a later arrival"), timetable, replace(query, latest_arrival=horizon)),
        (Relaxation("legs_max", 0, 0, "more legs"), timetable, replace(query, legs_max=LEGS_MOST)),
        (Relaxation("goods_rule", 0, 0, "a border or rule that lets these goods through"), any_goods, query),
        (Relaxation("unknown_rate", 0, None, "a rate for a link that has none"), priced_free, query),
    ]
    trials += [
        (Relaxation("temperature", 0, 0, f"carriage {word}"), timetable, replace(query, temperature_class=bit))
        for bit, word in enumerate(TEMPERATURES)
        if bit != query.temperature_class
    ]
    found = []
    for relaxation, table, asked in trials:
        options = scan(table, asked)
        if options:
            cost = None if relaxation.cost_minor is None else min(option.cost_minor for option in options)
            found.append(replace(relaxation, arrive_at=options[0].arrive_at, cost_minor=cost))
    return tuple(found)


def _with_all_goods(timetable: Timetable) -> Timetable:
    """Return the same departures as if every class of goods might take them: shut borders open, bans lifted."""
    return replace(timetable, goods_mask=timetable.goods_mask | -1)

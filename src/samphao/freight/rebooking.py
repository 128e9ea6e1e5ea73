"""A load that missed its departure is booked on a later one, while its goods keep: the same way again where it can be had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction

from samphao.accounts import queries as accounts
from samphao.core import clock
from samphao.core.errors import Conflict
from samphao.freight import queries
from samphao.freight.models import Load, MovementEvent
from samphao.freight.through_services import (
    CONTAINERS_A_SERVICE,
    LOOSE_M3_A_SERVICE,
    Lane,
    Through,
    consolidation_points,
    itineraries,
    moment,
    nearest_point,
)
from samphao.freight.types import Rebooked
from samphao.reference import queries as reference

LEAD = timedelta(hours=12)  # papers and carrier want to know half a day before
LOOKS_AHEAD_DAYS = 8  # services leave at least once a week, so that the next departure of each is among these
TOLD_BY = "the hub"
Departure = tuple[str, datetime]


@dataclass(slots=True)
class Taken:
    """What stands booked on one departure of a link."""

    containers: int = 0
    loose_m3: float = 0.0


def rebook(code: str, exchange: tuple[tuple[str, Decimal], ...]) -> Rebooked | None:
    """Give a missed load its next itinerary, with the event; None where none arrives while the goods keep.

    Raises
    ------
    Conflict
        If the load has not missed its departure, or no longer.
    """
    with transaction.atomic():
        load = Load.objects.select_for_update().get(code=code)
        missed = next(iter(queries.loads_missed(1, code)), None)
        if missed is None:
            raise Conflict("This load has not missed its departure.", load=code)
        now = clock.now()
        starts_at = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
        found = _next(load, starts_at, now + LEAD, missed.keeps_until, exchange)
        if found is None:
            return None
        before = load.departs_at, load.arrives_at
        _move(load, found, starts_at)
        MovementEvent.objects.create(
            load=load,
            kind=MovementEvent.Kind.REBOOKED,
            node=load.origin,
            at=now,
            planned_at=before[0],
            reported_by=TOLD_BY,
        )
    return Rebooked(code, load.departs_at, load.arrives_at, *before)


def _next(
    load: Load,
    starts_at: datetime,
    earliest: datetime,
    keeps_until: datetime,
    exchange: tuple[tuple[str, Decimal], ...],
) -> Through | None:
    """Return the next departure of the same way, else the itinerary that arrives first; it has room, and the goods keep."""
    days = min(LOOKS_AHEAD_DAYS, (keeps_until - starts_at).days + 1)
    if days <= 0:
        return None
    taken = _taken(load, earliest)
    fitting = [
        one
        for one in itineraries(_lane(load), starts_at, days, exchange)
        if moment(starts_at, one.departs_min) >= earliest
        and moment(starts_at, one.arrives_min) <= keeps_until
        and _has_room(one, starts_at, load, taken)
    ]
    links = [leg["link"] for leg in load.legs]
    again = [one for one in fitting if [leg.link for leg in one.legs_for(is_whole=load.is_whole)] == links]
    if again:
        return min(again, key=lambda one: (one.departs_min, one.id))
    return min(fitting, key=lambda one: (one.arrives_min, one.cost_minor, one.id), default=None)


def _lane(load: Load) -> Lane:
    """Return the lane of a load. Fresh fruit stays with its place of entry: that is what the permit is for."""
    goods = reference.goods()
    is_fruit = any(
        goods[code].is_fresh_fruit for code in load.shipments.order_by().values_list("good", flat=True).distinct()
    )
    origin, door = _start(load)
    return Lane(
        origin, door, load.destination, load.legs[-1]["to"], load.importer,
        frozenset({load.entry_node}) if is_fruit else None, "reefer" in load.equipment, is_fruit,
    )  # fmt: skip


def _start(load: Load) -> tuple[str, tuple[float, float]]:
    """Return where a load begins its way anew, with its place: where its lane does, or where it was stuffed as a share."""
    origin = load.service.partition(">")[0] if load.is_whole else load.origin
    points = consolidation_points()
    if origin in points:
        return origin, points[origin]
    if province := accounts.province_of(origin):
        return origin, reference.province_places()[province]
    start = queries.nodes()[load.legs[0]["from"]]
    point = nearest_point((start.lat, start.lon))
    return point, points[point]


def _taken(load: Load, since: datetime) -> Mapping[Departure, Taken]:
    """Return what but a load itself is booked on each departure to come, link by link: what shares a train shares its room."""
    found: dict[Departure, Taken] = defaultdict(Taken)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT leg ->> 'link', (leg ->> 'departs_at')::timestamptz, count(*) FILTER (WHERE is_whole),
                      coalesce(sum(volume_m3) FILTER (WHERE NOT is_whole), 0)
               FROM freight_load, jsonb_array_elements(legs) leg
               WHERE arrives_at > %s AND state <> 'cancelled' AND plan_id IS NOT NULL AND id <> %s GROUP BY 1, 2""",
            [since, load.pk],
        )
        for link, at, containers, loose_m3 in cursor.fetchall():
            found[link, at] = Taken(containers, loose_m3)
    return found


def _has_room(one: Through, starts_at: datetime, load: Load, taken: Mapping[Departure, Taken]) -> bool:
    legs = one.legs_for(is_whole=load.is_whole)
    on_legs = [taken.get((leg.link, moment(starts_at, leg.depart_at)), Taken()) for leg in legs if leg.link]
    if load.is_whole:
        return all(row.containers < CONTAINERS_A_SERVICE for row in on_legs)
    return all(row.loose_m3 + load.volume_m3 <= LOOSE_M3_A_SERVICE for row in on_legs)


def _move(load: Load, found: Through, starts_at: datetime) -> None:
    load.service, load.legs, load.mode, load.entry_node = (
        found.id,
        found.leg_rows(starts_at, is_whole=load.is_whole),
        found.main_mode,
        found.entry_node,
    )
    leaves_min = found.leaves_min(is_whole=load.is_whole)
    load.departs_at, load.arrives_at = moment(starts_at, leaves_min), moment(starts_at, found.arrives_min)
    load.cost_minor = found.cost_minor if load.is_whole else round(found.loose_minor_m3 * load.volume_m3)
    load.emission_kg = found.emission_kg(load.mass_kg)
    load.save(
        update_fields=["service", "legs", "mode", "entry_node", "departs_at", "arrives_at", "cost_minor", "emission_kg"]
    )

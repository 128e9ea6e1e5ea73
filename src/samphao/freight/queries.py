"""Reads of freight."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

import numpy as np
from django.db import connection
from django.db.models import Avg, Case, Count, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Greatest

from samphao.core import clock
from samphao.engines.emissions import milligrams_per_kg
from samphao.engines.itineraries import costing
from samphao.engines.itineraries.explain import Leg, legs_of
from samphao.engines.itineraries.scan import Itinerary, Query, scan
from samphao.engines.itineraries.timetable import DAY_MIN, TEMPERATURES, UNKNOWN_COST, Timetable
from samphao.freight import postal
from samphao.freight.models import Consignment, Load, MovementEvent, Plan, Shipment
from samphao.freight.types import (
    Carriage,
    CarriageQuestion,
    CarriedLot,
    LoadedShipment,
    MissedLoad,
    Postage,
    RoadCarriage,
)
from samphao.reference import queries as reference_queries
from samphao.reference.freight_files import read_freight
from samphao.reference.freight_network import (
    FRUIT_CN,
    GENERAL,
    PriceTerms,
    default_factors,
    first_mile,
    illustrative_timetable,
    rates_of,
    truck_between,
)
from samphao.reference.freight_rows import Equipment, FreightReference, Node
from samphao.reference.types import ExchangeRateSpec, PostRateSpec

CONTAINER_KG = 18_000
CONTAINER_L = 60_000
FILL = Decimal("0.85")  # a price per kg supposes containers 85 % full: an estimate until the plan says
TRUCK = "truck_9t"
TRUCK_FILL = Decimal(
    "0.35"
)  # a price per kg inside Thailand supposes trucks a third full, as the demo's are: an estimate
HUBS_NEAR = 3
HORIZON_DAYS = 45


@lru_cache(maxsize=1)
def network() -> FreightReference:
    return read_freight()


@lru_cache(maxsize=64)
def timetable_entering(
    on: date,
    temperature: str,
    exchange: tuple[tuple[str, Decimal], ...],
    country: str,
    entry_nodes: frozenset[str] | None,
) -> tuple[Timetable, PriceTerms]:
    """Return the priced timetable without the departures that enter a country elsewhere than at `entry_nodes`."""
    timetable, terms = _priced(on, temperature, exchange)
    if entry_nodes is None:
        return timetable, terms
    reference = network()
    countries = {node.code: node.country for node in reference.nodes}
    barred = {
        link.code
        for link in reference.links
        if countries[link.from_node] != country == countries[link.to_node]
        and (link.via_entry or link.to_node) not in entry_nodes
    }
    is_barred = np.array([code in barred for code in timetable.links])[timetable.link]
    return replace(timetable, cost_minor=np.where(is_barred, UNKNOWN_COST, timetable.cost_minor)), terms


@lru_cache(maxsize=16)
def _priced(on: date, temperature: str, exchange: tuple[tuple[str, Decimal], ...]) -> tuple[Timetable, PriceTerms]:
    """Return the timetable from a day on with the cost of one full container on each departure, in satang."""
    reference = network()
    timetable = illustrative_timetable(reference, starts_on=on, days=HORIZON_DAYS)
    terms = PriceTerms("THB", dict(exchange), on, TEMPERATURES.index(temperature))
    shipment = costing.Shipment(CONTAINER_KG * 1000, CONTAINER_L, containers=1, is_sealed=True)
    return replace(
        timetable, cost_minor=costing.price_departures(rates_of(reference, timetable, terms), shipment)
    ), terms


def exchange_in_satang(rates: dict[str, ExchangeRateSpec], digits: dict[str, int]) -> tuple[tuple[str, Decimal], ...]:
    """Return for each currency how many satang one of its minor units is worth."""
    return tuple(sorted((code, Decimal(100) / rate.rate / 10 ** digits[code]) for code, rate in rates.items()))


def currencies_without_rate(exchange: tuple[tuple[str, Decimal], ...]) -> list[str]:
    """Return the currencies in which the network is priced and that have no rate: without them no carriage has a price."""
    reference = network()
    priced = {link.currency for link in reference.links} | {charge.currency for charge in reference.charges}
    return sorted(priced - {"THB", *dict(exchange)} - {""})


@lru_cache(maxsize=1)
def nodes() -> dict[str, Node]:
    return {node.code: node for node in network().nodes}


@lru_cache(maxsize=1)
def equipment() -> dict[str, Equipment]:
    return {row.code: row for row in network().equipment}


def carriage(question: CarriageQuestion, exchange: tuple[tuple[str, Decimal], ...]) -> Carriage | None:
    """Return the cheapest carriage of a full sealed container that is there in time; None where nobody knows one."""
    if currencies_without_rate(exchange):
        return None
    reference = network()
    country = nodes()[question.destination].country
    timetable, terms = timetable_entering(question.on, question.temperature, exchange, country, question.entry_nodes)
    query = _query(question, reference, timetable, terms)
    options = scan(timetable, query)
    if not options:
        return None
    best = min(options, key=lambda option: (option.cost_minor, option.arrive_at, option.departures))
    return _split(reference, timetable, query, best)


@lru_cache(maxsize=4096)
def domestic_truck(door: tuple[float, float], node: str) -> RoadCarriage:
    """Return the truck between a door and a node inside Thailand, and what of it falls on a kilogram."""
    truck = truck_between(network(), door, node)
    equipment = next(row for row in network().equipment if row.code == TRUCK)
    per_kg = (truck.cost_minor / equipment.payload_kg / TRUCK_FILL).quantize(Decimal("0.01"))
    rule = f"฿ {truck.fixed_minor / 100:,.0f} + {truck.distance_km:,.0f} km × ฿ {truck.per_km_minor / 100:,.0f}"
    return RoadCarriage(
        truck.distance_km, -(-truck.minutes // 60), round(truck.cost_minor), per_kg, equipment.payload_kg, int(equipment.volume_m3), rule,
        f"{truck.source}; a truck of 9 t, 35 % full",
    )  # fmt: skip


def postage(rates: Sequence[PostRateSpec], net_g: int) -> Postage | None:
    """Return what an item of so many grams costs by the cheapest product of a tariff; None where none takes it."""
    return postal.cheapest(rates, net_g)


def gross_mass_g(net_g: int) -> int:
    """Return what a small parcel weighs packed: an estimate."""
    return postal.gross_mass_g(net_g)


def road_emission_kg(distance_km: Decimal, mass_kg: float) -> float:
    """Return the CO2e of a mass by road, tank-to-wheel, without fuel production."""
    return round(milligrams_per_kg(distance_km, default_factors(network())["road"]) * mass_kg / 1_000_000, 1)


def _query(question: CarriageQuestion, reference: FreightReference, timetable: Timetable, terms: PriceTerms) -> Query:
    hubs = sorted(
        (node for node in reference.nodes if node.country == "TH" and node.kind.startswith("origin")),
        key=lambda node: ((node.lat - question.door[0]) ** 2 + (node.lon - question.door[1]) ** 2, node.code),
    )[:HUBS_NEAR]
    is_fruit_for_china = question.is_fresh_fruit and nodes()[question.destination].country == "CN"
    return Query(
        origin=timetable.node(hubs[0].code),
        destination=timetable.node(question.destination),
        earliest_departure=0,
        latest_arrival=question.days_max * DAY_MIN,
        gross_mass_kg=float(CONTAINER_KG),
        temperature_class=TEMPERATURES.index(question.temperature),
        goods_class=FRUIT_CN if is_fruit_for_china else GENERAL,
        legs_max=9,
        access=tuple(first_mile(reference, timetable, question.door, hub.code, terms) for hub in hubs),
    )


def _split(reference: FreightReference, timetable: Timetable, query: Query, best: Itinerary) -> Carriage:
    countries = {node.code: node.country for node in reference.nodes}
    links = {link.code: link for link in reference.links}
    legs = legs_of(timetable, query, best)
    country = countries[legs[-1].to_node]
    entry_at = next(number for number, leg in enumerate(legs) if countries[leg.to_node] == country)
    first = query.access[best.access].cost_minor if best.access >= 0 else 0
    return Carriage(
        to_entry_per_kg=_per_kg(first + _cost(legs[: entry_at + 1])),
        inland_per_kg=_per_kg(_cost(legs[entry_at + 1 :])),
        entry_node=links[legs[entry_at].link].via_entry or legs[entry_at].to_node,
        transit_h=round((best.arrive_at - query.earliest_departure) / 60),
        route=(legs[0].from_node, *(leg.to_node for leg in legs)),
        modes=tuple(dict.fromkeys(leg.mode for leg in legs)),
        is_estimate=True,  # every rate of the reference is one, and the fill is another
        source="estimate: full container at the rates of the reference network, 85 % full",
    )


def _cost(legs: tuple[Leg, ...]) -> int:
    return sum(leg.cost_minor for leg in legs)


def _per_kg(cost_minor: int) -> Decimal:
    return (Decimal(cost_minor) / CONTAINER_KG / FILL).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """What the loads of a plan come to that travel: `shares` are shares of somebody's container."""

    containers: int
    shares: int
    mean_fill: float
    kg: float
    emission_kg: float


@dataclass(frozen=True, slots=True)
class FlowSum:
    """Kilograms carried on one link of the network."""

    start: str
    end: str
    mode: str
    kg: float
    loads: int


CERTIFICATE = ("prices", "fares")
"""What proves a plan: as much as a thousand loads to read, and asked for only where the proof is shown."""


def latest_plan() -> Plan | None:
    return Plan.objects.defer(*CERTIFICATE).order_by("-made_at", "-id").first()


def latest_plan_with_figures() -> tuple[Plan, PlanFigures] | None:
    """Return the plan in force and what its loads come to, in one query."""
    whole, alive = Q(loads__is_whole=True), ~Q(loads__state=Load.State.CANCELLED)
    fill = Greatest(F("loads__mass_kg") / F("loads__capacity_kg"), F("loads__volume_m3") / F("loads__capacity_m3"))
    latest = Plan.objects.order_by("-made_at", "-id").values("pk")[:1]
    plan = (
        Plan.objects.filter(pk=latest)
        .defer(*CERTIFICATE)
        .annotate(
            whole=Count("loads", filter=alive & whole), parts=Count("loads", filter=alive & ~whole), mean_fill=Avg(fill, filter=alive & whole),
            kg=Sum("loads__mass_kg", filter=alive), emission_kg=Sum("loads__emission_kg", filter=alive),
        )
        .first()
    )  # fmt: skip
    if plan is None:
        return None
    return plan, PlanFigures(plan.whole, plan.parts, plan.mean_fill or 0.0, plan.kg or 0.0, plan.emission_kg or 0.0)


def loads_of(plan: Plan) -> QuerySet[Load]:
    """Return the whole containers of a plan, the next departure first, then those that should have left, the latest first."""
    return _next_first(Load.objects.filter(plan=plan, is_whole=True)).defer("legs")


def _next_first(loads: QuerySet[Load]) -> QuerySet[Load]:
    now = clock.now()
    to_come = Case(When(departs_at__gt=now, then=Value(0)), default=Value(1), output_field=IntegerField())
    away = Case(When(departs_at__lte=now, then=F("departs_at")))
    loads = loads.exclude(state=Load.State.CANCELLED)
    return loads.order_by(to_come, away.desc(nulls_first=True), "departs_at", "code")


def containers_of(places: Sequence[str], lot_codes: Sequence[str]) -> QuerySet[Load]:
    """Return the containers that are stuffed at some places or carry some lots: those still to leave first, then the latest."""
    carry = Shipment.objects.filter(lot_code__in=list(lot_codes), load__is_whole=True).values("load")
    found = Load.objects.filter(Q(origin__in=list(places)) | Q(pk__in=carry), is_whole=True)
    return _next_first(found).defer("legs")


ENDED = (Load.State.DELIVERED, Load.State.CANCELLED)
KEEPS_WARM_DAYS = 180  # how long goods keep that need no cold: an estimate; others must be there by their due time


def loads_not_delivered(plan: Plan) -> list[Load]:
    """Return what a plan still has to carry, each with the departure that it missed last (`missed_at`) if it was booked anew; one query."""
    rebooked = MovementEvent.objects.filter(load=OuterRef("pk"), kind=MovementEvent.Kind.REBOOKED).order_by("-id")
    loads = Load.objects.filter(plan=plan).exclude(state__in=ENDED).defer("legs")
    return list(loads.annotate(missed_at=rebooked.values("planned_at")[:1]).order_by("departs_at", "code"))


def loads_to_leave(by: datetime) -> list[Load]:
    """Return loads with consignments that leave by some time, have not left yet and have not been let go; the soonest first."""
    waiting = Load.objects.filter(state__in=(Load.State.PLANNED, Load.State.HELD), consignments__isnull=False)
    return list(
        waiting.filter(departs_at__gt=clock.now(), departs_at__lte=by).distinct().order_by("departs_at", "code")
    )


def loads_missed(limit: int, code: str | None = None, *, after: MissedLoad | None = None) -> list[MissedLoad]:
    """Return loads, one of them, or those after one, whose departure has passed before they were let go, the earliest first; one query."""
    page = (after.departs_at, after.code) if after else (None, None)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.code, l.departs_at, min(CASE WHEN s.is_chilled THEN s.due_at ELSE s.ready_at + make_interval(days => %s) END), array_agg(s.order_code ORDER BY s.id)
               FROM freight_load l JOIN freight_shipment s ON s.load_id = l.id
               WHERE l.state IN ('planned', 'held') AND l.departs_at <= core_now() AND (%s::text IS NULL OR l.code = %s)
                 AND (%s::timestamptz IS NULL OR (l.departs_at, l.code) > (%s::timestamptz, %s::text))
                 AND EXISTS (SELECT 1 FROM freight_consignment c WHERE c.load_id = l.id)
               GROUP BY l.id ORDER BY l.departs_at, l.code LIMIT %s""",
            [KEEPS_WARM_DAYS, code, code, page[0], *page, limit],
        )
        return [
            MissedLoad(load, departs_at, keeps_until, tuple(orders))
            for load, departs_at, keeps_until, orders in cursor.fetchall()
        ]


def loads_that_keep() -> set[str]:
    """Return loads whose goods need no cold."""
    return set(Load.objects.exclude(plan=None).exclude(shipments__is_chilled=True).values_list("code", flat=True))


def consignments_in(loads: Sequence[str]) -> list[Consignment]:
    """Return the consignments of loads with their loads; one query."""
    return list(Consignment.objects.select_related("load").filter(load__code__in=loads).order_by("id"))


def load_with_goods(code: str) -> Load | None:
    loads = Load.objects.select_related("plan").defer(*(f"plan__{field}" for field in CERTIFICATE))
    return loads.prefetch_related("consignments").filter(code=code).first()


def consignments_of(plan: Plan) -> list[Consignment]:
    """Return the consignments of a plan with their loads, in the order in which they were made; one query."""
    return list(Consignment.objects.select_related("load").filter(load__plan=plan).order_by("id"))


def consignments_of_loads(loads: Sequence[str]) -> dict[str, set[str]]:
    """Return the codes of the consignments in each load."""
    found: dict[str, set[str]] = {load: set() for load in loads}
    for load, code in Consignment.objects.filter(load__code__in=loads).values_list("load__code", "code"):
        found[load].add(code)
    return found


def loaded_shipments(plan: Plan) -> list[LoadedShipment]:
    """Return what the loads of a plan carry, shipment by shipment; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.code, c.code, s.order_code, s.lot_code, s.good, s.mass_kg
               FROM freight_shipment s JOIN freight_load l ON l.id = s.load_id
               JOIN freight_consignment c ON (c.load_id, c.exporter, c.importer, c.trade_mode)
                 = (s.load_id, s.exporter, s.importer, s.trade_mode)
               WHERE l.plan_id = %s ORDER BY s.id""",
            [plan.pk],
        )
        return [LoadedShipment(*row) for row in cursor.fetchall()]


def carried_lots(lots: Collection[str]) -> list[CarriedLot]:
    """Return which loads carry lots, for each destination and trade mode; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.lot_code, s.destination, s.trade_mode, l.code, coalesce(c.code, ''), l.legs @> '[{"mode": "sea"}]', l.seal_number,
                      e.sealed_at, e.delivered_at
               FROM (SELECT DISTINCT lot_code, destination, trade_mode, load_id, exporter, importer FROM freight_shipment
                     WHERE load_id IS NOT NULL AND lot_code = ANY (%s)) s
               JOIN freight_load l ON l.id = s.load_id
               LEFT JOIN freight_consignment c ON (c.load_id, c.exporter, c.importer, c.trade_mode) = (s.load_id, s.exporter, s.importer, s.trade_mode)
               LEFT JOIN LATERAL (SELECT max(at) FILTER (WHERE kind = 'sealed') AS sealed_at,
                                         max(at) FILTER (WHERE kind = 'delivered') AS delivered_at
                                  FROM freight_movementevent WHERE load_id = l.id AND kind IN ('sealed', 'delivered')) e ON true
               ORDER BY s.lot_code, s.destination, s.trade_mode, l.code, c.code""",
            [list(lots)],
        )
        return [CarriedLot(*row) for row in cursor.fetchall()]


def places_of_loads(loads: Collection[str]) -> dict[str, set[tuple[str, str]]]:
    """Return which lots loads carry, and to which destinations in which trade modes."""
    return _places_of(Shipment.objects.filter(load__code__in=loads))


def places_of_consignments(codes: Collection[str]) -> dict[str, set[tuple[str, str]]]:
    """Return which lots travel in consignments, and to which destinations in which trade modes."""
    parties = {field: OuterRef(field) for field in ("load", "exporter", "importer", "trade_mode")}
    mine = Consignment.objects.filter(code__in=codes, **parties)
    return _places_of(Shipment.objects.filter(Exists(mine)))


def _places_of(shipments: QuerySet[Shipment]) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for lot, *place in shipments.order_by().values_list("lot_code", "destination", "trade_mode").distinct():
        found.setdefault(lot, set()).add((place[0], place[1]))
    return found


def entered_at() -> dict[str, datetime]:
    """Return when each load that waits at its entry came there."""
    rows = MovementEvent.objects.filter(load__state=Load.State.AT_ENTRY, kind=MovementEvent.Kind.ARRIVED).order_by("id")
    return dict(rows.values_list("load__code", "at"))


def first_stuffed() -> dict[str, datetime]:
    """Return when the first goods of each lot were stuffed."""
    stuffed = Shipment.objects.filter(load__events__kind=MovementEvent.Kind.STUFFED).order_by()
    return dict(stuffed.values_list("lot_code").annotate(Min("load__events__at")))


def orders_in(state: str) -> list[str]:
    """Return the orders whose load is in a state, the first shipped first."""
    return list(Shipment.objects.filter(load__state=state).order_by("id").values_list("order_code", flat=True))


def flows_of(plan: Plan) -> list[FlowSum]:
    """Return what a plan carries on each link of the network, the largest first; trucks to the first are on none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT leg ->> 'from', leg ->> 'to', leg ->> 'mode', sum(mass_kg), count(*)
               FROM freight_load, jsonb_array_elements(legs) leg WHERE plan_id = %s AND leg ->> 'link' <> ''
               GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3""",
            [plan.pk],
        )
        return [FlowSum(*row) for row in cursor.fetchall()]


def houses_of_fruit_containers(plan: Plan) -> list[int]:
    """Return from how many packing houses each whole container of fresh fruit carries goods."""
    fruit = [good.code for good in reference_queries.goods().values() if good.is_fresh_fruit]
    rows = Shipment.objects.filter(load__plan=plan, load__is_whole=True, good__in=fruit).order_by()
    return list(rows.values("load").annotate(houses=Count("origin", distinct=True)).values_list("houses", flat=True))


def shipment_of(order_code: str) -> Shipment | None:
    shipments = Shipment.objects.select_related("load__plan").defer(*(f"load__plan__{field}" for field in CERTIFICATE))
    return shipments.filter(order_code=order_code).first()


def consignment_of(shipment: Shipment) -> str:
    """Return the code of the consignment in which a shipment travels; empty where it is in none."""
    found = Consignment.objects.filter(
        load=shipment.load_id, exporter=shipment.exporter, importer=shipment.importer, trade_mode=shipment.trade_mode
    ).values_list("code", flat=True)
    return found.first() or ""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How deliveries kept their promise."""

    loads: int
    shipments: int
    in_time: int

    @property
    def share_in_time(self) -> float:
        return self.in_time / self.shipments if self.shipments else 0.0


def arrivals(plan_code: str) -> Arrivals:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(DISTINCT l.id), count(*), count(*) FILTER (WHERE e.at <= s.due_at)
               FROM freight_load l LEFT JOIN freight_plan p ON p.id = l.plan_id JOIN freight_shipment s ON s.load_id = l.id
               JOIN freight_movementevent e ON e.load_id = l.id AND e.kind = 'delivered' WHERE p.code = %s OR l.plan_id IS NULL""",
            [plan_code],
        )
        return Arrivals(*cursor.fetchone())


def events_of(load_id: int) -> list[MovementEvent]:
    return list(MovementEvent.objects.filter(load=load_id).order_by("at", "id"))


def events_out_of_order(plan_code: str) -> int:
    """Count loads that arrive before they depart, or are delivered before they arrive: there may be none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM (SELECT e.at < lag(e.at) OVER (PARTITION BY e.load_id ORDER BY e.id) AS is_back
               FROM freight_movementevent e JOIN freight_load l ON l.id = e.load_id LEFT JOIN freight_plan p ON p.id = l.plan_id
               WHERE p.code = %s OR l.plan_id IS NULL) x WHERE is_back""",
            [plan_code],
        )
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class LotMovement:
    """What happened to goods of a lot on their way to a city: the kind of event, where, and when first and last."""

    destination: str
    kind: str
    node: str
    first_at: datetime
    last_at: datetime
    loads: int


def journey_of_lot(lot: str) -> list[LotMovement]:
    """Return what happened to the loads that carry a lot, in order; one query. No shipment, buyer or container is named."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.destination, e.kind, e.node, min(e.at), max(e.at), count(DISTINCT e.load_id) FROM freight_movementevent e
               JOIN (SELECT DISTINCT load_id, destination FROM freight_shipment WHERE lot_code = %s AND load_id IS NOT NULL) s ON s.load_id = e.load_id
               GROUP BY 1, 2, 3 ORDER BY 4, 2, 3, 1""",
            [lot],
        )
        return [LotMovement(*row) for row in cursor.fetchall()]

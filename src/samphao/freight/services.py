"""Writes of freight: shipments of paid orders, and their plan with its loads, itineraries and consignments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum

from samphao.core import clock, events
from samphao.core.bulk import copy_rows
from samphao.core.codes import encode
from samphao.engines.iso6346 import container_number
from samphao.freight import besides, carrier_simulator, rebooking
from samphao.freight.carrier_simulator import Reached, Told
from samphao.freight.certificates import fares_of, prices_of
from samphao.freight.events import LoadsAtEntry, LoadsSealed, PlanMade
from samphao.freight.models import Consignment, Load, MovementEvent, Plan, Shipment
from samphao.freight.planning import SATANG, Filled, Planned, fill_containers, plan
from samphao.freight.queries import houses_of_fruit_containers, nodes
from samphao.freight.shipment_rows import copy_shipments, shipment_row
from samphao.freight.through_services import Through, moment
from samphao.freight.types import Dispatched, Rebooked, ShipmentSpec

State = Load.State


class PlanIsWrong(RuntimeError):
    """The independent check found a fault in a plan: it is not kept."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What is in a container, or in a share of one, and what that costs."""

    stuffed_at: str
    mass_kg: float
    volume_m3: float
    cost_minor: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What a plan came to, for whoever asked for it."""

    code: str
    containers: int
    loads: int
    unserved: int
    cost_minor: int
    lower_bound_minor: int
    gap: float
    above_best: float
    seconds: float
    mean_fill: float
    fruit_containers: int
    of_one_house: int
    """Containers of fresh fruit that are stuffed and sealed at one packing house."""


def plan_shipments(
    code: str,
    shipments: Sequence[ShipmentSpec],
    starts_at: datetime,
    days: int,
    exchange: tuple[tuple[str, Decimal], ...],
    seed: int = 1,
) -> PlanResult:
    """Write shipments, solve their plan, check it without the planner's code, write its loads; all or nothing."""
    planned = plan(shipments, starts_at, days, exchange, seed)
    if not planned.verdict.is_feasible:
        raise PlanIsWrong("; ".join(planned.verdict.faults[:5]))
    with transaction.atomic():
        row = _save_plan(code, planned, starts_at, len(shipments))
        filled = fill_containers(planned, shipments)
        load_of = _save_loads(row, planned, filled, shipments, starts_at)
        _save_shipments(planned, shipments, load_of)
        _save_consignments(row)
        events.publish(PlanMade(code, _count(Load.objects.filter(plan=row, is_whole=True), "origin")))
    whole = list(Load.objects.filter(plan=row, is_whole=True))
    fruit = houses_of_fruit_containers(row)
    return PlanResult(
        row.code, row.containers, len(set(load_of.values())), row.unserved, row.cost_minor, row.lower_bound_minor, row.gap, row.above_best, row.seconds,
        sum(load.fill for load in whole) / max(1, len(whole)), len(fruit), sum(houses == 1 for houses in fruit),
    )  # fmt: skip


def _save_plan(code: str, planned: Planned, starts_at: datetime, shipments: int) -> Plan:
    solved, verdict = planned.solved, planned.verdict
    return Plan.objects.create(
        code=code, made_at=clock.now(), starts_at=starts_at, shipments=shipments, containers=int(solved.boxes.sum()), unserved=verdict.unserved,
        seconds=planned.seconds, cost_minor=round(verdict.cost * SATANG), lower_bound_minor=int(verdict.lower_bound * SATANG), gap=verdict.gap,
        estimate_share=1.0, is_checked=True,
        prices=prices_of(planned), fares=fares_of(planned),
    )  # fmt: skip


def _save_loads(
    row: Plan, planned: Planned, filled: dict[int, Filled], shipments: Sequence[ShipmentSpec], starts_at: datetime
) -> dict[int, int]:
    """Write a load for each container and each share of one; return the load's id for each shipment (position)."""
    loads: list[Load] = []
    members: list[tuple[int, ...]] = []
    for departure, found in filled.items():
        service = planned.services[departure]
        shares = [(container, True) for container in found.containers] + ([(found.loose, False)] if found.loose else [])
        for container, is_whole in shares:
            volume = sum(shipments[position].volume_m3 for position in container)
            cost = (
                service.cost_minor
                if is_whole
                else round(planned.instance.departures.loose_cost_m3[departure] * SATANG * volume)
            )
            houses = {shipments[position].origin for position in container}
            filling = Filling(
                stuffed_at=_stuffed_at(service, houses, is_whole=is_whole), volume_m3=volume, cost_minor=cost, is_whole=is_whole,
                mass_kg=sum(shipments[position].mass_kg for position in container),
            )  # fmt: skip
            loads.append(_load(row, service, len(loads) + 1, filling, starts_at))
            members.append(container)
    Load.objects.bulk_create(loads, batch_size=500)
    return {position: load.id for load, container in zip(loads, members, strict=True) for position in container}


def _stuffed_at(service: Through, houses: set[str], *, is_whole: bool) -> str:
    """Return where a container is stuffed and sealed: at the packing house whose goods alone it carries, else where goods are gathered."""
    if not is_whole:
        return service.legs_for(is_whole=False)[0].from_node
    return next(iter(houses)) if len(houses) == 1 else service.start


def _load(row: Plan, service: Through, number: int, filling: Filling, starts_at: datetime) -> Load:
    destination, _, importer = service.end.partition("/")
    return Load(
        code=encode("LD", row.id * 100_000 + number), plan=row, service=service.id,
        equipment="container_40_reefer" if service.is_chilled else "container_40_dry", is_whole=filling.is_whole, origin=filling.stuffed_at,
        destination=destination, importer=importer, entry_node=service.entry_node, mode=service.main_mode, legs=service.leg_rows(starts_at, is_whole=filling.is_whole),
        departs_at=moment(starts_at, service.leaves_min(is_whole=filling.is_whole)),
        arrives_at=moment(starts_at, service.arrives_min), mass_kg=round(filling.mass_kg, 3),
        volume_m3=round(filling.volume_m3, 5), capacity_kg=service.holds_kg, capacity_m3=service.holds_m3, cost_minor=filling.cost_minor,
        emission_kg=service.emission_kg(filling.mass_kg),
        container_number=container_number("SMPU", number) if filling.is_whole else "", seal_number=f"SM{row.id:02}{number:06}" if filling.is_whole else "",
    )  # fmt: skip


def _save_shipments(planned: Planned, shipments: Sequence[ShipmentSpec], load_of: dict[int, int]) -> None:
    reasons = {item.order: item.reason.value for item in planned.solved.unserved}
    copy_shipments(
        shipment_row(shipment, load_of.get(position), reasons.get(position, ""))
        for position, shipment in enumerate(shipments)
    )


def _save_consignments(row: Plan) -> None:
    groups = (
        Shipment.objects.filter(load__plan=row)
        .values("load_id", "exporter", "importer", "trade_mode")
        .annotate(shipments=Count("id"), mass_kg=Sum("mass_kg"))
        .order_by("load_id", "exporter", "importer", "trade_mode")
    )
    Consignment.objects.bulk_create(
        [Consignment(code=encode("CS", row.id * 100_000 + number), **group) for number, group in enumerate(groups, 1)],
        batch_size=1000,
    )


def dispatch_besides(shipments: Sequence[ShipmentSpec], on: date) -> Dispatched:
    """Write the trucks and bags of shipments that no plan consolidates; items were priced with the tariff of the day."""
    return besides.dispatch(shipments, on)


@dataclass(frozen=True, slots=True)
class Journey:
    """What a carrier's reports came to."""

    events: int
    loads: int
    last_at: datetime


def stop_loads(codes: Sequence[str]) -> int:
    """Keep loads where they are: customs has not let them go."""
    with transaction.atomic():
        return _locked(codes).filter(state__in=(State.PLANNED, State.RELEASED)).update(state=State.HELD)


def release_loads(codes: Sequence[str]) -> int:
    """Let loads leave whose every declaration is released; one whose departure has passed waits for another."""
    with transaction.atomic():
        still_leave = _locked(codes).filter(state__in=(State.PLANNED, State.HELD), departs_at__gt=clock.now())
        return still_leave.update(state=State.RELEASED)


def rebook_load(code: str, exchange: tuple[tuple[str, Decimal], ...]) -> Rebooked | None:
    """Book a load that missed its departure on a later one; None where none arrives while its goods keep."""
    return rebooking.rebook(code, exchange)


def _locked(codes: Iterable[str]) -> QuerySet[Load]:
    """Lock loads in the order of their ids until the transaction ends."""
    ids = list(
        Load.objects.select_for_update(no_key=True).filter(code__in=codes).order_by("id").values_list("id", flat=True)
    )
    return Load.objects.filter(pk__in=ids)


def leave_behind(orders: Sequence[str], *, reason: str) -> list[str]:
    """Take the shipments of orders out of their loads; what is left in a load is summed again.

    Return the consignments of which nothing is left; a load of which nothing is left is cancelled.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM freight_load WHERE id IN (SELECT load_id FROM freight_shipment WHERE order_code = ANY (%s))
               ORDER BY id FOR NO KEY UPDATE""",
            [list(orders)],
        )
        loads = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            """WITH gone AS (SELECT id FROM freight_shipment WHERE order_code = ANY (%s) AND load_id = ANY (%s) ORDER BY id FOR UPDATE)
               UPDATE freight_shipment s SET load_id = NULL, unserved_reason = %s FROM gone WHERE s.id = gone.id""",
            [list(orders), loads, reason],
        )
        cursor.execute(
            """UPDATE freight_load l SET mass_kg = coalesce(s.kg, 0), volume_m3 = coalesce(s.m3, 0),
                      state = CASE WHEN s.kg IS NULL THEN 'cancelled' ELSE l.state END
               FROM unnest(%s::bigint[]) u (id) LEFT JOIN LATERAL (
                 SELECT sum(mass_kg) AS kg, sum(volume_m3) AS m3 FROM freight_shipment WHERE load_id = u.id) s ON true
               WHERE l.id = u.id""",
            [loads],
        )
        cursor.execute(
            """WITH now AS (SELECT c.id, count(s.id) AS shipments, coalesce(sum(s.mass_kg), 0) AS kg FROM freight_consignment c
                            LEFT JOIN freight_shipment s
                              ON (s.load_id, s.exporter, s.importer, s.trade_mode) = (c.load_id, c.exporter, c.importer, c.trade_mode)
                            WHERE c.load_id = ANY (%s) GROUP BY c.id),
                    kept AS (UPDATE freight_consignment c SET shipments = now.shipments, mass_kg = now.kg FROM now
                             WHERE c.id = now.id AND now.shipments > 0)
               DELETE FROM freight_consignment c USING now WHERE c.id = now.id AND now.shipments = 0 RETURNING c.code""",
            [loads],
        )
        return sorted(row[0] for row in cursor.fetchall())


def _of(plan_code: str) -> Q:
    """The loads of a plan, and those that leave besides it."""
    return Q(plan__code=plan_code) | Q(plan=None)


def move_to_entry(plan_code: str, seed: int) -> Journey:
    """Write the carrier simulator's events of the loads that may leave, up to where they enter their country."""
    may_leave = Q(state=State.RELEASED) | Q(state=State.PLANNED, consignments=None, shipments__isnull=False)
    loads = list(Load.objects.filter(may_leave, _of(plan_code)).distinct().order_by("id"))
    told = list(carrier_simulator.move_to_entry(loads, _countries(), seed))
    with transaction.atomic():
        journey = _report(told, loads, State.AT_ENTRY)
        events.publish_in_parts(LoadsSealed, [load.code for load in loads])
        events.publish(
            LoadsAtEntry(plan_code, _count(Load.objects.filter(pk__in=[row.pk for row in loads]), "importer"))
        )
    return journey


def move_on(plan_code: str, cleared_at: Mapping[str, datetime], seed: int) -> Journey:
    """Write the events of the loads that customs let in, up to delivery; the others stay at their entry."""
    loads = list(Load.objects.filter(_of(plan_code), state=State.AT_ENTRY, code__in=cleared_at).order_by("id"))
    reached = {
        load: Reached(node, at, planned_at)
        for load, node, at, planned_at in MovementEvent.objects.filter(load__in=loads, kind="arrived")
        .order_by("id")
        .values_list("load_id", "node", "at", "planned_at")
    }
    told = list(carrier_simulator.move_on(loads, reached, cleared_at, _countries(), seed))
    return _report(told, loads, State.ENTERED)


def _count(loads: QuerySet[Load], field: str) -> dict[str, int]:
    """Count loads by a field that is not empty."""
    return dict(loads.exclude(**{field: ""}).order_by().values_list(field).annotate(Count("id")))


def _countries() -> dict[str, str]:
    return {code: node.country for code, node in nodes().items()}


def _report(told: Sequence[Told], loads: Sequence[Load], state: str) -> Journey:
    with transaction.atomic():
        copy_rows(
            "freight_movementevent",
            ("load_id", "kind", "node", "at", "planned_at", "reported_by"),
            ((row.load, row.kind, row.node, row.at, row.planned_at, carrier_simulator.REPORTED_BY) for row in told),
        )
        Load.objects.filter(pk__in=[load.pk for load in loads]).update(state=state)
    return Journey(len(told), len(loads), max((row.at for row in told), default=clock.now()))


def deliver_loads(plan_code: str) -> dict[str, datetime]:
    """Mark loads with a delivery event as delivered; return when each of their orders came."""
    arrived = Load.objects.filter(
        _of(plan_code), state__in=(State.AT_ENTRY, State.ENTERED), events__kind=MovementEvent.Kind.DELIVERED
    )
    with transaction.atomic():
        orders = dict(
            Shipment.objects.filter(load__in=arrived, load__events__kind=MovementEvent.Kind.DELIVERED)
            .order_by("id")
            .values_list("order_code", "load__events__at")
        )
        Load.objects.filter(pk__in=arrived.values("pk")).update(state=State.DELIVERED)
    return orders

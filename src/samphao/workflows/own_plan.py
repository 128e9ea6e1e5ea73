"""Plan a user's own orders: one CSV in, a folder with plan, loads, itineraries and a readable summary out."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from samphao.core.errors import BadRows, Fault, HubError, NotFound
from samphao.core.tables import read_numbered_rows
from samphao.engines.consolidation.plan import Reason
from samphao.engines.itineraries.explain import Leg
from samphao.freight import queries as freight
from samphao.freight.certificates import fares_of, prices_of
from samphao.freight.planning import UNSERVED_THB_M3, Filled, Planned, fill_containers, plan, plan_on
from samphao.freight.through_services import CONTAINER_KG, CONTAINER_M3, moment
from samphao.freight.types import ShipmentSpec, above_best
from samphao.reference.names import EXAMPLES, find_destination, find_door, find_good
from samphao.workflows import own_services
from samphao.workflows.shipping import DENSITY_KG_M3, DENSITY_OTHERWISE, exchange_for_carriage

DAYS_MAX = 60
SHOWN = 20
KINDS = {"origin": "province", "destination": "city", "good": "good"}
BEHIND = {
    Reason.NO_ROUTE: "no service leads from where it is brought to its destination",
    Reason.NO_COLD_DEPARTURE: "services lead there in time, but none keeps it cold: offer a reefer",
    Reason.NO_PATH_IN_TIME: "no service leaves after it is ready and arrives before it is due: let it be due later",
    Reason.CAPACITY: "every service that it could take is full: offer more containers",
    Reason.COST: f"its carriage costs more than the THB {UNSERVED_THB_M3:,.0f} a m3 at which an order stays behind",
}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A row of ORDERS.csv: what is carried from which province to which city, ready and due when."""

    order: str
    origin: str
    destination: str
    good: str
    kg: float
    ready_at: datetime
    due_at: datetime
    m3: float | None = None
    packing_house: str = ""


@dataclass(frozen=True, slots=True)
class OwnPlan:
    """A plan of a user's own orders with what it was made from."""

    shipments: list[ShipmentSpec]
    planned: Planned
    filled: dict[int, Filled]
    starts_at: datetime
    left_out: tuple[Fault, ...]
    timetable: str = ""
    """Name of the user's own file of services; empty where the reference network's are used."""
    drawn_at: dict[str, str] = field(default_factory=dict)
    """Node of the network at which a place that is none is drawn."""

    @property
    def summary(self) -> str:
        return _summary(self)


def read_orders(path: Path) -> tuple[list[ShipmentSpec], list[Fault]]:
    """Return the shipments of a file and every fault of it; a row with a fault is left out."""
    rows, faults = read_numbered_rows(path, OrderRow)
    shipments = []
    seen: set[str] = set()
    for number, row in rows:
        wrong = [Fault(path.name, number, *fault) for fault in _faults(row, seen)]
        seen.add(row.order)
        door, node, good = (
            _found(find, name, Fault(path.name, number, column, "", ""), wrong)
            for column, find, name in (
                ("origin", find_door, row.origin), ("destination", _find_city, row.destination), ("good", find_good, row.good),
            )
        )  # fmt: skip
        if wrong:
            faults += wrong
        else:
            shipments.append(_shipment(row, number, door[1], node, good))
    if not rows and not faults:
        faults.append(Fault(path.name, 1, "", "no order stands below the header", "Write one row for each order"))
    return shipments, faults


def _find_city(name: str) -> str:
    return find_destination(name, freight.nodes())[1]


def _found(find: Callable[[str], Any], name: str, at: Fault, wrong: list[Fault]) -> Any:
    """Return what has a name, or note at its cell that nothing has."""
    if not name:
        wrong.append(replace(at, wrong="the cell is empty", mend=f"Write one such as {EXAMPLES[KINDS[at.column]]}"))
        return None
    try:
        return find(name)
    except NotFound as error:
        wrong.append(replace(at, wrong=str(error), mend="Correct the name"))
        return None


def _shipment(row: OrderRow, number: int, door: tuple[float, float], node: str, good: Any) -> ShipmentSpec:
    m3 = row.m3 or row.kg / DENSITY_KG_M3.get(good.category, DENSITY_OTHERWISE)
    return ShipmentSpec(
        row.order, number, "", good.code, row.packing_house or row.origin, door, "", "", node, node, None, good.temperature_class == "chilled",
        good.is_fresh_fruit, row.kg, m3, row.ready_at, row.due_at,
    )  # fmt: skip


def _faults(row: OrderRow, seen: set[str]) -> list[tuple[str, str, str]]:
    """Return column, what is wrong and how to mend it."""
    faults = []
    if not row.order:
        faults.append(("order", "the cell is empty", "Give each order a name of its own"))
    elif row.order in seen:
        faults.append(("order", f"`{row.order}` stands twice", "Give each order a name of its own"))
    if row.kg <= 0:
        faults.append(("kg", f"{row.kg:g} kg", "Give a mass above zero"))
    elif row.kg > CONTAINER_KG:
        mend = f"Split it into orders of at most {CONTAINER_KG:,.0f} kg"
        faults.append(("kg", f"{row.kg:,.0f} kg is more than a container bears", mend))
    if row.m3 is not None and not 0 < row.m3 <= CONTAINER_M3:
        mend = f"Give more than 0 and at most {CONTAINER_M3:g} m3, or leave it empty"
        faults.append(("m3", f"{row.m3:g} m3 does not fit a container", mend))
    if row.ready_at.tzinfo is None or row.due_at.tzinfo is None:
        faults.append(("ready_at", "a time without a zone", "Write it as 2026-04-24T18:00:00+07:00"))
    elif row.due_at <= row.ready_at:
        faults.append(("due_at", "it is due before it is ready", "Exchange the two times"))
    return faults


def make(path: Path, services: Path | None = None, *, keep_good: bool, seed: int) -> OwnPlan:
    """Read, solve and check; nothing is written. Faults of both files are told together."""
    shipments, faults = read_orders(path)
    offered, more = own_services.read_services(services) if services else ([], [])
    if (faults or more) and not keep_good:
        raise BadRows(tuple(sorted((*faults, *more), key=lambda fault: (fault.file, fault.row))))
    if not shipments or (services and not offered):  # with nothing left to plan the list of faults is the answer
        raise BadRows((*faults, *more))
    first = min(shipment.ready_at for shipment in shipments).astimezone(UTC)
    starts_at = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if services:
        through = own_services.through(offered, starts_at)
        planned = plan_on(through, own_services.stops(offered, shipments), shipments, starts_at, seed)
    else:
        last = max(shipment.due_at for shipment in shipments).astimezone(UTC)
        days = min(DAYS_MAX, max(1, (last - starts_at) // timedelta(days=1) + 1))
        planned = plan(shipments, starts_at, days, exchange_for_carriage(starts_at.date()), seed)
    if not planned.verdict.is_feasible:
        raise HubError("the plan failed its own check: " + "; ".join(planned.verdict.faults[:3]))
    drawn_at = {service.point.name: service.point.node for service in offered}
    filled = fill_containers(planned, shipments)
    return OwnPlan(shipments, planned, filled, starts_at, (*faults, *more), services.name if services else "", drawn_at)


def write(own: OwnPlan, out: Path, drawing: str = "") -> None:
    """Write plan.json, loads.csv, itineraries.csv, summary.txt and map.svg; nothing is left of a folder that fails."""
    if out.exists() and not out.is_dir():
        raise HubError(f"{out} is a file: name a folder by --out")
    partial = out.with_name(f"{out.name}.part")
    try:
        partial.mkdir(parents=True, exist_ok=True)
        _write(own, partial, drawing)
        out.mkdir(parents=True, exist_ok=True)
        for path in partial.iterdir():
            path.replace(out / path.name)
    except OSError as error:
        raise HubError(f"{out} cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(own: OwnPlan, partial: Path, drawing: str) -> None:
    loads = _loads(own)
    (partial / "plan.json").write_text(json.dumps(_plan(own), ensure_ascii=False, indent=1), encoding="utf-8")
    _table(
        partial / "loads.csv",
        ("load", "service", "kind", "from", "to", "leaves_at", "arrives_at", "orders", "kg", "m3", "fill"),
        (row.cells for row in loads),
    )
    _table(
        partial / "itineraries.csv",
        ("order", "load", "leg", "mode", "from", "to", "departs_at", "arrives_at"),
        _itineraries(own, loads),
    )
    (partial / "summary.txt").write_text(own.summary + "\n", encoding="utf-8")
    if drawing:
        (partial / "map.svg").write_text(drawing, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class LoadRow:
    """A container, or a share of one: its row in loads.csv, and the positions of its orders."""

    cells: tuple[object, ...]
    legs: tuple[Leg, ...]
    members: tuple[int, ...]


def _loads(own: OwnPlan) -> list[LoadRow]:
    rows: list[LoadRow] = []
    for departure, found in own.filled.items():
        service = own.planned.services[departure]
        shares = [(container, "container") for container in found.containers] + (
            [(found.loose, "shared")] if found.loose else []
        )
        for members, kind in shares:
            kg = sum(own.shipments[at].mass_kg for at in members)
            m3 = sum(own.shipments[at].volume_m3 for at in members)
            fill = max(kg / service.holds_kg, m3 / service.holds_m3)
            is_whole = kind == "container"
            cells = (
                f"L{len(rows) + 1:04}", service.id, kind, service.legs_for(is_whole=is_whole)[0].from_node, service.end.rstrip("/"),
                _iso(own, service.leaves_min(is_whole=is_whole)),
                _iso(own, service.arrives_min), len(members), round(kg, 1), round(m3, 3), round(fill, 3),
            )  # fmt: skip
            rows.append(LoadRow(cells, service.legs_for(is_whole=is_whole), members))
    return rows


def _itineraries(own: OwnPlan, loads: list[LoadRow]) -> Iterable[tuple[object, ...]]:
    for load in loads:
        for at in load.members:
            for number, leg in enumerate(load.legs, 1):
                yield (
                    own.shipments[at].order_code, load.cells[0], number, leg.mode, leg.from_node, leg.to_node, _iso(own, leg.depart_at),
                    _iso(own, leg.arrive_at),
                )  # fmt: skip


def _plan(own: OwnPlan) -> dict[str, object]:
    verdict = own.planned.verdict
    return {
        "currency": "THB",
        "starts_at": own.starts_at.isoformat(),
        "orders": len(own.shipments),
        "containers": verdict.boxes,
        "unserved": [
            {"order": own.shipments[item.order].order_code, "reason": BEHIND[item.reason]}
            for item in own.planned.solved.unserved
        ],
        "cost": round(verdict.cost, 2),
        "lower_bound": round(verdict.lower_bound, 2),
        "gap": round(verdict.gap, 6),
        "above_best": above_best(verdict.cost, verdict.lower_bound),
        "seconds": round(own.planned.seconds, 2),
        "rests_on": f"times, prices and room of {own.timetable}, as given"
        if own.timetable
        else "every rate is an estimate of the reference network; the timetable is illustrative",
        "certificate": {"prices": prices_of(own.planned), **fares_of(own.planned)},
    }


def _summary(own: OwnPlan) -> str:
    verdict, behind = own.planned.verdict, own.planned.solved.unserved
    tonnes, loose = sum(s.mass_kg for s in own.shipments) / 1000, own.planned.solved.loose_m3.sum()
    penalty = sum(own.shipments[item.order].volume_m3 for item in behind) * UNSERVED_THB_M3
    carriage = verdict.cost - penalty
    lines = [
        f"{_counted(len(own.shipments), 'order')}, {tonnes:,.1f} t, in {_counted(verdict.boxes, 'container')} and {loose:,.1f} m3 of shared ones",
        f"cost of this plan       THB {verdict.cost:>13,.0f}",
        *([f"  of it for what stays  THB {penalty:>13,.0f}  (THB {UNSERVED_THB_M3:,.0f} a m3: nobody is billed it)"] if behind else []),
        f"no plan costs less than THB {verdict.lower_bound:>13,.0f}",
        f"so at most {above_best(verdict.cost, verdict.lower_bound) * 100:.2f} % above the best, for these prices",
        f"solved in {own.planned.seconds:.1f} s, checked without the planner's code",
        f"times, prices and room are those of {own.timetable}"
        if own.timetable
        else f"all of the cost rests on estimates: were they 20 % off, carriage costs between THB {carriage * 0.8:,.0f} and {carriage * 1.2:,.0f}",
    ]  # fmt: skip
    lines += [f"left behind: {own.shipments[item.order].order_code}: {BEHIND[item.reason]}" for item in behind[:SHOWN]]
    lines += [f"left out: {fault}" for fault in own.left_out[:SHOWN]]
    more = max(0, len(behind) - SHOWN) + max(0, len(own.left_out) - SHOWN)
    return "\n".join([*lines, *([f"and {more:,} more"] if more else [])])


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def flows(own: OwnPlan) -> dict[tuple[str, str, str], float]:
    """Return kilograms by link (from, to, mode), for a map."""
    carried: dict[tuple[str, str, str], float] = {}
    for load in _loads(own):
        kg = sum(own.shipments[at].mass_kg for at in load.members)
        for leg in load.legs:
            if not leg.link:
                continue  # a truck from a packing house is on no link of the network
            key = (own.drawn_at.get(leg.from_node, leg.from_node), leg.to_node, leg.mode)
            carried[key] = carried.get(key, 0.0) + kg
    return carried


def _iso(own: OwnPlan, minutes: int) -> str:
    return moment(own.starts_at, minutes).isoformat(timespec="minutes")


def _table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file)
        out.writerow(header)
        out.writerows(rows)

"""Plan shipments into containers: build the engine's instance, solve it, check it without the planner, read it back."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np

from samphao.engines.consolidation import Instance, PlanParams, Verdict, build_instance, check_plan, solve
from samphao.engines.consolidation import Plan as Solved
from samphao.freight.stuffing import in_own_containers
from samphao.freight.through_services import Through, arrives_as, build, lane_of
from samphao.freight.types import ShipmentSpec

UNSERVED_THB_M3 = 60_000.0  # some fifteen times the dearest carriage: nothing stays behind that could travel
SATANG = 100.0  # the engine reckons in baht: its tolerances suit numbers of that size


@dataclass(frozen=True, slots=True)
class Planned:
    """A solved and checked plan with the services that it chose from."""

    services: list[Through]
    instance: Instance
    solved: Solved
    verdict: Verdict
    seconds: float


def plan(
    shipments: Sequence[ShipmentSpec],
    starts_at: datetime,
    days: int,
    exchange: tuple[tuple[str, Decimal], ...],
    seed: int = 1,
) -> Planned:
    """Plan on the through services of the reference network."""
    own = in_own_containers(shipments)
    lanes = [lane_of(shipment, fills_own=at in own) for at, shipment in enumerate(shipments)]
    services = build(lanes, starts_at, days, exchange)
    stops = [(lane.origin, arrives_as(lane.end, lane.is_fresh_fruit)) for lane in lanes]
    return plan_on(services, stops, shipments, starts_at, seed)


def plan_on(
    services: list[Through],
    stops: Sequence[tuple[str, str]],
    shipments: Sequence[ShipmentSpec],
    starts_at: datetime,
    seed: int,
) -> Planned:
    """Plan on given services; `stops` are where each shipment starts and ends among theirs."""
    started = time.perf_counter()
    instance = build_instance(
        [_departure_row(service) for service in services],
        [_order_row(shipment, stop, starts_at) for shipment, stop in zip(shipments, stops, strict=True)],
        transfer_h=0.0, legs_max=1, unserved_cost_m3=UNSERVED_THB_M3,
    )  # fmt: skip
    solved = solve(instance, PlanParams(seed=seed))
    seconds = time.perf_counter() - started
    return Planned(services, instance, solved, _check(instance, solved), seconds)


def _departure_row(service: Through) -> tuple[object, ...]:
    hours = service.departs_min / 60, service.arrives_min / 60
    return (
        service.id, service.start, service.arrives_as, *hours, int(service.is_chilled), service.cost_minor / SATANG, service.holds_m3,
        service.holds_kg, service.containers, service.loose_minor_m3 / SATANG, service.loose_m3,
    )  # fmt: skip


def _order_row(shipment: ShipmentSpec, stop: tuple[str, str], starts_at: datetime) -> tuple[object, ...]:
    release, due = ((at - starts_at).total_seconds() / 3600 for at in (shipment.ready_at, shipment.due_at))
    return (shipment.order_code, *stop, release, due, shipment.volume_m3, shipment.mass_kg, int(shipment.is_chilled))


def _check(instance: Instance, solved: Solved) -> Verdict:
    paths = [[int(k) for k in solved.paths[row] if k >= 0] if row >= 0 else [] for row in solved.path_of_order]
    prices = solved.certificate.prices
    kinds = (prices.volume.tolist(), prices.mass.tolist(), prices.slot.tolist())
    return check_plan(instance, paths, solved.boxes.tolist(), solved.loose_m3.tolist(), kinds, solved.certificate.fares)


@dataclass(frozen=True, slots=True)
class Filled:
    """The shipments (positions) of one departure: container by container, and those in shared loose space."""

    containers: tuple[tuple[int, ...], ...]
    loose: tuple[int, ...]


def fill_containers(planned: Planned, shipments: Sequence[ShipmentSpec]) -> dict[int, Filled]:
    """Put the shipments of each chosen departure into its containers.

    Packing houses one after the other, the largest first, so that most containers are stuffed and sealed at one; the rest
    shares containers at the consolidation point. Whole shipments: the large ones of a house find room first, and what
    fits in no container takes the loose space.
    """
    members: dict[int, list[int]] = defaultdict(list)
    for position, row in enumerate(planned.solved.path_of_order):
        if row >= 0:
            members[int(planned.solved.paths[row][0])].append(position)
    return {
        departure: _fill(positions, shipments, planned.services[departure], int(planned.solved.boxes[departure]))
        for departure, positions in sorted(members.items())
    }


def _fill(positions: list[int], shipments: Sequence[ShipmentSpec], service: Through, count: int) -> Filled:
    of_house: dict[str, float] = defaultdict(float)
    for position in positions:
        of_house[shipments[position].origin] += shipments[position].volume_m3
    by_house = sorted(
        positions, key=lambda at: (-of_house[shipments[at].origin], shipments[at].origin, -shipments[at].volume_m3, at)
    )
    by_size = sorted(positions, key=lambda at: (-shipments[at].volume_m3, at))
    # The houses' order is kept where it fits as much; otherwise the large shipments go first, whoever sent them.
    holds = service.holds_m3, service.holds_kg
    tries = [_in_turn(order, shipments, holds, count) for order in (by_house, by_size)]
    return min(tries, key=lambda filled: sum(shipments[at].volume_m3 for at in filled.loose))


def _in_turn(positions: list[int], shipments: Sequence[ShipmentSpec], holds: tuple[float, float], count: int) -> Filled:
    """Put each shipment into the container filled last, else into the first with room, else into loose space."""
    containers: list[list[int]] = [[] for _ in range(count)]
    loose: list[int] = []
    room = np.array([holds] * count).reshape(count, 2)
    at = 0
    for position in positions:
        need = np.array([shipments[position].volume_m3, shipments[position].mass_kg])
        if not count or (need > room[at] + 1e-6).any():
            fits = np.flatnonzero((need <= room + 1e-6).all(axis=1))
            if not len(fits):
                loose.append(position)
                continue
            at = int(fits[0])
        containers[at].append(position)
        room[at] -= need
    return Filled(tuple(tuple(container) for container in containers if container), tuple(loose))

"""Who stuffs containers of fresh fruit: a packing house that fills one in an evening, else a consolidation point."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from samphao.freight.planning import fill_containers, plan
from samphao.freight.stuffing import FILLS, in_own_containers
from samphao.freight.through_services import LOOSE_PREMIUM, POINTS
from samphao.freight.types import ShipmentSpec
from samphao.reference import services as reference
from samphao.workflows.shipping import exchange

EVENING = datetime(2026, 4, 30, 13, tzinfo=UTC)
CHANTHABURI, CHUMPHON = (12.61, 102.1), (10.49, 99.18)


def shipment(number: int, kg: float, house: str = "PKH-CTI-01") -> ShipmentSpec:
    return ShipmentSpec(
        f"SO-{number}", number, "LOT", "durian-fresh", house, CHANTHABURI, "EXP-01", "IMP-CN-02", "KMG", "CNKMG", frozenset({"CNMHN"}),
        True, True, kg, kg / 310, EVENING, EVENING + timedelta(days=11),
    )  # fmt: skip


def test_a_house_that_fills_a_container_in_an_evening_stuffs_its_own_and_the_rest_is_shared() -> None:
    evening = [shipment(number, 4500) for number in range(5)]
    assert in_own_containers(evening) == {0, 1, 2, 3}


def test_a_container_stands_at_a_house_as_soon_as_shared_space_would_be_dearer() -> None:
    assert in_own_containers([shipment(1, FILLS * 18_000)]) == {0}
    assert in_own_containers([shipment(1, FILLS * 18_000 - 1)]) == set()
    assert FILLS > 1 / LOOSE_PREMIUM


@pytest.mark.parametrize("other", [
    {"origin": "PKH-CTI-02"}, {"importer": "IMP-CN-05"}, {"destination": "CAN"}, {"ready_at": EVENING + timedelta(days=1)},
    {"is_fresh_fruit": False},
])  # fmt: skip
def test_what_differs_in_house_importer_city_or_evening_does_not_fill_it(other: dict[str, object]) -> None:
    assert in_own_containers([shipment(1, 6000), replace(shipment(2, 6000), **other)]) == set()  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_container_of_ones_own_begins_at_the_house_and_a_share_where_it_is_gathered() -> None:
    reference.publish()
    shipments = [
        *(shipment(number, 4500) for number in range(4)),
        shipment(5, 2000),
        replace(shipment(6, 900, "PKH-CPN-01"), door=CHUMPHON),
    ]
    starts_at = EVENING.replace(hour=0)
    planned = plan(shipments, starts_at, 12, exchange(starts_at.date()))
    assert planned.verdict.is_feasible
    whole, shared = {}, {}
    for departure, filled in fill_containers(planned, shipments).items():
        service = planned.services[departure]
        for container in filled.containers:
            whole[service.start] = container
        if filled.loose:
            shared[service.legs_for(is_whole=False)[0].from_node] = filled.loose
    own = planned.services[next(int(k) for k, boxes in enumerate(planned.solved.boxes) if boxes)]
    assert sorted(whole) == ["PKH-CTI-01"]
    assert sorted(whole["PKH-CTI-01"]) == [0, 1, 2, 3]
    assert set(shared) <= set(POINTS)
    assert sorted(at for loose in shared.values() for at in loose) == [4, 5]
    truck, first = own.legs[:2]
    assert (truck.mode, truck.from_node, truck.to_node) == ("road", "PKH-CTI-01", first.from_node)
    assert own.departs_min == truck.depart_at <= truck.arrive_at == first.ready_at
    assert own.cost_minor == sum(leg.cost_minor for leg in own.legs), "the truck from the house is paid for"

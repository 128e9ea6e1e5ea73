"""What the planner is offered, and how far above the best a plan is told to be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from samphao.engines.itineraries.explain import Leg
from samphao.freight.through_services import CONTAINER_M3, Through, arrives_as, choices, loose_price
from samphao.freight.types import above_best


def leg(mode: str, cost_minor: int) -> Leg:
    return Leg(
        departure=0, link="link", mode=mode, from_node="A", to_node="B", wait_min=0, ready_at=0, depart_at=0, arrive_at=1,
        cost_minor=cost_minor, emission_g=0, distance_km=1, shifts=(), estimates=(),
    )  # fmt: skip


def service(name: str, departs_min: int, arrives_min: int, cost_minor: int) -> Through:
    return Through(name, "A", "B", departs_min, arrives_min, True, cost_minor, 1.0, (leg("sea", cost_minor),), 0, "B")


def test_a_container_that_only_waits_longer_for_the_same_ship_is_no_choice() -> None:
    early, late = service("early", 0, 900, 500), service("late", 400, 900, 500)
    assert choices([early, late]) == [late]


def test_a_service_that_is_cheaper_or_sooner_or_leaves_later_is_a_choice() -> None:
    offered = [service("slow", 0, 900, 500), service("fast", 0, 300, 900), service("next", 400, 1300, 500)]
    assert choices(offered) == [offered[1], offered[0], offered[2]]


def test_loose_air_freight_pays_no_premium_over_a_container_and_other_legs_do() -> None:
    flown = (leg("road", 6_000), leg("air", 600_000))
    assert loose_price(606_000, flown) == pytest.approx((600_000 + 1.8 * 6_000) / CONTAINER_M3)
    assert loose_price(60_000, (leg("sea", 60_000),)) == pytest.approx(1_800)


def test_other_goods_do_not_ride_in_a_container_sealed_as_fruit() -> None:
    fruit = replace(service("s", 0, 900, 500), is_fruit=True)
    assert fruit.arrives_as != service("s", 0, 900, 500).arrives_as
    assert arrives_as("CAN/IMP", is_fruit=False) == "CAN/IMP"


@pytest.mark.parametrize(
    ("cost", "bound", "told"),
    [(125.0, 100.0, 0.25), (100.0, 100.0, 0.0), (100.004, 100.0, 0.0001), (100.0, 100.0000001, 0.0)],
)
def test_a_plan_is_never_told_nearer_the_best_than_is_proven(cost: float, bound: float, told: float) -> None:
    assert above_best(cost, bound) == pytest.approx(told)


def test_a_plan_without_a_bound_may_be_any_distance_from_the_best() -> None:
    assert above_best(100.0, 0.0) == float("inf")

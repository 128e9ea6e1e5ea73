"""Plans of worlds that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from engines.consolidation.worlds import checked, departure, order, travels, world

from samphao.engines.consolidation import DiveParams, PlanParams, Reason, solve


def test_a_full_box_is_bought_whole_and_costs_exactly_the_bound():
    instance = world([departure("truck", "A", "B", 1, 5)], [order(f"o{i}") for i in range(10)])
    plan = solve(instance)
    assert plan.boxes.tolist() == [1]
    assert plan.cost == pytest.approx(100)
    assert plan.gap == pytest.approx(0)


def test_a_little_volume_travels_loose_because_a_box_would_be_dearer():
    instance = world([departure("truck", "A", "B", 1, 5)], [order("o1"), order("o2")])
    plan = solve(instance)
    assert plan.boxes.tolist() == [0]
    assert plan.loose_m3.tolist() == [2]
    assert plan.cost == pytest.approx(30)


def test_two_half_loads_on_two_days_share_one_box():
    days = [departure("monday", "A", "B", 1, 5), departure("tuesday", "A", "B", 25, 29)]
    orders = [order(f"early{i}") for i in range(5)] + [order(f"late{i}", release=20) for i in range(5)]
    plan = solve(world(days, orders))
    assert plan.boxes.tolist() == [0, 1]
    assert plan.cost == pytest.approx(100)


def test_heavy_goods_fill_a_box_by_mass_before_volume():
    instance = world([departure("air", "A", "B", 1, 5, kg=1000, loose_max=0)], [order("o1", m3=4, kg=1500)])
    plan = solve(instance)
    assert plan.boxes.tolist() == [2]
    assert checked(instance, plan).is_feasible


def test_cold_orders_take_the_cold_departure_though_it_is_dearer():
    lines = [departure("dry", "A", "B", 1, 5, cold=0), departure("cold", "A", "B", 1, 5, box=150, loose=25)]
    instance = world(lines, [order("fish", cold=1), order("cloth")])
    assert travels(instance, solve(instance)) == {"fish": ["cold"], "cloth": ["dry"]}


def test_a_path_waits_for_the_transfer_hours():
    lines = [
        departure("feeder", "A", "M", 0, 10),
        departure("too soon", "M", "B", 11, 20, box=1, loose=0.1),
        departure("in time", "M", "B", 12, 20),
    ]
    instance = world(lines, [order("o1")])
    assert travels(instance, solve(instance)) == {"o1": ["feeder", "in time"]}


def test_a_path_has_no_more_legs_than_allowed():
    lines = [
        departure("1", "A", "M", 0, 1),
        departure("2", "M", "B", 5, 6),
        departure("direct", "A", "B", 9, 10, loose=99),
    ]
    instance = world(lines, [order("o1")], legs_max=1)
    assert travels(instance, solve(instance)) == {"o1": ["direct"]}


@pytest.mark.parametrize(
    ("lines", "wanted", "reason"),
    [
        ([departure("x", "A", "C", 0, 1)], order("o", end="B"), Reason.NO_ROUTE),
        ([departure("x", "A", "B", 0, 50)], order("o", due=40), Reason.NO_PATH_IN_TIME),
        ([departure("x", "A", "B", 1, 5)], order("o", release=2), Reason.NO_PATH_IN_TIME),
        ([departure("x", "A", "B", 0, 5, cold=0)], order("o", cold=1), Reason.NO_COLD_DEPARTURE),
        ([departure("x", "A", "B", 0, 5, boxes=0, loose_max=0.5)], order("o"), Reason.CAPACITY),
        ([departure("x", "A", "B", 0, 5, box=9000, loose=900)], order("o"), Reason.COST),
    ],
)
def test_an_order_left_behind_says_which_constraint_kept_it(lines, wanted, reason):
    instance = world(lines, [wanted])
    plan = solve(instance)
    assert [item.reason for item in plan.unserved] == [reason]
    assert plan.cost == pytest.approx(200)
    assert checked(instance, plan).is_feasible


def test_what_does_not_fit_stays_behind_and_the_rest_travels():
    instance = world([departure("small", "A", "B", 0, 5, boxes=0, loose_max=2)], [order(f"o{i}") for i in range(3)])
    plan = solve(instance)
    assert len(plan.unserved) == 1
    assert plan.unserved[0].reason is Reason.CAPACITY
    assert checked(instance, plan).is_feasible


def test_two_services_on_one_train_share_its_slots():
    lines = [
        departure("dry", "A", "B", 0, 5, box=50, loose_max=0),
        departure("cold", "A", "B", 0, 5, box=60, loose_max=0),
    ]
    truck = departure("truck", "A", "B", 0, 9, box=300, loose_max=0)
    limits = [("train", "dry", 1, 2), ("train", "cold", 1, 2)]
    orders = [order(f"o{i}", m3=10, kg=1000) for i in range(3)]
    alone = solve(world([*lines, truck], orders))
    assert alone.cost == pytest.approx(150)
    instance = world([*lines, truck], orders, limits)
    plan = solve(instance)
    assert plan.boxes.tolist() == [2, 0, 1]
    assert plan.cost == pytest.approx(400)
    verdict = checked(instance, plan)
    assert verdict.is_feasible
    assert plan.certificate.prices.slot[0] > 0
    assert verdict.lower_bound == pytest.approx(400)


def test_boxes_beyond_the_shared_slots_are_found_by_the_check():
    lines = [departure("dry", "A", "B", 0, 5), departure("cold", "A", "B", 0, 5)]
    orders = [order("o1", m3=20, kg=100), order("o2", m3=10, kg=100)]
    plan = solve(world(lines, orders))
    tight = world(lines, orders, [("train", "dry", 2, 1), ("train", "cold", 2, 1)])
    verdict = checked(tight, plan.__class__(plan.path_of_order, plan.paths, plan.boxes, plan.loose_m3, plan.cost,
                                            solve(tight).certificate, plan.unserved))  # fmt: skip
    assert [fault for fault in verdict.faults if fault.startswith("train")]


def test_no_orders_cost_nothing():
    plan = solve(world([departure("x", "A", "B", 0, 5)], []))
    assert plan.cost == 0
    assert plan.gap == 0


def test_without_departures_everything_stays_behind():
    plan = solve(world([], [order("o1")]))
    assert [item.reason for item in plan.unserved] == [Reason.NO_ROUTE]


def test_the_same_instance_gives_the_same_plan():
    lines = [departure(f"d{k}", "A", "B", k, k + 4, box=90 + k) for k in range(6)]
    orders = [order(f"o{i}", release=i % 5, m3=1 + i / 7, kg=100 + 37 * i) for i in range(40)]
    first, second = (solve(world(lines, orders)) for _ in range(2))
    assert np.array_equal(first.path_of_order, second.path_of_order)
    assert first.cost == second.cost
    assert first.certificate.lower_bound == second.certificate.lower_bound


@pytest.mark.parametrize("wrong", [{"slack": -1.0}, {"rounds_max": 0}, {"density_classes": 0}])
def test_parameters_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        PlanParams(**wrong)


def test_a_dive_that_rounds_nothing_is_refused():
    with pytest.raises(ValueError, match="share"):
        DiveParams(share=0)

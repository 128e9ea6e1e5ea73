"""Fares and needs: the bound of plans whose paths have one leg."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from engines.consolidation.brute_force import best_cost, rows
from engines.consolidation.worlds import checked, departure, order, paths_of, travels, world
from hypothesis import given, settings
from hypothesis import strategies as st

from samphao.engines.consolidation import DiveParams, Fares, Needs, PlanParams, bound_of_fares, solve
from samphao.engines.consolidation.branch import BranchParams
from samphao.engines.consolidation.direct import DirectParams, plan_direct
from samphao.engines.consolidation.lanes import split_lanes


def direct(drawn):
    return world(*drawn, legs_max=1)


def test_a_lane_that_fills_no_container_pays_for_loose_space_and_the_bound_knows_it():
    lines = [departure(f"day{k}", "A", "B", 24 * k, 24 * k + 10, box=100, m3=10, loose=18) for k in range(5)]
    orders = [order(f"o{i}", release=24 * i - 1, due=24 * i + 40, m3=1, kg=100) for i in range(4)]
    plan = solve(world(lines, orders, legs_max=1))
    assert plan.boxes.sum() == 0
    assert plan.cost == pytest.approx(4 * 18)
    assert plan.certificate.lower_bound == pytest.approx(plan.cost)
    assert checked(world(lines, orders, legs_max=1), plan).price_bound == pytest.approx(40)


def test_a_need_says_that_two_and_a_half_containers_are_three_or_two_and_loose_space():
    lines = [departure(f"day{k}", "A", "B", 24 * k, 24 * k + 10, box=100, m3=10, kg=9000, loose=18) for k in range(3)]
    orders = [order(f"o{i}", release=0, due=100, m3=1, kg=100) for i in range(25)]
    instance = world(lines, orders, legs_max=1)
    plan = solve(instance)
    assert plan.cost == pytest.approx(290)
    assert plan.certificate.lower_bound == pytest.approx(290)
    assert len(plan.certificate.fares.needs) >= 1
    without = replace(plan.certificate.fares, needs=Needs.joined([]))
    assert bound_of_fares(instance, without) < 290 - 1


def test_lanes_are_planned_apart_and_put_together_again():
    lines = [departure("ab", "A", "B", 1, 5), departure("ac", "A", "C", 1, 5), departure("cb", "C", "B", 1, 5)]
    orders = [order("one", "A", "B"), order("two", "A", "C"), order("three", "C", "B"), order("lost", "B", "A")]
    instance = world(lines, orders, legs_max=1)
    plan = solve(instance)
    assert travels(instance, plan) == {"one": ["ab"], "two": ["ac"], "three": ["cb"], "lost": []}
    assert [item.reason.name for item in plan.unserved] == ["NO_ROUTE"]


def test_lanes_that_share_a_train_stay_together():
    lines = [departure("ab", "A", "B", 1, 5), departure("ac", "A", "C", 1, 5), departure("cb", "C", "B", 1, 5)]
    instance = world(lines, [order("one")], [("train", "ab", 1, 1), ("train", "ac", 1, 1)], legs_max=1)
    assert sorted(tuple(lane.departures) for lane in split_lanes(instance)) == [(0, 1), (2,)]
    plan = solve(instance)
    assert checked(instance, plan).is_feasible


def test_paths_of_several_legs_have_no_fares():
    instance = world([departure("ab", "A", "B", 1, 5)], [order("one")])
    assert solve(instance).certificate.fares is None
    fares = solve(replace(instance, legs_max=1)).certificate.fares
    with pytest.raises(ValueError, match="one leg"):
        bound_of_fares(instance, fares)
    with pytest.raises(ValueError, match="one leg"):
        split_lanes(instance)


@pytest.mark.parametrize(
    "params", [PlanParams(options_max=1), PlanParams(lane_branch=BranchParams(departures_max=0))], ids=["paths", "dive"]
)
def test_lanes_too_large_for_branching_are_planned_all_the_same(params):
    lines = [departure(f"d{k}", "A", "B", k, k + 5) for k in range(4)]
    instance = world(lines, [order(f"o{i}", m3=2.5) for i in range(9)], legs_max=1)
    verdict = checked(instance, solve(instance, params))
    assert verdict.faults == ()
    assert verdict.unserved == 0


@settings(max_examples=40, deadline=None)
@given(rows(orders_max=25, departures_max=10))
def test_every_direct_plan_is_feasible_and_its_certificate_holds(drawn):
    instance = direct(drawn)
    plan = solve(instance)
    verdict = checked(instance, plan)
    assert verdict.faults == ()
    assert verdict.cost == pytest.approx(plan.cost, rel=1e-6, abs=1e-3)
    assert plan.certificate.lower_bound <= verdict.lower_bound + 1e-6 * (1 + verdict.lower_bound)
    assert verdict.price_bound <= verdict.lower_bound <= verdict.cost + 1e-6 * (1 + verdict.cost)


@settings(max_examples=40, deadline=None)
@given(rows(orders_max=25, departures_max=10))
def test_planner_and_checker_work_out_the_same_bound_of_fares(drawn):
    instance = direct(drawn)
    branch = BranchParams()
    planned = plan_direct(instance, DirectParams(branch, DiveParams(), polish_sweeps=0, options_max=999, seed=1))
    assert bound_of_fares(instance, planned.fares) == pytest.approx(planned.fare_bound, rel=1e-6, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(rows(orders_max=4, departures_max=4))
def test_the_best_direct_plan_found_by_trying_all_lies_between_bound_and_cost(drawn):
    instance = direct(drawn)
    plan, best = solve(instance), best_cost(instance)
    assert plan.certificate.lower_bound <= best + 1e-6 * (1 + best)
    assert best <= plan.cost + 1e-6 * (1 + best)


@settings(max_examples=60, deadline=None)
@given(rows(orders_max=4, departures_max=4), st.data())
def test_any_fares_with_any_needs_give_a_lower_bound(drawn, data):
    instance = direct(drawn)
    number = st.floats(-5, 300)

    def drawn_floats(count, values=number):
        return np.array(data.draw(st.lists(values, min_size=count, max_size=count)))

    count = data.draw(st.integers(0, 3))
    flags = data.draw(st.lists(st.booleans(), min_size=2 * count, max_size=2 * count))
    needs = Needs(
        np.full(count, instance.orders.origin[0]), np.full(count, instance.orders.destination[0]), drawn_floats(count, st.floats(0, 15)),
        drawn_floats(count, st.floats(10, 40)), np.array(flags[:count], np.bool_), np.array(flags[count:], np.bool_),
        drawn_floats(count, st.floats(0.5, 4000)), drawn_floats(count, st.floats(-1, 80)),
    )  # fmt: skip
    n = len(instance.orders)
    fares = Fares(
        drawn_floats(n), np.arange(n), drawn_floats(len(instance.departures), st.floats(-0.2, 1.2)),
        drawn_floats(len(instance.shared), st.floats(-1, 60)), needs,
    )  # fmt: skip
    best = best_cost(instance)
    assert bound_of_fares(instance, fares) <= best + 1e-6 * (1 + best)


@settings(max_examples=20, deadline=None)
@given(rows(), st.randoms(use_true_random=False))
def test_the_bound_holds_for_the_plan_of_the_same_rows_shuffled_and_renamed(drawn, random):
    lines, orders, limits = drawn
    other_lines, other_orders = [tuple(line) for line in lines], [("x" + item[0], *item[1:]) for item in orders]
    random.shuffle(other_lines)
    random.shuffle(other_orders)
    other = direct((other_lines, other_orders, limits))
    first, second = solve(direct(drawn)), solve(other)
    for one, two in ((first, second), (second, first)):
        assert one.certificate.lower_bound <= two.cost + 1e-6 * (1 + two.cost)
    assert checked(other, second).is_feasible


@settings(max_examples=20, deadline=None)
@given(rows(orders_max=12, departures_max=8))
def test_splitting_into_lanes_keeps_every_order_and_departure_once(drawn):
    instance = direct(drawn)
    lanes = split_lanes(instance)
    assert sorted(np.concatenate([lane.orders for lane in lanes])) == list(range(len(instance.orders)))
    assert sorted(np.concatenate([lane.departures for lane in lanes])) == list(range(len(instance.departures)))
    plan = solve(instance)
    for path, order_ in zip(paths_of(instance, plan), range(len(instance.orders)), strict=True):
        lane = next(lane for lane in lanes if order_ in lane.orders)
        assert all(k in lane.departures for k in path)

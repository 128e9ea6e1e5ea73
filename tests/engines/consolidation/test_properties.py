"""What holds for every instance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from engines.consolidation.brute_force import best_cost, rows
from engines.consolidation.worlds import checked, departure, order, world
from hypothesis import given, settings
from hypothesis import strategies as st

from samphao.engines.consolidation import kernels, solve
from samphao.engines.consolidation.merge import merge_orders
from samphao.engines.consolidation.pricing import Ends, Timetable


@settings(max_examples=40, deadline=None)
@given(rows(orders_max=25, departures_max=10))
def test_every_plan_is_feasible_and_costs_what_it_says_and_no_less_than_its_bound(drawn):
    instance = world(*drawn)
    plan = solve(instance)
    verdict = checked(instance, plan)
    assert verdict.faults == ()
    assert verdict.cost == pytest.approx(plan.cost, rel=1e-6, abs=1e-3)
    assert verdict.unserved == len(plan.unserved)
    assert plan.certificate.lower_bound <= verdict.lower_bound + 1e-6 * (1 + abs(verdict.lower_bound))
    assert verdict.lower_bound <= verdict.cost + 1e-6 * (1 + verdict.cost)


@settings(max_examples=25, deadline=None)
@given(rows(orders_max=4, departures_max=4))
def test_the_best_plan_found_by_trying_all_lies_between_bound_and_cost(drawn):
    instance = world(*drawn)
    plan, best = solve(instance), best_cost(instance)
    assert plan.certificate.lower_bound <= best + 1e-6 * (1 + best)
    assert best <= plan.cost + 1e-6 * (1 + best)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=6), st.integers(20, 140))
def test_whole_boxes_of_goods_are_planned_as_well_as_by_trying_all(sizes, box):
    lines = [departure("a", "A", "B", 0, 5, box=box, boxes=99), departure("b", "A", "B", 0, 5, box=100, boxes=99)]
    instance = world(lines, [order(f"o{i}", m3=10.0 * n, kg=100) for i, n in enumerate(sizes)])
    plan = solve(instance)
    assert plan.cost == pytest.approx(sum(sizes) * min(box, 100))
    assert plan.certificate.lower_bound == pytest.approx(plan.cost)


@settings(max_examples=20, deadline=None)
@given(rows(), st.randoms(use_true_random=False))
def test_the_bound_is_unchanged_when_rows_are_shuffled_and_renamed(drawn, random):
    lines, orders, limits = drawn
    instance = world(lines, orders, limits)
    other_lines, other_orders = [tuple(line) for line in lines], [("x" + item[0], *item[1:]) for item in orders]
    random.shuffle(other_lines)
    random.shuffle(other_orders)
    other = world(other_lines, other_orders, limits)
    first, second = solve(instance), solve(other)
    assert first.certificate.lower_bound == pytest.approx(second.certificate.lower_bound, rel=2e-3, abs=1e-6)
    assert checked(other, second).is_feasible


@settings(max_examples=20, deadline=None)
@given(rows())
def test_one_more_departure_never_raises_what_the_best_plan_must_cost(drawn):
    lines, orders, limits = drawn
    fewer = solve(world(lines, orders, limits))
    more = solve(world([*lines, departure("extra", "A", "B", 3, 12, box=30, loose=4)], orders, limits))
    assert more.certificate.lower_bound <= fewer.cost + 1e-6 * (1 + fewer.cost)


@settings(max_examples=20, deadline=None)
@given(rows(), st.lists(st.floats(-5, 40), min_size=10, max_size=10), st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_any_prices_give_a_lower_bound(drawn, volume, mass):
    instance = world(*drawn)
    plan, n = solve(instance), len(instance.departures)
    prices = replace(
        plan.certificate.prices,
        volume=np.array(volume[:n]),
        mass=np.array(mass[:n]),
        slot=np.ones(len(instance.shared)),
    )
    verdict = checked(instance, replace(plan, certificate=replace(plan.certificate, prices=prices)))
    assert verdict.lower_bound <= plan.cost + 1e-6 * (1 + plan.cost)


@settings(max_examples=20, deadline=None)
@given(rows(orders_max=30))
def test_merging_keeps_every_cubic_metre_and_kilogram(drawn):
    instance = world(*drawn)
    commodities = merge_orders(instance, np.array([150.0, 300.0]))
    assert commodities.volume_m3.sum() == pytest.approx(instance.orders.volume_m3.sum())
    assert commodities.mass_kg.sum() == pytest.approx(instance.orders.mass_kg.sum())
    assert (commodities.origin[commodities.of_order] == instance.orders.origin).all()


@pytest.mark.skipif(not kernels.HAS_NUMBA, reason="Numba is not installed, so there is one way only")
@settings(max_examples=15, deadline=None)
@given(rows(orders_max=12, departures_max=8))
def test_compiled_and_numpy_kernels_give_the_same_answers(drawn):
    instance = world(*drawn)
    d, commodities = instance.departures, merge_orders(instance, np.zeros(0))
    table = Timetable.of(d, len(instance.nodes), instance.transfer_h, instance.legs_max)
    volume, mass = d.loose_cost_m3, d.box_cost / 9000
    labels = []
    for t, ends in ((table, Ends.sources(commodities)), (table.reverse(), Ends.targets(commodities))):
        for scan in (kernels.scan_compiled, kernels.scan_numpy):
            shape = (len(ends), len(d), instance.legs_max)
            cost, before = np.full(shape, np.inf), np.full(shape, -1, np.int32)
            scan(
                t.by_depart, t.by_ready, t.start, t.end, t.depart_h, t.ready_h, t.is_cold, ends.node, ends.hour,
                ends.is_cold, ends.density, volume, mass, t.nodes, cost, before,
            )  # fmt: skip
            labels.append((cost, before))
    for one, two in (labels[:2], labels[2:]):
        assert np.array_equal(one[0], two[0])
        assert np.array_equal(one[1], two[1])
    head, tail = labels[0][0], labels[2][0]
    order_ = np.lexsort((d.arrive_h, d.end))
    first = np.searchsorted(d.end[order_], np.arange(len(instance.nodes) + 1))
    asked = (order_, first, d.arrive_h, commodities.source, commodities.destination, commodities.due_h, head)
    for one, two in zip(kernels.read_off_compiled(*asked), kernels.read_off_numpy(*asked), strict=True):
        assert np.array_equal(one, two)
    arcs = np.arange(len(d))
    own = volume + Ends.sources(commodities).density[:, None] * mass
    asked = (head, tail, commodities.source, commodities.target, arcs, own)
    for one, two in zip(kernels.through_compiled(*asked), kernels.through_numpy(*asked), strict=True):
        assert np.array_equal(one, two)

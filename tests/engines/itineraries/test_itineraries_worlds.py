"""Small worlds whose answer can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from samphao.engines.itineraries.explain import Shift, estimated_share, legs_of, why_none
from samphao.engines.itineraries.query import Feeder, Itinerary, Query
from samphao.engines.itineraries.scan import scan, scan_all
from samphao.engines.itineraries.timetable import BorderPassage, Closure, Service, Timetable, expand

MONDAY = date(2026, 4, 6)
ORCHARD, BORDER, MARKET = range(3)
NODES = ("orchard", "border", "market")
GENERAL, FRUIT = 0, 1
AMBIENT, FROZEN = 0, 2
DAY = 1440

TO_BORDER = Service("to-border", ORCHARD, BORDER, "road", 127, 360, 240, emission_mg_per_kg=100, estimate_mask=0b100)
ACROSS = Service("across", BORDER, MARKET, "road", 127, 720, 300, emission_mg_per_kg=50)
PLANE = Service("plane", ORCHARD, MARKET, "air", 127, 480, 60, cut_off_min=60, emission_mg_per_kg=900)


def world(*services: Service, costs: dict[str, int], closures: tuple[Closure, ...] = ()) -> Timetable:
    table = expand(services, NODES, (0, 0, 0), starts_on=MONDAY, days=7, closures=closures)
    return table.priced(np.array([costs[link] for link in table.links], dtype=np.int64)[table.link])


COSTS = {"to-border": 30, "across": 70, "plane": 900}
ASK = Query(ORCHARD, MARKET, 0, 3 * DAY, gross_mass_kg=2000)


def test_one_road_is_the_only_option() -> None:
    """Orchard 06:00 to border 10:00, on at 12:00, market 17:00: 100 in money, 150 mg for each of 2,000 kg."""
    (option,) = scan(world(TO_BORDER, ACROSS, costs=COSTS), ASK)
    assert option == Itinerary((0, 1), 17 * 60, 100, 150, 300)


def test_the_dear_and_fast_stands_beside_the_cheap_and_slow() -> None:
    options = scan(world(TO_BORDER, ACROSS, PLANE, costs=COSTS), ASK)
    assert [(option.arrive_at, option.cost_minor) for option in options] == [(540, 900), (1020, 100)]


def test_an_option_beaten_in_all_three_is_not_shown() -> None:
    dear = replace(ACROSS, link="dear", transit_min=310, emission_mg_per_kg=60)
    options = scan(world(TO_BORDER, ACROSS, dear, costs=COSTS | {"dear": 80}), ASK)
    assert [option.cost_minor for option in options] == [100]


def test_border_closed_to_everything_leaves_no_option_and_says_that_a_rule_is_to_blame() -> None:
    table = world(TO_BORDER, ACROSS, costs=COSTS, closures=(Closure("across"),))
    assert scan(table, ASK) == ()
    assert [relaxation.rule for relaxation in why_none(table, ASK)] == ["goods_rule"]


def test_border_that_opens_on_wednesday_is_taken_on_wednesday() -> None:
    table = world(TO_BORDER, ACROSS, costs=COSTS, closures=(Closure("across", ends_at=2 * DAY),))
    (option,) = scan(table, ASK)
    assert option.arrive_at == 2 * DAY + 17 * 60


def test_a_ban_on_one_class_of_goods_lets_the_others_through() -> None:
    table = world(TO_BORDER, ACROSS, costs=COSTS, closures=(Closure("across", goods_mask=1 << FRUIT),))
    assert len(scan(table, replace(ASK, goods_class=GENERAL))) == 1
    assert scan(table, replace(ASK, goods_class=FRUIT)) == ()


def test_night_border_lets_in_at_its_opening() -> None:
    """The truck comes at 12:00; a border open from 20:00 to 04:00 makes it wait eight hours, and the leg says so."""
    night = replace(ACROSS, border=BorderPassage(0, 20 * 60, 4 * 60, 0))
    table = world(TO_BORDER, night, costs=COSTS)
    (option,) = scan(table, ASK)
    assert option.arrive_at == 20 * 60 + 300
    assert legs_of(table, ASK, option)[1].shifts == (Shift("border_hours", 480),)


def test_two_exits_and_fruit_takes_only_the_listed_one() -> None:
    unlisted = replace(PLANE, link="unlisted", goods_mask=1 << GENERAL, emission_mg_per_kg=1)
    table = world(TO_BORDER, ACROSS, unlisted, costs=COSTS | {"unlisted": 1})
    assert [option.cost_minor for option in scan(table, replace(ASK, goods_class=GENERAL))] == [1]
    assert [option.cost_minor for option in scan(table, replace(ASK, goods_class=FRUIT))] == [100]


def test_a_missed_cut_off_means_the_next_day() -> None:
    """The plane leaves at 08:00 and takes nothing after 07:00."""
    table = world(PLANE, costs=COSTS)
    assert scan(table, replace(ASK, earliest_departure=420))[0].arrive_at == 540
    assert scan(table, replace(ASK, earliest_departure=421))[0].arrive_at == 540 + DAY


def test_goods_held_by_customs_miss_the_connection() -> None:
    held = replace(TO_BORDER, customs_dwell_min=121)
    table = world(held, ACROSS, costs=COSTS)
    (option,) = scan(table, ASK)
    assert option.arrive_at == DAY + 17 * 60
    assert legs_of(table, ASK, option)[0].shifts == (Shift("customs_dwell", 121),)


def test_perishable_goods_are_not_sent_to_arrive_too_late() -> None:
    table = world(TO_BORDER, ACROSS, costs=COSTS)
    assert len(scan(table, replace(ASK, latest_arrival=17 * 60))) == 1
    late = replace(ASK, latest_arrival=17 * 60 - 1)
    assert scan(table, late) == ()
    assert [(r.rule, r.arrive_at, r.cost_minor) for r in why_none(table, late)] == [("latest_arrival", 17 * 60, 100)]


def test_frozen_goods_need_a_vehicle_that_keeps_them_frozen() -> None:
    dry = replace(ACROSS, temperature_mask=0b001)
    table = world(TO_BORDER, dry, costs=COSTS)
    assert len(scan(table, replace(ASK, temperature_class=AMBIENT))) == 1
    frozen = replace(ASK, temperature_class=FROZEN)
    assert scan(table, frozen) == ()
    assert {relaxation.rule for relaxation in why_none(table, frozen)} == {"temperature"}


def test_a_link_without_a_rate_is_never_priced_and_named_without_a_cost() -> None:
    table = world(TO_BORDER, ACROSS, costs=COSTS | {"across": -1})
    assert scan(table, ASK) == ()
    assert [(r.rule, r.cost_minor) for r in why_none(table, ASK)] == [("unknown_rate", None)]


def test_the_most_legs_are_kept_to() -> None:
    table = world(TO_BORDER, ACROSS, costs=COSTS)
    assert scan(table, replace(ASK, legs_max=1)) == ()
    assert [relaxation.rule for relaxation in why_none(table, replace(ASK, legs_max=1))] == ["legs_max"]


def test_first_and_last_mile_are_in_the_sums() -> None:
    """Ten minutes and 5 to the orchard's gate, twenty minutes and 7 from the market: 17:20 and 112."""
    table = world(TO_BORDER, ACROSS, costs=COSTS)
    asked = replace(ASK, access=(Feeder(ORCHARD, 10, 5, 1),), egress=(Feeder(MARKET, 20, 7, 2),))
    (option,) = scan(table, asked)
    assert (option.arrive_at, option.cost_minor, option.emission_mg_per_kg) == (17 * 60 + 20, 112, 153)
    assert (option.access, option.egress) == (0, 0)
    assert legs_of(table, asked, option)[0].wait_min == 350


def test_a_leg_says_what_of_it_is_an_estimate() -> None:
    table = world(TO_BORDER, ACROSS, costs=COSTS)
    legs = legs_of(table, ASK, scan(table, ASK)[0])
    assert [leg.estimates for leg in legs] == [("rate",), ()]
    assert estimated_share(legs) == pytest.approx(0.3)
    assert sum(leg.cost_minor for leg in legs) == 100


def test_a_rate_card_names_every_place_that_can_be_reached() -> None:
    answers = scan_all(world(TO_BORDER, ACROSS, PLANE, costs=COSTS), ASK)
    assert {node: len(options) for node, options in answers.items()} == {BORDER: 1, MARKET: 2}

"""The scan against enumeration, and what must hold of it whatever the network."""

from __future__ import annotations

import importlib
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samphao.engines.itineraries import labels
from samphao.engines.itineraries import scan as scanning
from samphao.engines.itineraries.enumerate import Totals, enumerate_all, enumerate_options
from samphao.engines.itineraries.query import Feeder, Itinerary, Query
from samphao.engines.itineraries.scan import scan, scan_all
from samphao.engines.itineraries.timetable import Timetable, timetable_of

NODES = 5
SMALL = st.integers(0, 5)
MASKS = st.sampled_from([3, 3, 3, 1, 2])
Row = tuple[int, int, int, int, int, int, int, int, int]

rows = st.lists(
    st.tuples(
        st.integers(0, NODES - 1),
        st.integers(1, NODES - 1),
        st.integers(0, 40),
        st.integers(0, 3),
        st.integers(1, 12),
        st.integers(-1, 5),
        SMALL,
        MASKS,
        MASKS,
    ),
    min_size=1,
    max_size=11,
)
feeders = st.lists(
    st.builds(Feeder, st.integers(0, NODES - 1), SMALL, SMALL, SMALL), max_size=2, unique_by=lambda way: way.node
).map(tuple)
queries = st.builds(
    lambda origin, step, earliest, window, temperature, goods, legs, access, egress: Query(
        origin, (origin + step) % NODES, earliest, earliest + window, 1000.0, temperature, goods, legs, access, egress
    ),
    st.integers(0, NODES - 1),
    st.integers(1, NODES - 1),
    st.integers(0, 10),
    st.integers(10, 50),
    st.integers(0, 1),
    st.integers(0, 1),
    st.integers(1, 4),
    feeders,
    feeders,
)


def table_of(departures: list[Row], order: list[int] | None = None) -> Timetable:
    name = order or list(range(NODES))
    sources, steps, depart, cut_off, transit, cost, emission, warm, goods = np.array(departures, dtype=np.int64).T
    return timetable_of(
        [str(i) for i in range(NODES)],
        {
            "from_node": np.array(name)[sources],
            "to_node": np.array(name)[(sources + steps) % NODES],
            "depart_at": depart,
            "ready_at": depart - cut_off,
            "arrive_at": depart + transit,
            "cost_minor": cost,
            "emission_mg_per_kg": emission,
            "temperature_mask": warm,
            "goods_mask": goods,
        },
    )


def totals(options: tuple[Itinerary, ...]) -> tuple[Totals, ...]:
    return tuple(
        Totals(option.arrive_at, option.cost_minor, option.emission_mg_per_kg, len(option.departures))
        for option in options
    )


@settings(max_examples=250, deadline=None)
@given(rows, queries)
def test_the_scan_finds_what_enumeration_finds(departures: list[Row], query: Query) -> None:
    table = table_of(departures)
    assert totals(scan(table, query)) == enumerate_options(table, query)


@settings(max_examples=150, deadline=None)
@given(rows, queries)
def test_the_rate_card_finds_what_enumeration_finds(departures: list[Row], query: Query) -> None:
    table = table_of(departures)
    assert {node: totals(options) for node, options in scan_all(table, query).items()} == enumerate_all(table, query)


@settings(max_examples=150, deadline=None)
@given(rows, queries)
def test_an_option_is_the_sum_of_its_departures_and_they_connect(departures: list[Row], query: Query) -> None:
    table = table_of(departures)
    for option in scan(table, query):
        way_in = query.access[option.access] if option.access >= 0 else Feeder(query.origin, 0, 0, 0)
        way_out = query.egress[option.egress] if option.egress >= 0 else Feeder(query.destination, 0, 0, 0)
        node, at = way_in.node, query.earliest_departure + way_in.minutes
        for i in option.departures:
            assert int(table.from_node[i]) == node
            assert int(table.ready_at[i]) >= at
            node, at = int(table.to_node[i]), int(table.arrive_at[i])
        legs = list(option.departures)
        assert (node, at + way_out.minutes) == (way_out.node, option.arrive_at)
        assert table.cost_minor[legs].sum() + way_in.cost_minor + way_out.cost_minor == option.cost_minor


@settings(max_examples=150, deadline=None)
@given(rows, queries)
def test_one_departure_more_never_makes_the_best_cost_worse(departures: list[Row], query: Query) -> None:
    fewer = scan(table_of(departures[1:]), query) if departures[1:] else ()
    if fewer:
        more = scan(table_of(departures), query)
        for criterion in ("arrive_at", "cost_minor", "emission_mg_per_kg"):
            assert min(getattr(o, criterion) for o in more) <= min(getattr(o, criterion) for o in fewer)


@settings(max_examples=150, deadline=None)
@given(rows, queries, st.permutations(range(NODES)))
def test_names_of_nodes_have_no_say(departures: list[Row], query: Query, order: list[int]) -> None:
    renamed = replace(
        query,
        origin=order[query.origin],
        destination=order[query.destination],
        access=tuple(replace(way, node=order[way.node]) for way in query.access),
        egress=tuple(replace(way, node=order[way.node]) for way in query.egress),
    )
    assert totals(scan(table_of(departures), query)) == totals(scan(table_of(departures, order), renamed))


@settings(max_examples=100, deadline=None)
@given(rows, queries, st.randoms(use_true_random=False))
def test_the_order_of_the_input_has_no_say(departures: list[Row], query: Query, random: object) -> None:
    shuffled = list(departures)
    random.shuffle(shuffled)
    assert scan(table_of(shuffled), query) == scan(table_of(departures), query)


def crowded(layers: int, choices: int, seed: int) -> Timetable:
    """A ladder of nodes with many departures at random trade-offs between each and the next: hundreds of options."""
    rng = np.random.default_rng(seed)
    n = layers * choices
    source = np.repeat(np.arange(layers), choices)
    depart = source * 100 + rng.integers(0, 20, n)
    return timetable_of(
        [str(i) for i in range(layers + 1)],
        {
            "from_node": source,
            "to_node": source + 1,
            "depart_at": depart,
            "arrive_at": depart + rng.integers(1, 60, n),
            "cost_minor": rng.integers(0, 1000, n),
            "emission_mg_per_kg": rng.integers(0, 1000, n),
        },
    )


def test_space_grows_with_the_options_and_the_answer_stays_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    table, query = crowded(4, 40, 1), Query(0, 4, 0, 1000)
    expected = scan(table, query)
    tight = scanning._Workspace()
    tight.pool = np.empty((4, 8), dtype=np.int64)
    tight.out = np.empty((1, tight.out.shape[1]), dtype=np.int64)
    monkeypatch.setattr(scanning, "_work", tight)
    assert scan(table, query) == expected
    assert len(expected) > 10
    assert scan_all(table, query)[4] == expected


def test_threads_do_not_disturb_one_another() -> None:
    tables = [crowded(4, 30, seed) for seed in range(4)]
    expected = [scan(table, Query(0, 4, 0, 1000)) for table in tables]
    wrong: list[int] = []

    def ask(which: int) -> None:
        wrong.extend(which for _ in range(50) if scan(tables[which], Query(0, 4, 0, 1000)) != expected[which])

    threads = [threading.Thread(target=ask, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_without_numba_the_answers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [(crowded(3, 12, seed), Query(0, 3, 0, 1000)) for seed in range(6)]
    expected = [(scan(table, query), scan_all(table, query)) for table, query in cases]
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "numba", None)
        plain = importlib.util.module_from_spec(labels.__spec__)
        labels.__spec__.loader.exec_module(plain)
    assert plain._NUMBA is None
    monkeypatch.setattr(scanning, "scan_forward", plain.scan_forward)
    monkeypatch.setattr(scanning, "write_options", plain.write_options)
    assert [(scan(table, query), scan_all(table, query)) for table, query in cases] == expected


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"destination": 0}, "same node"),
        ({"destination": 99}, "must be nodes"),
        ({"legs_max": 0}, "legs_max"),
        ({"legs_max": 13}, "legs_max"),
        ({"temperature_class": 8}, "temperature_class"),
        ({"access": (Feeder(0, -1, 0, 0),)}, "feeder"),
        ({"egress": (Feeder(1, 1, 0, 0), Feeder(1, 2, 0, 0))}, "same node"),
        ({"access": (Feeder(0, 1, 0, 0),) * 65}, "at most"),
    ],
)
def test_a_query_that_does_not_fit_is_refused_in_words(change: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        scan(crowded(2, 3, 0), replace(Query(0, 2, 0, 500), **change))

"""How fast all Pareto-optimal itineraries of a query are found, and whether they are the right ones."""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from statistics import fmean

import numpy as np

from samphao.engines.itineraries.costing import Shipment, price_departures
from samphao.engines.itineraries.enumerate import Totals, enumerate_options
from samphao.engines.itineraries.query import Feeder, Query
from samphao.engines.itineraries.scan import scan, scan_all
from samphao.engines.itineraries.timetable import (
    DAY_MIN,
    TEMPERATURES,
    BorderPassage,
    Closure,
    Service,
    Timetable,
    expand,
)
from samphao.reference.freight_files import read_freight
from samphao.reference.freight_network import (
    FRUIT_CN,
    GENERAL,
    PriceTerms,
    closures_of,
    first_mile,
    illustrative_timetable,
    rates_of,
    services_of,
    utc_offset_min,
)
from samphao.reference.freight_rows import FreightReference

NAME = "quote"
SUMMARY = "all Pareto-optimal itineraries by time, cost and CO2e, on the reference network and one ten times as large"

QUERIES = 2_000
SMALL_CASES = 400
DOORS = 200
WAYS_FROM_A_DOOR = 4
LEGS_MAX = 9
STARTS_ON = date(2026, 4, 6)
DAYS = 14
CARRIERS = 10
THB_IN_USD = Decimal("0.03")  # illustrative: it moves every price alike and no time
SHIPMENTS = (
    Shipment(gross_mass_g=18_000_000, volume_l=55_000, is_sealed=True),
    Shipment(gross_mass_g=2_000_000, volume_l=7_000),
)
SEALED, LOOSE = range(len(SHIPMENTS))


@dataclass(frozen=True, slots=True)
class World:
    """A network with its departures priced for each temperature class and, within it, for each shipment."""

    name: str
    tables: tuple[Timetable, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and which of a world's priced tables it is put to."""

    table: int
    query: Query


def reference_world(reference: FreightReference) -> World:
    """The reference network over two weeks, by the illustrative timetable, at the reference rates."""
    table = illustrative_timetable(reference, starts_on=STARTS_ON, days=DAYS)
    tables = []
    for temperature in range(len(TEMPERATURES)):
        terms = PriceTerms("USD", {"THB": THB_IN_USD}, STARTS_ON, temperature)
        rates = rates_of(reference, table, terms)
        tables += [table.priced(price_departures(rates, shipment)) for shipment in SHIPMENTS]
    return World("reference", tuple(tables))


def tenfold_world(reference: FreightReference, base: World, seed: int) -> World:
    """Every service run by ten carriers, each with hours, speed, price and vehicles of its own."""
    rng = np.random.default_rng(seed)
    services: list[Service] = []
    factor: dict[str, float] = {}
    shift: dict[str, tuple[int, float, float]] = {}
    for service in services_of(reference, STARTS_ON):
        for carrier in range(CARRIERS):
            link = f"{service.link}/{carrier}"
            if link not in shift:
                factor[link] = float(rng.uniform(0.85, 1.15))
                shift[link] = (15 * int(rng.integers(24)), float(rng.uniform(0.9, 1.15)), float(rng.uniform(0.8, 1.2)))
            later, slower, dirtier = shift[link]
            services.append(
                replace(
                    service,
                    link=link,
                    departs_min=(service.departs_min + later) % DAY_MIN,
                    transit_min=max(15, round(service.transit_min * slower)),
                    emission_mg_per_kg=round(service.emission_mg_per_kg * dirtier),
                )
            )
    closures = [
        replace(closure, link=f"{closure.link}/{carrier}")
        for closure in closures_of(reference, STARTS_ON)
        for carrier in range(CARRIERS)
    ]
    offsets = [utc_offset_min(node.timezone, STARTS_ON) for node in reference.nodes]
    nodes = [node.code for node in reference.nodes]
    table = expand(services, nodes, offsets, starts_on=STARTS_ON, days=DAYS, closures=closures)
    tables = []
    for priced in base.tables:
        known = dict(zip(priced.link.tolist(), priced.cost_minor.tolist(), strict=True))
        by_code = {priced.links[link]: cost for link, cost in known.items()}
        costs = []
        for link in table.links:
            cost = by_code[link.partition("/")[0]]
            costs.append(cost if cost < 0 else round(cost * factor[link]))
        tables.append(table.priced(np.array(costs, dtype=np.int64)[table.link]))
    return World("tenfold", tuple(tables))


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of each query and the options found."""

    ms: tuple[float, ...]
    options: tuple[int, ...]

    @property
    def mean_ms(self) -> float:
        return fmean(self.ms)

    def quantile_ms(self, share: float) -> float:
        return float(np.quantile(np.array(self.ms), share))


def queries_of(reference: FreightReference, world: World, count: int, seed: int) -> list[Asked]:
    """Seeded queries from a door in Thailand to a market abroad, half of them for fruit bound for China.

    A door lies near a Thai node and has first miles to the four nearest. Destinations are those that general goods
    could reach within the horizon, so that rules, not the map, decide whether a query has an answer.
    """
    rng = np.random.default_rng(seed)
    table = world.tables[0]
    terms = PriceTerms("USD", {"THB": THB_IN_USD}, STARTS_ON, 0)
    thai = [node for node in reference.nodes if node.country == "TH"]
    markets = {"city", "seaport", "airport"}
    abroad = {table.node(node.code) for node in reference.nodes if node.country != "TH" and node.kind in markets}
    doors: list[tuple[tuple[Feeder, ...], list[int]]] = []
    while len(doors) < DOORS:
        near = thai[int(rng.integers(len(thai)))]
        door = (near.lat + float(rng.uniform(-0.5, 0.5)), near.lon + float(rng.uniform(-0.5, 0.5)))
        ways = [first_mile(reference, table, door, node.code, terms) for node in thai]
        ways.sort(key=lambda way: (way.minutes, way.node))
        access = tuple(ways[:WAYS_FROM_A_DOOR])
        asked = Query(access[0].node, access[1].node, 0, DAYS * DAY_MIN, legs_max=LEGS_MAX, access=access)
        reached = sorted(set(scan_all(table, asked)) & abroad)
        if reached:
            doors.append((access, reached))
    found = []
    for _ in range(count):
        access, reached = doors[int(rng.integers(len(doors)))]
        earliest = int(rng.integers(0, 4 * DAY_MIN))
        goods = (GENERAL, FRUIT_CN)[int(rng.integers(2))]
        load = SEALED if goods == FRUIT_CN else int(rng.integers(len(SHIPMENTS)))
        query = Query(
            origin=access[0].node,
            destination=reached[int(rng.integers(len(reached)))],
            earliest_departure=earliest,
            latest_arrival=earliest + int(rng.integers(5 * DAY_MIN, 10 * DAY_MIN)),
            gross_mass_kg=SHIPMENTS[load].gross_mass_g / 1000,
            temperature_class=int(rng.integers(len(TEMPERATURES))),
            goods_class=goods,
            legs_max=LEGS_MAX,
            access=access,
        )
        found.append(Asked(query.temperature_class * len(SHIPMENTS) + load, query))
    return found


def timed(world: World, queries: Sequence[Asked]) -> Timing:
    """Scan each query once, after the caller's warm-up."""
    ms, options = [], []
    for asked in queries:
        table, query = world.tables[asked.table], asked.query
        start = time.perf_counter_ns()
        found = scan(table, query)
        ms.append((time.perf_counter_ns() - start) / 1e6)
        options.append(len(found))
    return Timing(tuple(ms), tuple(options))


def small_case(rng: np.random.Generator) -> tuple[Timetable, Query]:
    """A random network small enough to enumerate, every rule on, and a query in it."""
    nodes = int(rng.integers(2, 6))
    services, costs = [], {}
    for i in range(int(rng.integers(4, 11))):
        source = int(rng.integers(nodes))
        opens = int(rng.integers(0, 20)) * 60
        border = BorderPassage(int(rng.integers(0, 120)), opens, (opens + 600) % DAY_MIN, int(rng.integers(-1, 2)) * 60)
        services.append(
            Service(
                link=f"link-{i}",
                from_node=source,
                to_node=(source + int(rng.integers(1, nodes))) % nodes,
                mode="road",
                days=int(rng.integers(1, 128)) | 1,
                departs_min=int(rng.integers(DAY_MIN)),
                transit_min=int(rng.integers(1, 900)),
                cut_off_min=int(rng.integers(0, 3)) * 120,
                customs_dwell_min=int(rng.integers(0, 3)) * 60,
                border=border if rng.random() < 0.5 else None,
                temperature_mask=(3, 3, 3, 1, 2)[int(rng.integers(5))],
                goods_mask=(3, 3, 3, 1, 2)[int(rng.integers(5))],
                emission_mg_per_kg=int(rng.integers(0, 6)),
            )
        )
        costs[f"link-{i}"] = -1 if rng.random() < 0.1 else int(rng.integers(0, 6))
    closures = [Closure("link-0", int(rng.integers(1, 4)), int(rng.integers(0, 2000)), int(rng.integers(2000, 4000)))]
    offsets = [60 * int(rng.integers(-2, 3)) for _ in range(nodes)]
    codes = [str(node) for node in range(nodes)]
    table = expand(services, codes, offsets, starts_on=STARTS_ON, days=3, closures=closures)
    table = table.priced(np.array([costs[link] for link in table.links], dtype=np.int64)[table.link])
    origin = int(rng.integers(nodes))
    query = Query(
        origin=origin,
        destination=(origin + int(rng.integers(1, nodes))) % nodes,
        earliest_departure=int(rng.integers(0, 1000)),
        latest_arrival=int(rng.integers(2000, 6000)),
        temperature_class=int(rng.integers(2)),
        goods_class=int(rng.integers(2)),
        legs_max=int(rng.integers(1, 5)),
        access=_some_feeders(rng, nodes),
        egress=_some_feeders(rng, nodes),
    )
    return table, query


def _some_feeders(rng: np.random.Generator, nodes: int) -> tuple[Feeder, ...]:
    if rng.random() < 0.6:
        return ()
    return tuple(
        Feeder(int(node), int(rng.integers(0, 300)), int(rng.integers(0, 4)), int(rng.integers(0, 4)))
        for node in rng.permutation(nodes)[:2]
    )


def equals_enumeration(cases: int, seed: int) -> tuple[bool, int]:
    """Compare scan and enumeration on seeded small cases: whether all agree, and how many options were compared."""
    rng = np.random.default_rng(seed)
    compared = 0
    for _ in range(cases):
        table, query = small_case(rng)
        found = tuple(
            Totals(option.arrive_at, option.cost_minor, option.emission_mg_per_kg, len(option.departures))
            for option in scan(table, query)
        )
        if found != enumerate_options(table, query):
            return False, compared
        compared += len(found)
    return compared > 0, compared


def main(argv: Sequence[str]) -> int:
    """Run the benchmark; the last line with --json is one JSON object."""
    parser = argparse.ArgumentParser(prog=f"samphao bench {NAME}", description=SUMMARY)
    parser.add_argument("--queries", type=int, default=QUERIES, help="queries on each network")
    parser.add_argument("--seed", type=int, default=20180419)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    given = parser.parse_args(argv)
    reference = read_freight()
    world = reference_world(reference)
    start = time.perf_counter()
    scan(world.tables[0], Query(0, 1, 0, DAYS * DAY_MIN))
    compile_s = time.perf_counter() - start
    is_equal, compared = equals_enumeration(SMALL_CASES, given.seed)
    asked = queries_of(reference, world, given.queries, given.seed)
    large = tenfold_world(reference, world, given.seed)
    timings = []
    gc.collect()
    gc.freeze()  # as a server does once it is up: the compiler's objects are not searched again and again
    for network in (world, large):
        timed(network, asked[: max(1, given.queries // 10)])
        timings.append(timed(network, asked))
    small, tenfold = timings
    figures = {
        "queries": given.queries,
        "departures": len(world.tables[0]),
        "departures_tenfold": len(large.tables[0]),
        "mean_ms": round(small.mean_ms, 4),
        "p99_ms_reference": round(small.quantile_ms(0.99), 4),
        "mean_ms_tenfold": round(tenfold.mean_ms, 4),
        "p99_ms": round(tenfold.quantile_ms(0.99), 4),
        "max_ms_tenfold": round(max(tenfold.ms), 3),
        "options_mean": round(fmean(small.options), 3),
        "options_mean_tenfold": round(fmean(tenfold.options), 2),
        "answered": round(fmean(count > 0 for count in small.options), 3),
        "brute_force_equal": is_equal,
        "brute_force_cases": SMALL_CASES,
        "brute_force_options": compared,
        "compile_s": round(compile_s, 3),
    }
    for key, value in figures.items():
        print(f"{key:>22}  {value}")
    print(
        "timetable: illustrative; rates: the reference's estimates; emissions: tank-to-wheel, without fuel production"
    )
    if given.json:
        print(json.dumps(figures))
    return 0 if is_equal else 1

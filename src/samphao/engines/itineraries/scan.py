"""All Pareto-optimal itineraries by time, cost and CO2e: the interface of the connection scan in ``labels``."""

from __future__ import annotations

import threading

import numpy as np

from samphao.engines.itineraries.labels import scan_forward, write_options
from samphao.engines.itineraries.query import FEEDERS_MOST, LEGS_MOST, Feeder, Itinerary, Query
from samphao.engines.itineraries.timetable import Ints, Timetable, requirement

__all__ = ["Feeder", "Itinerary", "Query", "scan", "scan_all"]


class _Workspace(threading.local):
    """Arrays that a thread uses again from query to query."""

    def __init__(self) -> None:
        self.pool: Ints = np.empty((1 << 12, 8), dtype=np.int64)
        self.out: Ints = np.empty((1 << 8, 6 + LEGS_MOST), dtype=np.int64)
        self.heads: Ints = np.empty((0, 4), dtype=np.int64)
        self.at_target: Ints = np.empty((0, 6), dtype=np.int64)
        self.seen: Ints = np.empty(0, dtype=np.int64)
        self.limits: Ints = np.empty(7, dtype=np.int64)
        self.starts: Ints = np.empty((FEEDERS_MOST, 4), dtype=np.int64)
        self.ends: Ints = np.empty((FEEDERS_MOST, 4), dtype=np.int64)

    def fit(self, timetable: Timetable) -> None:
        nodes = len(timetable.nodes)
        if len(self.at_target) != nodes:
            self.heads = np.empty((nodes + 1, 4), dtype=np.int64)
            self.at_target = np.empty((nodes, 6), dtype=np.int64)
        if len(self.seen) < timetable.groups:
            self.seen = np.empty(timetable.groups, dtype=np.int64)


_work = _Workspace()


def _check(timetable: Timetable, query: Query, *, with_destination: bool) -> None:
    nodes = len(timetable.nodes)
    if not 0 <= query.origin < nodes or not 0 <= query.destination < nodes:
        raise ValueError("origin and destination must be nodes of the timetable")
    if with_destination and query.origin == query.destination and not (query.access or query.egress):
        raise ValueError("origin and destination are the same node: there is nothing to carry")
    if not 1 <= query.legs_max <= LEGS_MOST:
        raise ValueError(f"legs_max must be 1 to {LEGS_MOST}, not {query.legs_max}")
    if len(query.access) > FEEDERS_MOST or len(query.egress) > FEEDERS_MOST:
        raise ValueError(f"at most {FEEDERS_MOST} ways lead to a door")
    if len({way.node for way in query.egress}) != len(query.egress):
        raise ValueError("two last miles leave the same node: give the better one")
    if not (0 <= query.temperature_class < 8 and 0 <= query.goods_class < 32):
        raise ValueError("temperature_class must be 0 to 7 and goods_class 0 to 31")
    for way in query.access + query.egress:
        if not 0 <= way.node < nodes or way.minutes < 0 or way.cost_minor < 0 or way.emission_mg_per_kg < 0:
            raise ValueError("a feeder needs a node of the timetable and no negative figures")


def _fill(rows: Ints, ways: tuple[Feeder, ...], node: int) -> int:
    if not ways:
        rows[0] = (node, 0, 0, 0)
        return 1
    for i, way in enumerate(ways):
        rows[i] = (way.node, way.minutes, way.cost_minor, way.emission_mg_per_kg)
    return len(ways)


def _run(timetable: Timetable, query: Query, work: _Workspace, *, to_all: bool) -> int:
    work.fit(timetable)
    starts = _fill(work.starts, query.access, query.origin)
    ends = 0 if to_all else _fill(work.ends, query.egress, query.destination)
    need = requirement(query.temperature_class, query.goods_class)
    limits = work.limits
    limits[:] = (query.earliest_departure, query.latest_arrival, need, query.legs_max, starts, ends, timetable.groups)
    while True:
        count: int = scan_forward(
            timetable.packed,
            timetable.neighbours,
            limits,
            work.starts,
            work.ends,
            work.pool,
            work.heads,
            work.at_target,
            work.seen,
            work.out,
        )
        if count == -1:
            work.pool = np.empty((2 * len(work.pool), 8), dtype=np.int64)
        elif count == -2:
            work.out = np.empty((2 * len(work.out), work.out.shape[1]), dtype=np.int64)
        else:
            return count


def _itineraries(rows: Ints, query: Query, *, has_egress: bool) -> tuple[Itinerary, ...]:
    mass = query.gross_mass_kg / 1000.0
    has_access = bool(query.access)
    return tuple(
        Itinerary(
            tuple(row[6 : 6 + row[3]]),
            row[0],
            row[1],
            row[2],
            round(row[2] * mass),
            row[5] if has_access else -1,
            row[4] if has_egress else -1,
        )
        for row in rows[:, : 6 + query.legs_max].tolist()
    )


def scan(timetable: Timetable, query: Query) -> tuple[Itinerary, ...]:
    """All Pareto-optimal itineraries of a query by arrival, cost and CO2e, earliest arrival first.

    Among itineraries equal in all three one with the fewest legs is given, and for the same input always the same
    one. Empty when there is none: see ``explain.why_none``.

    Raises
    ------
    ValueError
        If the query does not fit the timetable.

    Notes
    -----
    O(departures in the window + labels made x labels kept at a node). Exact: nothing is rounded or capped.
    """
    _check(timetable, query, with_destination=True)
    count = _run(timetable, query, _work, to_all=False)
    return _itineraries(_work.out[:count], query, has_egress=bool(query.egress))


def scan_all(timetable: Timetable, query: Query) -> dict[int, tuple[Itinerary, ...]]:
    """The same from the query's origin to every node that can be reached, in one scan: a rate card.

    The query's destination and egress are not read. The origin itself is not among the answers.
    """
    _check(timetable, query, with_destination=False)
    work = _work
    _run(timetable, query, work, to_all=True)
    origins = {way.node for way in query.access} or {query.origin}
    answers: dict[int, tuple[Itinerary, ...]] = {}
    for node in range(len(timetable.nodes)):
        if work.heads[node, 2] < 0 or node in origins:
            continue
        count = write_options(work.pool, work.heads[node, 2], work.out)
        while count < 0:
            work.out = np.empty((2 * len(work.out), work.out.shape[1]), dtype=np.int64)
            count = write_options(work.pool, work.heads[node, 2], work.out)
        answers[node] = _itineraries(work.out[:count], query, has_egress=False)
    return answers

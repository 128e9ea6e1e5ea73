"""A carrier that is not one: it moves loads along their itineraries as carriers do, most in time, some late.

A load is moved to where it enters its country of destination, and on from there when customs has let it in. What one
load meets depends on the seed and its own code alone. Every screen that shows its events says `simulator`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from samphao.core.codes import decode
from samphao.freight.models import Load, MovementEvent

REPORTED_BY = "carrier simulator"
LATE_SHARE = 0.12  # of legs that run late
LATE_H_MEAN = 3.0
CATCH_UP = 0.5  # of a delay is made good where goods would have waited
UNLOADING_H = 6
HOME = "TH"
POST = "post"  # the posts clear their items themselves: no declaration of the hub waits for them

Kind = MovementEvent.Kind


@dataclass(frozen=True, slots=True)
class Told:
    """An event as a carrier reports it."""

    load: int
    kind: str
    node: str
    at: datetime
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a load stands: the time that was reported, and the one that was planned."""

    node: str
    at: datetime
    planned_at: datetime


def legs_to_entry(load: Load, countries: Mapping[str, str]) -> int:
    """Return how many legs bring a load into its country of destination; all of them where it never leaves Thailand."""
    home = countries[load.legs[-1]["to"]]
    return next(number for number, leg in enumerate(load.legs, 1) if home in (countries[leg["to"]], HOME))


def move_to_entry(loads: Iterable[Load], countries: Mapping[str, str], seed: int) -> Iterator[Told]:
    """Yield the events of each load from stuffing to its entry, in order; one that crosses no border is delivered, and so is mail."""
    for load in loads:
        start = load.departs_at
        for kind, hours in ((Kind.STUFFED, 3), (Kind.SEALED, 1)):
            at = start - timedelta(hours=hours)
            yield Told(load.pk, kind, load.origin, at, at)
        entry = legs_to_entry(load, countries)
        told = list(_travel(load, load.legs[:entry], Reached(load.origin, start, start), _draws(load, seed, 0)))
        yield from told
        if load.mode == POST or (entry == len(load.legs) and countries[load.legs[-1]["to"]] == HOME):
            yield _delivered(load, told[-1])


def move_on(
    loads: Iterable[Load],
    reached: Mapping[int, Reached],
    cleared_at: Mapping[str, datetime],
    countries: Mapping[str, str],
    seed: int,
) -> Iterator[Told]:
    """Yield the events of each load from its inspection to delivery; `cleared_at` says when customs let it in."""
    for load in loads:
        entry = reached[load.pk]
        free = max(entry.at, cleared_at[load.code])
        inspected = Told(load.pk, Kind.INSPECTED, entry.node, free, entry.planned_at)
        yield inspected
        legs = load.legs[legs_to_entry(load, countries) :]
        start = Reached(entry.node, free, entry.planned_at)
        told = list(_travel(load, legs, start, _draws(load, seed, 1)))
        yield from told
        yield _delivered(load, told[-1] if told else inspected)


def _draws(load: Load, seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng((seed, decode("LD", load.code) or load.pk, part))


def _travel(load: Load, legs: Sequence[Any], start: Reached, rng: np.random.Generator) -> Iterator[Told]:
    last, delay = start.at, (start.at - start.planned_at).total_seconds() / 3600
    for leg in legs:
        departs, arrives = datetime.fromisoformat(leg["departs_at"]), datetime.fromisoformat(leg["arrives_at"])
        last = max(last, departs + timedelta(hours=delay * CATCH_UP))
        yield Told(load.pk, Kind.DEPARTED, leg["from"], last, departs)
        delay = (last - departs).total_seconds() / 3600
        if rng.random() < LATE_SHARE:
            delay += float(rng.exponential(LATE_H_MEAN))
        last = arrives + timedelta(hours=delay)
        yield Told(load.pk, Kind.ARRIVED, leg["to"], last, arrives)


def _delivered(load: Load, last: Told) -> Told:
    unloading = timedelta(hours=UNLOADING_H)
    return Told(load.pk, Kind.DELIVERED, last.node, last.at + unloading, last.planned_at + unloading)

"""Cutting days: a packing house cuts its lots on as few days as their harvests allow, so that what it packs fills containers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Harvest:
    """A lot's harvest at the place that packs it; `cut_on` is the day that stands already, None where one is to be named."""

    lot: str
    place: int
    harvest_from: date
    harvest_to: date
    cut_on: date | None = None


def cutting_days(harvests: Iterable[Harvest]) -> dict[str, date]:
    """Return a day within its harvest for each lot that has none yet: the fewest days a place, days that stand used first.

    The harvest that ends first is cut on its last day, and with it all that are ripe by then: fewer days there are not
    (the piercing of intervals; Cormen et al., Introduction to Algorithms, chapter on greedy choice).
    """
    named: dict[str, date] = {}
    days: dict[int, list[date]] = defaultdict(list)
    waiting = []
    for harvest in harvests:
        if harvest.cut_on is None:
            waiting.append(harvest)
        else:
            days[harvest.place].append(harvest.cut_on)
    for one in sorted(waiting, key=lambda one: (one.harvest_to, one.lot)):
        known = [day for day in days[one.place] if one.harvest_from <= day <= one.harvest_to]
        named[one.lot] = max(known, default=one.harvest_to)
        days[one.place].append(named[one.lot])
    return named

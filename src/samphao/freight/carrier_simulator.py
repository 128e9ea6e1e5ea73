"""A carrier that is not one: it moves loads along their itineraries as carriers do, most in time, some late.

Every screen that shows its events says `simulator`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from samphao.freight.models import Load, MovementEvent

REPORTED_BY = "carrier simulator"
LATE_SHARE = 0.12  # of legs that run late
LATE_H_MEAN = 3.0
CATCH_UP = 0.5  # of a delay is made good where goods would have waited
UNLOADING_H = 6

Kind = MovementEvent.Kind


@dataclass(frozen=True, slots=True)
class Told:
    """An event as a carrier reports it."""

    load: int
    kind: str
    node: str
    at: datetime
    planned_at: datetime


def move(loads: Iterable[Load], seed: int) -> Iterator[Told]:
    """Yield the events of each load, from stuffing to delivery, in order."""
    rng = np.random.default_rng(seed)
    for load in loads:
        delay = 0.0
        start = last = load.departs_at
        yield Told(load.pk, Kind.STUFFED, load.origin, start - timedelta(hours=3), start - timedelta(hours=3))
        yield Told(load.pk, Kind.SEALED, load.origin, start - timedelta(hours=1), start - timedelta(hours=1))
        node, planned = load.origin, start
        for leg in load.legs:
            departs, arrives = datetime.fromisoformat(leg["departs_at"]), datetime.fromisoformat(leg["arrives_at"])
            last = max(last, departs + timedelta(hours=delay * CATCH_UP))
            yield Told(load.pk, Kind.DEPARTED, leg["from"], last, departs)
            delay = (last - departs).total_seconds() / 3600
            if rng.random() < LATE_SHARE:
                delay += float(rng.exponential(LATE_H_MEAN))
            node, planned = leg["to"], arrives
            last = arrives + timedelta(hours=delay)
            yield Told(load.pk, Kind.ARRIVED, node, last, planned)
        done = planned + timedelta(hours=UNLOADING_H)
        yield Told(load.pk, Kind.DELIVERED, node, done + timedelta(hours=delay), done)

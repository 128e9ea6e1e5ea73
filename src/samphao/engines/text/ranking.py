"""Which lot stands before which, and why: points that are added up and can be shown, with nothing of the seller in them.

Points are whole hundredths, so that equal lots are equal; ties go by id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

GOOD, VARIETY, PROVINCE, CERTIFICATE, WORD = 6000, 2000, 2000, 2000, 1000
ON_SALE, PAPERS, LANGUAGE = 10_000, 1000, 100
SOON = ((0, 600), (3, 500), (7, 400), (14, 300), (30, 200), (60, 100))
"""Days to the harvest, at most, and what they are worth: what is ripe first is shown first."""
DRAW = 100
"""The most that the draw gives: lots that are equal otherwise stand by lot, not by how long they have been here."""
SIGNALS = ("on_sale", "papers", "soon", "languages", "draw")


@dataclass(frozen=True, slots=True)
class LotSigns:
    """What of a lot its place depends on besides the words."""

    code: str
    opens_at: datetime
    closes_at: datetime
    harvest_from: date
    has_open_gate: bool
    titles: int


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a lot's points: its kind, what it is about and its hundredths."""

    kind: str
    about: str
    points: int


def signals(lot: LotSigns, now: datetime, today: date) -> tuple[int, ...]:
    """Return the points of a lot that no query changes, in the order of `SIGNALS`."""
    on_sale = lot.opens_at <= now < lot.closes_at
    days = (lot.harvest_from - today).days
    soon = next((points for limit, points in SOON if days <= limit), 0) if on_sale else 0
    return (
        ON_SALE * on_sale,
        PAPERS * lot.has_open_gate,
        soon,
        LANGUAGE * lot.titles,
        int.from_bytes(hashlib.blake2b(lot.code.encode(), digest_size=4).digest()) % DRAW,
    )


def changes_at(lot: LotSigns, now: datetime, today: date) -> datetime | None:
    """Return when time alone changes a lot's points next; None where it never will."""
    times = [at for at in (lot.opens_at, lot.closes_at) if at > now]
    if lot.closes_at > now:
        days = (lot.harvest_from - today).days
        limits = [limit for limit, _ in SOON if limit < days]
        if limits:
            nearer = lot.harvest_from - timedelta(days=max(limits))
            times.append(datetime(nearer.year, nearer.month, nearer.day, tzinfo=UTC))
    return min(times, default=None)


def merged(branches: Iterable[Iterable[tuple[int, int]]], count: int) -> list[tuple[int, int]]:
    """Return the best `count` of several lists of (points, id): each id once, with its most points; ties by id.

    It is exact if each list holds at least its own best `count`.
    """
    best: dict[int, int] = {}
    for branch in branches:
        for points, key in branch:
            if points > best.get(key, -1):
                best[key] = points
    return sorted(((points, key) for key, points in best.items()), key=lambda row: (-row[0], row[1]))[:count]

"""The beginning of a page: what all its parts ask for comes by one query, and stays what it was until the page is made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from samphao.core import clock, revisions
from samphao.core.hub import Hub

BEGIN = """
SELECT core_now(), EXISTS (SELECT 1 FROM core_clock WHERE shift <> interval '0'), (SELECT number FROM core_revision),
       h.name, h.languages, h.corridors, h.payment, h.is_demo
FROM (SELECT) page LEFT JOIN core_hubsettings h ON h.finished_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The hub's settings (None before its setup is finished), its time, and the revision of its reference rows."""

    hub: Hub | None
    now: datetime
    is_clock_moved: bool
    revision: int | None


def begin() -> Beginning:
    with connection.cursor() as cursor:
        cursor.execute(BEGIN)
        now, is_moved, revision, *row = cursor.fetchone()
    hub = None
    if row[0] is not None:
        name, languages, corridors, payment, is_demo = row
        hub = Hub(name, tuple(json.loads(languages)), frozenset(json.loads(corridors)), payment, is_demo=is_demo)
    return Beginning(hub, now, is_moved, revision)


@contextmanager
def made_from(begun: Beginning) -> Iterator[None]:
    """Make a page from what was read at its beginning: one time, and reference rows as they were."""
    with clock.stopped_at(begun.now), revisions.seen(begun.revision):
        yield

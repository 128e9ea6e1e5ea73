"""The hub's clock: the database's time, moved by an offset that a demo or a test sets.

Every process and every SQL function (`core_now()`) reads the same offset, so a season can pass in a minute and a test
can let a hold expire.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import DateTimeField, Func

BANGKOK = ZoneInfo("Asia/Bangkok")


class HubNow(Func):
    """The hub's time as the default of a column, so that a page and its rows have one clock."""

    function = "core_now"
    output_field = DateTimeField()


_stopped: ContextVar[datetime | None] = ContextVar("the moment that a page shows", default=None)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Let the clock stand within: all parts of a page that is only read show one moment, and ask for it once."""
    token = _stopped.set(moment)
    try:
        yield
    finally:
        _stopped.reset(token)


def now() -> datetime:
    if (stopped := _stopped.get()) is not None:
        return stopped
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def today() -> date:
    """Return the date in Bangkok, where the hub's working day is."""
    return now().astimezone(BANGKOK).date()


def move_to(moment: datetime) -> None:
    """Make the hub's clock show `moment` and run on from there."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO core_clock (id, shift) VALUES (1, %s - clock_timestamp())
               ON CONFLICT (id) DO UPDATE SET shift = excluded.shift""",
            [moment],
        )


def reset() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_clock")


def is_moved() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM core_clock WHERE shift <> interval '0')")
        return bool(cursor.fetchone()[0])

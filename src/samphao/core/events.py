"""Events go up, calls go down.

`publish` writes a row in the caller's transaction (an outbox). A worker delivers each row at least once, in order for
each aggregate, to the handlers subscribed in `workflows/apps.py`; a handler's effect and the mark "delivered" commit
together, so a process that dies between leaves the row waiting.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from django.db import connection, transaction

from samphao.core.models import Event

CHANNEL = "samphao_events"
ATTEMPTS_MAX = 8
LOCKED_TOGETHER = 50  # lots or loads in one event
DELIVERY_LOCK = 7_401_846  # advisory: one process delivers at a time, which keeps the order

Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, list[Handler]] = defaultdict(list)
_passed_over: set[str] = set()


class DomainEvent(Protocol):
    """A frozen dataclass of plain values, named in the past tense, with the aggregate that it belongs to."""

    @property
    def aggregate(self) -> str: ...


def publish(event: DomainEvent) -> None:
    """Write the event; it is delivered only if the caller's transaction commits."""
    payload = dataclasses.asdict(event)  # type: ignore[call-overload]
    Event.objects.create(name=type(event).__name__, aggregate=event.aggregate, payload=payload)
    wake_worker()


def publish_in_parts(event: Callable[[list[str]], DomainEvent], codes: Sequence[str]) -> None:
    """Publish what happened to many as several events: orders wait for what a handler locks together."""
    for start in range(0, len(codes), LOCKED_TOGETHER):
        publish(event(list(codes[start : start + LOCKED_TOGETHER])))


def wake_worker() -> None:
    """Wake the worker when the caller's transaction commits; without it the worker looks within a second or so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


class Listener:
    """Hears `wake_worker` of every process, on a connection of its own."""

    def __init__(self) -> None:
        self._own: Any = None

    def wait(self, timeout_s: float) -> bool:
        """Return True as soon as somebody wakes, False after the time; what else was heard until then is heard with it."""
        if self._own is None:
            self._own = connection.copy()
            self._own.ensure_connection()
            self._own.connection.execute(f"LISTEN {CHANNEL}")
        heard = any(True for _ in self._own.connection.notifies(timeout=timeout_s, stop_after=1))
        if heard:
            for _ in self._own.connection.notifies(timeout=0):
                pass
        return heard

    def close(self) -> None:
        if self._own is not None:
            self._own.close()
            self._own = None


def subscribe(event: type, *handlers: Handler) -> None:
    for handler in handlers:
        if handler not in _handlers[event.__name__]:
            _handlers[event.__name__].append(handler)


def pass_over(event: type) -> None:
    """Say that nobody needs to hear of an event: it is kept as history and marked as delivered in bulk."""
    _passed_over.add(event.__name__)


def deliver(limit: int = 500) -> int:
    """Deliver up to `limit` waiting events, each with its handlers' effects in one transaction; return how many."""
    done = _mark_passed_over()
    stuck: set[str] = set()
    for event_id in _waiting(limit):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [DELIVERY_LOCK])
            if not cursor.fetchone()[0]:
                return done
            event = Event.objects.select_for_update().filter(id=event_id, delivered_at=None).first()
            if event is None or event.aggregate in stuck:
                continue
            if _deliver_one(event):
                done += 1
            else:
                stuck.add(event.aggregate)
    return done


def waiting() -> int:
    return Event.objects.filter(delivered_at=None).count()


def _mark_passed_over() -> int:
    """Mark the events that nobody needs to hear of, all at once: an unknown name waits, for it may be a newer process's."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE core_event SET delivered_at = clock_timestamp() WHERE id IN (
                 SELECT id FROM core_event WHERE delivered_at IS NULL AND name = ANY (%s) ORDER BY id FOR UPDATE SKIP LOCKED)""",
            [sorted(_passed_over)],
        )
        return int(cursor.rowcount)


def _waiting(limit: int) -> Iterable[int]:
    """Yield ids in order; an aggregate whose oldest event waits for a retry keeps its later ones back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM core_event e WHERE delivered_at IS NULL AND attempts < %s
               AND NOT EXISTS (SELECT 1 FROM core_event b WHERE b.aggregate = e.aggregate AND b.id <= e.id
                               AND b.delivered_at IS NULL AND b.retry_at > clock_timestamp())
               ORDER BY id LIMIT %s""",
            [ATTEMPTS_MAX, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _deliver_one(event: Event) -> bool:
    try:
        with transaction.atomic():
            for handler in _handlers[event.name]:
                handler(event.payload)
    except Exception as error:  # noqa: BLE001 a handler's failure must not stop the other aggregates
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE core_event SET attempts = attempts + 1, last_error = %s,
                   retry_at = clock_timestamp() + interval '1 second' * power(2, attempts) WHERE id = %s""",
                [f"{type(error).__name__}: {error}"[:2000], event.id],
            )
        return False
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_event SET delivered_at = clock_timestamp() WHERE id = %s", [event.id])
    return True

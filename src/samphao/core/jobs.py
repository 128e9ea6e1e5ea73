"""Work that comes due by the hub's clock: each job at its interval, by one worker at a time, with its last run kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger(__name__)
LOCKS = 7_401_847  # advisory locks of jobs are this number and the job's name
# A row of the future means that the clock was moved back: the job is due.
CLAIM = """
INSERT INTO core_jobrun (name, ran_at) VALUES (%s, core_now())
ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at
WHERE core_jobrun.ran_at <= excluded.ran_at - interval '1 second' * %s OR core_jobrun.ran_at > excluded.ran_at
RETURNING 1
"""
KEEP = "UPDATE core_jobrun SET took_s = %s, did = %s, last_error = '' WHERE name = %s"
KEEP_ERROR = "UPDATE core_jobrun SET took_s = %s, failed_at = core_now(), last_error = %s WHERE name = %s"


@dataclass(frozen=True, slots=True)
class Job:
    """A named piece of work; it must bear being run twice. `on_wake`: also at once when something was published."""

    name: str
    every_s: float
    work: Callable[[], object]
    on_wake: bool = False


def run_due(jobs: Iterable[Job], *, woken: bool = False) -> list[str]:
    """Run the jobs that are due and that no other worker has in hand; return their names. One that fails stops no other."""
    return [job.name for job in jobs if _run_locked(job, woken=woken)]


def _run_locked(job: Job, *, woken: bool) -> bool:
    """Run a job if it is due. The interval alone would let a second worker start what the first has not ended yet."""
    if not _ask("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCKS, job.name]):
        return False
    try:
        is_due = _ask(CLAIM, [job.name, 0 if woken and job.on_wake else job.every_s])
        if is_due:
            _run(job)
    finally:
        if connection.is_usable():  # where the connection was lost the lock went with it
            _ask("SELECT pg_advisory_unlock(%s, hashtext(%s))", [LOCKS, job.name])
    return is_due


def _run(job: Job) -> None:
    started = time.perf_counter()
    try:
        result = job.work()
    except Exception as error:
        if is_database_gone(error):
            raise  # the worker waits for it
        log.exception("the job %s failed", job.name)
        _keep(KEEP_ERROR, [time.perf_counter() - started, f"{type(error).__name__}: {error}"[:2000], job.name])
    else:
        did = result if isinstance(result, int) else len(result) if isinstance(result, Sized) else None
        _keep(KEEP, [time.perf_counter() - started, did, job.name])


def is_database_gone(error: Exception) -> bool:
    """Tell whether an error is the loss of the database, for which everything has to wait; a deadlock is the failure of its own work."""
    return isinstance(error, OperationalError | InterfaceError) and not connection.is_usable()


def _ask(statement: str, values: list[float | str]) -> bool:
    """Return the first value of a statement's row, False where it gives none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return bool(row and row[0])


def _keep(statement: str, values: list[float | int | str | None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)

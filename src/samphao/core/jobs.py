"""Work that comes due by the hub's clock: each job at its interval, by one worker at a time, with its last run kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass

from django.db import OperationalError, connection

log = logging.getLogger(__name__)
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
    """Run the jobs that are due and that no other worker has taken; return their names. One that fails stops no other."""
    return [job.name for job in jobs if _claim(job, woken=woken) and _run(job)]


def _claim(job: Job, *, woken: bool) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [job.name, 0 if woken and job.on_wake else job.every_s])
        return cursor.fetchone() is not None


def _run(job: Job) -> bool:
    started = time.perf_counter()
    try:
        result = job.work()
    except OperationalError:
        raise  # the database went away: the worker waits for it
    except Exception as error:
        log.exception("the job %s failed", job.name)
        _keep(KEEP_ERROR, [time.perf_counter() - started, f"{type(error).__name__}: {error}"[:2000], job.name])
    else:
        did = result if isinstance(result, int) else len(result) if isinstance(result, Sized) else None
        _keep(KEEP, [time.perf_counter() - started, did, job.name])
    return True


def _keep(statement: str, values: list[float | int | str | None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)

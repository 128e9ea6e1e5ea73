"""Jobs run at their interval by the hub's clock, once among workers, and one that fails stops no other."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from samphao.core import clock, events
from samphao.core.jobs import Job, run_due
from samphao.core.models import JobRun


class Counter:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


@pytest.fixture
def counted() -> Counter:
    return Counter()


@pytest.mark.django_db
def test_a_job_runs_when_its_interval_has_passed_on_the_hubs_clock(counted: Counter, clock_reset: None) -> None:
    jobs = [Job("count", 3600, counted)]
    assert run_due(jobs) == ["count"]
    assert run_due(jobs) == []
    clock.move_to(clock.now() + timedelta(minutes=61))
    assert run_due(jobs) == ["count"]
    assert JobRun.objects.get().did == 2


@pytest.mark.django_db
def test_a_clock_that_was_moved_back_keeps_no_job_waiting(counted: Counter, clock_reset: None) -> None:
    jobs = [Job("count", 3600, counted)]
    run_due(jobs)
    clock.move_to(clock.now() - timedelta(days=200))
    assert run_due(jobs) == ["count"]


@pytest.mark.django_db
def test_a_wake_runs_at_once_only_what_wants_it(counted: Counter) -> None:
    jobs = [Job("mail", 3600, counted, on_wake=True), Job("slow", 3600, counted)]
    run_due(jobs)
    assert run_due(jobs, woken=True) == ["mail"]


@pytest.mark.django_db
def test_a_job_that_fails_is_told_and_stops_no_other(counted: Counter) -> None:
    def fails() -> None:
        raise ValueError("no such lot")

    assert run_due([Job("fails", 1, fails), Job("count", 1, counted)]) == ["fails", "count"]
    assert JobRun.objects.get(name="fails").last_error == "ValueError: no such lot"
    assert JobRun.objects.get(name="fails").failed_at is not None
    JobRun.objects.filter(name="fails").update(ran_at=clock.now() - timedelta(minutes=1))
    run_due([Job("fails", 1, counted)])
    assert JobRun.objects.get(name="fails").last_error == ""


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_takes_a_job(counted: Counter) -> None:
    barrier, ran = threading.Barrier(2), []

    def work() -> None:
        barrier.wait(10)
        ran.extend(run_due([Job("count", 3600, counted)]))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (ran, counted.times) == (["count"], 1)


@pytest.mark.django_db(transaction=True)
def test_a_sleeping_worker_is_woken_by_a_commit_and_by_nothing_that_rolled_back() -> None:
    bell = events.Listener()
    try:
        assert bell.wait(0) is False
        with pytest.raises(RuntimeError), transaction.atomic():
            events.wake_worker()
            raise RuntimeError
        assert bell.wait(0.2) is False
        threading.Timer(0.2, _wake).start()
        started = time.monotonic()
        assert bell.wait(20) is True
        assert time.monotonic() - started < 10
        assert bell.wait(0) is False
    finally:
        bell.close()


def _wake() -> None:
    events.wake_worker()
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_job_that_lasts_longer_than_its_interval_is_not_begun_by_a_second_worker(counted: Counter) -> None:
    begun, may_end, seconds = threading.Event(), threading.Event(), []

    def lasts() -> None:
        begun.set()
        may_end.wait(20)

    def first_worker() -> None:
        run_due([Job("lasts", 0, lasts)])
        connection.close()

    thread = threading.Thread(target=first_worker)
    thread.start()
    try:
        assert begun.wait(20)
        seconds = run_due([Job("lasts", 0, counted), Job("another", 0, counted)])
    finally:
        may_end.set()
        thread.join(20)
    assert seconds == ["another"], "the interval is over, but the first worker is still at it"
    assert run_due([Job("lasts", 0, counted)]) == ["lasts"], "its lock is free again"


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_the_failure_of_one_job(counted: Counter) -> None:
    def refused() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'each waits for the other' USING ERRCODE = '40P01'; END $$")

    assert run_due([Job("refused", 0, refused), Job("count", 0, counted)]) == ["refused", "count"]
    assert JobRun.objects.get(name="refused").last_error.startswith("OperationalError")
    assert counted.times == 1


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_told_to_the_worker_and_takes_its_lock_along(counted: Counter) -> None:
    def work() -> None:
        try:
            with pytest.raises(OperationalError):
                run_due([Job("loses", 0, _end_own_connection)])
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert run_due([Job("loses", 0, counted)]) == ["loses"]
    assert counted.times == 1


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_fails_lets_the_lock_go(counted: Counter) -> None:
    jobs = [Job("asked", 0, counted)]
    run_due(jobs)
    told: list[str] = []
    failed, may_close = threading.Event(), threading.Event()

    def other_worker() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            try:
                run_due(jobs)
            except OperationalError as error:
                told.append(str(error))
            failed.set()
            may_close.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=other_worker)
    try:
        with transaction.atomic():
            JobRun.objects.select_for_update().get(name="asked")
            thread.start()
            assert failed.wait(20)
        assert "lock timeout" in told[0]
        assert run_due(jobs) == ["asked"], "the other worker's connection lives on, without the lock"
    finally:
        may_close.set()
        thread.join(20)
    assert counted.times == 2


def _end_own_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

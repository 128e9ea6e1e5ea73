"""A limit lets so many through at once, then one for each share of its time, however many processes ask."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from samphao.core import limits
from samphao.core.limits import Limit, TooMany, give_back, network_of, take
from samphao.core.models import LimitUse

THREE_AN_HOUR = Limit("test", 3, timedelta(hours=1))


def taken(key: str, times: int, limit: Limit = THREE_AN_HOUR) -> int:
    went = 0
    for _ in range(times):
        try:
            take(limit, key)
        except TooMany:
            continue
        went += 1
    return went


def passes(by: timedelta) -> None:
    """Let real time pass: the marks move into the past."""
    for row in LimitUse.objects.all():
        row.used_until -= by
        row.save()


@pytest.mark.django_db
def test_three_go_through_and_the_fourth_is_told_when_to_come_again() -> None:
    assert taken("anong", 3) == 3
    with pytest.raises(TooMany) as refused:
        take(THREE_AN_HOUR, "anong")
    assert 19 * 60 < refused.value.wait_s <= 20 * 60
    assert taken("malee", 1) == 1, "everybody has his own"
    assert taken("anong", 1, Limit("other", 3, timedelta(hours=1))) == 1, "each limit counts its own"


@pytest.mark.django_db
def test_with_each_share_of_the_time_one_more_goes_through_and_with_all_of_it_all() -> None:
    taken("anong", 9)
    passes(timedelta(minutes=21))
    assert taken("anong", 3) == 1
    passes(timedelta(hours=2))
    assert taken("anong", 9) == 3


@pytest.mark.django_db
def test_what_is_given_back_was_not_used() -> None:
    taken("anong", 3)
    give_back(THREE_AN_HOUR, "anong")
    assert taken("anong", 9) == 1


@pytest.mark.django_db
def test_nobody_reads_whom_a_mark_counts_and_old_marks_go() -> None:
    take(THREE_AN_HOUR, "anong@village.example")
    assert "anong" not in LimitUse.objects.get().key
    assert limits.forget_unused() == 0
    passes(timedelta(hours=2))
    assert limits.forget_unused() == 1
    assert not LimitUse.objects.exists()


@pytest.mark.django_db
def test_what_is_rolled_back_was_not_counted() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        take(THREE_AN_HOUR, "anong")
        raise RuntimeError
    assert taken("anong", 9) == 3


@pytest.mark.django_db(transaction=True)
def test_ten_processes_at_once_are_counted_together() -> None:
    barrier, went = threading.Barrier(10), []

    def go() -> None:
        barrier.wait(10)
        went.append(taken("anong", 1))
        connection.close()

    threads = [threading.Thread(target=go) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(went), sum(went)) == (10, 3)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
    ],
)
def test_a_network_is_what_one_subscriber_holds(address: str, network: str) -> None:
    assert network_of(address) == network

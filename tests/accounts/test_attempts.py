"""Guessing one name shuts out neither the office it is guessed from nor the name's owner elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from samphao.accounts.services.attempts import NAME, NAME_AND_NETWORK, NETWORK, count_sign_in
from samphao.core.limits import TooMany
from samphao.core.models import LimitUse

pytestmark = pytest.mark.django_db
OFFICE, HOME = "203.0.113.7", "198.51.100.1"


def passes(by: timedelta) -> None:
    """Let real time pass: the marks move into the past."""
    for row in LimitUse.objects.all():
        row.used_until -= by
        row.save()


def goes_through(name: str, network: str) -> bool:
    try:
        count_sign_in(name, network)
    except TooMany:
        return False
    return True


def test_clicks_that_are_refused_for_one_name_cost_its_office_nothing() -> None:
    assert [goes_through("malee", OFFICE) for _ in range(60)] == [True] * 5 + [False] * 55
    assert [goes_through(f"name{number}", OFFICE) for number in range(26)] == [True] * 25 + [False]


def test_what_an_office_was_refused_does_not_count_for_the_name() -> None:
    assert all(goes_through(f"name{number}", OFFICE) for number in range(NETWORK.count))
    assert not any(goes_through("malee", OFFICE) for _ in range(200))
    assert goes_through("malee", HOME)
    passes(timedelta(seconds=30))
    assert goes_through("malee", OFFICE)


def test_what_a_name_was_refused_does_not_count_for_the_place_it_was_tried_from() -> None:
    assert all(goes_through("malee", f"192.0.2.{number}") for number in range(NAME.count))
    assert not any(goes_through("malee", HOME) for _ in range(60))
    assert goes_through("nok", HOME)
    passes(timedelta(minutes=5))
    assert [goes_through("malee", HOME) for _ in range(6)] == [True] * 5 + [False]


def test_one_place_that_guesses_all_day_does_not_keep_the_owner_out() -> None:
    for _ in range(24 * 60):
        goes_through("malee", OFFICE)
        passes(timedelta(minutes=1))
    goes_through("malee", OFFICE)
    assert all(goes_through("malee", HOME) for _ in range(NAME_AND_NETWORK.count))


def test_keeping_an_owner_out_takes_five_places() -> None:
    an_hour = timedelta(hours=1)
    assert 4 * NAME_AND_NETWORK.count * (an_hour / NAME_AND_NETWORK.within) < NAME.count * (an_hour / NAME.within)

"""Impact is counted from the orders by the worker, and shown with the time at which it was counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from worlds import market_morning
from worlds.market_morning import World

from samphao.core import clock
from samphao.core.models import JobRun
from samphao.insight import queries, services
from samphao.trade.models import Order
from samphao.workflows import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning(clock_reset: None) -> World:
    clock.move_to(datetime(2026, 5, 7, 2, 0, tzinfo=UTC))  # a day for which rates are published
    return market_morning.make()


def test_before_the_worker_has_counted_it_is_counted_for_the_visitor(morning: World) -> None:
    reached, counted_at = queries.impact_counted()
    assert reached == queries.impact()
    assert reached.paid_minor > 0
    assert abs(counted_at - clock.now()) < timedelta(minutes=1)


def test_what_was_counted_is_what_the_orders_say_to_the_satang(morning: World) -> None:
    services.count_impact()
    with CaptureQueriesContext(connection) as caught:
        reached, _at = queries.impact_counted()
    assert len(caught) == 1
    assert reached == queries.impact()


def test_the_page_says_from_when_its_figures_are(morning: World) -> None:
    services.count_impact()
    before, counted_at = queries.impact_counted()
    Order.objects.filter(state="paid").update(state="cancelled")
    clock.move_to(clock.now() + timedelta(days=2))
    assert queries.impact_counted() == (before, counted_at)
    assert queries.impact().paid_minor < before.paid_minor
    day = counted_at.astimezone(clock.BANGKOK)
    shown = Client().get("/impact/", headers={"accept-language": "en"}).content.decode()
    assert f"Counted from the orders at {day.day}\u00a0" in shown
    assert f"{day:%H:%M}" in shown


def test_the_worker_counts_again_when_the_minute_is_over(morning: World) -> None:
    worker.work_once(services.PERIODIC)
    first, counted_at = queries.impact_counted()
    assert "impact" in JobRun.objects.values_list("name", flat=True)
    Order.objects.filter(state="paid").update(state="cancelled")
    worker.work_once(services.PERIODIC)
    assert queries.impact_counted() == (first, counted_at)
    clock.move_to(clock.now() + timedelta(seconds=61))
    worker.work_once(services.PERIODIC)
    assert queries.impact_counted()[0] == queries.impact() != first

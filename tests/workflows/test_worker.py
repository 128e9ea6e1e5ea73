"""The worker sends, expires and delivers without being asked, at once when it is woken."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from worlds import three_people, two_buyers_one_lot

from samphao.accounts import services
from samphao.accounts.models import Delivery, Invitation
from samphao.core import clock
from samphao.core.jobs import Job
from samphao.core.models import JobRun
from samphao.trade.models import Order
from samphao.trade.services import place_order
from samphao.trade.types import OrderRequest
from samphao.workflows import worker

TEXTS = {"text_en": "x", "text_th": "x", "text_zh": "x"}


@pytest.mark.django_db
def test_what_time_brings_is_done_by_the_worker(clock_reset: None) -> None:
    people = three_people.make()
    services.invite("WEAVERS", "fa@village.example", "member", by="malee", address="x/{token}")
    lot = two_buyers_one_lot.make()
    place_order(OrderRequest(lot.anong.id, "k", lot.offer.id, 1))
    worker.work_once()
    assert Order.objects.get().state == "held"
    clock.move_to(clock.now() + timedelta(days=8))
    services.notify([people.weavers.pk], subject="S", key="k", **TEXTS)
    worker.work_once()
    worker.send_post()
    assert Order.objects.get().state == "expired"
    assert Invitation.objects.get().state == "expired"
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert set(JobRun.objects.values_list("name", flat=True)) == {job.name for job in (*worker.PERIODIC, *worker.POST)}


@pytest.mark.django_db(transaction=True)
def test_a_sleeping_worker_sends_at_once_what_was_committed(
    monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    people = three_people.make()
    monkeypatch.setattr(worker, "REST_S", 30.0)
    stop = threading.Event()

    def work() -> None:
        worker.run(stop)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        time.sleep(1.0)  # it has nothing to do and sleeps for half a minute
        services.notify([people.weavers.pk], subject="S", key="k", **TEXTS)
        deadline = time.monotonic() + 10
        while len(mailoutbox) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(mailoutbox) == 2
    finally:
        stop.set()
        services.notify([people.weavers.pk], subject="S", key="wakes it to stop", **TEXTS)
        thread.join(20)
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_server_was_restarted_connects_again_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, runs = threading.Event(), []

    def loses_its_connection_once() -> None:
        runs.append("first")
        if len(runs) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    def ends() -> None:
        runs.append("second")
        stop.set()

    monkeypatch.setattr(worker, "REST_S", 0.05)
    monkeypatch.setattr(worker, "PERIODIC", (Job("first", 0, loses_its_connection_once), Job("second", 0, ends)))

    def work() -> None:
        worker.run(stop)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert runs == ["first", "first", "second"]


class Silent(BaseEmailBackend):
    """A mail server that answers nothing until somebody lets it go."""

    asked, let_go = threading.Event(), threading.Event()

    def open(self) -> bool:
        Silent.asked.set()
        Silent.let_go.wait(30)
        raise TimeoutError

    def send_messages(self, email_messages: Any) -> int:
        raise AssertionError(f"{email_messages} were sent without a server")


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_does_not_answer_holds_up_nothing_else(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Silent"
    people = three_people.make()
    services.notify([people.weavers.pk], subject="S", key="k", **TEXTS)
    stop, passes = threading.Event(), []

    def counts() -> None:
        if Silent.asked.is_set():
            passes.append(time.monotonic())

    monkeypatch.setattr(worker, "REST_S", 0.05)
    monkeypatch.setattr(worker, "PERIODIC", (Job("counts", 0, counts),))

    def work() -> None:
        worker.run(stop)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while len(passes) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(passes) >= 3, "the other jobs waited for the mail server"
        assert not Silent.let_go.is_set()
    finally:
        stop.set()
        Silent.let_go.set()
        thread.join(30)
    assert not thread.is_alive()
    assert set(Delivery.objects.filter(channel="email").values_list("state", flat=True)) == {"waiting"}

"""The worker: delivers the outbox and runs what is due by the hub's clock."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import OperationalError, close_old_connections

from samphao.core import events
from samphao.trade import services as trade
from samphao.workflows import cut_offs, payout

log = logging.getLogger(__name__)

PERIODIC: tuple[Callable[[], object], ...] = (
    trade.expire_holds,
    cut_offs.watch_departures,
    payout.settle_due,
    payout.send_to_banks,
)
REST_S = 1.0


def work_once() -> int:
    """Run every periodic job and deliver what waits; return how many events were delivered."""
    for job in PERIODIC:
        job()
    return events.deliver()


def run(stop: threading.Event) -> None:
    """Work until told to stop; a database that goes away is waited for."""
    while not stop.is_set():
        try:
            busy = work_once()
        except OperationalError:
            log.warning("the database cannot be reached, trying again")
            close_old_connections()
            busy = 0
        if not busy:
            stop.wait(REST_S)

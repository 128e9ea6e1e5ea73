"""The worker: delivers the outbox and runs what is due by the hub's clock."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from samphao.accounts import services as accounts
from samphao.core import events, jobs, limits
from samphao.core.jobs import Job
from samphao.trade import services as trade
from samphao.workflows import balances, claims, cut_offs, invoicing, judging, missed_departures, payout, turning_away

log = logging.getLogger(__name__)
REST_S = 1.0
STOP_S = 10.0


class Work(Protocol):
    """One pass; `woken` says that something was published. It returns whether more may wait."""

    def __call__(self, *, woken: bool = False) -> int: ...


# Everything that happens because time passes. A new one is one line here: a service that
# takes no arguments, may be run twice, and returns what it counted. `samphao doctor` and the back office show the last runs.
PERIODIC: tuple[Job, ...] = (
    Job("holds that ran out", 1, trade.expire_holds),
    Job("waiting lists", 1, trade.serve_lines),
    Job("lots that failed", 60, turning_away.turn_away_what_failed),
    Job("departures that come near", 60, cut_offs.watch_departures),
    Job("gates whose time ran out", 5, judging.judge_due),
    Job("loads that missed their departure", 60, missed_departures.plan_again),
    Job("shares due when sold", 60, payout.deposit_due),
    Job("first shares that are still due", 60, payout.advance_due),
    Job("clocks of claims", 60, claims.run_clocks),
    Job("balances of pre-orders", 60, balances.run_clocks),
    Job("claim windows that closed", 60, payout.settle_due),
    Job("tax invoices to number", 60, invoicing.tax_and_number),
    Job("payments to banks, once a day", 600, payout.send_to_banks),
    Job("invitations that ran out", 60, accounts.expire_invitations),
    Job("visitors' baskets that were left", 3600, trade.forget_baskets),
    Job("registrations that nobody went on with", 3600, accounts.forget_drafts),
    Job("lots by the file", 1, trade.import_some),
    Job("limits that are free again", 3600, limits.forget_unused),
)
# Work that waits for others outside: on a thread of its own, so that a mail server's silence holds up nothing else.
POST: tuple[Job, ...] = (Job("e-mails", 5, accounts.send_waiting_mail, on_wake=True),)


def work_once(also: Sequence[Job] = (), *, woken: bool = False) -> int:
    """Run the periodic jobs that are due and deliver what waits; return how many events were delivered."""
    jobs.run_due((*PERIODIC, *also), woken=woken)
    return events.deliver()


def send_post(*, woken: bool = False) -> int:
    jobs.run_due(POST, woken=woken)
    return 0


def run(stop: threading.Event, also: Sequence[Job] = ()) -> None:
    """Work until told to stop, and send the post beside; `also` are jobs of the floors above."""
    post = threading.Thread(target=_post, args=(stop,), name="post", daemon=True)
    post.start()
    _work(stop, partial(work_once, also))
    post.join(STOP_S)  # an e-mail that is half sent is sent again by the next worker


def _post(stop: threading.Event) -> None:
    try:
        _work(stop, send_post)
    finally:
        connection.close()


def _work(stop: threading.Event, work: Work) -> None:
    """Work until told to stop: at once when woken, else every second. A database that goes away is waited for."""
    bell, woken = events.Listener(), True
    while not stop.is_set():
        try:
            busy = work(woken=woken)
            woken = bell.wait(0 if busy else REST_S) or bool(busy)
        except (OperationalError, InterfaceError):
            log.warning("the database cannot be reached, trying again")
            bell.close()
            close_old_connections()
            stop.wait(REST_S)
    bell.close()

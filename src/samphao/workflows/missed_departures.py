"""Loads that customs kept past their departure: each is booked on a later one, or its orders are given up while money can still go back.

A load counts as missed by its own state, not by an event, so that whatever was lost on the way is found here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts import services as accounts
from samphao.core import clock
from samphao.core.errors import Conflict
from samphao.core.jobs import is_database_gone
from samphao.customs import services as customs
from samphao.customs.types import NewDeparture
from samphao.freight import queries as freight_queries
from samphao.freight import services as freight
from samphao.freight.types import MissedLoad, Rebooked
from samphao.reference import queries as reference
from samphao.trade import queries as trade_queries
from samphao.trade import services as trade
from samphao.workflows import declaring, notices, releasing, shipping

log = logging.getLogger(__name__)
LOADS_AT_ONCE = 200
PASS_S = 20.0  # the worker has other jobs too
_left_off: list[MissedLoad] = []  # the load that a pass tried last when its time ran out; else empty
NO_LATER = "no-later-departure"  # 20 letters at most: an order keeps it
REBOOKED = _(
    "Your order %(order)s could not leave on %(was)s: customs had not released its load. It is booked on a departure on %(leaves)s and arrives on %(arrives)s instead of %(before)s (times in Bangkok)."
)


def plan_again() -> int:
    """Book missed loads anew, or give their orders up; return how many. One that cannot be planned holds up no other.

    Each is tried once. A pass that takes too long leaves off, and this process's next one goes on from there.
    """
    ends_at, done = time.monotonic() + PASS_S, 0
    after = _left_off.pop() if _left_off else None
    while missed := freight_queries.loads_missed(LOADS_AT_ONCE, after=after):
        exchange = shipping.exchange(clock.today())
        for load in missed:
            done += _try_to_plan(load, exchange)
            after = load
            if time.monotonic() > ends_at:
                _left_off.append(load)
                return done
    return done


def _try_to_plan(load: MissedLoad, exchange: tuple[tuple[str, Decimal], ...]) -> bool:
    try:
        with transaction.atomic():
            _plan_again(load, exchange)
    except Conflict:  # it was seen to in the meantime
        log.info("load %s has not missed its departure any more", load.code)
        return False
    except Exception as error:  # a rate or a place that nobody knows, or a fault of ours
        if is_database_gone(error):
            raise  # no other load can be planned either
        log.exception("load %s cannot be planned again", load.code)
        return False
    return True


def _plan_again(load: MissedLoad, exchange: tuple[tuple[str, Decimal], ...]) -> None:
    freight.stop_loads([load.code])
    rebooked = freight.rebook_load(load.code, exchange)
    if rebooked is None:
        trade.leave_orders_behind(load.orders, load=load.code, reason=NO_LATER)
        return
    promised = trade.promise_arrival(load.orders, rebooked.arrives_at)
    customs.change_departure(load.code, _departure(load.code))
    _tell(promised, rebooked)
    releasing.release_complete([load.code])


def _departure(code: str) -> NewDeparture:
    """Return how a load leaves now, for its declarations."""
    load = freight_queries.load_with_goods(code)
    assert load is not None  # noqa: S101 it is locked in this transaction
    country = next(row.country for row in reference.destinations() if row.code == load.destination)
    way = declaring.transport_of(load, country)
    return NewDeparture(
        way.departs_at, way.enters_at, way.means, way.mode, way.entry_node, way.exit_country, way.exit_node
    )


def _tell(orders: Sequence[str], rebooked: Rebooked) -> None:
    """Tell the buyer of each order the old and the new arrival, and why."""
    times = {
        name: accounts.spoken_moment(at)
        for name, at in (
            ("was", rebooked.was_to_leave_at), ("leaves", rebooked.departs_at), ("arrives", rebooked.arrives_at), ("before", rebooked.was_to_arrive_at),
        )
    }  # fmt: skip
    accounts.notify_each(
        notices.message(
            row.buyer, row.order, f"rebooked:{rebooked.departs_at:%y%m%d%H%M}", REBOOKED, None, order=row.order, **times
        )
        for row in trade_queries.parties_of(orders)
    )

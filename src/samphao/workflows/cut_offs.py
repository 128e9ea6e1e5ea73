"""Departures that come near: whoever can still do something for a consignment is told while there is time.

A load leaves when customs has released everything in it; what is not released when it should leave is planned again
(`workflows.missed_departures`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as parties
from samphao.accounts import services as accounts
from samphao.accounts.services import Message
from samphao.core import clock
from samphao.customs import queries as customs
from samphao.freight import queries as freight
from samphao.workflows.notices import message

WARNED_AHEAD = timedelta(hours=24)
HOUR = timedelta(hours=1)
NOT_RELEASED = _(
    "Declaration %(declaration)s is not released. Its load leaves on %(leaves)s (Bangkok); hours left: %(hours)s. Look at what customs asks for. What is not released then is booked on a later departure."
)
NOT_DECLARED = _(
    "Consignment %(consignment)s is not declared for export. Its load leaves on %(leaves)s (Bangkok); hours left: %(hours)s. Declare it now. What is not released then is booked on a later departure."
)


def watch_departures() -> int:
    """Warn the exporters of what leaves within a day and is not released or not even declared, once a departure; return how many are new."""
    now = clock.now()
    loads = {load.code: load for load in freight.loads_to_leave(now + WARNED_AHEAD)}
    if not loads:
        return 0
    waiting = [row for row in customs.declarations_not_released(list(loads)) if row.kind == "export"]
    undeclared = undeclared_consignments(list(loads))
    ids = parties.ids_by_code()
    return accounts.notify_each(
        [
            *_messages(now, ((row.exporter_id, row.code, loads[row.load_code]) for row in waiting), NOT_RELEASED, "declaration"),
            *_messages(now, ((ids[row.exporter], row.code, row.load) for row in undeclared if row.exporter in ids), NOT_DECLARED, "consignment"),
        ]
    )  # fmt: skip


def undeclared_consignments(loads: list[str]) -> list[Any]:
    """Return the consignments of loads that nobody has declared for export; two queries."""
    declared = customs.declared_of_loads(loads)
    return [row for row in freight.consignments_in(loads) if row.code not in declared]


def hours_left(departs_at: datetime, now: datetime) -> int:
    """Return the whole hours that are left until a departure."""
    return max(0, (departs_at - now) // HOUR)


def _messages(now: datetime, rows: Iterable[tuple[int, str, Any]], text: str, word: str) -> Iterator[Message]:
    for exporter, code, load in rows:
        leaves, hours = accounts.spoken_moment(load.departs_at), hours_left(load.departs_at, now)
        named = {word: code, "hours": hours, "leaves": leaves}
        yield message(exporter, code, f"cut-off:{load.departs_at:%y%m%d%H%M}", text, None, **named)

"""Departures that come near: an exporter is warned while there is time, and what was not released stays behind."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_noop as _

from samphao.accounts import services as accounts
from samphao.core import clock
from samphao.customs import queries as customs
from samphao.freight import queries as freight
from samphao.freight import services

WARNED_AHEAD = timedelta(hours=24)
WARNING = _(
    "Declaration %(declaration)s is not released, and its container leaves on %(at)s (Bangkok). Look at what customs asks for."
)


def watch_departures() -> int:
    """Warn the exporters of loads that leave within a day unreleased, and stop those that should have left; return how many stopped."""
    now = clock.now()
    loads = {load.code: load for load in freight.loads_to_leave(now + WARNED_AHEAD)}
    waiting = customs.declarations_not_released(list(loads)) if loads else []
    for row in waiting:
        load = loads[row.load_code]
        if load.departs_at <= now:
            continue
        at = f"{load.departs_at.astimezone(clock.BANGKOK):%d.%m.%Y %H:%M}"
        texts = accounts.in_three_languages(WARNING, declaration=row.code, at=at)
        accounts.notify([row.exporter_id], subject=row.code, key=f"cut-off:{row.code}", **texts)
    missed = sorted({row.load_code for row in waiting if loads[row.load_code].departs_at <= now})
    return services.stop_loads(missed)

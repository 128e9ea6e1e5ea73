"""Departures that come near: an exporter is warned while there is time, and what was not released stays behind."""

from __future__ import annotations

from datetime import timedelta

from samphao.accounts import services as accounts
from samphao.core import clock
from samphao.customs import queries as customs
from samphao.freight import queries as freight
from samphao.freight import services

WARNED_AHEAD = timedelta(hours=24)


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
        accounts.notify(
            [row.exporter_id], subject=row.code, key=f"cut-off:{row.code}",
            text_en=f"Declaration {row.code} is not released, and its container leaves on {at} (Bangkok). Look at what customs asks for.",
            text_th=f"ใบขนสินค้า {row.code} ยังไม่ได้รับการตรวจปล่อย และตู้จะออกเดินทาง {at} (เวลากรุงเทพฯ) โปรดดูว่าศุลกากรขออะไร",
            text_zh=f"报关单 {row.code} 尚未放行，集装箱将于 {at}（曼谷时间）出发。请查看海关的要求。",
        )  # fmt: skip
    missed = sorted({row.load_code for row in waiting if loads[row.load_code].departs_at <= now})
    return services.stop_loads(missed)

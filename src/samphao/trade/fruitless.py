"""What was looked for in vain: counted by day and text, for the groups who could grow or make it; never by whom."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta

from django.db import connection

from samphao.core import clock, limits
from samphao.core.limits import Limit, TooMany
from samphao.engines.text.fold import folded
from samphao.trade.models import FruitlessSearch

LENGTH_MAX = 80
TEXTS_A_DAY = 5000
"""New texts of a day that are kept: a program that asks at random fills no disk."""
PERSONAL = re.compile(r"@|\d{5}|https?:|\d[\d\s().-]{6,}\d", re.IGNORECASE)
"""What looks like somebody's e-mail address, number or page."""
KEPT = timedelta(days=366)
OF_NETWORK = Limit("searches without result: network", 60, timedelta(hours=1))
"""Nobody is refused a search for it: what comes beyond is not counted, so that no one shopper makes a demand alone."""


def record_fruitless_search(text: str, goods: Collection[str] = (), *, address: str) -> bool:
    """Count a search that found no lot as asked, and which goods it meant; return whether it was kept."""
    kept = " ".join(folded(text).split())[:LENGTH_MAX].strip()
    if not kept or PERSONAL.search(kept):
        return False
    try:
        limits.take(OF_NETWORK, limits.network_of(address))
    except TooMany:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO trade_fruitlesssearch AS f (day, text, goods, count)
               SELECT %(day)s, %(text)s, %(goods)s, 1 WHERE (SELECT count(*) FROM trade_fruitlesssearch WHERE day = %(day)s) < %(most)s
                 OR EXISTS (SELECT 1 FROM trade_fruitlesssearch WHERE day = %(day)s AND text = %(text)s)
               ON CONFLICT (day, text) DO UPDATE SET count = f.count + 1, goods = excluded.goods""",
            {"day": clock.today(), "text": kept, "goods": list(goods), "most": TEXTS_A_DAY},
        )
        return bool(cursor.rowcount)


def forget_fruitless_searches() -> int:
    """Delete what is older than a year: a season is compared with the last one, not with all."""
    return FruitlessSearch.objects.filter(day__lt=clock.today() - KEPT).delete()[0]

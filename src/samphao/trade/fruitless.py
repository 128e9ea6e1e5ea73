"""What was looked for in vain: counted by day and text, for the groups who could grow or make it; never by whom."""

from __future__ import annotations

import re

from django.db import connection

from samphao.core import clock
from samphao.engines.text.fold import folded

LENGTH_MAX = 80
TEXTS_A_DAY = 5000
"""New texts of a day that are kept: a program that asks at random fills no disk."""
PERSONAL = re.compile(r"@|\d{5}|https?:", re.IGNORECASE)
"""What looks like somebody's e-mail address, number or page."""


def record_fruitless_search(text: str) -> bool:
    """Count a search that found no lot as asked; return whether it was kept."""
    kept = " ".join(folded(text).split())[:LENGTH_MAX].strip()
    if not kept or PERSONAL.search(kept):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO trade_fruitlesssearch AS f (day, text, count)
               SELECT %(day)s, %(text)s, 1 WHERE (SELECT count(*) FROM trade_fruitlesssearch WHERE day = %(day)s) < %(most)s
                 OR EXISTS (SELECT 1 FROM trade_fruitlesssearch WHERE day = %(day)s AND text = %(text)s)
               ON CONFLICT (day, text) DO UPDATE SET count = f.count + 1""",
            {"day": clock.today(), "text": kept, "most": TEXTS_A_DAY},
        )
        return bool(cursor.rowcount)

"""Dates as people write them, in each language of the hub."""

from __future__ import annotations

from datetime import date

from babel.dates import get_month_names

NBSP = "\u00a0"
BUDDHIST_ERA = 543
LOCALES = {"th": "th", "zh-hans": "zh_Hans", "en": "en"}


def day_in(language: str, on: date) -> str:
    """Write a date: 23 พ.ย. 2569, 2026年11月23日, 23 Nov 2026."""
    if language == "zh-hans":
        return f"{on.year}年{on.month}月{on.day}日"
    month = get_month_names("abbreviated", locale=LOCALES.get(language, "en"))[on.month]
    return f"{on.day}{NBSP}{month}{NBSP}{on.year + BUDDHIST_ERA if language == 'th' else on.year}"


def month_in(language: str, on: date) -> str:
    """Write a month: พ.ย. 2569, 2026年11月, Nov 2026."""
    if language == "zh-hans":
        return f"{on.year}年{on.month}月"
    month = get_month_names("abbreviated", locale=LOCALES.get(language, "en"))[on.month]
    return f"{month}{NBSP}{on.year + BUDDHIST_ERA if language == 'th' else on.year}"

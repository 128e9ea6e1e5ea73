"""Filters and tags of the pages: money, masses, dates and names in three languages; status words with shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from django import template
from django.conf import settings
from django.core.paginator import Page
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext

from samphao.core.dates import LOCALES, NBSP, day_in
from samphao.core.money import minor_digits
from samphao.web.table_cells import classes, is_deck, rows_html

register = template.Library()

MINUS = "\u2212"
# ¥ alone means the yuan here, so the yen is told apart; what is not listed shows its ISO code.
SIGNS = {"THB": "฿", "CNY": "¥", "USD": "US$", "HKD": "HK$", "EUR": "€", "VND": "₫", "JPY": "JP¥"}
# The tag that a browser's fonts and a screen reader's voice go by, and the name a language gives itself.
LANGUAGE_TAGS = {"th": ("th", "ไทย"), "zh": ("zh-Hans", "中文"), "en": ("en", "English")}
SHAPES = {
    "ok": '<circle cx="5" cy="5" r="5"/>',
    "warn": '<path d="M5 0l5.500 9.500h-11z"/>',
    "bad": '<path d="M5-.5L10.500 5 5 10.500-.5 5z"/>',
    "info": '<path d="M.5.5h9v9h-9z"/>',
    "idle": '<circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="2"/>',
    "plain": "",
}
MISSING = "–"


def language() -> str:
    """Return the page's language as a key of LOCALES: th, zh-hans or en."""
    current = (get_language() or "en").lower()
    if current.startswith("zh"):
        return "zh-hans"
    return "th" if current.startswith("th") else "en"


@lru_cache(maxsize=8)
def _locale(name: str) -> Locale:
    return Locale.parse(LOCALES[name])


def _decimal(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _grouped(value: Decimal, digits: int | None) -> str:
    """Write a number with thousands separators; `digits` None keeps the decimals that it has, up to six.

    Thai, Chinese and English write numbers alike: babel, which knows that, takes ten times as long for each.
    """
    value = value.quantize(Decimal(1).scaleb(-(6 if digits is None else digits)), rounding=ROUND_HALF_EVEN)
    text = f"{abs(value):,f}"
    if digits is None:
        text = text.rstrip("0").rstrip(".")
    return (MINUS if value < 0 else "") + text


def _money(value: object, currency: str, digits: int | None) -> str:
    minor = _decimal(value)
    if minor is None:
        return MISSING
    code = currency.upper()
    places = minor_digits(code)
    amount = _grouped(minor.scaleb(-places), places if digits is None else digits)
    sign, amount = (MINUS, amount[1:]) if amount.startswith(MINUS) else ("", amount)
    return f"{sign}{SIGNS.get(code, code)}{NBSP}{amount}"


@register.filter
def money(value: object, currency: str = "THB") -> str:
    """Write integer minor units and an ISO code: `1188000|money:"THB"` is ฿ 11,880.00."""
    return _money(value, currency, None)


@register.filter
def money_whole(value: object, currency: str = "THB") -> str:
    """Write an amount without its minor units, for sums so large that they do not matter."""
    return _money(value, currency, 0)


@register.filter
def amount(value: object, currency: str = "THB") -> str:
    """Write an amount without its sign, for a column whose head names the currency."""
    minor = _decimal(value)
    places = minor_digits(currency.upper())
    return MISSING if minor is None else _grouped(minor.scaleb(-places), places)


@register.filter
def number(value: object, digits: int | None = None) -> str:
    """Write a number with thousands separators: `51730400|number` is 51,730,400; `0.95|number:1` is 1.0."""
    plain = _decimal(value)
    return MISSING if plain is None else _grouped(plain, digits)


@register.filter
def percent(value: object, digits: int | None = None) -> str:
    """Write a share of one: `0.009|percent` is 0.9 %."""
    share = _decimal(value)
    return MISSING if share is None else f"{_grouped((share * 100).normalize(), digits)}{NBSP}%"


@register.filter
def kg(value: object, digits: int | None = None) -> str:
    """Write a mass in kilograms."""
    mass = _decimal(value)
    return MISSING if mass is None else f"{_grouped(mass, digits)}{NBSP}{pgettext('unit after a number', 'kg')}"


@register.filter
def tonnes(value: object, digits: int = 1) -> str:
    """Write a mass given in kilograms as tonnes."""
    mass = _decimal(value)
    if mass is None:
        return MISSING
    return f"{_grouped(mass / 1000, digits)}{NBSP}{pgettext('unit after a number', 't')}"


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a date: 23 พ.ย. 2569, 2026年11月23日, 23 Nov 2026; an aware datetime counts where the hub is."""
    if value is None or value == "":
        return MISSING
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        value = value.date()
    return day_in(language(), value)


def day_of(text: str | None) -> str:
    """Write a date that was stored as text; a source that gives none is undated."""
    return day(date.fromisoformat(text)) if text else gettext("undated")


def _offset(at: datetime) -> str:
    """Name the zone by its distance from UTC: abbreviations such as CST mean several zones."""
    minutes = int((at.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{MINUS if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


@register.filter
def moment(value: datetime | None, zone: str = "") -> str:
    """Write date and time; `moment:"Asia/Shanghai"` writes them as the clock there shows them, with its zone."""
    if value is None or value == "":
        return MISSING
    if timezone.is_naive(value):
        raise ValueError("moment needs an aware datetime: a time without a zone is not a moment")
    local = value.astimezone(ZoneInfo(zone)) if zone else timezone.localtime(value)
    text = f"{day_in(language(), local.date())} {local:%H:%M}"
    return f"{text}{NBSP}({_offset(local)})" if zone else text


@register.filter
def clock_time(value: datetime | None, zone: str = "") -> str:
    """Write the time of day alone, with the zone when one is asked for."""
    if value is None or value == "":
        return MISSING
    local = value.astimezone(ZoneInfo(zone)) if zone else timezone.localtime(value)
    return f"{local:%H:%M}{NBSP}({_offset(local)})" if zone else f"{local:%H:%M}"


def spoken_text(thing: object, stem: str) -> tuple[str, str, bool]:
    """Return (text, language, is a fallback) of `stem_th`, `stem_zh`, `stem_en` of an object or mapping."""
    wanted = language()[:2]
    for code in dict.fromkeys((wanted, "en", "th", "zh")):
        key = f"{stem}_{code}"
        text = thing.get(key) if isinstance(thing, Mapping) else getattr(thing, key, None)
        if text:
            return str(text), code, code != wanted
    return "", wanted, False


def country_name(code: str) -> str:
    """Return a country's name by its ISO 3166-1 code."""
    return str(_locale(language()).territories.get(code, code))


@register.filter
def in_language(thing: object, stem: str = "name") -> str:
    """Write a thing's name in the page's language; where it has none, another's, marked as being in that one."""
    text, code, is_fallback = spoken_text(thing, stem)
    if not text:
        return MISSING
    if not is_fallback:
        return text
    lang, own_name = LANGUAGE_TAGS[code]
    return format_html(
        '<span lang="{}">{}</span> <span class="from" lang="{}">{}</span>',
        *(lang, text, lang, own_name),
    )


# What begins like SO-7F3K-2QJ9 or CTI-MT-0430 (capitals, then groups of capitals and digits), and a day in Chinese, which has no spaces to guard.
WHOLE = re.compile(r"\b[A-Z]{2,4}(?:-[A-Z0-9]+)+\b|\d{4}年\d{1,2}月\d{1,2}日")


@register.filter
def kept(text: Any) -> SafeString:
    """Escape a text and keep its codes and days whole: what ends one line and begins the next cannot be read out."""
    return mark_safe(WHOLE.sub(r'<span class="k">\g<0></span>', conditional_escape(text)))  # noqa: S308 - escaped before


@register.filter
def in_language_plain(thing: object, stem: str = "name") -> str:
    """Return the same words without markup, for titles and attributes."""
    return spoken_text(thing, stem)[0] or MISSING


@register.simple_tag(takes_context=True)
def language_choices(context: template.Context) -> list[dict[str, str]]:
    """Return the languages that the hub offers by the name each gives itself, which no translation may touch."""
    choices = []
    hub = getattr(context.get("request"), "hub", None)
    for code, name in settings.LANGUAGES:
        if hub and code not in hub.languages:
            continue
        tag_of, own_name = LANGUAGE_TAGS.get(code[:2], (code, name))
        choices.append({"code": code, "tag": tag_of, "own_name": own_name})
    return choices


@register.simple_tag
def structured(data: Mapping[str, object]) -> SafeString:
    """Write JSON-LD: data for machines, in which no text can end the element."""
    text = json.dumps(data, ensure_ascii=False).translate(
        {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}
    )
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped before


@register.simple_tag
def shape(kind: str = "plain") -> SafeString:
    """Draw the little shape that goes with a status, so that colour is never its only sign."""
    drawn = SHAPES.get(kind, "")
    return mark_safe(f'<svg viewBox="0 0 10 10" aria-hidden="true">{drawn}</svg>' if drawn else "")  # noqa: S308 - constants


@register.simple_tag
def tag(kind: str, label: str, shape_of: str = "") -> SafeString:
    """Show a status: `{% tag "ok" label %}`; kinds ok, warn, bad, info, idle, plain."""
    kind = kind or "plain"
    drawn = f'<span class="tag {conditional_escape(kind)}">{shape(shape_of or kind)}{conditional_escape(label)}</span>'
    return mark_safe(drawn)  # noqa: S308 - escaped


@register.simple_tag
def fill(share: object, kind: str = "") -> SafeString:
    """Show how full something is, as a bar with its percentage: `{% fill 0.81 "warn" %}`."""
    drawn = (
        f'<span class="fill"><svg aria-hidden="true"><rect class="track" width="100%" height="100%"/>'
        f'<rect class="full {conditional_escape(kind)}" width="{width(share)}" height="100%"/></svg>'
        f"<span>{percent(share, 0)}</span></span>"
    )
    return mark_safe(drawn)  # noqa: S308 - escaped


@register.filter
def share_of(value: object, whole: object) -> float:
    """Return value / whole held within 0 and 1, for bars."""
    part, total = _decimal(value), _decimal(whole)
    return float(min(max(part / total, Decimal(0)), Decimal(1))) if part is not None and total else 0.0


@register.filter
def width(share: object) -> str:
    """Return a share of one as the length of a bar, in hundredths for an attribute: 94.0%."""
    part = _decimal(share) or Decimal(0)
    return f"{min(max(part, Decimal(0)), Decimal(1)) * 100:.1f}%"


@register.filter
def words(text: str) -> list[str]:
    """Split a text at its spaces."""
    return text.split()


@register.filter
def bound_share(above_best: object) -> Decimal:
    """Return how much of a cost its proven bound is, from how far above the bound the cost is."""
    return 1 / (1 + (_decimal(above_best) or Decimal(0)))


register.filter("cell_class", classes)
register.filter("is_deck", is_deck)


@register.simple_tag
def table_rows(rows: Sequence[Sequence[Any]], columns: Sequence[Mapping[str, Any]]) -> SafeString:
    """Show the rows of a table, as `components/table.html` frames them."""
    return rows_html(rows, columns, cell)


@register.simple_tag
def table_foot(foot: Sequence[Any], columns: Sequence[Mapping[str, Any]]) -> SafeString:
    return rows_html([foot], columns, cell, is_foot=True)


def cell(content: Any) -> str:
    """Write a table's cell: a text, or a mapping that holds a status (`tag`), a share, or a `text` with `url` and `note`."""
    if not isinstance(content, Mapping):
        return kept(content)
    if status := content.get("tag"):
        return tag(status["kind"], status["label"])
    if content.get("share") not in (None, ""):
        return fill(content["share"], content.get("kind", ""))
    text = kept(content.get("text") or "")
    if text and (url := content.get("url")):
        text = mark_safe(f'<a href="{conditional_escape(url)}">{text}</a>')  # noqa: S308 - escaped
    note = content.get("note")
    return f'{text}<small class="soft">{conditional_escape(note)}</small>' if note else text


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], parameter: str = "page") -> dict[str, object]:
    """Show the pages of a paginated list and keep the rest of the address."""
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request else None
    if query is not None:
        query.pop(parameter, None)
    kept = query.urlencode() if query else ""
    shown: Sequence[int | str] = list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
    return {
        "page": page,
        "numbers": shown,
        "gap": page.paginator.ELLIPSIS,
        "prefix": f"?{kept}&{parameter}=" if kept else f"?{parameter}=",
    }

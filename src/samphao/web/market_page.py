"""Shape the market for its page: what was asked, how it was understood, why each lot stands where it stands, how to narrow it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from samphao.engines.text.ranking import Term
from samphao.reference import queries as reference
from samphao.reference.types import DestinationSpec
from samphao.trade.queries import COUNTED, Facet, Found, LookedFor, Search
from samphao.web.templatetags.samphao import country_name, day, in_language_plain, language, number

TEXT_MAX = 200
KINDS = ("good", "province", "certificate", "month", "country")
SHOWN = 12
"""Values of a kind that are offered: the most frequent."""
GOODS_NAMED = 3


def search_of(asked: QueryDict, destination: DestinationSpec | None) -> Search:
    """Return what an address asks for; what it asks for in vain (a month 13, a good of no name) is not asked."""
    names, month = names_by_code(), asked.get("month", "")
    return Search(
        text=asked.get("q", "").strip()[:TEXT_MAX],
        good=_known(asked.get("good", ""), names),
        province=_known(asked.get("province", ""), names),
        certificate=_known(asked.get("certificate", ""), certificate_names()),
        month=int(month) if month in {str(number) for number in range(1, 13)} else 0,
        country=destination.country if destination and asked.get("here") else "",
        as_typed=bool(asked.get("as_typed")),
    )


def _known(code: str, names: dict[str, Any]) -> str:
    return code if code in names else ""


def parameters(search: Search) -> dict[str, str]:
    """Return a search as an address asks for it."""
    asked = {
        "q": search.text, "good": search.good, "province": search.province, "certificate": search.certificate,
        "month": str(search.month or ""), "here": "1" if search.country else "", "as_typed": "1" if search.as_typed else "",
    }  # fmt: skip
    return {name: value for name, value in asked.items() if value}


def address(search: Search, page: str = "market", **changes: str) -> str:
    """Return the address of a search with some of it changed; an empty value takes it away."""
    asked = {name: value for name, value in {**parameters(search), **changes}.items() if value}
    return reverse(page) + (f"?{urlencode(asked)}" if asked else "")


@cache
def names_by_code() -> dict[str, dict[str, str]]:
    """Return the names, in three languages, of goods, varieties and provinces; the preferred one stands first in the files."""
    names: dict[str, dict[str, str]] = {}
    for name in reference.known_names():
        names.setdefault(name.code, {}).setdefault(f"name_{name.language}", name.text)
    return names


def certificate_names() -> dict[str, str]:
    return {
        "gap": _("GAP orchard"), "gacc": _("packing house listed with China"), "otop": _("OTOP"), "gi": _("geographical indication"),
        "organic": _("organic"), "halal": _("halal"), "community_enterprise": _("community enterprise"),
    }  # fmt: skip


def value_name(kind: str, value: str) -> str:
    """Return what a value is called in the page's language."""
    if kind == "certificate":
        return certificate_names()[value]
    if kind == "month":
        return str(format_date(date(2000, int(value), 1), "LLLL", {"zh-hans": "zh_Hans"}.get(language(), language())))
    if kind == "country":
        return _("can be sold to %(country)s") % {"country": country_name(value)}
    return in_language_plain(names_by_code().get(value, {"name_en": value}))


def notes(search: Search, found: Found) -> list[dict[str, str]]:
    """Return what a visitor should know of how the words were read, each with where it leads."""
    told = []
    if found.corrected:
        read = [_("%(meant)s for %(typed)s") % {"meant": one.name, "typed": one.typed} for one in found.corrected]
        told.append(
            {
                "text": _("Showing %(read)s.") % {"read": listed(read)},
                "url": address(search, as_typed="1"),
                "link": _("Look for “%(typed)s” as typed") % {"typed": search.text},
            }
        )
    if found.left_out:
        told.append({"text": _("Not every lot has: %(words)s.") % {"words": listed(found.left_out)}})
    if found.is_wider:
        told.append({"text": _("Lots with all of it come first, others follow.")})
    if found.dropped:
        told.append(
            {
                "text": _("Nothing found for: %(parts)s. These are without it.")
                % {"parts": listed(value_name(kind, value) for kind, value in found.dropped)}
            }
        )
    return told


def _goods(goods: Sequence[str]) -> str:
    """Name the nearest goods; `fruit` means thirty."""
    names = listed(value_name("good", good) for good in goods[:GOODS_NAMED])
    return (names + " …" if len(goods) > GOODS_NAMED else names) or _("none that the hub knows")


def listed(names: Iterable[str]) -> str:
    return ("、" if language() == "zh-hans" else ", ").join(names)


def looked_for(rows: Iterable[LookedFor]) -> dict[str, Any]:
    """Return the table of what was looked for in vain."""
    return {
        "columns": [
            {"label": _("words")}, {"label": _("goods they mean"), "wide": True}, {"label": _("times"), "numeric": True}, {"label": _("last on"), "whole": True},
        ],
        "rows": [
            [row.text, _goods(row.goods), number(row.count), day(row.last_on)]
            for row in rows
        ],
    }  # fmt: skip


def total_text(total: int) -> str:
    return _("more than %(n)s lots") % {"n": number(COUNTED)} if total > COUNTED else ""


def why(terms: Iterable[Term]) -> dict[str, Any]:
    """Return the points of a lot, what for, the most first."""
    rows = [
        {"text": _term_text(term), "points": _points(term.points)}
        for term in sorted(terms, key=lambda term: -term.points)
    ]
    return {"points": _points(sum(term.points for term in terms)), "rows": rows}


def _points(hundredths: int) -> str:
    return number(hundredths / 100, 2)


def _term_text(term: Term) -> str:
    if term.kind in {"good", "variety", "province", "certificate"}:
        kinds = {"good": _("good"), "variety": _("variety"), "province": _("province"), "certificate": _("certificate")}
        return f"{kinds[term.kind]}: {value_name(term.kind, term.about)}"
    texts = {
        "word": _("has the word “%(word)s”") % {"word": term.about}, "on_sale": _("on sale now"), "papers": _("may be sold to some country"),
        "soon": _("harvest near or ready"), "languages": _("described in several languages"), "draw": _("a draw among equals"),
    }  # fmt: skip
    return texts[term.kind]


def chosen(search: Search) -> list[dict[str, str]]:
    """Return what the lots are narrowed by, each with the address without it."""
    values = {
        "good": search.good, "province": search.province, "certificate": search.certificate, "month": str(search.month or ""),
        "country": search.country,
    }  # fmt: skip
    taken = {"country": "here"}
    return [
        {"label": value_name(kind, value), "url": address(search, **{taken.get(kind, kind): ""})}
        for kind, value in values.items()
        if value
    ]


def groups(search: Search, facets: Sequence[Facet]) -> list[dict[str, Any]]:
    """Return the ways to narrow a search, by kind, with how many lots each leaves."""
    heads = {
        "good": _("Good"), "province": _("Province"), "certificate": _("Certificate"), "month": _("Harvest in"),
        "country": pgettext("of goods", "Destination"),
    }  # fmt: skip
    current = {
        "good": search.good,
        "province": search.province,
        "certificate": search.certificate,
        "month": str(search.month or ""),
        "country": search.country,
    }
    shown = []
    for kind in KINDS:
        values = [facet for facet in facets if facet.kind == kind]
        values = sorted(values, key=lambda facet: int(facet.value)) if kind == "month" else values[:SHOWN]
        name = "here" if kind == "country" else kind
        links = [
            {
                "label": value_name(kind, facet.value), "count": f"{number(COUNTED)}+" if facet.count > COUNTED else number(facet.count),
                "current": facet.value == current[kind],
                "url": address(search, **{name: "" if facet.value == current[kind] else "1" if kind == "country" else facet.value}),
            }
            for facet in values
        ]  # fmt: skip
        if links:
            shown.append({"head": heads[kind], "links": links})
    return shown

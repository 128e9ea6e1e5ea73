"""Why a declaration is looked at or held, in words: findings give papers, goods and places by code, people read names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from samphao.core import clock
from samphao.freight import queries as freight
from samphao.reference import queries as reference
from samphao.web.stored_texts import stored_text
from samphao.web.templatetags.samphao import country_name, in_language_plain

# What the engine says of a value that is unusual: good, baht a kilogram, the usual range and over how many values.
VALUE = re.compile(r"(.+): ([\d,.]+) / kg \(([\d,.]+) – ([\d,.]+), n = ([\d,]+)\)")
KILOGRAMS = re.compile(r"(?<=\d )kg\b")
COUNTRY = re.compile(r"\b[A-Z]{2}\b")
CODE = re.compile(r"[a-z]+(?:-[a-z0-9]+)+|[a-z]{3,}|[A-Z]{5}")


def names_by_code() -> dict[str, Any]:
    """Return the names, in three languages, of what a finding gives by its code: papers, goods, places."""
    papers = {row.code: row for row in reference.documents(clock.today())}
    return {**papers, **reference.goods(), **freight.nodes()}


def named(text: str, names: Mapping[str, Any]) -> str:
    """Return a text with names in the place of codes, and kilograms in the page's language."""
    unit = pgettext("unit after a number", "kg")
    text = CODE.sub(lambda code: in_language_plain(names[code[0]]) if code[0] in names else code[0], text)
    return KILOGRAMS.sub(unit, text)


def missing_text(text: str, names: Mapping[str, Any]) -> str:
    """Say why a paper is missing; the kilograms that no permit covers stand there as good, mass and port."""
    return named(stored_text(text), names)


def found_text(reason: Mapping[str, Any], names: Mapping[str, Any]) -> str:
    text, rule = str(reason.get("found") or ""), reason.get("rule")
    if rule in ("third-country", "departs-elsewhere"):
        return COUNTRY.sub(lambda code: country_name(code[0]), text)
    if value := VALUE.fullmatch(text):
        good, each, low, high, count = value.groups()
        return _("%(good)s at ฿ %(each)s a kg; usual are ฿ %(low)s to %(high)s (%(count)s values of this season)") % {
            "good": named(good, names), "each": each, "low": low, "high": high, "count": count,
        }  # fmt: skip
    return named(text, names)


def reason_text(reason: Mapping[str, Any], names: Mapping[str, Any]) -> str:
    found = found_text(reason, names)
    if "name_en" not in reason:  # an import that no permit covers: the entry keeps goods alone
        return _("The importer's permit does not cover the goods: %(found)s") % {"found": found}
    name = in_language_plain(reason)
    return f"{name}: {found}" if found and reason["rule"] != "random" else name


def leading(reasons: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return what a person has to look at: how goods travel only adds to it."""
    found = list(reasons)
    return [reason for reason in found if reason["rule"] not in ("shared-container", "third-country")] or found

"""Shape the gates of a lot: each check with its word, what was found, from when to when, and on whose word."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from samphao.web.sources import source_text
from samphao.web.templatetags.samphao import day, in_language_plain, number
from samphao.web.trade_modes import mode_title

GATES = ("to_list", "to_cut", "to_load", "to_enter")
SOON = timedelta(days=7)
SOURCE_SHORT = 140
DAY = timedelta(days=1)


def gate_name(gate: str) -> str:
    return {
        "to_list": pgettext("gate", "to list"),
        "to_cut": pgettext("gate", "to cut"),
        "to_load": pgettext("gate", "to load"),
        "to_enter": pgettext("gate", "to enter"),
    }[gate]


def gate_rows(states: Iterable[Any], lot: Any, city: str, sent: Collection[str], today: date) -> list[dict[str, Any]]:
    """Return the gates of a lot for one city and trade mode; `sent` are the modes in which goods of it went there."""
    return [
        _gate_row(state, _unused(state, lot, city, sent, today), today)
        for state in sorted(states, key=lambda state: GATES.index(state.gate))
    ]


def _unused(state: Any, lot: Any, city: str, sent: Collection[str], today: date) -> str:
    """Say that nothing of a lot came to a gate and nothing will: its harvest is over."""
    if state.passed_on or state.gate == "to_list" or lot.harvest_to >= today or state.trade_mode in sent:
        return ""
    if state.gate == "to_cut":
        return _("Nothing of this lot was cut.")
    return _("Nothing of this lot was sent to %(city)s in this way.") % {"city": city}


def _gate_row(state: Any, unused: str, today: date) -> dict[str, Any]:
    answered = {finding["either"] for finding in state.findings if finding.get("either") and finding["is_met"]}
    checks = [_check_row(finding, finding.get("either") in answered, today) for finding in state.findings]
    asked = [check for check in checks if check["is_asked"]]
    if any(check["kind"] == "bad" for check in asked):
        unused = ""  # it did not come here because it may not
    kind, label = _standing(state, asked, is_unused=bool(unused))
    met = sum(check["kind"] in ("ok", "warn") for check in asked)
    return {
        "name": gate_name(state.gate),
        "state": kind,
        "label": label,
        "when": unused or _when(state),
        "summary": _summary(met, len(asked)),
        "is_unfolded": kind == "bad" or (kind in ("idle", "warn") and not unused),
        "checks": checks,
    }


def _standing(state: Any, asked: list[dict[str, Any]], *, is_unused: bool) -> tuple[str, str]:
    kinds = {check["kind"] for check in asked}
    if state.passed_on:
        return "ok", pgettext("a gate", "passed")
    if is_unused:
        return "idle", pgettext("a gate", "not used")
    if state.is_open:
        return ("warn", pgettext("a gate", "open, due soon")) if "warn" in kinds else ("ok", pgettext("a gate", "open"))
    return ("bad", pgettext("a gate", "closed")) if "bad" in kinds else ("idle", pgettext("a gate", "not yet"))


def _when(state: Any) -> str:
    if state.passed_on:
        if state.gate == "to_list":
            return _("The sale ended on %(day)s.") % {"day": day(state.passed_on)}
        return _("Passed on %(day)s.") % {"day": day(state.passed_on)}
    judged = _("Judged on %(day)s.") % {"day": day(state.decided_at)}
    if state.next_due_on is None:
        return judged
    return f"{judged} {_('Judged again on %(day)s at the latest.') % {'day': day(state.next_due_on)}}"


def _summary(met: int, asked: int) -> str:
    if not asked:
        return _("Nothing is asked here.")
    return ngettext("%(met)s of %(asked)s check met", "%(met)s of %(asked)s checks met", asked) % {
        "met": met,
        "asked": asked,
    }


def _check_row(finding: dict[str, Any], is_answered: bool, today: date) -> dict[str, Any]:
    """Return one check; an alternative that another one answers is not asked."""
    is_asked = finding["is_met"] is True or not is_answered
    ends = _date(finding.get("changes_on"))
    if not is_asked:
        kind, label = "plain", pgettext("a check", "not needed")
    elif finding["is_met"]:
        is_soon = ends is not None and today <= ends <= today + SOON
        kind, label = ("warn", pgettext("a check", "met, ends soon")) if is_soon else ("ok", pgettext("a check", "met"))
    elif finding["is_met"] is False:
        kind, label = "bad", pgettext("a check", "not met")
    else:
        kind, label = "idle", pgettext("a check", "not known yet")
    source = _source(finding)
    return {
        "kind": kind, "label": label, "is_asked": is_asked, "name": in_language_plain(finding, "name"), "found": found_text(finding.get("found")),
        "dates": _dates(finding, ends), "source": source, "is_long": len(source) > SOURCE_SHORT,
    }  # fmt: skip


def _dates(finding: dict[str, Any], ends: date | None) -> str:
    said = []
    if found_on := _date(finding.get("found_on")):
        said.append(_("found on %(day)s") % {"day": day(found_on)})
    if ends:
        said.append(
            _("holds to %(day)s") % {"day": day(ends - DAY)}
            if finding["is_met"]
            else _("may change on %(day)s") % {"day": day(ends)}
        )
    return " · ".join(said)


def _source(finding: dict[str, Any]) -> str:
    since = _date(finding.get("valid_from"))
    source = source_text(str(finding["source"]))
    return f"{source} · {_('in force since %(day)s') % {'day': day(since)}}" if since else source


def found_text(found: str | None) -> str:
    """Write what was found as people say it: a status in words, a date, a number; a code as it is."""
    if not found:
        return ""
    if found in ("general", "cbec", "post", "domestic"):
        return mode_title(found)
    words = {
        "valid": _("valid"), "expired": _("expired"), "suspended": _("suspended"), "pending": _("pending"), "detected": _("detected"),
        "not_detected": _("not detected"), "cleared": _("let in"), "none": _("nobody is suspended"),
        "packing_house": _("the packing house is suspended"), "laboratory": _("the laboratory is suspended"), "orchard": _("the orchard is suspended"),
    }  # fmt: skip
    if found in words:
        return words[found]
    if on := _date(found):
        return day(on)
    try:
        return number(found) if found[0].isdigit() and float(found) >= 0 else _(found)
    except ValueError:
        return _(found)  # what an inspector says is known to the catalogues; a number of a paper stays as it is


def _date(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

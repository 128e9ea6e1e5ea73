"""Shape the queue of registrations and a case, for the hub's people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.accounts.queries import ToldNumber
from samphao.web import registration as words
from samphao.web.people import role_name
from samphao.web.templatetags.samphao import in_language_plain, moment, number

STATES = ("waiting", "asked", "approved", "refused")


def tabs(chosen: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    names = {"waiting": _("To look at"), "asked": _("Asked"), "approved": _("Approved"), "refused": _("Refused")}
    return [
        {"label": names[state], "url": f"?state={state}", "current": state == chosen, "count": counts.get(state, 0)}
        for state in STATES
    ]


def columns() -> list[dict[str, Any]]:
    return [
        {"label": _("reference"), "whole": True}, {"label": _("name"), "whole": True, "wide": True}, {"label": _("wants to")}, {"label": _("numbers"), "numeric": True},
        {"label": _("sent"), "whole": True},
    ]  # fmt: skip


def rows(found: Iterable[Any]) -> list[list[Any]]:
    return [
        [
            {"text": row.code, "url": reverse("registration", args=[row.code])}, {"text": in_language_plain(row.organisation), "note": words.form_name(row.legal_form)},
            words.kind_name(row.kind), number(row.number_count), moment(row.sent_at),
        ]
        for row in found
    ]  # fmt: skip


def numbers(told: Iterable[ToldNumber], identity: str) -> list[dict[str, Any]]:
    """Return each number with what its rule says, who else has it, and whether it can be confirmed."""
    shown = []
    for one in told:
        tag = {"kind": "ok", "label": _("confirmed")} if one.status == "valid" else words.number_tag(one.checked)
        size = (
            _("%(area)s rai, %(trees)s trees") % {"area": number(one.area_rai), "trees": number(one.trees)}
            if one.trees
            else ""
        )
        shown.append(
            {
                "id": one.registration, "name": words.scheme_name(one.scheme), "number": one.number, "tag": tag, "rule": _(one.rule),
                "note": " · ".join(filter(None, (words.time_text(one), size))), "also": ", ".join(one.also), "may_confirm": one.status == "pending",
                "is_needed": one.scheme == identity,
            }
        )  # fmt: skip
    return shown


def people(rows: Iterable[Any]) -> str:
    return ", ".join(f"{row.user.get_username()} ({role_name(row.role)})" for row in rows)

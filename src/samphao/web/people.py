"""Shape the pages of an organisation's people and of notices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.accounts.queries import OwnOrganisation
from samphao.web.templatetags.samphao import day, in_language_plain


def role_name(role: str) -> str:
    return {"owner": _("owner"), "member": _("member"), "officer": _("officer")}[role]


def tabs(chosen: OwnOrganisation, own: Sequence[OwnOrganisation]) -> list[dict[str, Any]]:
    return [
        {
            "label": in_language_plain(one),
            "url": f"?{urlencode({'of': one.code})}",
            "current": one.code == chosen.code,
            "count": "",
        }
        for one in own
    ]


def people_rows(people: Iterable[Any], own: OwnOrganisation, me: str) -> list[dict[str, Any]]:
    """Return everybody with a role; owners get the way to change it."""
    return [
        {
            "name": row.user.get_username(), "is_me": row.user.get_username() == me, "kind": "ok" if row.role == "owner" else "plain",
            "role": role_name(row.role), "since": day(row.since), "email": row.user.email if own.is_owner else "",
            "url": reverse("person", args=[own.code, row.user.get_username()]) if own.is_owner else "",
        }
        for row in people
    ]  # fmt: skip

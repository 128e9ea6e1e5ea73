"""Shape the page of notices."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from samphao.web.records import record_url
from samphao.web.templatetags.samphao import in_language_plain, moment, number


def tabs(unread: int, *, only_unread: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("All"), "url": "?", "current": not only_unread, "count": ""},
        {"label": _("Unread"), "url": "?show=unread", "current": only_unread, "count": number(unread)},
    ]


def item(notice: Any) -> dict[str, Any]:
    by_channel = {row.channel: row for row in notice.own_deliveries}
    page = by_channel.get("page")
    return {
        "id": notice.pk,
        "at": notice.created_at,
        "when": moment(notice.created_at),
        "text": in_language_plain(notice, "text"),
        "organisation": in_language_plain(notice.organisation),
        "subject": notice.subject,
        "url": record_url(notice.subject),
        "is_unread": page is not None and page.read_at is None,
        "email": _email(by_channel.get("email")),
    }


def _email(delivery: Any) -> str:
    """Say what became of the e-mail of a notice."""
    if delivery is None:
        return ""
    if delivery.state == "sent":
        return _("e-mail sent %(at)s") % {"at": moment(delivery.sent_at)}
    if delivery.state == "given_up":
        return _("the e-mail could not be delivered")
    return _("e-mail on its way")

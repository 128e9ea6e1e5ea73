"""Messages to the people of organisations: always on the page, by e-mail to whom wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext, override

from samphao.core import clock
from samphao.core.dates import day_in
from samphao.core.events import wake_worker

LANGUAGES = {"text_en": "en", "text_th": "th", "text_zh": "zh-hans"}
# One statement for one household or fifty thousand. A household without a log-in gets its notice and no delivery: there is
# nobody to tell, but whoever joins later can read it.
NOTIFY = """
WITH made AS (
  INSERT INTO accounts_notice (organisation_id, subject, key, text_en, text_th, text_zh, created_at)
  SELECT u.o, u.subject, u.key, u.en, u.th, u.zh, coalesce(u.at, core_now())
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[]) u (o, subject, key, en, th, zh, at)
  ON CONFLICT (key) DO NOTHING RETURNING id, organisation_id),
people AS (
  SELECT made.id AS notice_id, u.id AS user_id, u.email FROM made
  JOIN accounts_membership m ON m.organisation_id = made.organisation_id JOIN accounts_user u ON u.id = m.user_id
  WHERE u.is_active),
page AS (
  INSERT INTO accounts_delivery (notice_id, user_id, channel, state, sent_at)
  SELECT notice_id, user_id, 'page', 'sent', core_now() FROM people),
mail AS (
  INSERT INTO accounts_delivery (notice_id, user_id, channel, state)
  SELECT notice_id, user_id, 'email', 'waiting' FROM people p
  WHERE email <> '' AND NOT EXISTS (SELECT 1 FROM accounts_noticepreference w
                                    WHERE w.user_id = p.user_id AND w.channel = 'email' AND NOT w.is_on)
  RETURNING 1)
SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM mail)
"""


@dataclass(frozen=True, slots=True)
class Message:
    """A notice to be given to one organisation; the same key is given once."""

    organisation: int
    subject: str
    key: str
    text_en: str
    text_th: str
    text_zh: str
    at: datetime | None = None
    """When it happened; None is now."""


COLUMNS = attrgetter("organisation", "subject", "key", "text_en", "text_th", "text_zh", "at")


def notify(organisation_ids: Sequence[int], *, subject: str, key: str, text_en: str, text_th: str, text_zh: str) -> int:
    """Put one message before the people of organisations, once per key and organisation; return to how many it was new."""
    return notify_each(Message(row, subject, f"{key}:{row}", text_en, text_th, text_zh) for row in organisation_ids)


def notify_each(messages: Iterable[Message]) -> int:
    """Put messages before the people of their organisations; return how many were new.

    Nothing is sent here: e-mails wait in the caller's transaction for the worker, and go only if it commits.
    """
    columns = list(zip(*map(COLUMNS, messages), strict=True))
    if not columns:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NOTIFY, list(map(list, columns)))
        made, mails = cursor.fetchone()
    if mails:
        wake_worker()
    return int(made)


class Spoken(str):
    """A value of a message that is translated itself."""

    __slots__ = ()


def in_three_languages(message: str | Promise, **values: object) -> dict[str, str]:
    """Return `message` as the three texts of a notice; a value may be a mapping of three texts itself.

    The message is marked by gettext_noop, or, where it counts, made by ngettext_lazy.
    """
    return {
        field: template % {key: _said(value, field) for key, value in values.items()}
        for field, template in (_templates(message) if isinstance(message, str) else _in_each_language(message)).items()
    }


def _said(value: object, field: str) -> object:
    if isinstance(value, Spoken):
        return _templates(str(value))[field]
    return value[field] if isinstance(value, Mapping) else value


def spoken_day(on: date) -> dict[str, str]:
    """Return a day as a value of a message, written in each language's way."""
    return {field: day_in(language, on) for field, language in LANGUAGES.items()}


def spoken_moment(at: datetime) -> dict[str, str]:
    """Return day and time in Bangkok as a value of a message, written in each language's way."""
    local = at.astimezone(clock.BANGKOK)
    return {field: f"{day_in(language, local.date())} {local:%H:%M}" for field, language in LANGUAGES.items()}


@lru_cache(maxsize=200)
def _templates(message: str) -> dict[str, str]:
    found = {}
    for field, language in LANGUAGES.items():
        with override(language):
            found[field] = gettext(message) if message else ""
    return found


def _in_each_language(message: Promise) -> dict[str, str]:
    found = {}
    for field, language in LANGUAGES.items():
        with override(language):
            found[field] = str(message)
    return found


def mark_read(username: str, notice_ids: Sequence[int] | None = None) -> int:
    """Mark a person's notices read, all of them without `notice_ids`; return how many were unread."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE accounts_delivery d SET read_at = core_now() FROM accounts_user u
               WHERE d.user_id = u.id AND u.username = %s AND d.channel = 'page' AND d.read_at IS NULL
               AND (%s::bigint[] IS NULL OR d.notice_id = ANY (%s))""",
            [username, ids := None if notice_ids is None else list(notice_ids), ids],
        )
        return int(cursor.rowcount)

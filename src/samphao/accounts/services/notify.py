"""Messages to the people of organisations: always on the page, by e-mail to whom wants it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from django.utils.translation import gettext, override

from samphao.core.events import wake_worker

LANGUAGES = {"text_en": "en", "text_th": "th", "text_zh": "zh-hans"}
# One statement for one household or fifty thousand. A household without a log-in gets its notice and no delivery: there is
# nobody to tell, but whoever joins later can read it.
NOTIFY = """
WITH made AS (
  INSERT INTO accounts_notice (organisation_id, subject, key, text_en, text_th, text_zh, created_at)
  SELECT o, %s, %s || ':' || o, %s, %s, %s, core_now() FROM unnest(%s::bigint[]) o
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


def notify(organisation_ids: Sequence[int], *, subject: str, key: str, text_en: str, text_th: str, text_zh: str) -> int:
    """Put a message before the people of organisations, once per key; return to how many it was new.

    Nothing is sent here: e-mails wait in the caller's transaction for the worker, and go only if it commits.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NOTIFY, [subject, key, text_en, text_th, text_zh, list(organisation_ids)])
        made, mails = cursor.fetchone()
    if mails:
        wake_worker()
    return int(made)


def in_three_languages(message: str, **values: object) -> dict[str, str]:
    """Return `message` (marked by gettext_noop) as the three texts of a notice."""
    texts = {}
    for field, language in LANGUAGES.items():
        with override(language):
            texts[field] = gettext(message) % values
    return texts


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

"""The worker's post: waiting e-mails are taken, sent outside any transaction, and marked.

Taking a row sets when to suppose that it was lost, so a worker that dies on the way delays an e-mail and loses none. One that
dies between the mail server's yes and the mark sends it again with the same Message-ID, by which mail programs show it once.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override
from psycopg import sql

from samphao.accounts.models import Delivery, Letter, Outgoing
from samphao.core import clock, hub

ATTEMPTS_MAX = 8
TAKEN_FOR_S = 600  # longer than a pass takes: letters and notices, SEND_FOR_S each, and the server's last silence
SEND_FOR_S = 240
AT_ONCE = 100
TAKE = """
UPDATE {table} SET attempts = attempts + 1, retry_at = clock_timestamp() + interval '1 second' * %s
WHERE id IN (SELECT id FROM {table} WHERE state = 'waiting' AND (retry_at IS NULL OR retry_at <= clock_timestamp())
             ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id
"""
Row = TypeVar("Row", Letter, Delivery)


def send_waiting_mail(limit: int = AT_ONCE) -> int:
    """Send e-mails that wait: letters first, then notices; return how many went."""
    letters = list(Letter.objects.filter(pk__in=_take("accounts_letter", limit)).order_by("id"))
    notices = list(
        Delivery.objects.select_related("notice", "user")
        .filter(pk__in=_take("accounts_delivery", limit))
        .order_by("id")
    )
    return _send(letters, _of_letter) + _send(notices, _of_notice)


def _take(table: str, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(TAKE).format(table=sql.Identifier(table)), [TAKEN_FOR_S, limit])
        return [row[0] for row in cursor.fetchall()]


def _send(rows: Sequence[Row], compose: Callable[[Row], EmailMessage]) -> int:
    if not rows:
        return 0
    sent = 0
    post = get_connection()
    try:
        post.open()
    except Exception as error:  # noqa: BLE001 a server that does not answer is asked once for all of them, not once for each
        for row in rows:
            _failed(row, error)
        return 0
    ends_at = time.monotonic() + SEND_FOR_S
    for place, row in enumerate(rows):
        if time.monotonic() > ends_at:
            _untake(rows[place:])
            break
        try:
            message = compose(row)
            message.connection = post
            message.send()
        except Exception as error:  # noqa: BLE001 whatever one address does must not keep the others waiting
            _failed(row, error)
        else:
            _went(row)
            sent += 1
    post.close()
    return sent


def _untake(rows: Sequence[Letter | Delivery]) -> None:
    """Let rows wait again whose turn did not come, as if they had not been taken: a slow server must not have them sent twice."""
    table = sql.Identifier(rows[0]._meta.db_table)  # noqa: SLF001 Django documents _meta
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("UPDATE {table} SET attempts = attempts - 1, retry_at = NULL WHERE id = ANY (%s)").format(
                table=table
            ),
            [[row.pk for row in rows]],
        )


def _went(row: Letter | Delivery) -> None:
    row.state, row.sent_at, row.last_error = Outgoing.State.SENT, clock.now(), ""
    fields = ["state", "sent_at", "last_error"]
    if isinstance(row, Letter):
        row.text = ""  # it held a secret address; that it was sent is all that has to be known
        fields.append("text")
    row.save(update_fields=fields)


def _failed(row: Letter | Delivery, error: Exception) -> None:
    """Keep why, and when to try again. What is given up keeps its kind, reason and times, and no secret address."""
    said = f"{type(error).__name__}: {error}"[:300]
    text = "text = CASE WHEN attempts >= %(most)s THEN '' ELSE text END," if isinstance(row, Letter) else ""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                """UPDATE {table} SET {text} last_error = %(said)s,
                   retry_at = clock_timestamp() + interval '1 minute' * power(2, attempts - 1),
                   state = CASE WHEN attempts >= %(most)s THEN 'given_up' ELSE state END WHERE id = %(row)s"""
            ).format(table=sql.Identifier(row._meta.db_table), text=sql.SQL(text)),  # noqa: SLF001 Django documents _meta
            {"said": said, "most": ATTEMPTS_MAX, "row": row.pk},
        )


def _of_letter(letter: Letter) -> EmailMessage:
    return _message(f"letter-{letter.pk}", letter.subject, letter.text, letter.address)


def _of_notice(delivery: Delivery) -> EmailMessage:
    notice, reader = delivery.notice, delivery.user
    text = {"th": notice.text_th, "zh-hans": notice.text_zh}.get(reader.language) or notice.text_en
    with override(reader.language):
        foot = _(
            "You read this because you belong to an organisation of this hub. Which e-mails you get is your choice:"
        )
    address = f"{settings.HUB_URL}/account/"
    return _message(f"notice-{delivery.pk}", notice.subject, f"{text}\n\n--\n{foot}\n{address}\n", reader.email)


def _message(name: str, subject: str, text: str, address: str) -> EmailMessage:
    settings_of_hub = hub.settings()
    title = f"{settings_of_hub.name}: {subject}" if settings_of_hub else subject
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    mark = hashlib.sha256(f"{settings.SECRET_KEY}:{name}".encode()).hexdigest()[:16]
    headers = {"Message-ID": f"<{name}.{mark}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(" ".join(title.split()), text, to=[address], headers=headers)

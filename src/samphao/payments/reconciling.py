"""The partner's statement against the ledger, movement by movement: where they differ, somebody has to look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from samphao.payments.models import StatementLine
from samphao.payments.types import Arrival

DIFFERENCES = """
WITH told AS (
  SELECT l.at, l.reference, l.amount_minor, l.currency,
         coalesce(nullif(l.transfer_key, ''), CASE WHEN l.amount_minor > 0 THEN 'payment:' || l.method || ':' || l.reference ELSE l.reference END) AS key
  FROM payments_statementline l WHERE l.method = %(method)s),
booked AS (
  SELECT t.at, t.key, t.kind, e.amount_minor, e.currency FROM payments_entry e JOIN payments_account a ON a.id = e.account_id
  JOIN payments_transfer t ON t.id = e.transfer_id WHERE a.purpose = 'bank' AND a.owner = %(method)s)
SELECT (coalesce(told.at, booked.at) AT TIME ZONE 'Asia/Bangkok')::date, coalesce(told.currency, booked.currency), coalesce(told.reference, ''),
       coalesce(booked.key, ''), coalesce(booked.kind, ''), told.amount_minor, booked.amount_minor
FROM told FULL JOIN booked ON (told.key, told.currency) = (booked.key, booked.currency)
WHERE told.amount_minor IS DISTINCT FROM booked.amount_minor
ORDER BY 1, 2, 3, 4 LIMIT %(limit)s
"""
DAYS = """
SELECT day, currency, sum(told)::bigint, sum(booked)::bigint, sum(lines)::bigint, sum(moves)::bigint FROM (
  SELECT (at AT TIME ZONE 'Asia/Bangkok')::date AS day, currency, amount_minor AS told, 0 AS booked, 1 AS lines, 0 AS moves
  FROM payments_statementline WHERE method = %(method)s
  UNION ALL
  SELECT (t.at AT TIME ZONE 'Asia/Bangkok')::date, e.currency, 0, e.amount_minor, 0, 1 FROM payments_entry e
  JOIN payments_account a ON a.id = e.account_id JOIN payments_transfer t ON t.id = e.transfer_id
  WHERE a.purpose = 'bank' AND a.owner = %(method)s) x
GROUP BY 1, 2 ORDER BY 1 DESC, 2 LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the partner and the ledger say of one movement; None: one of them does not know it."""

    on: date
    currency: str
    reference: str
    transfer_key: str
    kind: str
    told_minor: int | None
    booked_minor: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day's movements on the partner's account in one currency, by the statement and by the ledger."""

    on: date
    currency: str
    told_minor: int
    booked_minor: int
    lines: int
    moves: int


def differences(method: str, limit: int = 200) -> list[Difference]:
    """Return where statement and ledger differ, the oldest first; empty when all is well."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES, {"method": method, "limit": limit})
        return [Difference(*row) for row in cursor.fetchall()]


def days(method: str, limit: int = 60) -> list[Day]:
    """Return the latest days with movements."""
    with connection.cursor() as cursor:
        cursor.execute(DAYS, {"method": method, "limit": limit})
        return [Day(*row) for row in cursor.fetchall()]


def methods_with_movements() -> list[str]:
    """Return the methods whose accounts have ever moved, or whose statement has lines."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT owner FROM payments_account WHERE purpose = 'bank' UNION SELECT DISTINCT method FROM payments_statementline ORDER BY 1"""
        )
        return [row[0] for row in cursor.fetchall()]


def last_told(method: str) -> datetime | None:
    """Return when the latest line of a statement was."""
    return StatementLine.objects.filter(method=method).order_by("-at").values_list("at", flat=True).first()


def lines_told(method: str) -> list[Arrival]:
    """Return the lines that nobody has looked at yet, as they were told."""
    rows = StatementLine.objects.filter(method=method, state=StatementLine.State.TOLD, transfer_key="").order_by("id")
    return [
        Arrival(row.reference, row.at, row.amount_minor, row.currency, row.ref1, row.ref2, row.payer) for row in rows
    ]

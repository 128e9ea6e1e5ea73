"""Calls for takers of a surplus, kept so that what came of each can be told."""

from __future__ import annotations

from django.db import connection, transaction

from samphao.core import clock
from samphao.core.codes import encode
from samphao.trade.models import SurplusCall
from samphao.trade.types import SurplusFound


def open_surplus_call(found: SurplusFound, *, asked: int, by: str) -> str | None:
    """Keep a call and return its code; None where the same has been asked for the same weeks already."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('trade_surpluscall', 'id'))")
        number = cursor.fetchone()[0]
        row = SurplusCall(
            id=number, code=encode("SC", number), good=found.good, kind=found.kind, from_week=found.from_week, until=found.until,
            surplus_kg=found.surplus_kg, worth_minor=found.worth_minor, asked=asked, made_at=clock.now(), made_by=by,
        )  # fmt: skip
        SurplusCall.objects.bulk_create([row], ignore_conflicts=True)
    return row.code if SurplusCall.objects.filter(code=row.code).exists() else None

"""A seller's statement of a month: the ledger's movements, each with the orders that it was for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from samphao.core import clock
from samphao.payments import queries as ledger
from samphao.payments.queries import Statement, StatementRow
from samphao.trade import queries as trade
from samphao.trade.types import CLAIM_WINDOW
from samphao.workflows.payout import ADVANCE, PAYOUT


@dataclass(frozen=True, slots=True)
class Movement:
    row: StatementRow
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthStatement:
    statement: Statement
    movements: tuple[Movement, ...]


def month(owners: Sequence[str], currency: str, first_day: date) -> MonthStatement:
    """Return the statement of the month that begins on `first_day`, by days of Bangkok."""
    first = _midnight(first_day)
    until = _midnight(date(first_day.year + first_day.month // 12, first_day.month % 12 + 1, 1))
    found = ledger.statement(owners, currency, first, until)
    orders = _orders(found.rows, first, until)
    return MonthStatement(
        found, tuple(Movement(row, tuple(orders[row.kind, row.subject, row.at])) for row in found.rows)
    )


def _orders(
    rows: Sequence[StatementRow], first: datetime, until: datetime
) -> defaultdict[tuple[str, str, datetime], list[str]]:
    """Return the orders behind transfers: one takes what a lot's orders come to that got their mark at the same moment."""
    lots = sorted({row.subject for row in rows if row.kind in (ADVANCE, PAYOUT)})
    found: defaultdict[tuple[str, str, datetime], list[str]] = defaultdict(list)
    for order in trade.settled_between(lots, first - CLAIM_WINDOW, until) if lots else ():
        if order.advanced_at:
            found[ADVANCE, order.lot, order.advanced_at].append(order.code)
        if order.delivered_at:
            found[PAYOUT, order.lot, order.delivered_at + CLAIM_WINDOW].append(order.code)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.BANGKOK)

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
from samphao.workflows.contracts import MILESTONE
from samphao.workflows.payout import ADVANCE, DEPOSIT, PAYOUT
from samphao.workflows.shares import price_currency


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
    contracts = trade.orders_of_contracts([_named(row) for row in found.rows if row.kind in (MILESTONE, PAYOUT)])
    movements = [
        Movement(row, tuple(orders[_batch(row)]) or contracts.get((_named(row), row.subject), ())) for row in found.rows
    ]
    return MonthStatement(found, tuple(movements))


def _named(row: StatementRow) -> str:
    """Return what a transfer's key names first: a contract, or the order of goods that their buyer took before the claim window was over."""
    return row.key.split(":")[1]


SHARES = (DEPOSIT, ADVANCE, PAYOUT)
Batch = tuple[str, str, str, datetime]
"""Kind, lot, currency of the price, moment."""


def _batch(row: StatementRow) -> Batch:
    return row.kind, row.subject, price_currency(row.key) if row.kind in SHARES else "", row.at


def _orders(rows: Sequence[StatementRow], first: datetime, until: datetime) -> defaultdict[Batch, list[str]]:
    """Return the orders behind transfers: one takes what a lot's orders in one currency come to that got their mark at the same moment."""
    lots = sorted({row.subject for row in rows if row.kind in SHARES})
    found: defaultdict[Batch, list[str]] = defaultdict(list)
    for order in trade.settled_between(lots, first, until) if lots else ():
        for kind, at in zip(SHARES, (order.deposited_at, order.advanced_at, order.claims_end_at), strict=True):
            if at:
                found[kind, order.lot, order.currency, at].append(order.code)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.BANGKOK)

"""What stands still, why, who can mend it, by when, and what happens next: the control tower shows this before its map."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from samphao.core import clock
from samphao.customs import queries as customs
from samphao.freight import queries as freight
from samphao.trade.types import UnpaidSales
from samphao.workflows import payout
from samphao.workflows.cut_offs import WARNED_AHEAD, hours_left


class Kind(StrEnum):
    PAPERS = "papers"
    OFFICER = "officer"
    HELD = "held"
    ENTRY = "entry"
    UNDECLARED = "undeclared"


class Next(StrEnum):
    """What becomes of a load if nobody does anything."""

    MISSED = "missed"  # its departure has passed: it is booked anew, or its orders are given up
    REBOOKED = "rebooked"  # it is booked anew already, and waits for the new departure
    NEAR = "near"  # it leaves within a day
    PLANNED = "planned"
    ANSWER = "answer"  # abroad: it goes on when somebody answers


OF_STATE = {"draft": Kind.PAPERS, "documents_asked": Kind.PAPERS, "control": Kind.OFFICER, "held": Kind.HELD}
FIRST = (Next.MISSED, Next.REBOOKED)


@dataclass(frozen=True, slots=True)
class LoadException:
    """A load that does not go on: what to look at first (a declaration, or a consignment without one), and what happens next."""

    load: Any
    kind: Kind
    code: str
    reason: str
    owner: Any
    """Whoever can mend it: his names, or his code where only that is known."""
    due_at: datetime
    next: Next
    hours_left: int
    missed_at: datetime | None
    """The departure that a load missed which is booked anew."""
    reasons: tuple[Any, ...] = ()
    """Why its declaration is on the red line."""
    missing: tuple[Any, ...] = ()
    """The papers that its declarations lack."""


def load_exceptions(plan: Any) -> list[LoadException]:
    """Return the loads of a plan that do not go on: what missed a departure first, then what is due first; three queries at most."""
    loads = {load.code: load for load in freight.loads_not_delivered(plan)}
    now = clock.now()
    near = [
        code
        for code, load in loads.items()
        if load.state in ("planned", "held") and load.departs_at <= now + WARNED_AHEAD
    ]
    stops, declared = customs.stops_of_loads(list(loads), declared_in=near)
    by_load: dict[str, list[Any]] = defaultdict(list)
    for row in stops:
        by_load[row.load_code].append(row)
    found = [_of_declarations(loads[code], rows, now) for code, rows in by_load.items()]
    undeclared = [row for row in freight.consignments_in(near) if row.code not in declared] if near else []
    found += [
        _exception(loads[code], Kind.UNDECLARED, row.code, "", row.exporter, now)
        for code, row in {row.load.code: row for row in reversed(undeclared)}.items()
        if code not in by_load
    ]
    return sorted(found, key=lambda row: (row.next not in FIRST, row.due_at, row.load.code))


def sales_without_rate() -> list[UnpaidSales]:
    """Return what cannot be paid, for no exchange rate of its day is known: the hub's own people publish it."""
    return payout.sales_without_rate()


def _of_declarations(load: Any, rows: list[Any], now: datetime) -> LoadException:
    """Return what to look at first of a load's declarations; whoever can mend it owns it."""
    row = min(rows, key=lambda row: (row.kind != "import", row.state != "held", row.id))
    papers = {paper.code: paper for one in rows for paper in one.missing}
    kind = Kind.ENTRY if row.kind == "import" else OF_STATE[row.state]
    if kind is Kind.ENTRY:
        found = LoadException(
            load, kind, row.code, row.decision_reason, row.importer, row.enters_at, Next.ANSWER, 0, load.missed_at
        )
    else:
        owner = row.exporter if kind is Kind.PAPERS else row.office
        found = _exception(load, kind, row.code, row.decision_reason, owner, now)
    return replace(found, reasons=tuple(row.reasons), missing=tuple(papers.values()))


def _exception(load: Any, kind: Kind, code: str, reason: str, owner: Any, now: datetime) -> LoadException:
    hours = hours_left(load.departs_at, now)
    if load.departs_at <= now:
        follows = Next.MISSED
    elif load.missed_at is not None:
        follows = Next.REBOOKED
    else:
        follows = Next.NEAR if load.departs_at <= now + WARNED_AHEAD else Next.PLANNED
    return LoadException(load, kind, code, reason, owner, load.departs_at, follows, hours, load.missed_at)

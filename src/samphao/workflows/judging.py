"""When gates are judged again: what happened to a lot, and time that ran out."""

from __future__ import annotations

from typing import Any

from samphao.core import clock
from samphao.freight import queries as freight
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.workflows.gate_evidence import CUT, ENTER, GATES, LOAD, POST
from samphao.workflows.gates import judge

DUE_AT_ONCE = 100
LOTS_AT_ONCE = 20
"""Lots that are locked together: orders of them wait so long."""


def lots_tested(payload: dict[str, Any]) -> None:
    judge((LOAD,), payload["lots"])


def tickets_signed(payload: dict[str, Any]) -> None:
    judge((CUT,), payload["lots"])


def loads_sealed(payload: dict[str, Any]) -> None:
    """Judge what was loaded; mail has no declaration of the hub that would tell of its way, so its last gate goes with it."""
    carried = freight.places_of_loads(payload["loads"])
    judge((LOAD,), only=carried)
    mail = {lot: {place for place in places if place[1] == POST} for lot, places in carried.items()}
    judge((ENTER,), only={lot: places for lot, places in mail.items() if places})


def orders_left_behind(payload: dict[str, Any]) -> None:
    """Judge what is still carried: the load that the others waited for has lost these goods."""
    judge((LOAD, ENTER), set(trade.lot_codes_of(payload["orders"]).values()))


def declarations_decided(payload: dict[str, Any]) -> None:
    """Judge what papers and inspections decide: those of an export are evidence for both gates that follow it."""
    gates = (LOAD, ENTER) if payload["kind"] == "export" else (ENTER,)
    judge(gates, only=freight.places_of_consignments(payload["consignments"]))


def judge_due(limit: int = DUE_AT_ONCE) -> int:
    """Judge gates of lots that time alone may have changed by today, the longest due first; return how many."""
    today = clock.today()
    due = trade.gates_due(today, limit)
    for gate in GATES:
        lots = [lot for due_gate, lot in due if due_gate == gate]
        for start in range(0, len(lots), LOTS_AT_ONCE):
            judge((gate,), lots[start : start + LOTS_AT_ONCE])
        services.put_off(
            gate, lots, today
        )  # what could not be judged, its good or city unknown now, keeps nobody waiting
    return len(due)

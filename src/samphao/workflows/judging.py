"""When gates are judged again: what happened to a lot, and time that ran out."""

from __future__ import annotations

import logging
from typing import Any

from samphao.core import clock
from samphao.core.jobs import is_database_gone
from samphao.customs import queries as customs
from samphao.freight import queries as freight
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.workflows.gate_evidence import CUT, ENTER, GATES, LOAD, POST
from samphao.workflows.gates import judge

log = logging.getLogger(__name__)
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


def evidence_changed(payload: dict[str, Any]) -> None:
    """Let the lots behind parties and orchards be judged by the next pass: there may be thousands, and orders of them wait for each batch.

    What is known of an importer concerns every lot that may be sold where he imports.
    """
    parties = payload["organisations"]
    served = [code for code, importers in customs.importers_by_destination().items() if set(importers) & set(parties)]
    services.judge_soon(parties, payload["orchards"], served, clock.today())


def judge_due(limit: int = DUE_AT_ONCE) -> int:
    """Judge gates of lots that time alone may have changed by today, the longest due first; return how many."""
    today = clock.today()
    due = trade.gates_due(today, limit)
    for gate in GATES:
        lots = [lot for due_gate, lot in due if due_gate == gate]
        for start in range(0, len(lots), LOTS_AT_ONCE):
            _judge_each(gate, lots[start : start + LOTS_AT_ONCE])
        # What could not be judged keeps nobody waiting: it is looked at again tomorrow.
        services.put_off(gate, lots, today)
    return len(due)


def _judge_each(gate: str, lots: list[str]) -> None:
    """Judge lots together; where that fails, each alone, so that one lot holds up no other."""
    try:
        judge((gate,), lots)
    except Exception as error:
        if is_database_gone(error):
            raise
        log.exception("the gate %s of %s cannot be judged", gate, ", ".join(lots))
        if len(lots) > 1:
            for lot in lots:
                _judge_each(gate, [lot])

"""From money to a paid order: a bank's report turns held stock into sold stock, or goes back to the buyer."""

from __future__ import annotations

from typing import Any

from samphao.core import events
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.payments.types import BankReport
from samphao.trade import queries, services


def payments_received(payload: dict[str, Any]) -> None:
    """Mark the orders paid; what comes after a hold ran out is returned, for the stock may be another buyer's by now."""
    _, late = services.mark_paid(payload["orders"])
    if late:
        payments.return_payments(late, queries.lot_codes_of(late), reason="the hold had run out")


def pay_by_simulator(code: str) -> bool:
    """Let the simulator bank report one buyer's payment now; return whether it was new."""
    due = queries.order_due(code)
    if due is None:
        return False
    order, amount, currency, lot = due
    fresh = payments.record_payments(simulator.METHOD, [BankReport(order, f"SIM-{order}", amount, currency, lot)])
    events.deliver()
    return fresh > 0

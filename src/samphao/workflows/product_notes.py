"""What went wrong goes back to who grew or made it: rejects of a ticket, paid claims, returns, labels that miss their marks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from samphao.freight import queries as freight
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import NoteSpec

LABEL = "load-carton-"
NOT_THE_PRODUCERS = ("late",)


def tickets_signed(payload: dict[str, Any]) -> None:
    """Note what grading turned away, where it was more than the tolerance of a claim."""
    services.note_products(
        NoteSpec(ticket.code, "rejects", ticket.lot.code, ticket.rejected_kg, ticket.delivered_kg)
        for ticket in trade.tickets_of_lots(payload["lots"])
        if ticket.rejected_kg * 100 > ticket.lot.tolerance_pct * ticket.delivered_kg
    )


def loads_sealed(payload: dict[str, Any]) -> None:
    """Note the marks that were missing on the cartons of what was loaded."""
    lots = list(freight.places_of_loads(payload["loads"]))
    broken = [row for row in trade.broken_rules(lots) if row.rule.startswith(LABEL)] if lots else []
    services.note_products(
        NoteSpec(f"{row.lot}:{row.rule}", "label", row.lot, Decimal(1), Decimal(1), row.rule) for row in broken
    )


def claim_paid(code: str) -> None:
    """Note goods that were paid for as bad, and those that came back."""
    claim = trade.claim_with_steps(code)
    if claim is None or claim.wrong in NOT_THE_PRODUCERS:
        return
    kind = "return" if claim.kind == claim.Kind.RETURN else "claim"
    units, of = Decimal(claim.bad_units), Decimal(claim.order.lot_units)
    services.note_products([NoteSpec(code, kind, claim.order.lot.code, units, of, claim.wrong)])

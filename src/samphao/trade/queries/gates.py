"""What the gates said of lots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from samphao.trade.models import GateState, TradeMode


def gate_findings(
    gates: Sequence[str], trade_modes: Sequence[str] = (TradeMode.GENERAL, TradeMode.DOMESTIC)
) -> dict[tuple[str, str], dict[str, bool | None]]:
    """Return for each lot and destination what gates found, rule by rule; a gate itself stands under its own name.

    By the mode in which a lot fills containers and trucks: general trade abroad, domestic at home.
    """
    found: dict[tuple[str, str], dict[str, bool | None]] = {}
    rows = GateState.objects.filter(gate__in=gates, trade_mode__in=trade_modes).order_by("id")
    for lot, destination, gate, is_open, findings in rows.values_list(
        "lot__code", "destination", "gate", "is_open", "findings"
    ):
        rules = found.setdefault((lot, destination), {})
        rules[gate] = is_open
        rules.update((finding["rule"], finding["is_met"]) for finding in findings)
    return found


def finding_of(lot: str, destination: str, rule: str) -> dict[str, Any]:
    """Return what a gate found by one rule, with the rule's names; empty names where no gate asked it."""
    rows = GateState.objects.filter(lot__code=lot, destination=destination).values_list("findings", flat=True)
    found: dict[str, Any] = next((row for findings in rows for row in findings if row["rule"] == rule), {})
    return {"name_en": rule, "name_th": rule, "name_zh": rule, "found": "", **found}

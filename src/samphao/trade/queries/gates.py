"""What the gates said of lots."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min, Value
from django.db.models.functions import Coalesce

from samphao.trade.models import GateState, Lot, Order, TradeMode
from samphao.trade.types import JudgedLot


def gate_findings(
    gates: Sequence[str],
    trade_modes: Sequence[str] = (TradeMode.GENERAL, TradeMode.DOMESTIC),
    *,
    order_states: Sequence[str] = (),
) -> dict[tuple[str, str], dict[str, bool | None]]:
    """Return for each lot and destination what gates found, rule by rule; a gate itself stands under its own name.

    By the mode in which a lot fills containers and trucks: general trade abroad, domestic at home. With `order_states`, only
    of lots with an order in one of them.
    """
    found: dict[tuple[str, str], dict[str, bool | None]] = {}
    rows = GateState.objects.filter(gate__in=gates, trade_mode__in=trade_modes).order_by("id")
    if order_states:
        rows = rows.filter(lot__in=Order.objects.filter(state__in=order_states).values("lot"))
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


Place = tuple[str, str]
"""Destination and trade mode."""


def lots_to_judge(codes: Collection[str]) -> list[JudgedLot]:
    """Return what the gates ask of lots themselves, in the order of their codes; one query."""
    rows = Lot.objects.filter(code__in=codes).order_by("code")
    return [
        JudgedLot(*row)
        for row in rows.values_list(
            "code", "listing__good", "listing__variety", "orchard_code", Coalesce("packing_house__code", Value("")),
            Coalesce("exporter__code", Value("")), "harvest_from", "harvest_to", "closes_at", Coalesce("ticket__dry_matter_pct", "dry_matter_pct"),
            "basic_yellow_2", "cadmium_mg_kg", "tested_on", "laboratory_code", "ticket__cut_on",
        )
    ]  # fmt: skip


def places_judged(lots: Collection[str]) -> dict[str, list[Place]]:
    """Return for which destinations and trade modes lots have been judged; one query."""
    rows = GateState.objects.filter(lot__code__in=lots, gate=GateState.Gate.LIST).order_by("id")
    found: dict[str, list[Place]] = {}
    for lot, destination, mode in rows.values_list("lot__code", "destination", "trade_mode"):
        found.setdefault(lot, []).append((destination, mode))
    return found


def gates_due(on: date, limit: int) -> list[tuple[str, str]]:
    """Return (gate, lot) whose answer time may have changed by a day, the longest due first."""
    rows = GateState.objects.filter(next_due_on__lte=on).order_by().values("gate", "lot__code")
    due = rows.annotate(due=Min("next_due_on")).order_by("due", "lot__code", "gate")
    return list(due.values_list("gate", "lot__code")[:limit])


@dataclass(frozen=True, slots=True)
class ShutList:
    """Why a lot may not be sold to a destination; empty texts where no rule says it."""

    lot: str
    destination: str
    producer: int
    finding: dict[str, Any]


def shut_lists(lots: Mapping[str, Collection[str]]) -> list[ShutList]:
    """Return why the gates to list of lots are shut for destinations: the rule by which a lot failed, else the first not met."""
    rows = GateState.objects.filter(lot__code__in=lots, gate=GateState.Gate.LIST, is_open=False).order_by("id")
    found: dict[tuple[str, str], ShutList] = {}
    for lot, destination, producer, shut_by, findings in rows.values_list(
        "lot__code", "destination", "lot__listing__producer", "shut_by", "findings"
    ):
        if destination in lots[lot]:
            wanting = sorted(
                findings, key=lambda row: (row["rule"] != shut_by, row["is_met"] is not False, row["is_met"] is True)
            )
            found.setdefault((lot, destination), ShutList(lot, destination, producer, wanting[0] if wanting else {}))
    return list(found.values())


def producers_of(lots: Collection[str]) -> dict[str, int]:
    """Return whose lots they are."""
    return dict(Lot.objects.filter(code__in=lots).values_list("code", "listing__producer"))

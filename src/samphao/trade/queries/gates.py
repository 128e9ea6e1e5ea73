"""What the gates said of lots."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Min, Value
from django.db.models.functions import Coalesce

from samphao.trade.models import GateState, Lot, TradeMode
from samphao.trade.types import JudgedLot

IN_CONTAINERS_AND_TRUCKS = (TradeMode.GENERAL, TradeMode.DOMESTIC)


def gate_findings(
    gates: Sequence[str],
    trade_modes: Sequence[str] = IN_CONTAINERS_AND_TRUCKS,
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


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that a lot does not meet on its way to a destination, and what was found."""

    lot: str
    destination: str
    rule: str
    found: str


def broken_rules(lots: Collection[str] | None = None) -> list[BrokenRule]:
    """Return what is not met at the gates to cut and to load, of lots, or of those with held or paid orders for a destination; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.code, g.destination, f ->> 'rule', coalesce(f ->> 'found', '')
               FROM trade_gatestate g JOIN trade_lot l ON l.id = g.lot_id, jsonb_array_elements(g.findings) f
               WHERE g.gate IN ('to_cut', 'to_load') AND NOT g.is_open AND g.trade_mode = ANY (%s) AND f ->> 'is_met' = 'false'
                 AND CASE WHEN %s::text[] IS NOT NULL THEN l.code = ANY (%s) ELSE EXISTS (
                   SELECT 1 FROM trade_order o JOIN trade_offer x ON x.id = o.offer_id
                   WHERE o.lot_id = l.id AND o.state IN ('held', 'paid') AND x.destination = g.destination) END
               ORDER BY l.code, g.destination, g.gate, g.id""",
            [list(IN_CONTAINERS_AND_TRUCKS), *[list(lots) if lots is not None else None] * 2],
        )
        return [BrokenRule(*row) for row in cursor.fetchall()]


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

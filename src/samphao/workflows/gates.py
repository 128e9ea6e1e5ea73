"""The four gates: gather evidence from every app, ask the engine, hand trade the answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from samphao.accounts.types import OrchardSpec, PartyRegistration
from samphao.engines.gates import Decision, GateRule, Value, decide
from samphao.reference.types import DestinationSpec, GoodSpec
from samphao.trade.types import GateAnswer, LotSpec

GATES = ("to_list", "to_cut", "to_load", "to_enter")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the parties behind lots, by code."""

    registrations: Mapping[str, Mapping[str, str]]
    orchards: Mapping[str, OrchardSpec]
    permitted: frozenset[tuple[str, str]]
    """(destination, good) for which an importer of the corridor holds a permit."""
    importers_listed: frozenset[str]
    """Destinations with an importer who is registered where it must be."""


def registrations_on(rows: Iterable[PartyRegistration], on: date) -> dict[str, dict[str, str]]:
    """Return for each organisation the status of its schemes on a day: a number whose time has run out is expired."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        is_in_time = (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or on <= row.valid_to)
        status = row.status if is_in_time or row.status != "valid" else "expired"
        found.setdefault(row.organisation, {})[row.scheme] = status
    return found


def decide_lots(
    lots: Iterable[LotSpec], destinations: Iterable[DestinationSpec], goods: Mapping[str, GoodSpec], evidence: Evidence,
    rules: Iterable[tuple[object, GateRule]], on: date, modes: Mapping[tuple[str, str], Iterable[str]] | None = None,
) -> Iterator[GateAnswer]:  # fmt: skip
    """Yield the answer of each gate for each lot, destination and trade mode.

    Every lot is judged in the usual mode of its destination, general abroad and domestic at home, and in the `modes` (by
    lot and destination) in which it has a price.
    """
    rules = list(rules)
    places = list(destinations)
    for lot in lots:
        good = goods[lot.good]
        known = _of_lot(lot, good, evidence)
        for place in places:
            local = {
                **known,
                "is_admitted": True,
                "permit_covers": (place.code, lot.good) in evidence.permitted,
                "registration:gacc_importer": "valid" if place.code in evidence.importers_listed else "pending",
                "today": on,
            }
            usual = "domestic" if place.country == "TH" else "general"
            for mode in dict.fromkeys((usual, *(modes or {}).get((lot.code, place.code), ()))):
                applying = [(row, rule) for row, rule in rules if _applies(row, lot, good, place, mode)]
                rows = {rule.code: row for row, rule in applying}
                asked = [rule for _, rule in applying]
                for gate in GATES:
                    yield _answer(lot, place, mode, decide(gate, asked, {**local, "trade_mode": mode}, on=on), rows)


def _of_lot(lot: LotSpec, good: GoodSpec, evidence: Evidence) -> dict[str, Value]:
    orchard = evidence.orchards.get(lot.orchard)
    known: dict[str, Value] = {
        "gap_valid_to": orchard.gap_valid_to if orchard else None,
        "harvest_from": lot.harvest_from,
        "harvest_to": lot.harvest_to,
        "dry_matter_pct": lot.dry_matter_pct,
        "lab_by2": lot.lab_by2 or None,
        "lab_cadmium_mg_kg": lot.lab_cadmium_mg_kg if lot.lab_cadmium_mg_kg is None else Decimal(lot.lab_cadmium_mg_kg),
        "good": good.code,
        "announced_cutting_on": None,
    }
    for scheme, owner in (
        ("gacc_packing_house", lot.packing_house), ("doa_packing_house", lot.packing_house), ("exporter_customs", lot.exporter),
        ("laboratory_gacc", lot.laboratory),
    ):  # fmt: skip
        known[f"registration:{scheme}"] = evidence.registrations.get(owner, {}).get(scheme) if owner else None
    return known


def _applies(row: object, lot: LotSpec, good: GoodSpec, place: DestinationSpec, mode: str) -> bool:
    asked = (
        (getattr(row, "good", ""), good.code),
        (getattr(row, "category", ""), good.category),
        (getattr(row, "variety", ""), lot.variety.lower()),
        (getattr(row, "destination", ""), place.country),
    )
    modes = getattr(row, "trade_mode", "").split(";")
    return (mode in modes or "*" in modes) and all(wanted in ("", "*", found) for wanted, found in asked)


def _answer(
    lot: LotSpec, place: DestinationSpec, mode: str, decision: Decision, rows: Mapping[str, object]
) -> GateAnswer:
    findings = tuple(
        {
            "rule": finding.rule.code,
            "name_en": getattr(rows[finding.rule.code], "name_en", ""),
            "name_th": getattr(rows[finding.rule.code], "name_th", ""),
            "name_zh": getattr(rows[finding.rule.code], "name_zh", ""),
            "found": "" if finding.found is None or isinstance(finding.found, bool) else str(finding.found),
            "is_met": finding.is_met,
            "source": finding.rule.source,
            "valid_from": finding.rule.valid_from.isoformat() if finding.rule.valid_from else None,
        }
        for finding in decision.findings
    )
    return GateAnswer(lot.code, place.code, decision.gate, decision.is_open, findings, trade_mode=mode)

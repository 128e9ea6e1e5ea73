"""A lot as answers to questions: plain values that a draft keeps, and the way to a lot and back. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from samphao.engines.harvest import HarvestForecast, forecast
from samphao.trade import phrases
from samphao.trade.lot_rules import QUANTITY_MAX, Known, faults_of
from samphao.trade.types import LotFault, OwnLot, PayoutSchedule

# What each question asks for, in the order in which they are asked; a question is answered when all of it is there.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "good": ("good",),
    "kind": ("attributes",),
    "place": ("orchard",),
    "when": ("harvest_from", "harvest_to", "closes_on"),
    "amount": ("quantity",),
    "package": ("unit", "unit_mass_g", "carton_units", "price_minor"),
    "photo": ("has_seen_photo",),
    "parties": ("packing_house", "exporter"),
}
OF_THE_GOOD = ("attributes", "unit", "unit_mass_g", "carton_units", "quantity", "orchard", "flowering_on", "trees")
"""Answers that mean nothing for another good."""


def unanswered(answers: Mapping[str, Any]) -> list[str]:
    """Return the questions that are not answered, in their order."""
    return [question for question, names in QUESTIONS.items() if any(name not in answers for name in names)]


def to_own(answers: Mapping[str, Any]) -> OwnLot:
    """Return the lot that complete answers describe."""
    known = {name: answers[name] for name in OwnLot.__dataclass_fields__ if name in answers}
    for name in ("harvest_from", "harvest_to", "closes_on", "flowering_on"):
        if known.get(name):
            known[name] = date.fromisoformat(known[name])
    for name in ("title", "description"):
        if name in known:
            known[name] = tuple(known[name])
    known["steps"] = tuple((units, price) for units, price in answers.get("steps", ()))
    known["schedule"] = to_schedule(answers.get("schedule") or {})
    return OwnLot(**known)


def to_schedule(answers: Mapping[str, Any]) -> PayoutSchedule:
    values = dict(answers)
    if "tolerance_pct" in values:
        values["tolerance_pct"] = Decimal(values["tolerance_pct"])
    return PayoutSchedule(**values)


def from_own(own: OwnLot) -> dict[str, Any]:
    """Return the answers that describe a lot: the way back of `to_own`."""
    values = asdict(own)
    schedule = values["schedule"] | {"tolerance_pct": str(own.schedule.tolerance_pct)}
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return plain | {"schedule": schedule, "steps": [list(step) for step in own.steps], "has_seen_photo": True}


def faults_of_answers(answers: Mapping[str, Any], fields: Collection[str], known: Known) -> list[LotFault]:
    """Return what is wrong with the answers to one question; what was not asked yet is taken to be in order."""
    far = known.today.isoformat()
    usual = {
        "attributes": {}, "harvest_from": far, "harvest_to": far, "closes_on": far, "unit": "kg", "unit_mass_g": 1000, "carton_units": 1,
        "quantity": QUANTITY_MAX, "price_minor": 10**12,
    }  # fmt: skip
    return [one for one in faults_of(to_own(usual | dict(answers)), known) if one.field in fields]


def estimate(answers: Mapping[str, Any]) -> HarvestForecast | None:
    """Return what an orchard will give by its flowers and trees, where both were answered and a rule for the variety is known."""
    rule = phrases.harvest_rules().get((answers.get("good", ""), (answers.get("attributes") or {}).get("variety", "")))
    if rule is None or not answers.get("flowering_on") or not answers.get("trees"):
        return None
    return forecast(date.fromisoformat(answers["flowering_on"]), answers["trees"], rule)

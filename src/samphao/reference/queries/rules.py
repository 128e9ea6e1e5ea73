"""Rules of gates, papers and trade modes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from samphao.core import revisions
from samphao.engines.gates import GateRule as EngineGateRule
from samphao.engines.trade_modes import CbecListing, ModeRule
from samphao.reference.models import CbecGood, Document, GateRule, TradeModeRule
from samphao.reference.queries.dated import in_force, source_words
from samphao.reference.types import GoodSpec


def gate_rules() -> list[tuple[GateRule, EngineGateRule]]:
    """Return every gate rule with the engine's form of it; the engine passes over those that are not in force on its day."""
    words = source_words()
    return [
        (
            row,
            EngineGateRule(
                row.code,
                row.gate,
                row.measure,
                row.comparator,
                row.threshold,
                words(row.source),
                row.either,
                row.valid_from,
                row.valid_to,
            ),
        )
        for row in GateRule.objects.order_by("pk")
    ]


@dataclass(frozen=True, slots=True)
class DocumentSpec:
    """A rule of papers: an empty good or category is any, `*` among the countries is all, no transport is any."""

    code: str
    good: str
    category: str
    countries: frozenset[str]
    trade_mode: str
    transport: frozenset[str]
    step: str
    name_en: str
    name_th: str
    name_zh: str
    issuer: str
    needed: str
    condition_key: str
    condition: str
    source: str
    is_estimate: bool

    def is_for(self, good: GoodSpec, country: str, trade_mode: str, modes: frozenset[str]) -> bool:
        return (
            self.good in ("", good.code)
            and self.category in ("", good.category)
            and bool({"*", country} & self.countries)
            and self.trade_mode in ("*", trade_mode)
            and (not self.transport or bool(self.transport & modes))
        )


@revisions.kept
def documents(on: date) -> list[DocumentSpec]:
    """Return the rules of papers in force: which good, destination, mode and condition asks for which."""
    words = source_words()
    return [
        DocumentSpec(
            row.code, row.good, row.category, frozenset(row.destination.split(";")), row.trade_mode,
            frozenset(row.transport.split(";")) - {""}, row.step, row.name_en, row.name_th, row.name_zh, row.issuer, row.needed,
            row.condition_key, row.condition, words(row.source), is_estimate=row.confidence != "sourced",
        )
        for row in in_force(Document.objects.all(), on)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModeRuleNames:
    """A rule of a trade mode in three languages, and whether its source says it or memory does.

    A refusal says what is missing and what can be done; `%(found)s` in it is the number that was found.
    """

    name_en: str
    name_th: str
    name_zh: str
    refusal_en: str
    refusal_th: str
    refusal_zh: str
    is_estimate: bool


@revisions.kept
def trade_mode_rules(on: date) -> tuple[tuple[ModeRule, ...], dict[str, ModeRuleNames]]:
    """Return the engine's form of every rule in force, and the names of each by its code."""
    words = source_words()
    rules, names = [], {}
    for row in in_force(TradeModeRule.objects.all(), on):
        condition = EngineGateRule(
            row.code, row.mode, row.measure, row.comparator, row.threshold, words(row.source), row.either, row.valid_from, row.valid_to
        )  # fmt: skip
        rules.append(ModeRule(condition, row.good, row.category, frozenset(row.destination.split(";")), row.buyer_kind))
        names[row.code] = ModeRuleNames(
            row.name_en, row.name_th, row.name_zh, row.refusal_en, row.refusal_th, row.refusal_zh,
            is_estimate=row.confidence == "from_memory",
        )  # fmt: skip
    return tuple(rules), names


@revisions.kept
def cbec_goods(on: date) -> dict[str, CbecListing]:
    return {
        row.good: CbecListing(row.good, row.status, row.remark_key, row.limit_g_per_person_year)
        for row in in_force(CbecGood.objects.all(), on)
    }

"""The four gates: gather evidence from every app, ask the engine, hand trade the answers.

A gate is judged on the day on which a lot goes through it: the sale's last day, the day of the cut, of the seal, of entry.
Until then it is judged today, and again when its evidence changes (`workflows.judging`) or its time runs out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from samphao.core import clock
from samphao.engines.gates import Decision, GateRule, decide
from samphao.reference import queries as reference
from samphao.reference.types import DestinationSpec, GoodSpec
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.queries import Place
from samphao.trade.types import GateAnswer, JudgedLot
from samphao.workflows import gate_evidence
from samphao.workflows.gate_evidence import CUT, DAY, ENTER, GATES, LIST, LOAD, NOWHERE, Evidence, Fact, Facts, Journey

WATCHED = timedelta(days=60)
"""So long after its harvest time is watched for a lot that nobody has cut, loaded or let in."""


def open_gates(lots: Collection[str], modes: Mapping[tuple[str, str], Iterable[str]]) -> list[GateAnswer]:
    """Judge new lots for every destination: in its usual mode, general abroad and domestic at home, and in those with a price."""
    usual = [(row.code, "domestic" if row.country == "TH" else "general") for row in reference.destinations()]
    places = {
        lot: list(dict.fromkeys(
            pair for code, mode in usual for pair in ((code, mode), *((code, other) for other in modes.get((lot, code), ())))
        ))
        for lot in lots
    }  # fmt: skip
    with transaction.atomic():
        return _judge(places, GATES)


def judge(
    gates: Collection[str], lots: Collection[str] = (), *, only: Mapping[str, Collection[Place]] | None = None
) -> list[GateAnswer]:
    """Judge gates of lots again, for every place for which they were judged or for `only` some; return the answers.

    The lots are locked before the evidence is read: of two who judge at once the second sees what the first did.
    """
    with transaction.atomic():
        services.lock_lots(only or lots)
        places = trade.places_judged(only or lots)
        if only is not None:
            places = {lot: [place for place in found if place in only[lot]] for lot, found in places.items()}
        return _judge(places, gates)


def _judge(places: Mapping[str, Sequence[Place]], gates: Collection[str]) -> list[GateAnswer]:
    now, today = clock.now(), clock.today()
    lots = trade.lots_to_judge(list(places))
    over = {lot.code for lot in lots if lot.closes_at <= now} if LIST in gates else set()
    if over:
        services.end_sales(over)
    if tuple(gates) == (LIST,):
        lots = [lot for lot in lots if lot.code not in over]
    if not lots:
        return []
    on_the_way = places if LOAD in gates or ENTER in gates else {}
    evidence = gate_evidence.gather(lots, on_the_way)
    bench = Bench(reference.gate_rules(), reference.goods(), {row.code: row for row in reference.destinations()})
    answers: list[GateAnswer] = []
    for lot in lots:
        asked = [gate for gate in GATES if gate in gates and not (gate == LIST and lot.code in over)]
        answers += bench.answers(lot, places[lot.code], asked, evidence, today)
    services.store_gates(answers, decided_at=now)
    return answers


@dataclass(frozen=True, slots=True)
class Case:
    """One gate of a lot, for a destination and trade mode, on the day on which it is judged."""

    gate: str
    place: DestinationSpec
    trade_mode: str
    on: date
    is_history: bool


class Bench:
    """Judges lots by one set of rules; what is the same for several destinations of a lot is decided once."""

    def __init__(
        self, rules: Sequence[tuple[Any, GateRule]], goods: Mapping[str, GoodSpec], places: Mapping[str, DestinationSpec]
    ) -> None:  # fmt: skip
        self._rules, self._goods, self._places = rules, goods, places
        self._rows = {rule.code: row for row, rule in rules}
        self._asked: dict[tuple[str, ...], list[GateRule]] = {}

    def answers(
        self, lot: JudgedLot, places: Iterable[Place], gates: Sequence[str], evidence: Evidence, today: date
    ) -> Iterator[GateAnswer]:
        """Yield the answer of each gate for each place; a lot of an unknown good, or a place that is sold to no longer, has none."""
        known: dict[tuple[str, date], Facts] = {}
        decided: dict[tuple[object, ...], GateAnswer] = {}
        for code, mode in places if lot.good in self._goods else ():
            if (place := self._places.get(code)) is None:
                continue
            journey = gate_evidence.journey_of(lot.code, (code, mode), evidence)
            for gate in gates:
                case = _case(lot, gate, place, mode, journey, today)
                if (gate, case.on) not in known:
                    known[gate, case.on] = gate_evidence.of_lot(lot, gate, evidence, case.on)
                facts = known[gate, case.on]
                here = gate_evidence.of_place(lot, place, evidence, case.on) if gate == LIST else {}
                if gate != ENTER:
                    here["suspension"] = gate_evidence.standing(lot, place.country, evidence, case.on)
                key = (gate, place.country, mode, case.on, "" if journey is NOWHERE else code, *here.values())
                if key not in decided:
                    met = journey.facts(gate, lot.good) if self._rules_of(lot, case) else {}
                    decided[key] = self._answer(lot, case, {**facts, **here, **met, "trade_mode": Fact(mode)}, today)
                answer = decided[key]
                yield answer if answer.destination == code else _for_place(answer, code)

    def _answer(self, lot: JudgedLot, case: Case, facts: Facts, today: date) -> GateAnswer:
        asked = self._rules_of(lot, case)
        decision = decide(case.gate, asked, {name: fact.value for name, fact in facts.items()}, on=case.on)
        due = None if case.is_history else _next_due(lot, case.gate, asked, facts, today)
        passed_on = case.on if case.is_history and decision.is_open else None
        return GateAnswer(
            lot.code, case.place.code, case.gate, decision.is_open, self._findings(decision, facts), due, case.trade_mode, passed_on
        )  # fmt: skip

    def _rules_of(self, lot: JudgedLot, case: Case) -> list[GateRule]:
        key = case.gate, lot.good, lot.variety, case.place.country, case.trade_mode
        if key not in self._asked:
            good = self._goods[lot.good]
            self._asked[key] = [
                rule
                for row, rule in self._rules
                if rule.gate == case.gate and _applies(row, good, lot.variety, case.place.country, case.trade_mode)
            ]
        return self._asked[key]

    def _findings(self, decision: Decision, facts: Facts) -> tuple[dict[str, str | bool | None], ...]:
        return tuple(
            self._finding(found.rule, found.is_met, facts.get(found.rule.measure, UNKNOWN))
            for found in decision.findings
        )

    def _finding(self, rule: GateRule, is_met: bool | None, fact: Fact) -> dict[str, str | bool | None]:
        row = self._rows[rule.code]
        said = "" if fact.value is None or isinstance(fact.value, bool) else str(fact.value)
        return {
            "rule": rule.code, "name_en": row.name_en, "name_th": row.name_th, "name_zh": row.name_zh, "found": fact.shown or said, "is_met": is_met,
            "source": rule.source, "valid_from": _text(rule.valid_from), "found_on": _text(fact.found_on),
            "changes_on": _text(fact.changes_on), "either": rule.either,
        }  # fmt: skip


UNKNOWN = Fact(None)


def _case(lot: JudgedLot, gate: str, place: DestinationSpec, mode: str, journey: Journey, today: date) -> Case:
    """Return on which day a gate is judged: that of the step, if it has been taken, else today."""
    step = {CUT: lot.cut_on, LOAD: journey.sealed_on, ENTER: journey.entered_on}.get(gate)
    return Case(gate, place, mode, step or today, step is not None)


def _applies(row: Any, good: GoodSpec, variety: str, country: str, mode: str) -> bool:
    asked = (
        (row.good, good.code),
        (row.category, good.category),
        (row.variety, variety.lower()),
        (row.destination, country),
    )
    modes = row.trade_mode.split(";")
    return (mode in modes or "*" in modes) and all(wanted in ("", "*", found) for wanted, found in asked)


def _next_due(lot: JudgedLot, gate: str, rules: Iterable[GateRule], facts: Facts, today: date) -> date | None:
    """Return the first day on which time alone may change the answer: a number ends, a rule begins, a sale is over."""
    days = [rule.valid_from for rule in rules] + [rule.valid_to and rule.valid_to + DAY for rule in rules]
    for rule in rules:
        fact, bound = facts.get(rule.measure, UNKNOWN), facts.get(rule.threshold, UNKNOWN)
        days += [fact.changes_on, bound.changes_on]
        if rule.threshold == "today" and isinstance(fact.value, date):
            days.append(fact.value + DAY)
    if gate == LIST:
        days.append(max(lot.closes_at.astimezone(clock.BANGKOK).date(), today + DAY))
    coming = min((day for day in days if day and day > today), default=None)
    return coming if coming and (gate == LIST or coming <= lot.harvest_to + WATCHED) else None


def _for_place(answer: GateAnswer, destination: str) -> GateAnswer:
    return GateAnswer(
        answer.lot, destination, answer.gate, answer.is_open, answer.findings, answer.next_due_on, answer.trade_mode, answer.passed_on
    )  # fmt: skip


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None

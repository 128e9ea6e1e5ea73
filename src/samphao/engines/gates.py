"""Gates: dated rules against evidence, each answer with its reason, source and date."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

Value = bool | str | Decimal | date | None


COMPARATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class GateRule:
    """One condition of a gate: `measure` `comparator` `threshold`.

    `comparator` is ==, !=, >=, <= or present. `threshold` is a literal, or the name of another measure (a certificate
    must hold at least until `harvest_to`). Rules with the same `either` are alternatives: one that is met is enough.
    """

    code: str
    gate: str
    measure: str
    comparator: str
    threshold: str
    source: str
    either: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def is_in_force(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one rule: met, not met, or (None) not known yet."""

    rule: GateRule
    found: Value
    is_met: bool | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer: open only when every rule in force is met, or one of each group of alternatives."""

    gate: str
    is_open: bool
    findings: tuple[Finding, ...]


def decide(gate: str, rules: Sequence[GateRule], evidence: Mapping[str, Value], *, on: date) -> Decision:
    """Decide one gate.

    Parameters
    ----------
    gate : str
        The gate's name; rules of other gates are passed over.
    rules : sequence of GateRule
        Rules that apply to the good, variety and destination; those not in force on `on` are passed over.
    evidence : mapping of str to Value
        What is known, by measure; a missing or None measure is "not known yet", which never opens a gate.
    on : date
        The day of the decision.

    Returns
    -------
    Decision
        With a finding for each rule in force, in the order of `rules`.

    Raises
    ------
    ValueError
        If a rule has an unknown comparator, or compares things of different kinds.

    Notes
    -----
    A gate without a rule in force is open: nothing is asked there. O(rules).
    """
    findings = tuple(
        Finding(rule, evidence.get(rule.measure), _is_met(rule, evidence))
        for rule in rules
        if rule.gate == gate and rule.is_in_force(on)
    )
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.rule.either or finding.rule.code, []).append(finding)
    return Decision(gate, all(any(finding.is_met for finding in group) for group in groups.values()), findings)


def _is_met(rule: GateRule, evidence: Mapping[str, Value]) -> bool | None:
    found = evidence.get(rule.measure)
    if found is None or found == "":
        return None
    if rule.comparator == "present":
        return True
    compare = COMPARATORS.get(rule.comparator)
    if compare is None:
        raise ValueError(f"rule {rule.code} has the unknown comparator {rule.comparator}")
    threshold: Value = evidence.get(rule.threshold, rule.threshold)
    if threshold is None or threshold == "":
        return None
    try:
        return compare(found, _like(found, threshold))
    except (ArithmeticError, TypeError, ValueError):
        raise ValueError(f"rule {rule.code} compares {found!r} with {threshold!r}") from None


def _like(found: Value, threshold: Value) -> Value:
    """Read a literal threshold as the kind of value that was found."""
    if not isinstance(threshold, str) or isinstance(found, str):
        return threshold
    if isinstance(found, bool):
        return threshold == "1"
    if isinstance(found, date):
        return date.fromisoformat(threshold)
    return Decimal(threshold)

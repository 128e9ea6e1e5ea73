"""The lane of a declaration: rules with weights, a random share of the inspections, and a reason for every answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

Lane = Literal["green", "red"]

SCORE_MAX = 100
ITEMS_TO_JUDGE = 5
"""A good with fewer values in the season has no median worth the name, so its values are not judged."""
SPREADS = 3.0
HALF_WIDTH_MIN = 1.5
"""However alike the values are, a value within median / 1.5 and median x 1.5 is not unusual."""
MAD_TO_DEVIATION = 1.4826


@dataclass(frozen=True, slots=True)
class RiskRule:
    """A rule as data: what it weighs, and whether it alone is enough for the red line."""

    code: str
    weight: int
    is_hard: bool
    source: str


@dataclass(frozen=True, slots=True)
class ValueInterval:
    """Values per kg, in minor units, that are usual for a good: `low` <= value <= `high` around `median`."""

    low: float
    median: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class ValuedGood:
    """The value (satang, or minor units of another currency with two digits) and net mass (kg) of a good."""

    good: str
    value_minor: int
    net_mass_kg: Decimal


@dataclass(frozen=True, slots=True)
class RiskCase:
    """What is known of a declaration before anybody has looked at the goods.

    `missing_papers` and `invalid_packing_houses` are names or codes as a person should read them; `permit_short` names
    what no permit covers; `departs_country` and `origin_country` are ISO 3166-1 alpha-2.
    """

    code: str
    goods: tuple[ValuedGood, ...]
    missing_papers: tuple[str, ...] = ()
    permit_short: tuple[str, ...] = ()
    invalid_packing_houses: tuple[str, ...] = ()
    is_exporter_registered: bool = True
    is_first_export: bool = False
    origin_country: str = "TH"
    departs_country: str = "TH"
    transit_countries: tuple[str, ...] = ()
    is_shared_container: bool = False
    earlier_findings: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that spoke, with what was found; weight 0 is a reason for the green line or for chance."""

    rule: str
    weight: int
    found: str


@dataclass(frozen=True, slots=True)
class LaneDecision:
    """The line of a declaration: never without a reason. `is_random` marks an inspection by chance alone."""

    code: str
    lane: Lane
    score: int
    reasons: tuple[Reason, ...]
    is_random: bool = False


def value_intervals(goods: Iterable[ValuedGood]) -> dict[str, ValueInterval]:
    """Work out the usual value per kg of each good.

    Parameters
    ----------
    goods : iterable of ValuedGood
        The season's goods; those without mass or value are passed over.

    Returns
    -------
    dict of str to ValueInterval
        Median x or / the larger of 1.5 and exp(3 robust deviations of the logarithm), in minor units per kg. A good
        with fewer than five values is not in it.

    Notes
    -----
    The deviation is 1.4826 times the median absolute deviation, which a few false values do not move. O(n log n).

    References
    ----------
    F. R. Hampel, "The influence curve and its role in robust estimation", JASA 69 (1974), 383-393,
    doi:10.1080/01621459.1974.10482962.
    """
    logs: dict[str, list[float]] = {}
    for item in goods:
        if item.value_minor > 0 and item.net_mass_kg > 0:
            logs.setdefault(item.good, []).append(float(np.log(item.value_minor / float(item.net_mass_kg))))
    found = {}
    for good, values in logs.items():
        if len(values) < ITEMS_TO_JUDGE:
            continue
        middle = float(np.median(values))
        spread = MAD_TO_DEVIATION * float(np.median(np.abs(np.asarray(values) - middle)))
        width = max(float(np.log(HALF_WIDTH_MIN)), SPREADS * spread)
        low, usual, high = (float(np.exp(middle + side * width)) for side in (-1, 0, 1))
        found[good] = ValueInterval(low, usual, high, len(values))
    return found


def decide_lanes(
    cases: Sequence[RiskCase],
    rules: Mapping[str, RiskRule],
    intervals: Mapping[str, ValueInterval],
    *,
    seed: int,
    red_from_score: int = 50,
    random_share: float = 0.1,
) -> tuple[LaneDecision, ...]:
    """Decide the lanes of declarations that came in together.

    Parameters
    ----------
    cases : sequence of RiskCase
        Declarations with distinct codes.
    rules : mapping of str to RiskRule
        Rules in force by code; a rule that is not in it is not asked.
    intervals : mapping of str to ValueInterval
        Usual values per kg by good (`value_intervals`).
    seed : int
        Of the random inspections.
    red_from_score : int
        The sum of weights from which the line is red without a hard rule.
    random_share : float
        The share of all inspections that is drawn by chance from the green line, in [0, 1).

    Returns
    -------
    tuple of LaneDecision
        In the order of `cases`.

    Raises
    ------
    ValueError
        If a code stands twice, or `random_share` is outside [0, 1).

    Notes
    -----
    A draw depends on the seed and the declaration's own code, so neither the order of the cases nor their company
    changes who would be drawn first. O(n log n). The random share keeps the rules honest: without it nobody learns
    what the green line lets through.

    References
    ----------
    S. Kim et al., "Active learning for human-in-the-loop customs inspection", IEEE TKDE (2022).
    """
    if not 0 <= random_share < 1:
        raise ValueError("a random share lies in [0, 1)")
    if len({case.code for case in cases}) != len(cases):
        raise ValueError("a declaration stands twice in one batch")
    decided = {case.code: _by_rules(case, rules, intervals, red_from_score) for case in cases}
    green = [code for code, decision in decided.items() if decision.lane == "green"]
    wanted = round(random_share / (1 - random_share) * (len(cases) - len(green)))
    for code in sorted(green, key=lambda code: (_draw(seed, code), code))[:wanted]:
        before = decided[code]
        reasons = (Reason("random", 0, f"{random_share:.0%}"), *(row for row in before.reasons if row.rule != "clear"))
        decided[code] = LaneDecision(code, "red", before.score, reasons, is_random=True)
    return tuple(decided[case.code] for case in cases)


def _by_rules(
    case: RiskCase, rules: Mapping[str, RiskRule], intervals: Mapping[str, ValueInterval], red_from_score: int
) -> LaneDecision:
    spoken = [(rules[code], found) for code, found in _findings(case, intervals) if code in rules]
    score = min(SCORE_MAX, sum(rule.weight for rule, _ in spoken))
    reasons = tuple(Reason(rule.code, rule.weight, found) for rule, found in spoken)
    if any(rule.is_hard for rule, _ in spoken) or score >= red_from_score:
        return LaneDecision(case.code, "red", score, reasons)
    return LaneDecision(case.code, "green", score, (*reasons, Reason("clear", 0, "")))


def _findings(case: RiskCase, intervals: Mapping[str, ValueInterval]) -> list[tuple[str, str]]:
    """Return (rule, what was found) of every rule that speaks, the hard ones first."""
    found = [("paper-missing", name) for name in case.missing_papers]
    found += [("permit-missing", name) for name in case.permit_short]
    found += [("packing-house-not-valid", name) for name in case.invalid_packing_houses]
    if not case.is_exporter_registered:
        found.append(("exporter-not-registered", ""))
    found += [("value-unusual", text) for text in map(_value_text, _unusual(case, intervals))]
    if case.is_first_export:
        found.append(("first-export", ""))
    if case.departs_country != case.origin_country:
        found.append(("departs-elsewhere", f"{case.origin_country} / {case.departs_country}"))
    if case.earlier_findings:
        found.append(("earlier-finding", str(case.earlier_findings)))
    if case.transit_countries:
        found.append(("third-country", ", ".join(case.transit_countries)))
    if case.is_shared_container:
        found.append(("shared-container", ""))
    return found


def _unusual(
    case: RiskCase, intervals: Mapping[str, ValueInterval]
) -> Iterable[tuple[ValuedGood, float, ValueInterval]]:
    for item in case.goods:
        interval = intervals.get(item.good)
        if interval is None or item.net_mass_kg <= 0:
            continue
        per_kg = item.value_minor / float(item.net_mass_kg)
        if not interval.low <= per_kg <= interval.high:
            yield item, per_kg, interval


def _value_text(unusual: tuple[ValuedGood, float, ValueInterval]) -> str:
    item, per_kg, interval = unusual
    return f"{item.good}: {per_kg / 100:,.2f} / kg ({interval.low / 100:,.2f} – {interval.high / 100:,.2f}, n = {interval.count:,})"


def _draw(seed: int, code: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}/{code}".encode(), digest_size=8).digest(), "big")

from datetime import date
from decimal import Decimal

import pytest

from samphao.engines.gates import GateRule, decide

ON = date(2026, 4, 24)
GAP = GateRule("gap", "to_list", "gap_valid_to", ">=", "harvest_to", "memory")
LISTED = GateRule("listed", "to_list", "registration", "==", "valid", "memory")
DRY = GateRule("dry", "to_cut", "dry_matter_pct", ">=", "32", "doae", either="ripe")
DAY = GateRule("day", "to_cut", "harvest_from", ">=", "announced_cutting_on", "doae", either="ripe")
CADMIUM = GateRule("cadmium", "to_load", "cadmium", "<=", "0.05", "gacc", valid_from=date(2025, 1, 10))
EVIDENCE = {"gap_valid_to": date(2026, 5, 7), "harvest_to": date(2026, 5, 7), "registration": "valid"}


def test_a_paper_that_holds_to_the_last_day_opens_the_gate() -> None:
    assert decide("to_list", [GAP, LISTED], EVIDENCE, on=ON).is_open


def test_a_paper_that_ends_a_day_early_shuts_it_and_says_which() -> None:
    decision = decide("to_list", [GAP, LISTED], EVIDENCE | {"gap_valid_to": date(2026, 5, 6)}, on=ON)
    assert not decision.is_open
    assert [(finding.rule.code, finding.is_met) for finding in decision.findings] == [("gap", False), ("listed", True)]


def test_what_is_not_known_never_opens_a_gate() -> None:
    decision = decide("to_list", [GAP, LISTED], EVIDENCE | {"registration": None}, on=ON)
    assert (decision.is_open, decision.findings[1].is_met) == (False, None)


@pytest.mark.parametrize(
    ("dry", "announced", "is_open"),
    [("34.1", None, True), ("31.9", None, False), (None, date(2026, 4, 20), True), ("31", date(2026, 5, 1), False)],
)
def test_either_dry_matter_or_the_announced_day_is_enough(
    dry: str | None, announced: date | None, is_open: bool
) -> None:
    evidence = {
        "dry_matter_pct": Decimal(dry) if dry else None,
        "harvest_from": date(2026, 4, 25),
        "announced_cutting_on": announced,
    }
    assert decide("to_cut", [DRY, DAY], evidence, on=ON).is_open is is_open


def test_a_rule_holds_from_its_day_on() -> None:
    too_much = {"cadmium": Decimal("0.06")}
    assert decide("to_load", [CADMIUM], too_much, on=date(2025, 1, 9)).is_open
    assert not decide("to_load", [CADMIUM], too_much, on=date(2025, 1, 10)).is_open
    assert decide("to_load", [CADMIUM], {"cadmium": Decimal("0.05")}, on=ON).is_open


def test_a_rule_that_compares_different_things_is_told() -> None:
    with pytest.raises(ValueError, match="rule cadmium compares"):
        decide("to_load", [CADMIUM], {"cadmium": Decimal(1), "0.05": date(2026, 1, 1)}, on=ON)

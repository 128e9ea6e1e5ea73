"""Trade modes: named rules, and properties against a brute-force reading of the same rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samphao.engines.gates import GateRule
from samphao.engines.trade_modes import MEASURES, MODES, CbecListing, ModeRule, Sale, decide_mode, decide_modes

ON = date(2026, 4, 24)


def rule(mode: str, measure: str, comparator: str, threshold: str, *, either: str = "", **to: object) -> ModeRule:
    code = f"{mode}-{measure}-{threshold}"
    return ModeRule(GateRule(code, mode, measure, comparator, threshold, "memory", either), **to)  # type: ignore[arg-type]


CN = {"countries": frozenset({"CN"})}
RULES = (
    rule("general", "country", "!=", "TH"),
    rule("general", "has_importer", "==", "1"),
    rule("general", "has_permit", "==", "1", category="fresh_fruit", **CN),
    rule("cbec", "country", "==", "CN"),
    rule("cbec", "buyer_kind", "==", "household"),
    rule("cbec", "cbec_listed", "==", "1"),
    rule("cbec", "cbec_remark_met", "==", "1"),
    rule("cbec", "value_cny_minor", "<=", "cbec_order_limit_minor"),
    rule("post", "country", "!=", "TH"),
    rule("post", "is_fresh_fruit", "==", "0", **CN),
    rule("post", "category", "!=", "meat", **CN),
    rule("post", "value_cny_minor", "<=", "100000", either="worth", **CN),
    rule("post", "is_indivisible", "==", "1", either="worth", **CN),
    rule("post", "gross_mass_kg", "<=", "post_mass_max_kg"),
    rule("domestic", "country", "==", "TH"),
)
DURIAN = Sale("durian-fresh", "fresh_fruit", "chilled", True, "CN", "household", Decimal(3), Decimal(12_800))
SILK = Sale("silk-fabric", "textile", "ambient", False, "CN", "household", Decimal("0.6"), Decimal(52_000))
RICE = Sale("rice-hommali", "grain", "ambient", False, "CN", "household", Decimal(5), Decimal(4_000))


def allowed(sale: Sale) -> set[str]:
    return {answer.mode for answer in decide_modes(RULES, sale, on=ON) if answer.is_allowed}


def refused_by(mode: str, sale: Sale) -> list[str]:
    return [finding.rule.measure for finding in decide_mode(mode, RULES, sale, on=ON).refusals]


def test_fresh_fruit_is_not_posted_to_china_and_the_rule_says_so() -> None:
    sale = replace(DURIAN, post_mass_max_kg=Decimal(30))
    assert refused_by("post", sale) == ["is_fresh_fruit"]
    assert refused_by("post", replace(sale, country="SG")) == [], "the rule is China's"


def test_general_to_china_needs_an_importer_with_a_permit() -> None:
    assert refused_by("general", DURIAN) == ["has_importer", "has_permit"], "what is not known is refused"
    assert refused_by("general", replace(DURIAN, has_importer=True, has_permit=False)) == ["has_permit"]
    assert allowed(replace(DURIAN, has_importer=True, has_permit=True)) == {"general"}
    assert refused_by("general", replace(SILK, has_importer=True)) == [], "silk needs no quarantine permit"


def test_cbec_needs_the_list_and_the_remark_and_the_limit() -> None:
    limit = {"cbec_order_limit_minor": Decimal(500_000)}
    assert refused_by("cbec", replace(RICE, **limit)) == ["cbec_listed", "cbec_remark_met"], "unknown is refused"
    listed = replace(RICE, cbec_listed=True, **limit)
    assert refused_by("cbec", listed) == ["cbec_remark_met"]
    met = replace(listed, cbec_remark_met=True)
    assert refused_by("cbec", met) == []
    assert refused_by("cbec", replace(met, buyer_kind="wholesale")) == ["buyer_kind"]
    assert refused_by("cbec", replace(met, value_cny_minor=Decimal(500_001))) == ["value_cny_minor"]
    assert refused_by("cbec", replace(met, country="VN")) == ["country"]


def test_domestic_is_for_buyers_in_thailand_only() -> None:
    assert allowed(replace(DURIAN, country="TH")) == {"domestic"}
    assert refused_by("domestic", DURIAN) == ["country"]


@pytest.mark.parametrize(("mass", "refusals"), [("2", []), ("2.001", ["gross_mass_kg"])])
def test_the_post_takes_what_its_highest_step_takes(mass: str, refusals: list[str]) -> None:
    sale = replace(SILK, gross_mass_kg=Decimal(mass), post_mass_max_kg=Decimal(2))
    assert refused_by("post", sale) == refusals


def test_the_post_refuses_by_destination() -> None:
    ham = replace(SILK, good="chicken-prepared", category="meat", post_mass_max_kg=Decimal(30))
    assert refused_by("post", ham) == ["category"]
    assert refused_by("post", replace(ham, country="SG")) == []


def test_one_alternative_is_enough_and_both_are_named_when_none_is_met() -> None:
    dear = replace(SILK, value_cny_minor=Decimal(100_001), is_indivisible=True, post_mass_max_kg=Decimal(30))
    assert refused_by("post", dear) == []
    assert refused_by("post", replace(dear, is_indivisible=False)) == ["value_cny_minor", "is_indivisible"]


def test_a_mode_without_a_rule_is_not_thereby_allowed() -> None:
    with pytest.raises(ValueError, match="no rule of the mode post"):
        decide_mode("post", [rule("general", "country", "!=", "TH")], SILK, on=ON)
    with pytest.raises(ValueError, match="no trade mode barter"):
        decide_mode("barter", RULES, SILK, on=ON)


def test_a_rule_of_no_mode_or_of_an_unknown_measure_is_not_taken() -> None:
    with pytest.raises(ValueError, match="unknown mode"):
        rule("barter", "country", "==", "CN")
    with pytest.raises(ValueError, match="which no sale has"):
        rule("post", "colour", "==", "red")


def test_a_rule_holds_between_its_days() -> None:
    dated = ModeRule(GateRule("d", "domestic", "country", "==", "TH", "memory", valid_from=date(2027, 1, 1)))
    always = ModeRule(GateRule("a", "domestic", "has_importer", "==", "0", "memory"))
    sale = replace(SILK, has_importer=False)
    assert decide_mode("domestic", [dated, always], sale, on=ON).is_allowed
    assert not decide_mode("domestic", [dated, always], sale, on=date(2027, 1, 1)).is_allowed


UNKNOWN = st.none()
FLAG = st.booleans() | UNKNOWN
NUMBER = st.decimals(0, 600_000, places=0) | UNKNOWN
SALES = st.builds(
    Sale, st.sampled_from(["durian-fresh", "silk-fabric", "rice-hommali"]), st.sampled_from(["fresh_fruit", "textile", "meat"]),
    st.sampled_from(["chilled", "ambient"]), st.booleans(), st.sampled_from(["CN", "TH", "SG"]), st.sampled_from(["household", "wholesale"]),
    NUMBER, NUMBER, FLAG, FLAG, FLAG, FLAG, FLAG, NUMBER, NUMBER,
)  # fmt: skip


def by_hand(sale: Sale) -> set[str]:
    """Say again in plain Python what RULES say."""
    found = set()
    if sale.country != "TH" and sale.has_importer and (
        sale.country != "CN" or sale.category != "fresh_fruit" or sale.has_permit
    ):  # fmt: skip
        found.add("general")
    is_known = sale.value_cny_minor is not None and sale.cbec_order_limit_minor is not None
    if (
        sale.country == "CN" and sale.buyer_kind == "household" and sale.cbec_listed and sale.cbec_remark_met and is_known
        and sale.value_cny_minor <= sale.cbec_order_limit_minor  # type: ignore[operator]
    ):  # fmt: skip
        found.add("cbec")
    is_light = (
        sale.gross_mass_kg is not None
        and sale.post_mass_max_kg is not None
        and sale.gross_mass_kg <= sale.post_mass_max_kg
    )
    is_small = (sale.value_cny_minor is not None and sale.value_cny_minor <= 100_000) or sale.is_indivisible
    if (
        sale.country != "TH"
        and is_light
        and (sale.country != "CN" or (not sale.is_fresh_fruit and sale.category != "meat" and is_small))
    ):
        found.add("post")
    if sale.country == "TH":
        found.add("domestic")
    return found


@given(SALES)
def test_the_engine_decides_as_the_rules_read_by_hand(sale: Sale) -> None:
    assert allowed(sale) == by_hand(sale)


@given(SALES, st.sampled_from(sorted(MEASURES - {"good", "category", "temperature_class", "country", "buyer_kind"})))
def test_to_leave_something_out_never_opens_a_mode(sale: Sale, name: str) -> None:
    assert allowed(replace(sale, **{name: None})) <= allowed(sale)


@given(SALES, st.permutations(RULES))
def test_the_order_of_rules_does_not_matter(sale: Sale, rules: list[ModeRule]) -> None:
    assert {a.mode for a in decide_modes(rules, sale, on=ON) if a.is_allowed} == allowed(sale)


@given(SALES)
def test_a_mode_is_refused_exactly_when_a_refusal_is_named(sale: Sale) -> None:
    answers = decide_modes(RULES, sale, on=ON)
    assert tuple(answer.mode for answer in answers) == MODES
    for answer in answers:
        assert answer.is_allowed == (not answer.refusals)
        assert set(answer.refusals) <= set(answer.findings)


@pytest.mark.parametrize(
    ("listing", "mass_g", "before_g", "is_listed", "is_met"),
    [
        (CbecListing("rice-hommali", "listed_limited", "yearly_limit", 20_000), 20_000, 0, True, True),
        (CbecListing("rice-hommali", "listed_limited", "yearly_limit", 20_000), 5_000, 15_001, True, False),
        (CbecListing("shrimp-frozen", "listed_bonded_only", "bonded_1210"), 1_000, 0, True, False),
        (CbecListing("supplement", "listed"), 1_000, 0, True, None),
        (CbecListing("durian-frozen", "unknown", "cold_chain"), 1_000, 0, None, None),
        (CbecListing("rubber-rss", "not_listed"), 1_000, 0, False, None),
    ],
)
def test_a_remark_is_met_not_met_or_not_known(
    listing: CbecListing, mass_g: int, before_g: int, is_listed: bool | None, is_met: bool | None
) -> None:
    assert (listing.is_listed, listing.remark_is_met(mass_g, before_g)) == (is_listed, is_met)


def test_a_mass_is_not_negative() -> None:
    with pytest.raises(ValueError, match="not negative"):
        CbecListing("rice-hommali", "listed").remark_is_met(-1)

"""Prices and refusals in every trade mode, worked out again by hand from the reference data and a postal tariff of two steps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

import pytest

from samphao.customs.queries import ImporterChoice
from samphao.engines.trade_modes import ModeAnswer
from samphao.reference import queries, services
from samphao.reference.types import DestinationSpec, PostRateSpec
from samphao.trade.types import JudgedLot
from samphao.workflows import gates
from samphao.workflows.gate_evidence import GATES, Evidence
from samphao.workflows.price_to_door import Goods, rule_text
from samphao.workflows.trade_modes import Market, Priced, Wanted

pytestmark = pytest.mark.django_db
ON = date(2026, 4, 24)
KUNMING = DestinationSpec("KMG", "CNKMG", "Kunming", "", "", "CN", "CNY", 0.0, 0.0, "")
BANGKOK = DestinationSpec("BKK", "THBKP", "Bangkok", "", "", "TH", "THB", 0.0, 0.0, "")
SINGAPORE = DestinationSpec("SIN", "SGSIN", "Singapore", "", "", "SG", "SGD", 0.0, 0.0, "")
CHANTHABURI = (12.61, 102.10)
STEPS = tuple(
    PostRateSpec("ems", "EMS", "EE", "CN", mass, price, "THB", 3, 7, None, None, "the tests' own contract")
    for mass, price in ((500, 30_000), (2_000, 50_000))
)
IMPORTER = ImporterChoice("IMP", 60, "CNY", "estimate", {"CNMHN": 1000})


@pytest.fixture
def market() -> Market:
    services.publish()
    return Market(ON, queries.goods(), lambda _place, _good: [IMPORTER], lambda to: STEPS if to == "CN" else ())


def wanted(
    market: Market, good: str, place: DestinationSpec, price: int, units: int, unit: str, net: str, **more: object
) -> Wanted:
    goods = Goods(price, units, unit, Decimal(net))
    kind = str(more.pop("kind", "household"))
    return Wanted(market._goods[good], CHANTHABURI, place, kind, goods, False, **more)  # type: ignore[arg-type]


def amounts(priced: Priced) -> dict[str, int | None]:
    assert sum(int(str(line["amount_minor"] or 0)) for line in priced.lines) == priced.price_minor
    return {str(line["kind"]): line["amount_minor"] for line in priced.lines}  # type: ignore[misc]


def priced(market: Market, mode: str, asked: Wanted) -> Priced:
    found = market.price(mode, asked)
    assert isinstance(found, Priced), [finding.rule.code for finding in found.refusals]
    return found


def refused(market: Market, mode: str, asked: Wanted) -> list[str]:
    found = market.price(mode, asked)
    assert isinstance(found, ModeAnswer), "it was sold"
    return [finding.rule.code for finding in found.refusals]


def half_up(amount: str | Decimal) -> int:
    return int(Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP))


def test_silk_by_post_costs_goods_postage_and_fee_and_says_what_it_does_not_know(market: Market) -> None:
    silk = priced(market, "post", wanted(market, "silk-fabric", KUNMING, 90_000, 2, "m", "0.36"))
    assert amounts(silk) == {
        "goods": half_up("39420"), "postage": half_up("6570"), "import_charges": None, "hub_fee": half_up(Decimal(39420) * Decimal("0.018")),
    }  # fmt: skip
    assert (silk.incoterm, silk.currency, silk.quantity_max, silk.carrier_service) == ("DAP", "CNY", 1, "ems")
    postage = silk.lines[1]
    assert (postage["source"], postage["is_estimate"]) == ("the tests' own contract", False)
    assert "414 g packed, the step goes to 500 g" in rule_text(postage)


def test_the_post_refuses_fruit_a_parcel_too_heavy_too_dear_or_too_cheap_and_places_without_a_tariff(
    market: Market,
) -> None:
    assert refused(market, "post", wanted(market, "durian-fresh", KUNMING, 49_500, 1, "fruit", "3")) == [
        "post-fresh-fruit-cn", "post-no-cold", "post-worth", "post-mass",
    ]  # fmt: skip
    assert refused(market, "post", wanted(market, "silk-fabric", KUNMING, 90_000, 10, "m", "1.8")) == [
        "post-value-cn", "post-indivisible-cn", "post-worth", "post-mass",
    ]  # fmt: skip
    assert refused(market, "post", wanted(market, "soap", KUNMING, 5_700, 1, "pc", "0.1")) == ["post-worth"]
    dear = wanted(market, "celadon", KUNMING, 600_000, 1, "pc", "0.8")
    assert priced(market, "post", dear).price_minor > 100_000, "one thing that cannot be divided may be worth more"
    assert "post-tariff" in refused(market, "post", wanted(market, "celadon", SINGAPORE, 60_000, 1, "pc", "0.8"))
    assert refused(market, "post", wanted(market, "celadon", KUNMING, 60_000, 1, "pc", "0.8", kind="wholesale")) == [
        "post-own-use-cn"
    ]  # fmt: skip


def test_a_durian_for_bangkok_has_a_trucks_share_and_neither_duty_nor_vat_nor_importer(market: Market) -> None:
    durian = priced(market, "domestic", wanted(market, "durian-fresh", BANGKOK, 49_500, 6, "fruit", "18"))
    found = amounts(durian)
    assert set(found) == {"goods", "carriage", "vat", "hub_fee"}
    assert (found["goods"], found["vat"], found["hub_fee"]) == (
        297_000,
        0,
        half_up(Decimal(297_000) * Decimal("0.018")),
    )
    assert {party for line in durian.lines for party in line["receivers"]} == {  # type: ignore[attr-defined]
        "producer", "packing_house", "carrier", "revenue", "hub",
    }  # fmt: skip
    assert (durian.currency, durian.importer, durian.entry_node) == ("THB", "", "")
    assert durian.quantity_max == 4
    cartons = priced(
        market, "domestic", wanted(market, "durian-fresh", BANGKOK, 49_500, 6, "fruit", "18", kind="wholesale")
    )
    assert cartons.quantity_max == 500
    rubber = priced(
        market, "domestic", wanted(market, "rubber-rss", BANGKOK, 7_600, 100, "kg", "100", kind="wholesale")
    )
    assert rubber.quantity_max == 90, "nine tonnes to a truck"


@pytest.mark.parametrize(("worth", "vat"), [(10_000_000, 0), (180_000_000, 6_300), (None, 6_300)])
def test_silk_at_home_pays_vat_when_its_seller_must_be_registered(market: Market, worth: int | None, vat: int) -> None:
    silk = wanted(market, "silk-fabric", BANGKOK, 90_000, 1, "m", "0.18", seller_minor=worth)
    line = next(line for line in priced(market, "domestic", silk).lines if line["kind"] == "vat")
    assert line["amount_minor"] == vat
    assert ("not registered" in rule_text(line)) == (vat == 0)


def test_hom_mali_rice_goes_by_cross_border_retail_without_duty_and_with_seven_tenths_of_vat(market: Market) -> None:
    rice = priced(market, "cbec", wanted(market, "rice-hommali", KUNMING, 3_600, 1, "kg", "1"))
    found = amounts(rice)
    base = sum(found[kind] or 0 for kind in ("goods", "carriage_to_entry", "insurance", "inland_carriage"))
    assert (found["duty"], found["vat"]) == (0, half_up(Decimal(base) * Decimal("0.7") * Decimal("0.09")))
    assert (rice.quantity_max, rice.buyer_year_g, rice.buyer_year_minor) == (4, 20_000, 2_600_000)
    sacks = priced(market, "cbec", wanted(market, "rice-hommali", KUNMING, 3_600, 9, "kg", "9"))
    assert sacks.quantity_max == 2, "eighteen of the twenty kilograms of a year"


def test_cross_border_retail_refuses_what_is_not_known_and_what_is_too_much(market: Market) -> None:
    assert refused(market, "cbec", wanted(market, "durian-fresh", KUNMING, 49_500, 1, "fruit", "3")) == [
        "cbec-list",
        "cbec-remark",
    ]
    assert refused(market, "cbec", wanted(market, "rice-hommali", KUNMING, 3_600, 21, "kg", "21")) == ["cbec-remark"]
    assert refused(market, "cbec", wanted(market, "rice-hommali", KUNMING, 2_280_000, 1, "kg", "1")) == [
        "cbec-order-limit"
    ], "the goods are worth 4,993 yuan, the order with carriage and tax more than 5,000"
    assert refused(market, "cbec", wanted(market, "shrimp-frozen", KUNMING, 30_000, 1, "kg", "1")) == ["cbec-remark"]


def test_each_refusal_is_told_with_its_rule_source_and_date_in_three_languages(market: Market) -> None:
    answer = market.price("post", wanted(market, "celadon", KUNMING, 60_000, 1, "pc", "0.8", kind="wholesale"))
    assert isinstance(answer, ModeAnswer)
    (told,) = market.findings(answer)
    assert told["rule"] == "post-own-use-cn"
    assert (told["valid_from"], told["is_met"]) == ("2010-09-01", False)
    assert "Announcement 43 of 2010" in str(told["source"])
    assert all(told[f"name_{language}"] for language in ("en", "th", "zh"))


def test_a_refusal_says_in_plain_words_what_is_missing_and_what_can_be_done(market: Market) -> None:
    answer = market.price("post", wanted(market, "rice-hommali", KUNMING, 3_500, 1, "kg", "1"))
    assert isinstance(answer, ModeAnswer)
    told = next(row for row in market.findings(answer) if row["rule"] == "post-worth")
    times = str(told["found"])
    assert told["refusal_en"] == (
        f"Postage would cost {times} times what the goods are worth: the post is for small, valuable goods. Choose another way to buy."
    )
    assert all(times in str(told[f"refusal_{language}"]) for language in ("th", "zh"))
    heavy = market.price("post", wanted(market, "silk-fabric", KUNMING, 90_000, 100, "m", "35"))
    assert isinstance(heavy, ModeAnswer)
    said = {str(row["rule"]): str(row["refusal_en"]) for row in market.findings(heavy)}
    assert said["post-mass-30"].startswith("Packed it weighs 40.25 kg, and the post takes at most 30 kg.")


def test_in_the_wrong_country_nothing_else_is_told(market: Market) -> None:
    answer = market.price("general", wanted(market, "durian-fresh", BANGKOK, 49_500, 1, "fruit", "3"))
    assert isinstance(answer, ModeAnswer)
    assert [told["rule"] for told in market.findings(answer)] == ["general-abroad"]


def test_general_trade_without_a_permit_says_so_and_does_not_complain_of_carriage(market: Market) -> None:
    services.publish()
    nobody = Market(ON, queries.goods(), lambda _place, _good: [ImporterChoice("IMP", 60, "CNY", "estimate", {})])
    assert refused(nobody, "general", wanted(nobody, "durian-fresh", KUNMING, 49_500, 1, "fruit", "3")) == [
        "general-importer-permit"
    ]
    assert (
        priced(nobody, "general", wanted(nobody, "soap", KUNMING, 5_700, 72, "pc", "7.2", kind="wholesale")).incoterm
        == "DDP"
    )


def test_a_rule_for_fresh_fruit_to_china_does_not_close_a_sale_at_home(market: Market) -> None:
    """The orchard's certificate ends before the harvest and nobody is registered: China is shut, Bangkok is not."""
    lot = JudgedLot(
        "LOT", "durian-fresh", "Monthong", "ORC", "PKH", "EXP", ON, ON, datetime.combine(ON, time(12), UTC), Decimal("34.1"), "", None, None, "", None
    )  # fmt: skip
    bench = gates.Bench(queries.gate_rules(), queries.goods(), {"KMG": KUNMING, "BKK": BANGKOK})
    places = [("KMG", "general"), ("KMG", "post"), ("BKK", "domestic")]
    answers = list(bench.answers(lot, places, GATES, Evidence(), ON))
    to_list = {(a.destination, a.trade_mode): a.is_open for a in answers if a.gate == "to_list"}
    assert to_list == {("KMG", "general"): False, ("KMG", "post"): False, ("BKK", "domestic"): True}
    at_home = {a.gate: {f["rule"] for f in a.findings} for a in answers if a.destination == "BKK"}
    assert at_home["to_load"] == {"load-not-suspended", "load-mass-stop"}, "what holds wherever it is sold"
    assert at_home["to_enter"] == set()
    assert "cut-dry-matter-monthong" in at_home["to_cut"], "unripe fruit is not cut for Bangkok either"

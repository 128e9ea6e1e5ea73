"""The reference tables are typed, dated, sourced, and say what they do not know."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import geothai
import pytest

from samphao.engines.trade_modes import MEASURES, MODES

DATA = Path(__file__).resolve().parents[2] / "src" / "samphao" / "reference" / "data"
DATED = (
    "provinces", "goods", "goods_names", "varieties", "tariff_rates", "taxes", "tax_categories", "documents",
    "gate_rules", "exchange_rates", "price_rules", "cbec_list", "origin_rules", "trade_mode_rules",
)  # fmt: skip
NUMBERS = re.compile(
    r"(_pct|_minor|_minor_per_kg|_g|_c|^rate|^lat|^lon|^value|_g_per_person_year|^alternative|^is_\w+|^conflict)$"
)


def table(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(None not in row and None not in row.values() for row in rows), "a row is longer or shorter than its head"
    return rows


def keys(cell: str) -> set[str]:
    return set(filter(None, cell.split(";")))


SOURCES = {row["key"]: row for row in table("sources")}
GOODS = {row["code"]: row for row in table("goods")}


@pytest.mark.parametrize("name", DATED)
def test_every_row_names_sources_that_exist_and_dates_that_are_dates(name: str) -> None:
    rows = table(name)
    assert rows
    for number, row in enumerate(rows, start=2):
        where = f"{name}.csv row {number}"
        assert keys(row["source"]), f"{where} has no source"
        for column, cell in row.items():
            if column == "source" or column.endswith("_source"):
                assert keys(cell) <= set(SOURCES), f"{where}: {cell}"
        days = [date.fromisoformat(row[c]) for c in ("valid_from", "valid_to") if row[c]]
        assert days == sorted(days), f"{where} ends before it begins"
        assert row["checked_on"] in {"", "2026-11-23", "2026-11-24"}, f"{where}: nobody looked on that day"


@pytest.mark.parametrize("name", DATED)
def test_every_number_is_a_plain_decimal(name: str) -> None:
    for number, row in enumerate(table(name), start=2):
        for column, cell in row.items():
            if cell and NUMBERS.search(column):
                try:
                    Decimal(cell)
                except InvalidOperation:
                    pytest.fail(f"{name}.csv row {number}, {column}: {cell!r} is not a number")


def test_sources_are_all_used_by_the_tables_or_the_season() -> None:
    used = {"illustrative"}  # the demo season's timetable and destinations
    for name in DATED:
        for row in table(name):
            for column, cell in row.items():
                if column == "source" or column.endswith("_source"):
                    used |= keys(cell)
    assert used == set(SOURCES)


def test_sources_hold_no_address_that_could_be_fetched() -> None:
    for path in DATA.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        assert "www." not in text, path.name


def test_the_77_provinces_agree_with_geothai() -> None:
    rows = table("provinces")
    assert len(rows) == len({r["code_iso"] for r in rows}) == 77
    official = {p.code: p.name_th for p in geothai.provinces()}
    assert {r["code_dopa"]: r["name_th"] for r in rows} == official
    assert all(r["code_iso"] == f"TH-{r['code_dopa']}" for r in rows)
    assert {r["name_en"] for r in rows if r["is_eec"] == "1"} == {"Chachoengsao", "Chon Buri", "Rayong"}
    assert all(5 < float(r["lat"]) < 21 and 97 < float(r["lon"]) < 106 for r in rows)
    assert Counter(r["tat_tier"] for r in rows) == {"main": 22, "secondary": 55}


def test_goods_have_six_digits_three_names_and_a_temperature() -> None:
    assert len(GOODS) == 69
    for code, good in GOODS.items():
        assert re.fullmatch(r"\d{6}", good["hs6"]), code
        assert not good["tariff_line_cn"] or good["tariff_line_cn"].startswith(good["hs6"]), code
        assert all(good[f"name_{language}"] for language in ("en", "th", "zh")), code
        assert good["temperature_class"] in {"chilled", "frozen", "ambient"}
        if good["temperature_class"] == "chilled":
            assert Decimal(good["temperature_min_c"]) < Decimal(good["temperature_max_c"])
            assert good["temperature_source"] == "memory"
    assert (GOODS["durian-fresh"]["temperature_min_c"], GOODS["durian-fresh"]["temperature_max_c"]) == ("13", "15")


def test_every_good_named_anywhere_exists() -> None:
    for name in ("goods_names", "tariff_rates", "tax_categories", "cbec_list", "origin_rules", "varieties"):
        assert {row["good"] for row in table(name)} <= set(GOODS), name
    categories = {good["category"] for good in GOODS.values()}
    for name in ("documents", "gate_rules", "trade_mode_rules"):
        for row in table(name):
            assert row["good"] in {"", *GOODS}, row
            assert row["category"] in {"", "*", *categories}, row


def test_search_knows_both_names_of_monthong() -> None:
    monthong = next(v for v in table("varieties") if v["code"] == "monthong")
    assert monthong["name_zh"] == "金枕"
    assert "zh:金枕头" in keys(monthong["aliases"])


def test_a_tariff_that_is_unknown_is_empty_and_never_zero() -> None:
    for row in table("tariff_rates"):
        filled = [row[c] for c in ("rate_pct", "amount_minor_per_kg", "amount_above_minor_per_kg") if row[c]]
        if row["kind"] in {"unknown", "no_concession"}:
            assert not filled, row
        elif row["kind"] == "ad_valorem":
            assert row["rate_pct"], row
            assert not row["amount_minor_per_kg"], row
        elif row["kind"] == "specific":
            assert row["amount_minor_per_kg"], row
            assert row["amount_currency"], row
        else:
            assert row["kind"] == "mixed", row
            assert row["combine"] in {"switch", "lower_of"}, row
        assert (row["confidence"] == "unknown") == (keys(row["source"]) == {"unknown"}), row
        if row["confidence"] == "sourced":
            assert any(SOURCES[k]["kind"] == "sourced" for k in keys(row["source"])), row


def test_every_good_has_a_general_rate_or_a_quota_for_china_and_an_acfta_row() -> None:
    regimes: dict[str, set[str]] = {}
    for row in table("tariff_rates"):
        if row["destination_country"] == "CN":
            regimes.setdefault(row["good"], set()).add(row["regime"])
    for code in GOODS:
        assert regimes[code] & {"mfn", "quota_out"}, code
        assert {"acfta", "rcep"} <= regimes[code], code


def test_smoked_rubber_switches_at_7_50_yuan_a_kilogram() -> None:
    (row,) = [
        r for r in table("tariff_rates") if (r["good"], r["regime"]) == ("rubber-rss", "provisional")
    ]  # fmt: skip
    assert (row["combine"], row["threshold_minor_per_kg"]) == ("switch", "750")
    assert (row["rate_below_pct"], row["amount_above_minor_per_kg"], row["amount_currency"]) == ("20", "150", "CNY")
    assert (row["valid_from"], row["valid_to"]) == ("2026-01-01", "2026-12-31")


def test_one_rate_at_a_time_unless_the_sources_disagree() -> None:
    seen: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in table("taxes"):
        if row["kind"] == "ad_valorem":
            seen.setdefault((row["country"], row["tax"], row["applies_to"]), []).append(row)
    for key, rows in seen.items():
        for i, one in enumerate(rows):
            for other in rows[i + 1 :]:
                apart = (one["valid_to"] or "9999") < (other["valid_from"] or "0") or (other["valid_to"] or "9999") < (
                    one["valid_from"] or "0"
                )
                assert apart or one["conflict"] == other["conflict"] == "1", key


def test_sources_that_disagree_on_a_vat_category_are_two_flagged_rows() -> None:
    by_good: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in table("tax_categories"):
        by_good.setdefault((row["country"], row["good"]), []).append(row)
    for key, rows in by_good.items():
        assert {r["conflict"] for r in rows} == ({"1"} if len(rows) > 1 else {"0"}), key
    flagged = {good for (_, good), rows in by_good.items() if len(rows) > 1}
    assert flagged == {"rubber-rss", "rubber-latex", "petfood"}


def test_farm_goods_pay_nine_percent_in_china_in_the_season() -> None:
    category = {r["good"]: r["category"] for r in table("tax_categories") if r["country"] == "CN"}
    assert category["durian-fresh"] == "farm"
    (rate,) = [
        r for r in table("taxes")
        if (r["country"], r["tax"], r["applies_to"], r["valid_from"]) == ("CN", "vat", "farm", "2026-01-01")
    ]  # fmt: skip
    assert (rate["rate_pct"], rate["base"]) == ("9", "(cif+duty)/(1-c)")


def test_the_four_gates_hold_the_dry_matter_of_each_variety() -> None:
    rules = table("gate_rules")
    assert {r["gate"] for r in rules} == {"to_list", "to_cut", "to_load", "to_enter"}
    assert len({r["code"] for r in rules}) == len(rules)
    dry = {r["variety"]: r["threshold"] for r in rules if r["measure"] == "dry_matter_pct"}
    assert dry == {v["code"]: v["dry_matter_min_pct"] for v in table("varieties")}
    assert dry == {"monthong": "32", "kanyao": "32", "chanee": "30", "puangmanee": "30", "kradum": "27"}
    for rule in rules:
        assert all(rule[f"name_{language}"] for language in ("en", "th", "zh")), rule["code"]
        assert rule["comparator"] in {"==", "!=", ">=", "<=", "present"}, rule["code"]
        if not rule["threshold"]:
            assert rule["comparator"] == "present" or rule["confidence"] == "unknown", rule["code"]


def test_alternatives_have_at_least_one_other_to_be_alternative_to() -> None:
    groups = Counter((r["gate"], r["good"], r["either"]) for r in table("gate_rules") if r["either"])
    assert groups == {
        ("to_cut", "durian-fresh", "maturity"): 6,
        ("to_load", "longan-fresh", "so2"): 2,
        ("to_load", "", "vgm"): 2,
    }


def test_the_dye_and_the_metal_are_tested_since_10_january_2025() -> None:
    rules = {r["code"]: r for r in table("gate_rules")}
    assert (rules["load-by2"]["threshold"], rules["load-by2"]["valid_from"]) == ("not_detected", "2025-01-10")
    assert (rules["load-cadmium"]["threshold"], rules["load-cadmium"]["comparator"]) == ("0.05", "<=")


def test_gate_rules_ask_for_documents_that_the_table_knows() -> None:
    known = {r["code"] for r in table("documents")}
    asked = {r["measure"].split(":")[1] for r in table("gate_rules") if r["measure"].startswith("document:")}
    assert asked <= known


def test_exchange_rates_say_that_they_are_illustrative() -> None:
    rows = table("exchange_rates")
    assert {"CNY", "USD", "VND", "LAK", "KHR", "SGD", "MMK"} <= {r["quote_currency"] for r in rows}
    for row in rows:
        assert "not a market rate" in SOURCES[row["source"]]["title"]
        assert row["valid_from"] <= "2026-04-24", "the rush"
        assert row["valid_to"] >= "2026-05-20", "the last harvest"
    assert next(r["rate"] for r in rows if r["quote_currency"] == "CNY") == "0.2190"


def test_the_packing_house_share_gives_the_season_order_its_satang() -> None:
    share = next(
        Decimal(r["value"]) for r in table("price_rules")
        if (r["code"], r["good"]) == ("packing_house_service", "durian-fresh")
    )  # fmt: skip
    goods_minor = 24 * 49_500
    assert (goods_minor * share / 100).quantize(Decimal(1)) == 158_400


def test_rules_of_trade_modes_measure_what_a_sale_has_and_say_it_in_three_languages() -> None:
    rules = table("trade_mode_rules")
    assert {r["mode"] for r in rules} == set(MODES)
    assert len({r["code"] for r in rules}) == len(rules)
    for rule in rules:
        assert rule["measure"] in MEASURES, rule["code"]
        assert rule["comparator"] in {"==", "!=", ">=", "<=", "present"}, rule["code"]
        assert all(rule[f"name_{language}"] for language in ("en", "th", "zh")), rule["code"]
        refusals = [rule[f"refusal_{language}"] for language in ("en", "th", "zh")]
        assert all(refusals), rule["code"]
        assert len({text.count("%(found)s") for text in refusals}) == 1, rule["code"]
        kinds = {SOURCES[key]["kind"] for key in keys(rule["source"])}
        assert rule["confidence"] in kinds | ({"from_memory"} if "from_memory" in kinds else set()), rule["code"]


def test_fresh_fruit_is_refused_by_post_and_unknown_goods_by_cross_border_retail() -> None:
    rules = {r["code"]: r for r in table("trade_mode_rules")}
    fruit = rules["post-fresh-fruit-cn"]
    assert (fruit["measure"], fruit["threshold"], fruit["destination"], fruit["source"]) == (
        "is_fresh_fruit", "0", "CN", "notice-470",
    )  # fmt: skip
    listed = {r["good"] for r in table("cbec_list") if r["status"].startswith("listed")}
    assert listed == {"rice-hommali", "sugar", "shrimp-frozen", "squid-frozen", "supplement", "skincare"}


def test_modes_named_by_other_tables_are_modes() -> None:
    for name in ("documents", "gate_rules"):
        for row in table(name):
            assert keys(row["trade_mode"]) <= {"*", *MODES}, row

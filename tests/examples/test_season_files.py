"""The demo season's files hold together, are invented, and are made again bit for bit."""

from __future__ import annotations

import csv
import math
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import geothai
import pytest
from stdnum.cn import uscc
from stdnum.th import moa, pin

ROOT = Path(__file__).resolve().parents[2]
SEASON = ROOT / "examples" / "season"
REFERENCE = ROOT / "src" / "samphao" / "reference" / "data"
FILES = (
    "organisations", "registrations", "orchards", "crop_calendar", "lots", "destinations", "importers", "permits",
    "timetable", "order_mix", "post_tariff",
)  # fmt: skip
RUSH_ON, FIRST_HARVEST, LAST_HARVEST = date(2026, 4, 24), date(2026, 4, 25), date(2026, 5, 20)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(None not in row and None not in row.values() for row in rows), path.name
    return rows


T = {name: read(SEASON / f"{name}.csv") for name in FILES}
GOODS = {row["code"]: row for row in read(REFERENCE / "goods.csv")}
PROVINCES = {row["code_iso"] for row in read(REFERENCE / "provinces.csv")}
VARIETIES = {row["name_en"]: row for row in read(REFERENCE / "varieties.csv")}
ORGANISATIONS = {row["code"]: row for row in T["organisations"]}
ORCHARDS = {row["code"]: row for row in T["orchards"]}
FRESH = [lot for lot in T["lots"] if GOODS[lot["good"]]["is_fresh_fruit"] == "1"]


def of_kind(kind: str) -> set[str]:
    return {code for code, row in ORGANISATIONS.items() if row["kind"] == kind}


def mass_t(lots: list[dict[str, str]]) -> float:
    return sum(int(lot["quantity"]) * int(lot["unit_mass_g"]) for lot in lots) / 1e6


def generate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SEASON / "generate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_generator_makes_the_committed_files_bit_for_bit(tmp_path: Path) -> None:
    made = generate("--seed", "2026", "--out", str(tmp_path))
    assert made.returncode == 0, made.stderr
    for name in FILES:
        assert (tmp_path / f"{name}.csv").read_bytes() == (SEASON / f"{name}.csv").read_bytes(), name


def test_the_check_passes_here_and_fails_on_another_seed() -> None:
    assert generate("--check").returncode == 0
    other = generate("--check", "--seed", "7")
    assert other.returncode == 1
    assert "lots.csv: differs from seed 7" in other.stderr


def test_the_files_are_small() -> None:
    assert sum(path.stat().st_size for path in SEASON.rglob("*.csv")) < 600_000


def test_the_season_has_the_parties_it_promises() -> None:
    counts = Counter(row["kind"] for row in T["organisations"])
    assert 350 <= counts.pop("producer") <= 420
    assert counts == {
        "packing_house": 24, "exporter": 12, "importer": 14, "buyer": 60, "hub": 1, "laboratory": 4, "carrier": 6,
    }  # fmt: skip
    abroad = Counter(ORGANISATIONS[code]["country"] for code in of_kind("importer"))
    assert abroad == {"CN": 9, "LA": 1, "VN": 1, "KH": 1, "MM": 1, "SG": 1}
    assert all("(simulator)" in ORGANISATIONS[code]["name_en"] for code in of_kind("carrier"))


def test_every_tax_number_passes_its_checksum_and_obeys_the_legal_form() -> None:
    for row in T["organisations"]:
        number = row["tax_id"]
        if row["country"] == "TH" and row["legal_form"] == "person":
            assert pin.is_valid(number), row["code"]
        elif row["country"] == "TH":
            assert moa.is_valid(number), row["code"]
        elif row["country"] == "CN":
            assert uscc.is_valid(number), row["code"]
        else:
            assert number == "", row["code"]
    numbers = [row["tax_id"] for row in T["organisations"] if row["tax_id"]]
    assert len(numbers) == len(set(numbers))


def test_every_number_lies_in_a_range_that_was_never_issued() -> None:
    """Thai province codes 98 and 99, the registration year 2999 and the Chinese region 999999 do not exist."""
    for row in T["organisations"]:
        if row["tax_id"]:
            assert re.match(r"89999|099[24]999|098[35]999|91999999", row["tax_id"]), row["code"]
    for row in T["registrations"]:
        assert row["number"].startswith("DEMO-") or row["number"] == ORGANISATIONS[row["organisation"]]["tax_id"]
    assert all(row["number"].startswith("DEMO-") for row in T["permits"])
    assert all("-99" in row["gap_number"] for row in T["orchards"])


def test_every_name_says_in_three_languages_that_it_is_invented() -> None:
    for row in T["organisations"]:
        assert re.search(r"\((demo|simulator)\)$", row["name_en"]), row["code"]
        assert re.search(r"\((ตัวอย่าง|จำลอง)\)$", row["name_th"]), row["code"]
        assert re.search(r"示例|模拟", row["name_zh"]), row["code"]


def test_nobody_can_be_called_or_written_to() -> None:
    for path in SEASON.rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert "@" not in text, path.name
        assert "://" not in text, path.name
        assert not {"phone", "email", "address"} & set(text.splitlines()[0].split(",")), path.name


@pytest.mark.parametrize("name", FILES)
def test_codes_are_unique(name: str) -> None:
    key = {
        "registrations": ("organisation", "scheme"), "crop_calendar": ("good", "province_iso", "month"),
        "importers": ("organisation", "destination"), "permits": ("number",), "timetable": ("service",),
        "order_mix": ("kind",), "post_tariff": ("product", "country", "mass_max_g"),
    }.get(name, ("code",))  # fmt: skip
    rows = [tuple(row[k] for k in key) for row in T[name]]
    assert len(rows) == len(set(rows))


def test_thai_places_exist() -> None:
    for row in [*T["organisations"], *T["orchards"]]:
        if row.get("country", "TH") == "TH":
            assert row["province_iso"] in PROVINCES, row["code"]
            district = geothai.district(row["district_code"])
            assert district is not None, row["code"]
            assert f"TH-{district.province_code}" == row["province_iso"], row["code"]
        else:
            assert row["province_iso"] == row["district_code"] == "", row["code"]


def test_every_reference_resolves() -> None:
    producers, houses, exporters = of_kind("producer"), of_kind("packing_house"), of_kind("exporter")
    assert {row["organisation"] for row in T["registrations"]} <= set(ORGANISATIONS)
    assert {row["producer"] for row in T["orchards"]} <= producers
    assert {row["organisation"] for row in T["importers"]} == of_kind("importer")
    abroad = {row["code"] for row in T["destinations"] if row["country"] != "TH"}
    assert {row["destination"] for row in T["importers"]} == abroad, "a sale inside Thailand needs no importer"
    assert {row["importer"] for row in T["permits"]} == of_kind("importer")
    assert {row["good"] for row in T["permits"]} <= set(GOODS)
    assert {row["destination"] for row in T["organisations"] if row["kind"] == "buyer"} == abroad
    for lot in T["lots"]:
        assert lot["producer"] in producers, lot["code"]
        assert lot["exporter"] in exporters, lot["code"]
        assert lot["good"] in GOODS, lot["code"]
        assert lot["laboratory"] in {"", *of_kind("laboratory")}, lot["code"]
        is_fresh = lot in FRESH
        assert (lot["packing_house"] in houses) == is_fresh, lot["code"]
        assert (lot["orchard"] != "") == is_fresh, lot["code"]
        if is_fresh:
            assert ORCHARDS[lot["orchard"]]["producer"] == lot["producer"], lot["code"]
        assert (lot["variety"] in VARIETIES) == (lot["good"] == "durian-fresh"), lot["code"]


def test_every_province_has_a_producer_and_a_lot() -> None:
    producers = {row["province_iso"] for row in T["organisations"] if row["kind"] == "producer"}
    sellers = {ORGANISATIONS[lot["producer"]]["province_iso"] for lot in T["lots"]}
    assert producers == sellers == PROVINCES


def test_lots_are_harvested_in_the_season_and_where_the_calendar_says_so() -> None:
    share = {(r["good"], r["province_iso"], int(r["month"])): Decimal(r["share"]) for r in T["crop_calendar"]}
    for lot in T["lots"]:
        start, end = date.fromisoformat(lot["harvest_from"]), date.fromisoformat(lot["harvest_to"])
        assert RUSH_ON < FIRST_HARVEST <= start <= end <= LAST_HARVEST, lot["code"]
        if lot in FRESH:
            province = ORGANISATIONS[lot["producer"]]["province_iso"]
            assert share.get((lot["good"], province, start.month), 0) > 0, lot["code"]
        if lot["lab_on"]:
            assert start <= date.fromisoformat(lot["lab_on"]) <= LAST_HARVEST, lot["code"]


def test_a_harvest_year_sums_to_one_for_each_good_and_province() -> None:
    total: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in T["crop_calendar"]:
        assert 1 <= int(row["month"]) <= 12
        total[row["good"], row["province_iso"]] += Decimal(row["share"])
    assert set(total.values()) == {Decimal(1)}


def test_the_fruit_suffices_for_the_orders_but_the_hot_lots_do_not() -> None:
    assert 400 <= len(T["lots"]) <= 440
    assert 8_400 <= mass_t(FRESH) <= 8_600
    hot = [lot for lot in T["lots"] if lot["is_hot"] == "1"]
    assert 6 <= len(hot) <= 10
    assert {lot["good"] for lot in hot} == {"durian-fresh"}
    mix = {row["kind"]: row for row in T["order_mix"]}
    fruit = int(mix["household"]["count"]) * float(mix["household"]["mean_expected"]) * 3
    cartons = int(mix["wholesale"]["count"]) * float(mix["wholesale"]["mean_expected"]) * 18
    ordered_t = (fruit + cartons) / 1000
    assert 6_000 <= ordered_t <= 6_400
    wanted_hot = float(mix["household"]["share_hot_lots"]) * fruit + float(mix["wholesale"]["share_hot_lots"]) * cartons
    assert wanted_hot / 1000 > 1.5 * mass_t(hot)


def test_the_order_mix_states_its_own_means() -> None:
    mix = {row["kind"]: row for row in T["order_mix"]}
    assert int(mix["household"]["count"]) + int(mix["wholesale"]["count"]) == 60_000
    weights = [float(w) for w in mix["household"]["weights"].split(";")]
    assert sum(weights) == pytest.approx(1)
    mean = sum(w * n for n, w in enumerate(weights, start=1))
    assert mean == pytest.approx(float(mix["household"]["mean_expected"]))
    row = mix["wholesale"]
    low, high, median, sigma = (float(row[c]) for c in ("quantity_min", "quantity_max", "median", "sigma"))

    def phi(x: float) -> float:
        return (1 + math.erf(x / math.sqrt(2))) / 2

    a, b = (math.log(limit / median) / sigma for limit in (low, high))
    inner = median * math.exp(sigma**2 / 2) * (phi(b - sigma) - phi(a - sigma))
    assert float(row["mean_expected"]) == pytest.approx(low * phi(a) + inner + high * (1 - phi(b)), abs=0.5)


def test_quantities_are_whole_cartons_and_prices_are_satang() -> None:
    for lot in T["lots"]:
        assert int(lot["quantity"]) > 0
        assert int(lot["quantity"]) % int(lot["carton_units"]) == 0, lot["code"]
        assert int(lot["price_minor"]) > 0
        assert lot["currency"] == "THB"
        assert lot["unit"] == GOODS[lot["good"]]["trade_unit"], lot["code"]
        if lot["good"] == "durian-fresh":
            assert int(lot["carton_units"]) * int(lot["unit_mass_g"]) == 18_000, lot["code"]
            assert 120 <= int(lot["price_minor"]) / 100 / (int(lot["unit_mass_g"]) / 1000) <= 190, lot["code"]


def test_the_lot_that_the_pages_follow_is_there() -> None:
    (lot,) = [lot for lot in T["lots"] if lot["code"] == "CTI-MT-0430"]
    assert ORGANISATIONS[lot["producer"]]["name_en"] == "Tha Mai growers (demo)"
    assert (lot["price_minor"], lot["unit_mass_g"], lot["carton_units"]) == ("49500", "3000", "6")
    assert (lot["dry_matter_pct"], lot["lab_by2"], lot["lab_cadmium_mg_kg"]) == ("34.1", "not_detected", "0.011")
    assert 4 * 6 * int(lot["price_minor"]) == 1_188_000, "four cartons are 11,880 baht"


STATUS = {(row["organisation"], row["scheme"]): row["status"] for row in T["registrations"]}


def closed(lot: dict[str, str]) -> set[str]:
    """Say what is wrong with a fresh lot, by the rules of the reference tables and the season's own dates."""
    listed = {
        "gacc_packing_house": lot["packing_house"], "doa_packing_house": lot["packing_house"],
        "exporter_customs": lot["exporter"], "laboratory_gacc": lot["laboratory"],
    }  # fmt: skip
    wrong = {scheme for scheme, code in listed.items() if code and STATUS[code, scheme] != "valid"}
    if ORCHARDS[lot["orchard"]]["gap_valid_to"] < lot["harvest_to"]:
        wrong.add("gap")
    return wrong | (failed_tests(lot) if lot["variety"] else set())


def failed_tests(lot: dict[str, str]) -> set[str]:
    is_dry = Decimal(lot["dry_matter_pct"]) >= Decimal(VARIETIES[lot["variety"]]["dry_matter_min_pct"])
    cadmium = Decimal(lot["lab_cadmium_mg_kg"] or 0)
    by2 = {"": {"untested"}, "detected": {"by2"}, "not_detected": set()}[lot["lab_by2"]]
    return by2 | (set() if is_dry else {"dry_matter"}) | ({"cadmium"} if cadmium > Decimal("0.05") else set())


def test_every_gate_has_something_to_close_and_most_of_the_fruit_is_open() -> None:
    why = {lot["code"]: closed(lot) for lot in FRESH}
    assert set().union(*why.values()) == {
        "gap", "gacc_packing_house", "doa_packing_house", "exporter_customs", "laboratory_gacc", "dry_matter",
        "untested", "by2", "cadmium",
    }  # fmt: skip
    assert mass_t([lot for lot in FRESH if not why[lot["code"]]]) > 7_000
    assert not any(why[lot["code"]] for lot in T["lots"] if lot["is_hot"] == "1")


def test_registrations_have_a_status_that_fits_their_dates() -> None:
    for row in T["registrations"]:
        assert row["status"] in {"valid", "suspended", "expired", "pending"}
        if row["status"] == "valid":
            assert row["valid_from"] <= RUSH_ON.isoformat(), row
            assert not row["valid_to"] or row["valid_to"] >= LAST_HARVEST.isoformat(), row
        if row["status"] == "expired":
            assert row["valid_to"] < RUSH_ON.isoformat(), row
        if row["status"] != "valid":
            assert "on purpose" in row["note"], row


def test_permits_cover_the_season_but_for_two_that_lapse_on_purpose() -> None:
    lapsed = [r for r in T["permits"] if r["valid_to"] < LAST_HARVEST.isoformat()]
    assert {r["importer"] for r in lapsed} == {"IMP-CN-08", "IMP-CN-09"}
    assert {r["valid_to"] for r in lapsed} == {"2026-03-31", "2026-05-11"}
    usable = {
        r["organisation"] for r in T["registrations"] if r["scheme"] == "gacc_importer" and r["status"] == "valid"
    }
    durian_t = sum(int(r["kg"]) for r in T["permits"] if r["good"] == "durian-fresh" and r["importer"] in usable) / 1000
    assert durian_t > 6_200
    for row in T["importers"]:
        assert int(row["fee_minor_per_kg"]) > 0
    assert not [r for r in T["permits"] if r["good"] == "guava-fresh"], "left out on purpose: a gate that stays closed"


def test_destination_weights_sum_to_one() -> None:
    for column in ("household_weight", "wholesale_weight"):
        assert sum(Decimal(row[column]) for row in T["destinations"]) == Decimal(1), column


def test_the_timetable_is_readable_and_says_that_it_is_illustrative() -> None:
    for row in T["timetable"]:
        assert "illustrative" in row["source"]
        assert len(row["days"]) == 7
        assert all(day in {"-", letter} for day, letter in zip(row["days"], "MTWTFSS", strict=True)), row["service"]
        assert re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", row["departs_at"]), row["service"]
        assert Decimal(row["transit_h"]) > 0
        assert Decimal(row["cut_off_h"]) > 0
        assert int(row["containers_max"]) > 0
        assert row["equipment"] in {"reefer_40", "dry_40", "truck_9t", "uld"}
        assert row["mode"] in {"road", "rail", "sea", "air"}


def test_every_big_destination_can_be_reached_from_chanthaburi() -> None:
    onward: dict[str, set[str]] = defaultdict(set)
    for row in T["timetable"]:
        onward[row["from_node"]].add(row["to_node"])
    seen, todo = {"THCTI"}, ["THCTI"]
    while todo:
        for node in onward[todo.pop()] - seen:
            seen.add(node)
            todo.append(node)
    missing = {row["node"] for row in T["destinations"] if row["country"] != "TH"} - seen
    assert missing <= {"LAVTE"}, "Vientiane South has no priced road in"


def test_the_postal_tariff_says_that_it_is_invented_and_rises_with_mass() -> None:
    steps: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for row in T["post_tariff"]:
        assert "invented" in row["source"]
        assert "no public rate card" in row["source"]
        assert re.fullmatch(r"[A-Z]{2}", row["indicator"])
        steps[row["product"], row["country"]].append((int(row["mass_max_g"]), int(row["price_minor"])))
    for key, found in steps.items():
        assert found == sorted(found), key
        assert [price for _, price in found] == sorted(price for _, price in found), key
        assert found[-1][0] <= (2_000 if key[0] == "epacket" else 30_000), key
    abroad = {row["country"] for row in T["destinations"]} - {"TH"}
    assert {country for _, country in steps} == abroad


@pytest.mark.parametrize("name", FILES)
def test_the_readme_explains_every_column(name: str) -> None:
    text = (SEASON / "README.md").read_text(encoding="utf-8")
    part = text.split(f"### {name}.csv\n")[1].split("### ")[0]
    explained = {
        c.strip() for line in part.splitlines() if line.startswith("| ") for c in line.split("|")[1].split(",")
    }
    assert set(T[name][0]) == explained - {"column"}


def test_the_readme_counts_what_is_broken_on_purpose() -> None:
    assert sum(row["status"] != "valid" for row in T["registrations"]) == 6
    assert sum(row["gap_valid_to"] < LAST_HARVEST.isoformat() for row in T["orchards"]) == 7

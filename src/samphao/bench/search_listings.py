"""Listings of an invented market, as many as asked for: every good of the reference data from every province, in three languages."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate

from typing import TYPE_CHECKING

import psycopg

from samphao.engines.text.ranking import LotSigns

if TYPE_CHECKING:
    from samphao.trade.services import Searchable

TODAY = date(2026, 4, 24)
NOW = datetime.combine(TODAY, time(2), UTC)
FEW_FIRST = 5
"""Of the goods in the order of the file the n-th has a share of 1 / (n + 5): the first 7.6 %, the last 0.5 %."""
HOMES, AT_HOME = 6, 0.5
PRODUCERS = 3
VARIETIES = {
    "durian-fresh": (("Monthong", "หมอนทอง", "金枕头"), ("Chanee", "ชะนี", "青尼"), ("Kanyao", "ก้านยาว", "干尧"), ("Kradum", "กระดุม", "甲仑"), ("Puangmanee", "พวงมณี", "托曼尼")),
    "mango-fresh": (("Nam Dok Mai", "น้ำดอกไม้", "水仙芒"), ("Mahachanok", "มหาชนก", "玛哈查诺"), ("", "", "")),
    "coffee-green": (("Arabica", "อาราบิก้า", "阿拉比卡"), ("Robusta", "โรบัสต้า", "罗布斯塔")),
    "coffee-roasted": (("Arabica", "อาราบิก้า", "阿拉比卡"), ("Robusta", "โรบัสต้า", "罗布斯塔")),
}  # fmt: skip
SAID = (
    ("", "", ""), ("hand picked", "เก็บมือ", "手工采摘"), ("village group", "กลุ่มแม่บ้าน", "村民合作社"), ("gift box", "กล่องของขวัญ", "礼盒"),
    ("from the hills", "จากดอย", "山区"), ("limited", "จำนวนจำกัด", "限量"), ("natural", "ธรรมชาติ", "天然"), ("family recipe", "สูตรโบราณ", "祖传配方"),
    ("premium export", "พรีเมียมส่งออก", "出口精品"), ("volcanic soil", "ดินภูเขาไฟ", "火山土"), ("handwoven", "ทอมือ", "手工编织"), ("wild", "ป่า", "野生"),
)  # fmt: skip
GRADES = ("A", "AB", "B", "")
CERTIFICATES = (("gap", 0.4), ("otop", 0.25), ("gacc", 0.3), ("organic", 0.08), ("halal", 0.05), ("gi", 0.03))
COUNTRIES = (("CN", 0.8), ("TH", 0.9), ("LA", 0.5), ("VN", 0.4), ("SG", 0.3))
LISTING = ("id", "code", "producer_id", "good", "variety", "grade", "title_en", "title_th", "title_zh")
LOT = (
    "id", "code", "listing_id", "orchard_code", "harvest_from", "harvest_to", "unit", "unit_mass_g", "carton_units", "price_minor", "currency",
    "quantity", "held", "sold", "opens_at", "closes_at", "basic_yellow_2", "laboratory_code", "is_demo",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    producer: int
    grade: str
    variety: str
    facts: Searchable


def listings(count: int, seed: int) -> Iterator[Listing]:
    """Yield `count` listings, the same for a seed."""
    from samphao.reference import queries as reference
    from samphao.trade.services import Searchable

    dice = random.Random(seed)
    names: dict[str, dict[str, str]] = {}
    for name in reversed(reference.known_names()):
        if name.kind != "variety":
            names.setdefault(name.code, {})[name.language] = name.text
    goods = [code for code in dict.fromkeys(n.code for n in reference.known_names() if n.kind == "good")]
    provinces = sorted(code for code in names if code.startswith("TH-"))
    shares = list(accumulate(1 / (number + FEW_FIRST) for number in range(len(goods))))
    homes = {good: dice.sample(provinces, HOMES) for good in goods}
    for number in range(count):
        good = dice.choices(goods, cum_weights=shares)[0]
        province = dice.choice(homes[good] if dice.random() < AT_HOME else provinces)
        variety = dice.choice(VARIETIES.get(good, (("", "", ""),)))
        grade, said = dice.choice(GRADES), dice.choice(SAID)
        titles = _titles(names[good], names[province], variety, said, grade)
        if dice.random() < 0.2:
            titles[dice.randrange(1, 3)] = ""
        begins = TODAY + timedelta(days=dice.randrange(-60, 120))
        opens = NOW + timedelta(days=dice.randrange(-40, 4))
        code = f"B{number:07}"
        signs = LotSigns(
            code, opens, opens + timedelta(days=dice.randrange(30, 90)), begins, dice.random() < 0.9, sum(map(bool, titles))
        )  # fmt: skip
        facts = Searchable(
            good, "", province, (*titles, variety[0], f"grade {grade}" if grade else "", code), _drawn(CERTIFICATES, dice), _drawn(COUNTRIES, dice),
            (begins, begins + timedelta(days=dice.randrange(3, 30))), signs,
        )  # fmt: skip
        yield Listing(provinces.index(province) * PRODUCERS + dice.randrange(PRODUCERS) + 1, grade, variety[0], facts)


def load(url: str, count: int, seed: int) -> None:
    """Write the listings by COPY; what would check a million rows one by one is put on afterwards or left out."""
    from samphao.reference import queries as reference
    from samphao.trade.services import SEARCH_COLUMNS, search_values

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # foreign keys: the rows are ours
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET synchronous_commit = off")
        indexes = connection.execute(
            """SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('trade_listing', 'trade_lot', 'trade_searchrow')
               AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        provinces = sorted({name.code for name in reference.known_names() if name.kind == "province"})
        with connection.cursor() as cursor:
            _copy(cursor, "accounts_organisation", (
                "id", "code", "kind", "legal_form", "name_en", "name_th", "name_zh", "country", "province_iso", "district_code", "tax_id", "language",
                "is_demo",
            ), (
                (number + 1, f"P{number}", "producer", "group", "benchmark", "", "", "TH", provinces[number // PRODUCERS], "", "", "th", True)
                for number in range(len(provinces) * PRODUCERS)
            ))  # fmt: skip
            rows = list(listings(count, seed))
            _copy(cursor, "trade_listing", LISTING, (
                (number, f"L-{row.facts.signs.code}", row.producer, row.facts.good, row.variety, row.grade, *row.facts.texts[:3])
                for number, row in enumerate(rows, 1)
            ))  # fmt: skip
            _copy(cursor, "trade_lot", LOT, (
                (
                    number, row.facts.signs.code, number, "", *row.facts.harvest, "kg", 1000, 10, 10_000, "THB", 1000, 0, 0, row.facts.signs.opens_at,
                    row.facts.signs.closes_at, "", "", True,
                )
                for number, row in enumerate(rows, 1)
            ))  # fmt: skip
            _copy(cursor, "trade_searchrow", SEARCH_COLUMNS, (
                (number, *search_values(row.facts, NOW, TODAY)) for number, row in enumerate(rows, 1)
            ))  # fmt: skip
        for _, definition in indexes:
            connection.execute(definition)
        for table in ("trade_searchrow", "trade_lot", "trade_listing", "accounts_organisation"):
            connection.execute(f"VACUUM ANALYZE {table}")


def _copy(cursor: psycopg.Cursor, table: str, columns: Sequence[str], rows: Iterator[tuple[object, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _titles(good: dict[str, str], province: dict[str, str], variety: Sequence[str], said: Sequence[str], grade: str) -> list[str]:
    grades = (f"grade {grade}", f"เกรด {grade}", f"{grade}级") if grade else ("", "", "")
    parts = [
        [text for text in (good[key], variety[place], said[place], grades[place], province[key]) if text]
        for place, key in enumerate(("en", "th", "zh"))
    ]
    return [", ".join(parts[0]), " ".join(parts[1]), " ".join(parts[2])]


def _drawn(chances: Sequence[tuple[str, float]], dice: random.Random) -> tuple[str, ...]:
    return tuple(name for name, share in chances if dice.random() < share)

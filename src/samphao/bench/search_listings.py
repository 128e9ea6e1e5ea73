"""Listings of an invented market, as many as asked for: every good of the reference data from every province, in three languages."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import accumulate
from multiprocessing import get_context
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
GRADED = {grade: f"grade {grade}" if grade else "" for grade in GRADES}
NO_VARIETY = (("", "", ""),)
CERTIFICATES = (("gap", 0.4), ("otop", 0.25), ("gacc", 0.3), ("organic", 0.08), ("halal", 0.05), ("gi", 0.03))
COUNTRIES = (("CN", 0.8), ("TH", 0.9), ("LA", 0.5), ("VN", 0.4), ("SG", 0.3))
ORGANISATION = (
    "id", "code", "kind", "legal_form", "name_en", "name_th", "name_zh", "country", "province_iso", "district_code", "tax_id", "language", "is_demo",
)  # fmt: skip
LISTING = ("id", "code", "producer_id", "good", "variety", "grade", "title_en", "title_th", "title_zh")
LOT = (
    "id", "code", "listing_id", "orchard_code", "harvest_from", "harvest_to", "unit", "unit_mass_g", "carton_units", "price_minor", "currency",
    "quantity", "held", "sold", "opens_at", "closes_at", "basic_yellow_2", "laboratory_code", "is_demo",
)  # fmt: skip


BLOCK = 5000
HANDS = 2
"""Processes that write listings at once."""


class Market:
    """An invented market of a seed: its n-th block of listings is the same whoever makes it."""

    def __init__(self, seed: int) -> None:
        from samphao.reference import queries as reference

        self._seed = seed
        self._names: dict[str, dict[str, str]] = {}
        for name in reversed(reference.known_names()):
            if name.kind != "variety":
                self._names.setdefault(name.code, {})[name.language] = name.text
        self._goods = list(dict.fromkeys(name.code for name in reference.known_names() if name.kind == "good"))
        self.provinces = sorted({name.code for name in reference.known_names() if name.kind == "province"})
        self._shares = list(accumulate(1 / (number + FEW_FIRST) for number in range(len(self._goods))))
        dice = random.Random(seed)
        self._homes = {good: dice.sample(self.provinces, HOMES) for good in self._goods}

    def block(self, number: int, count: int) -> Iterator[tuple[int, int, Searchable]]:
        """Yield (number from 1 on, producer, what the listing is found by)."""
        from samphao.trade.services import Searchable

        dice = random.Random(f"{self._seed}/{number}")
        for place in range(number * BLOCK + 1, number * BLOCK + count + 1):
            good = dice.choices(self._goods, cum_weights=self._shares)[0]
            province = dice.choice(self._homes[good] if dice.random() < AT_HOME else self.provinces)
            variety = dice.choice(VARIETIES.get(good, NO_VARIETY))
            grade, said = dice.choice(GRADES), dice.choice(SAID)
            titles = _titles(self._names[good], self._names[province], variety, said, grade)
            if dice.random() < 0.2:
                titles[dice.randrange(1, 3)] = ""
            begins = TODAY + timedelta(days=dice.randrange(-60, 120))
            opens = NOW + timedelta(days=dice.randrange(-40, 4))
            code = f"B{place:07}"
            signs = LotSigns(
                code, opens, opens + timedelta(days=dice.randrange(30, 90)), begins, dice.random() < 0.9, sum(map(bool, titles))
            )  # fmt: skip
            yield place, self.provinces.index(province) * PRODUCERS + dice.randrange(PRODUCERS) + 1, Searchable(
                good, province, (variety[0], *titles, GRADED[grade], code), _drawn(CERTIFICATES, dice), _drawn(COUNTRIES, dice),
                (begins, begins + timedelta(days=dice.randrange(3, 30))), signs,
            )  # fmt: skip


def load(url: str, count: int, seed: int) -> None:
    """Write the listings by COPY, from two processes; indexes come afterwards, foreign keys are left out: the rows are ours."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        indexes = connection.execute(
            """SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('trade_listing', 'trade_lot', 'trade_searchrow')
               AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        provinces = Market(seed).provinces
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY accounts_organisation ({', '.join(ORGANISATION)}) FROM STDIN") as copy,
        ):
            for number in range(len(provinces) * PRODUCERS):
                copy.write_row((
                    number + 1, f"P{number}", "producer", "group", "benchmark", "", "", "TH", provinces[number // PRODUCERS], "", "", "th", True
                ))  # fmt: skip
        blocks = range(-(-count // BLOCK))
        with ProcessPoolExecutor(HANDS, get_context("spawn")) as hands:
            list(hands.map(partial(_write, url, count, seed), [blocks[hand::HANDS] for hand in range(HANDS)]))
        for _, definition in indexes:
            connection.execute(definition)
        for table in ("trade_searchrow", "trade_lot", "trade_listing", "accounts_organisation"):
            connection.execute(f"VACUUM ANALYZE {table}")


def _write(url: str, count: int, seed: int, blocks: Sequence[int]) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "samphao.config.settings"
    django.setup()
    from samphao.trade.services import SEARCH_COLUMNS, search_values

    market = Market(seed)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for number in blocks:
            listings, lots, rows = [], [], []
            for place, producer, facts in market.block(number, min(BLOCK, count - number * BLOCK)):
                variety, *titles, _, code = facts.texts
                signs = facts.signs
                listings.append((place, f"L-{code}", producer, facts.good, variety, "", *titles))
                lots.append((
                    place, code, place, "", *facts.harvest, "kg", 1000, 10, 10_000, "THB", 1000, 0, 0, signs.opens_at, signs.closes_at, "", "", "t"
                ))  # fmt: skip
                rows.append((place, *search_values(facts, NOW, TODAY)))
            with connection.cursor() as cursor:
                _copy(cursor, "trade_listing", LISTING, listings)
                _copy(cursor, "trade_lot", LOT, lots)
                _copy(cursor, "trade_searchrow", SEARCH_COLUMNS, rows)


def _copy(cursor: psycopg.Cursor, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        copy.write("".join("\t".join(map(_cell, row)) + "\n" for row in rows))


def _cell(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    return str(value).replace("\\", "\\\\")


def _titles(
    good: dict[str, str], province: dict[str, str], variety: Sequence[str], said: Sequence[str], grade: str
) -> list[str]:
    grades = (f"grade {grade}", f"เกรด {grade}", f"{grade}级") if grade else ("", "", "")
    parts = [
        [text for text in (good[key], variety[place], said[place], grades[place], province[key]) if text]
        for place, key in enumerate(("en", "th", "zh"))
    ]
    return [", ".join(parts[0]), " ".join(parts[1]), " ".join(parts[2])]


def _drawn(chances: Sequence[tuple[str, float]], dice: random.Random) -> tuple[str, ...]:
    return tuple(name for name, share in chances if dice.random() < share)

"""Typed words are understood in three languages, however they are spelt; a place is the sum of its reasons."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samphao.engines.text.fold import chinese_sound, folded, stem, thai_sound
from samphao.engines.text.lexicon import Concept, GoodKind, Lexicon, Name
from samphao.engines.text.ranking import DRAW, SIGNALS, LotSigns, changes_at, merged, signals
from samphao.engines.text.understand import Reading, understand, variety_in

NAMES = (
    ("family:durian", "en", "durian"), ("family:durian", "th", "ทุเรียน"), ("family:durian", "zh", "榴莲"),
    ("variety:durian-fresh/monthong", "en", "Golden Pillow"), ("variety:durian-fresh/monthong", "en", "Monthong"),
    ("variety:durian-fresh/monthong", "th", "หมอนทอง"), ("variety:durian-fresh/monthong", "zh", "金枕头"),
    ("good:durian-frozen", "zh", "冻榴莲"), ("good:mangosteen", "en", "Mangosteen, fresh"), ("good:mangosteen", "en", "mangosteen"),
    ("good:mangosteen", "th", "มังคุด"), ("good:mangosteen", "zh", "山竹"), ("good:latex-pillow", "en", "latex pillow"),
    ("good:dried-longan", "th", "ลำไยอบแห้ง"), ("family:longan", "th", "ลำไย"), ("good:balm", "th", "ยาหม่อง/ยาดม"),
    ("state:frozen", "en", "frozen"), ("state:frozen", "th", "แช่แข็ง"), ("state:frozen", "zh", "冷冻"),
    ("province:TH-22", "en", "Chanthaburi"), ("province:TH-22", "th", "จันทบุรี"), ("province:TH-22", "zh", "尖竹汶府"),
    ("province:TH-33", "en", "Si Sa Ket"), ("province:TH-63", "th", "ตาก"), ("certificate:gap", "en", "GAP"), ("noise", "en", "export"), ("noise", "th", "ส่งออก"),
)  # fmt: skip
GOODS = (
    GoodKind("durian-fresh", {"durian": 1.0, "fruit": 1.0}, frozenset({"fresh"})),
    GoodKind("durian-frozen", {"durian": 0.6}, frozenset({"frozen"})),
    GoodKind("mangosteen", {"fruit": 1.0}, frozenset({"fresh"})), GoodKind("longan", {"longan": 1.0}, frozenset()),
    GoodKind("dried-longan", {"longan": 0.6}, frozenset()), GoodKind("latex-pillow", {}, frozenset()), GoodKind("balm", {}, frozenset()),
)  # fmt: skip
DURIANS = (("durian-fresh", 1.0), ("durian-frozen", 0.6))


@cache
def small() -> Lexicon:
    """Return a dictionary that fits on a page."""
    names = [Name(Concept(*concept.split(":")), language, text) for concept, language, text in NAMES]
    return Lexicon(names, GOODS)


def read(text: str) -> Reading:
    """Return the reading that a market without the very words would take."""
    found = understand(text, small())
    return found.corrected or found.plain


@pytest.mark.parametrize(
    "text", ["durian", "Durians", "ทุเรียน", "榴莲", "ＤＵＲＩＡＮ", "durian export", "ทุเรียนส่งออก", "liulian"]
)
def test_one_fruit_has_one_meaning_in_three_languages(text: str) -> None:
    assert understand(text, small()).plain == Reading(goods=DURIANS)


@pytest.mark.parametrize(
    "text", ["หมอนทองจันทบุรี", "金枕头 尖竹汶", "尖竹汶府金枕头", "golden pillow Chanthaburi", "monthong chantha buri"]
)
def test_words_without_spaces_are_cut_where_trade_cuts_them(text: str) -> None:
    reading = understand(text, small()).plain
    assert (reading.varieties, reading.provinces, reading.words) == (("durian-fresh/monthong",), ("TH-22",), ())
    assert reading.goods == DURIANS  # of a variety that was named, fresh fruit before what is made of it


@pytest.mark.parametrize("text", ["frozen durian", "durian frozen", "ทุเรียนแช่แข็ง", "冷冻榴莲", "冻榴莲"])
def test_a_state_chooses_among_the_goods_of_a_family(text: str) -> None:
    assert [good for good, _ in understand(text, small()).plain.goods] == ["durian-frozen"]


def test_a_longer_name_is_meant_before_a_shorter_one_inside_it() -> None:
    assert understand("ลำไยอบแห้ง", small()).plain.goods == (("dried-longan", 1.0),)
    assert understand("ตากแห้ง", small()).plain.provinces == ()  # dried in the sun is not from Tak
    assert understand("ยาดม", small()).plain.goods == (("balm", 1.0),)


def test_what_nobody_knows_stays_a_word_and_a_certificate_is_one() -> None:
    reading = understand("GAP durian gift", small()).plain
    assert (reading.certificates, reading.words) == (("gap",), ("gift",))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("durain", "durian"), ("duriann", "durian"), ("ทุเรัยน", "ทุเรียน"), ("榴连", "榴莲"), ("榴蓮", "榴莲"), ("流莲", "榴莲"),
        ("金忱头", "金枕头"), ("มังคุต", "มังคุด"), ("มังคุ๊ด", "มังคุด"), ("mangostin", "mangosteen"), ("goldn pillow", "Golden Pillow"),
        ("จันบุรี", "จันทบุรี"), ("尖竹文", "尖竹汶"), ("Chantaburi", "Chanthaburi"), ("sisaket", ""), ("ลำใย", "ลำไย"),
    ],
)  # fmt: skip
def test_what_is_typed_wrong_is_read_as_the_nearest_name(typed: str, meant: str) -> None:
    found = understand(typed, small())
    assert [one.name for one in (found.corrected.corrected if found.corrected else ())] == ([meant] if meant else [])
    assert (found.corrected or found.plain).has_concepts


@pytest.mark.parametrize("text", ["gift", "ของขวัญ", "礼物", "ox", "12345"])
def test_a_word_that_is_near_to_nothing_is_not_corrected(text: str) -> None:
    assert understand(text, small()).corrected is None


def test_a_correction_keeps_what_was_understood_beside_it() -> None:
    reading = read("durain จันทบุรี")
    assert (reading.goods, reading.provinces) == (DURIANS, ("TH-22",))


def test_spellings_that_sound_alike_are_one() -> None:
    assert thai_sound("ลำใย") == thai_sound("ลำไย")
    assert chinese_sound("榴莲") == chinese_sound("流连") == "liulian"
    assert (stem("chillies"), stem("glass"), stem("gas")) == ("chilli", "glass", "gas")


def test_a_variety_is_found_in_a_title() -> None:
    assert variety_in(["Durian, Chanthaburi", "ทุเรียน หมอนทอง เกรด A"], small()) == "durian-fresh/monthong"
    assert variety_in(["มังคุด", "GAP"], small()) == ""


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_the_same_way_twice(text: str) -> None:
    assert understand(text, small()) == understand(text, small())
    words = small().cutter.cut(text)
    assert all(folded(text)[word.start : word.end] == word.text for word in words)
    assert {word.key for word in words} == set(small().cutter.keys(text))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["mangosteen", "chanthaburi", "monthong"]), st.integers(0, 9), st.sampled_from("aeiou"))
def test_one_letter_too_many_is_forgiven_wherever_it_stands(word: str, place: int, letter: str) -> None:
    typed = word[: place + 1] + letter + word[place + 1 :]
    assert read(typed).has_concepts


NOW = datetime(2026, 4, 24, 2, tzinfo=UTC)
TODAY = date(2026, 4, 24)


def signs(**changes: object) -> LotSigns:
    fields = {
        "code": "LOT", "opens_at": NOW - timedelta(days=1), "closes_at": NOW + timedelta(days=9), "harvest_from": TODAY + timedelta(days=5),
        "has_open_gate": True, "titles": 3,
    }  # fmt: skip
    return LotSigns(**{**fields, **changes})  # type: ignore[arg-type]


def test_points_say_what_they_are_for_and_nothing_of_the_seller() -> None:
    assert dict(zip(SIGNALS, signals(signs(), NOW, TODAY), strict=True)) == {
        "on_sale": 10_000, "papers": 1000, "soon": 400, "languages": 300, "draw": signals(signs(), NOW, TODAY)[-1],
    }  # fmt: skip
    assert not {"producer", "seller", "organisation"} & set(LotSigns.__slots__)


@given(st.integers(-30, 90), st.integers(-20, 20), st.integers(1, 40), st.text(max_size=6))
def test_points_stay_until_the_time_at_which_they_are_said_to_change(
    ripe: int, opens: int, lasts: int, code: str
) -> None:
    lot = signs(
        code=code, harvest_from=TODAY + timedelta(days=ripe), opens_at=NOW + timedelta(days=opens), closes_at=NOW + timedelta(days=opens + lasts)
    )  # fmt: skip
    before = signals(lot, NOW, TODAY)
    assert 0 <= before[-1] < DRAW
    change = changes_at(lot, NOW, TODAY)
    for hours in range(0, 24 * 100, 12):
        at = NOW + timedelta(hours=hours)
        if change and at >= change:
            break
        assert signals(lot, at, (at + timedelta(hours=7)).date()) == before


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 8)), max_size=8), max_size=4), st.integers(1, 6))
def test_merged_lists_are_the_best_of_all_of_them(branches: list[list[tuple[int, int]]], count: int) -> None:
    everything = [row for branch in branches for row in branch]
    best = {key: max(points for points, other in everything if other == key) for _, key in everything}
    expected = sorted(((points, key) for key, points in best.items()), key=lambda row: (-row[0], row[1]))[:count]
    assert merged(branches, count) == expected
    assert merged(reversed(branches), count) == expected


def test_the_dictionaries_write_nothing_into_anybodys_home(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHAINLP", "PYPINYIN"))}
    code = "import samphao.engines.text.understand as u, samphao.engines.text.lexicon as l; u.understand('ทุเรียน 榴莲', l.Lexicon([], []))"
    subprocess.run([sys.executable, "-c", code], check=True, env={**environment, "HOME": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []

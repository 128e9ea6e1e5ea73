"""Words of a listing: complete in three languages for every good that the hub knows, and none that no good uses."""

from __future__ import annotations

import csv

import pytest

from samphao.reference.services import DATA
from samphao.trade import phrases


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


GOODS = {row["code"]: row for row in rows("goods.csv")}
NAMES = {"en": "Durian, fresh", "th": "ทุเรียนสด", "zh": "鲜榴莲"}
MONTHONG = {"variety": "monthong", "grade": "a", "package": "carton"}


def test_a_title_is_made_in_three_languages() -> None:
    assert phrases.title(NAMES, "durian-fresh", "fresh_fruit", MONTHONG) == {
        "en": "Durian, fresh – Monthong, grade A",
        "th": "ทุเรียนสด หมอนทอง เกรด A",
        "zh": "鲜榴莲（金枕，A级）",
    }
    assert phrases.title(NAMES, "durian-fresh", "fresh_fruit", {}) == NAMES


def test_a_description_names_place_and_attributes() -> None:
    said = phrases.description(
        NAMES, "durian-fresh", "fresh_fruit", MONTHONG, {"en": "Chanthaburi", "th": "จันทบุรี", "zh": "尖竹汶府"}
    )
    assert said["en"] == "Durian, fresh, from Chanthaburi. Variety: Monthong. Grade: grade A. Package: carton."
    assert said["th"].startswith("ทุเรียนสด จากจันทบุรี · พันธุ์: หมอนทอง")
    assert said["zh"] == "产自尖竹汶府的鲜榴莲。品种：金枕。等级：A级。包装：纸箱。"


def test_an_answer_that_nobody_knows_makes_no_words() -> None:
    assert phrases.spoken("durian-fresh", "fresh_fruit", {"variety": "no-such", "weave": "mudmee"}) == []


@pytest.mark.parametrize("good", GOODS)
def test_every_good_is_asked_something_and_each_answer_has_three_texts(good: str) -> None:
    attributes = phrases.attributes_of(good, GOODS[good]["category"])
    assert attributes
    texts = [text for one in attributes for words in (one.names, *one.options.values()) for text in words.values()]
    assert all(text.strip() for text in texts)
    assert all(
        len({words[language] for words in one.options.values()}) == len(one.options)
        for one in attributes
        for language in phrases.LANGUAGES
    )


def test_families_lead_to_goods_with_customs_codes_that_differ() -> None:
    for family in phrases.families():
        codes = [GOODS[good]["hs6"] for _, good in family.states]
        assert len(set(codes)) > 1, f"{family.code}: the question decides nothing"


def test_the_varieties_are_those_of_the_reference() -> None:
    known = {(row["good"], row["code"]): row for row in rows("varieties.csv")}
    for (good, code), row in known.items():
        words = next(one for one in phrases.attributes_of(good, "fresh_fruit") if one.code == "variety").options[code]
        assert words == {language: row[f"name_{language}"] for language in phrases.LANGUAGES}
    assert set(phrases.harvest_rules()) == set(known), "each has its rule of harvest"
    assert all("estimate" in rule.source for rule in phrases.harvest_rules().values())

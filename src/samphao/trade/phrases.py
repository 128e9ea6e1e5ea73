"""Words in three languages from what a seller chooses: the kinds of goods, their attributes, a title and a description.

Pure: a data file and no database. A seller who writes no Chinese has a Chinese page all the same; what he writes in his own
words stands beside it as he wrote it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from samphao.engines.harvest import HarvestRule

LANGUAGES = ("en", "th", "zh")
DATA = Path(__file__).parent / "data"
Words = dict[str, str]
"""A text by language: en, th, zh."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something that is asked of a kind of good, with what may be answered."""

    code: str
    names: Words
    options: dict[str, Words]
    in_title: bool


@dataclass(frozen=True, slots=True)
class Family:
    """What people call one thing; where its customs code hangs on how it is made ready, `states` leads to the goods."""

    code: str
    names: Words
    states: tuple[tuple[Words, str], ...]


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DATA / "phrases.json").read_text(encoding="utf-8"))
    return data


def _words(texts: list[str]) -> Words:
    return dict(zip(LANGUAGES, texts, strict=True))


@cache
def families() -> tuple[Family, ...]:
    """Return the families whose customs code is decided by a question; every other good stands alone."""
    states = _data()["states"]
    return tuple(
        Family(
            row["code"],
            _words(row["names"]),
            tuple((_words(states[state]), good) for state, good in row["states"].items()),
        )
        for row in _data()["families"]
    )


@cache
def attributes_of(good: str, category: str) -> tuple[Attribute, ...]:
    """Return what is asked of a good, in the order of the questions; a variety only where its kinds are known."""
    data = _data()
    codes = data["goods"].get(good) or data["kinds"].get(category) or data["kinds"]["*"]
    varieties = data["varieties"].get(good, {})
    found = []
    for code in codes:
        row = data["attributes"][code]
        options = varieties if code == "variety" else row["options"]
        if options:
            words = {key: _words(texts) for key, texts in options.items()}
            found.append(Attribute(code, _words(row["names"]), words, row["in_title"]))
    return tuple(found)


def attribute_names() -> list[str]:
    """Return every attribute that any good has, in a fixed order: the columns of a file."""
    return list(_data()["attributes"])


def fruit_mass_g(good: str) -> int | None:
    """Return what one fruit weighs, of a good that may be sold by the fruit; an estimate that the seller corrects."""
    mass: int | None = _data()["by_the_fruit"].get(good)
    return mass


def spoken(good: str, category: str, chosen: Mapping[str, str]) -> list[tuple[Words, Words]]:
    """Return the chosen attributes as (name, value) in three languages; what is not known is left out."""
    return [
        (attribute.names, attribute.options[chosen[attribute.code]])
        for attribute in attributes_of(good, category)
        if chosen.get(attribute.code) in attribute.options
    ]


def title(names: Words, good: str, category: str, chosen: Mapping[str, str]) -> Words:
    """Return a title by template: `Durian, fresh – Monthong, grade A`, ทุเรียนสด หมอนทอง เกรด A, 鲜榴莲（金枕，A级）."""
    parts = [
        attribute.options[chosen[attribute.code]]
        for attribute in attributes_of(good, category)
        if attribute.in_title and chosen.get(attribute.code) in attribute.options
    ]
    if not parts:
        return dict(names)
    said = {language: [part[language] for part in parts] for language in LANGUAGES}
    return {
        "en": f"{names['en']} – {', '.join(said['en'])}",
        "th": " ".join([names["th"], *said["th"]]),
        "zh": f"{names['zh']}（{'，'.join(said['zh'])}）",
    }


def description(names: Words, good: str, category: str, chosen: Mapping[str, str], province: Words | None) -> Words:
    """Return sentences by template: what it is, where from, and each attribute with its name."""
    facts = spoken(good, category, chosen)
    begin = names if province is None else {
        "en": f"{names['en']}, from {province['en']}", "th": f"{names['th']} จาก{province['th']}", "zh": f"产自{province['zh']}的{names['zh']}",
    }  # fmt: skip
    return {
        "en": " ".join(
            f"{text}." for text in [begin["en"], *(f"{name['en']}: {value['en']}" for name, value in facts)]
        ),
        "th": " · ".join([begin["th"], *(f"{name['th']}: {value['th']}" for name, value in facts)]),
        "zh": "".join(
            f"{text}。" for text in [begin["zh"], *(f"{name['zh']}：{value['zh']}" for name, value in facts)]
        ),
    }


@cache
def harvest_rules() -> dict[tuple[str, str], HarvestRule]:
    """Return the rule by which a harvest is forecast, by good and variety; each says its source, and that it is an estimate."""
    with (DATA / "harvest_rules.csv").open(newline="", encoding="utf-8") as file:
        return {
            (row["good"], row["variety"]): HarvestRule(
                int(row["days_min"]), int(row["days_max"]), Decimal(row["tree_kg_low"]), Decimal(row["tree_kg_usual"]),
                Decimal(row["tree_kg_high"]), row["source"],
            )
            for row in csv.DictReader(file)
        }  # fmt: skip

"""What goods, kinds and provinces are called, as the package carries it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
LANGUAGES = ("en", "th", "zh")


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of a `good`, a `variety` (durian-fresh/monthong) or a `province` in one language; synonyms are names of their own."""

    kind: str
    code: str
    language: str
    text: str


@cache
def known_names() -> tuple[KnownName, ...]:
    """Return the names of the files that the package carries: a search knows them before anything is published."""
    names = [KnownName("good", row["good"], row["language"], row["name"]) for row in _rows("goods_names")]
    for row in _rows("provinces"):
        names += [KnownName("province", row["code_iso"], key, row[f"name_{key}"]) for key in LANGUAGES]
    for row in _rows("varieties"):
        names += [KnownName("variety", f"{row['good']}/{row['code']}", key, row[f"name_{key}"]) for key in LANGUAGES]
        aliases = [alias.split(":", 1) for alias in row["aliases"].split(";") if alias]
        names += [KnownName("variety", f"{row['good']}/{row['code']}", key, text) for key, text in aliases]
    return tuple(name for name in names if name.text)


def _rows(table: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{table}.csv").open(newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)

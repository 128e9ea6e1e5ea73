"""`samphao bench search`: typed queries in three languages over N listings: how soon the first page comes, and whether it is right."""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from samphao.bench.rush import database

NAME = "search"
SUMMARY = "typed queries in Thai, Chinese and English over N listings: time to the first page, and how many are right"
QUERIES = Path(__file__).with_name("search_queries.csv")
TOP = 10
TIMED = 2000


@dataclass(frozen=True, slots=True)
class Labelled:
    """What somebody types, with the goods (and the province, where one is named) that every answer must be of."""

    language: str
    text: str
    goods: frozenset[str]
    province: str
    has_typo: bool

    def fits(self, good: str, province: str) -> bool:
        return good in self.goods and self.province in {"", province}


def labelled() -> list[Labelled]:
    with QUERIES.open(newline="", encoding="utf-8") as file:
        return [
            Labelled(
                row["language"], row["query"], frozenset(row["goods"].split()), row["province"], row["typo"] == "1"
            )
            for row in csv.DictReader(file)
        ]


def are_right(query: Labelled, answers: Sequence[tuple[str, str]], listed: Counter[tuple[str, str]]) -> bool:
    """Whether answers (good, province) are all of what was meant, and ten if so many are listed, all of them if fewer."""
    fitting = sum(count for place, count in listed.items() if query.fits(*place))
    return len(answers) == min(TOP, fitting) > 0 and all(query.fits(*answer) for answer in answers)


def measure(timed: int, seed: int) -> dict[str, object]:
    """Answer each labelled query once, then time draws of them: a query comes as often as its goods are listed."""
    from django.db import connection

    from samphao.trade.queries import Search, count_facets, search_lots

    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.id, l.good, o.province_iso FROM trade_lot t JOIN trade_listing l ON l.id = t.listing_id
               JOIN accounts_organisation o ON o.id = l.producer_id"""
        )
        places = {row[0]: (row[1], row[2]) for row in cursor}
    listed = Counter(places.values())
    queries = labelled()
    right: dict[Labelled, bool] = {}
    for query in queries:
        hits = search_lots(Search(query.text)).hits[:TOP]
        right[query] = are_right(query, [places[hit.lot] for hit in hits], listed)
    goods = Counter(good for good, _ in places.values())
    weights = [sum(goods[good] for good in query.goods) for query in queries]
    drawn = random.Random(seed).choices(queries, weights, k=timed)
    took = sorted(_timed(lambda query=query: search_lots(Search(query.text))) for query in drawn)  # type: ignore[misc]
    facets = sorted(
        _timed(lambda query=query: count_facets(Search(query.text), goods=sorted(goods), provinces=sorted({p for _, p in listed})))  # type: ignore[misc]
        for query in drawn[: timed // 20]
    )  # fmt: skip
    return {
        "listings": len(places),
        "queries": len(queries),
        "p50_ms": round(took[len(took) // 2] * 1000, 2),
        "p95_ms": round(took[int(len(took) * 0.95)] * 1000, 2),
        "p99_ms": round(took[int(len(took) * 0.99)] * 1000, 2),
        "facets_p50_ms": round(facets[len(facets) // 2] * 1000, 2),
        "facets_p95_ms": round(facets[int(len(facets) * 0.95)] * 1000, 2),
        "recall_10": round(sum(right.values()) / len(right), 4),
        **{
            f"recall_10_{name}": round(sum(right[q] for q in chosen) / len(chosen), 4)
            for name, chosen in (
                *((key, [q for q in queries if q.language == key]) for key in ("th", "zh", "en")),
                ("typo", [q for q in queries if q.has_typo]),
            )
        },
        "wrong": [query.text for query in queries if not right[query]],
    }


def _timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _inside(options: argparse.Namespace) -> None:
    """Load and measure in a process of its own: its Django knows no database but the benchmark's."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "samphao.config.settings"
    import django

    django.setup()
    from samphao.bench.search_listings import load

    started = time.perf_counter()
    load(os.environ["DATABASE_URL"], options.listings, options.seed)
    loaded = time.perf_counter() - started
    print(json.dumps({**measure(options.timed, options.seed), "load_s": round(loaded, 1)}))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="samphao bench search", description=SUMMARY)
    parser.add_argument("--listings", type=int, default=20_000)
    parser.add_argument("--timed", type=int, default=TIMED, help="queries whose time is taken")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.inside:
        _inside(options)
        return 0
    with database() as url:
        command = [sys.executable, "-m", "samphao.bench.search", "--inside", "--listings", str(options.listings), "--timed", str(options.timed),
                   "--seed", str(options.seed)]  # fmt: skip
        done = subprocess.run(
            command, env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE, text=True, check=True
        )
    figures = json.loads(done.stdout.splitlines()[-1])
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        print(
            f"{figures['listings']:,} listings, loaded in {figures['load_s']} s; {figures['queries']} labelled queries"
        )
        print(
            f"  first page in {figures['p50_ms']} ms (median), {figures['p95_ms']} ms (95 %), {figures['p99_ms']} ms (99 %)"
        )
        print(f"  counts to narrow by in {figures['facets_p50_ms']} ms (median), {figures['facets_p95_ms']} ms (95 %)")
        print(
            f"  ten right answers: {figures['recall_10']:.1%} (th {figures['recall_10_th']:.1%}, zh {figures['recall_10_zh']:.1%}, en {figures['recall_10_en']:.1%}, mistyped {figures['recall_10_typo']:.1%})"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

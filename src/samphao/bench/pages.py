"""`samphao bench pages`: every page of the hub with the season's orders behind it: time, queries, weight of a first visit."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from samphao.bench.page_browser import Answer, Browser, CannotSignIn, first_visit

if TYPE_CHECKING:
    from samphao.bench.page_visits import Page

NAME = "pages"
SUMMARY = "every page with the season's orders behind it: time, queries and weight of a first visit"

LANGUAGES = ("th", "zh-hans", "en")
WARM_UPS, ROUNDS = 2, 5  # of each language, one request at a time
ORDERS = 60_000
MAP = '<svg class="map"'
SHUT = frozenset({301, 302, 303, 403, 404, 405})


@dataclass(slots=True)
class Visit:
    """A page as one log-in sees it (empty: nobody), with what each visit took."""

    name: str
    path: str
    by: str
    has_map: bool = False
    times_ms: list[float] = field(default_factory=list)
    queries: int = 0
    bytes: int = 0

    @property
    def ms(self) -> float:
        return median(self.times_ms)

    @property
    def label(self) -> str:
        return f"{self.path} ({self.by or 'nobody'})"


@dataclass(slots=True)
class Measured:
    """All visits; addresses that only take forms; pages that nobody could open; pages that failed."""

    visits: list[Visit] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def measure(pages: Sequence[Page], port: int, logins: Mapping[str, str]) -> Measured:
    """Open every page as everybody who may; `logins` are names with passwords, nobody is always among them.

    Every page is opened once in a round: what else the machine does for some seconds falls on a few of its times only.
    """
    with ExitStack() as kept:
        browsers = {name: Browser(port, name, password) for name, password in {"": "", **logins}.items()}
        for browser in browsers.values():
            kept.callback(browser.close)
        found, files = _found(pages, browsers), dict[str, Answer]()
        for _ in range(WARM_UPS - 1):  # finding out who may open what has warmed them up once
            deque(_round(found.visits, browsers), maxlen=0)
        for number in range(ROUNDS):
            for visit, answer in _round(found.visits, browsers):
                visit.times_ms.append(answer.ms)
                visit.queries = max(visit.queries, answer.queries)
                if not number:
                    weights = first_visit(browsers[visit.by], visit.path, answer, kept=files)
                    visit.bytes = max(visit.bytes, sum(weights.values()))
    return found


def _found(pages: Sequence[Page], browsers: Mapping[str, Browser]) -> Measured:
    """Find out who may open what."""
    found, answered = Measured(), defaultdict[str, set[int]](set)
    for name, browser in browsers.items():
        browser.connect()
        for page in pages:
            for language in LANGUAGES:
                answer = browser.get(page.path, language)
            answered[page.name].add(answer.status)
            if answer.status == 200:
                found.visits.append(Visit(page.name, page.path, name, MAP in answer.text))
            elif answer.status not in SHUT:
                found.broken.append(f"{page.path} answers {answer.status} to {name or 'nobody'}")
    for name in sorted(answered.keys() - {visit.name for visit in found.visits}):
        is_form = 405 in answered[name] or not answered[name] & {403, 404}
        (found.forms if is_form else found.missed).append(name)
    return found


def _round(visits: Sequence[Visit], browsers: Mapping[str, Browser]) -> Iterator[tuple[Visit, Answer]]:
    """Open every page once in each language, log-in by log-in."""
    for language in LANGUAGES:
        for name, browser in browsers.items():
            browser.connect()
            for visit in visits:
                if visit.by == name:
                    yield visit, browser.get(visit.path, language)


def figures(measured: Measured, orders: int) -> dict[str, Any]:
    """Return the worst of everything and which page it is; weights in kB of 1,000 bytes."""
    visits = measured.visits
    slowest = max(visits, key=lambda visit: visit.ms)
    asking = max(visits, key=lambda visit: visit.queries)
    heaviest = max(visits, key=lambda visit: visit.bytes)
    plain = max((visit for visit in visits if not visit.has_map), key=lambda visit: visit.bytes)
    return {
        "pages": len({visit.name for visit in visits}),
        "visits": len(visits),
        "orders": orders,
        "worst_ms": round(slowest.ms, 1),
        "worst_ms_page": slowest.label,
        "worst_queries": asking.queries,
        "worst_queries_page": asking.label,
        "worst_kb": round(heaviest.bytes / 1000, 1),
        "worst_kb_page": heaviest.label,
        "worst_kb_without_map": round(plain.bytes / 1000, 1),
        "worst_kb_without_map_page": plain.label,
        "forms": measured.forms,
        "missed": measured.missed,
        "broken": measured.broken,
    }


def table(visits: Sequence[Visit]) -> str:
    """Return the slowest visit of each page, the slowest page first."""
    worst: dict[str, Visit] = {}
    for visit in sorted(visits, key=lambda visit: -visit.ms):
        worst.setdefault(visit.path, visit)
    lines = [f"{'ms':>7} {'queries':>8} {'kB':>7}  page"]
    for path, visit in worst.items():
        same = [other for other in visits if other.path == path]
        most, heaviest = max(other.queries for other in same), max(other.bytes for other in same)
        lines.append(f"{visit.ms:7.1f} {most:8} {heaviest / 1000:7.1f}  {visit.label}")
    return "\n".join(lines)


@contextmanager
def _demo() -> Iterator[int]:
    """Yield with the demo's database and how many orders it holds; raise CannotServe where there is no demo."""
    from samphao.config.processes import CannotServe, database

    with database():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samphao.config.settings")
        import django

        django.setup()
        from django.db import ProgrammingError

        from samphao.core import hub
        from samphao.trade.queries import market_figures

        try:
            settings = hub.settings()
            orders = market_figures().orders if settings and settings.is_demo else 0
        except ProgrammingError:  # no tables yet
            orders = 0
        if not orders:
            raise CannotServe("there is no demo to measure: `samphao demo --no-serve` makes it")
        yield orders


def main(argv: list[str]) -> int:
    """Run the benchmark; 0 when every page was measured, 1 when one was missed or failed, 2 without a demo."""
    parser = argparse.ArgumentParser(prog=f"samphao bench {NAME}", description=SUMMARY)
    parser.add_argument("--page", default="", help="only pages whose address holds this text")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    options = parser.parse_args(argv)
    from samphao.config import processes
    from samphao.core.postgres import PostgresError

    try:
        with _demo() as orders:
            from samphao.bench.page_visits import LEFT_OUT, pages
            from samphao.config.demo import LOGINS, PASSWORD

            chosen = [page for page in pages() if options.page in page.path]
            with processes.pages("samphao.bench.page_server:application") as port:
                measured = measure(chosen, port, dict.fromkeys((name for name, *_ in LOGINS), PASSWORD))
    except (processes.CannotServe, PostgresError, CannotSignIn) as error:
        print(f"samphao: {error}", file=sys.stderr)
        return 2
    if not measured.visits:
        print("samphao: no page was opened", file=sys.stderr)
        return 2
    _tell(measured, orders, LEFT_OUT)
    if options.json:
        print(json.dumps(figures(measured, orders)))
    return 1 if measured.missed or measured.broken else 0


def _tell(measured: Measured, orders: int, left_out: Mapping[str, str]) -> None:
    print(table(measured.visits))
    print(f"\n{orders:,} orders; load of the machine at the end {os.getloadavg()[0]:.1f}")
    if orders < ORDERS:
        print(f"fewer orders than the {ORDERS:,} of the whole season: run `samphao demo --no-serve --fresh`")
    print(f"only take forms: {', '.join(measured.forms) or 'none'}")
    print(f"left out: {'; '.join(f'{name} ({why})' for name, why in left_out.items())}")
    for name in measured.missed:
        print(f"MISSED: nobody could open `{name}`: give it a query in OBJECTS of samphao/bench/page_visits.py")
    for sentence in measured.broken:
        print(f"BROKEN: {sentence}")

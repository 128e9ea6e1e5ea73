"""Write what lots are searched by: their words, marks and points."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from django.db import transaction

from samphao.accounts import queries as accounts
from samphao.core import clock
from samphao.core.bulk import replace_rows
from samphao.engines.text.lexicon import Concept, GoodKind, Lexicon, Name
from samphao.engines.text.ranking import LotSigns, changes_at, signals
from samphao.engines.text.understand import variety_in
from samphao.reference import queries as reference
from samphao.trade.models import GateState, Lot, SearchRow

DATA = Path(__file__).parent / "data"
AT_ONCE = 1000
SEARCH_COLUMNS = ("lot_id", "good", "variety", "province_iso", "words", "signals", "points", "due_at")
# Which registration is which certificate; an orchard's GAP number is one by itself.
CERTIFICATES = {
    "otop": "otop", "gi": "gi", "organic": "organic", "halal": "halal", "community_enterprise": "community_enterprise",
    "gacc_packing_house": "gacc",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Searchable:
    """What a lot is found by, and what its place depends on."""

    good: str
    province_iso: str
    texts: tuple[str, ...]
    certificates: tuple[str, ...]
    countries: tuple[str, ...]
    harvest: tuple[date, date]
    signs: LotSigns
    changes_on: date | None = None


@cache
def lexicon() -> Lexicon:
    """Return the trade dictionary: names of the reference data and of `data/search_words.csv`; one a process."""
    names = [Name(Concept(name.kind, name.code), name.language, name.text) for name in reference.known_names()]
    for row in _rows("search_words"):
        kind, _, code = row["concept"].partition(":")
        names.append(Name(Concept(kind, code), row["language"], row["name"]))
    goods = {
        code: GoodKind(code, {}, frozenset()) for code in {n.code for n in reference.known_names() if n.kind == "good"}
    }
    for row in _rows("search_goods"):
        families = {family: float(weight) for family, weight in (part.split(":") for part in row["families"].split())}
        goods[row["good"]] = GoodKind(row["good"], families, frozenset(row["states"].split()))
    return Lexicon(names, [goods[code] for code in sorted(goods)])


def search_values(found: Searchable, now: datetime, today: date) -> tuple[object, ...]:
    """Return the columns of a search row after `lot_id`."""
    words: dict[str, None] = {}
    for text in found.texts:
        words.update(lexicon().cutter.keys(text))
    marks = [f"certificate:{one}" for one in found.certificates] + [f"to:{one}" for one in found.countries]
    marks += [f"month:{month}" for month in sorted(_months(*found.harvest))]
    points = signals(found.signs, now, today)
    due = changes_at(found.signs, now, today)
    if found.changes_on:
        due = min(filter(None, (due, datetime.combine(found.changes_on, time(), clock.BANGKOK))))
    return (
        found.good, variety_in(found.texts, lexicon()), found.province_iso, _vector([*words, *marks]), list(points), sum(points), due,
    )  # fmt: skip


def index_lots(lots: Collection[int]) -> int:
    """Write the search rows of lots anew, in the caller's transaction and in the order of their ids; return how many."""
    now, today = clock.now(), clock.today()
    rows = [(key, *search_values(found, now, today)) for key, found in _facts(sorted(set(lots)), today)]
    if not rows:
        return 0
    with transaction.atomic():
        return replace_rows("trade_searchrow", ("lot_id",), SEARCH_COLUMNS, rows, "search_incoming")


def refresh_search() -> int:
    """Write anew what time has changed or what came without words; return how many, at most a thousand at a time."""
    with transaction.atomic():
        due = SearchRow.objects.filter(due_at__lte=clock.now()).order_by("due_at", "lot")[:AT_ONCE]
        return index_lots(list(due.select_for_update(skip_locked=True).values_list("lot", flat=True)))


def rebuild_search() -> int:
    """Write every search row anew, as after a change of the dictionary; return how many."""
    count, last = 0, 0
    while lots := list(Lot.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        count += index_lots(lots)
        last = lots[-1]
    return count


def search_again(lots: Iterable[int]) -> None:
    """Let the next refresh write the rows of lots anew: something behind them has changed."""
    SearchRow.objects.filter(lot__in=list(lots)).update(due_at=clock.now())


def _facts(lots: Sequence[int], today: date) -> Iterator[tuple[int, Searchable]]:
    """Yield what lots are found by; five queries for any number."""
    fields = (
        "pk", "code", "orchard_code", "packing_house__code", "listing__producer__code", "listing__producer__province_iso", "listing__good",
        "listing__variety", "listing__grade", "listing__title_en", "listing__title_th", "listing__title_zh", "opens_at", "closes_at", "harvest_from",
        "harvest_to",
    )  # fmt: skip
    rows = list(Lot.objects.filter(pk__in=lots).order_by("pk").values_list(*fields))
    papers = _Papers({row[2] for row in rows}, {code for row in rows for code in row[3:5] if code}, today)
    countries = _countries(lots)
    for (
        key,
        code,
        orchard,
        house,
        producer,
        province,
        good,
        variety,
        grade,
        *titles,
        opens,
        closes,
        begins,
        ends,
    ) in rows:
        held, until = papers.of(orchard, house, producer)
        signs = LotSigns(code, opens, closes, begins, bool(countries.get(key)), sum(1 for title in titles if title))
        texts = (variety, *titles, f"grade {grade}" if grade else "", code)
        yield key, Searchable(
            good, province, texts, held, tuple(sorted(countries.get(key, ()))), (begins, ends), signs, until
        )  # fmt: skip


class _Papers:
    """Which certificates stand behind lots today, and when one of them may change."""

    def __init__(self, orchards: Collection[str], organisations: Collection[str], today: date) -> None:
        self._today = today
        self._orchards = accounts.orchards_by_code({code for code in orchards if code})
        self._registrations: dict[str, list[tuple[str, date | None, date | None]]] = {}
        for row in accounts.registrations_of(organisations):
            if row.status == "valid" and row.scheme in CERTIFICATES:
                self._registrations.setdefault(row.organisation, []).append(
                    (CERTIFICATES[row.scheme], row.valid_from, row.valid_to)
                )

    def of(self, orchard: str, *organisations: str | None) -> tuple[tuple[str, ...], date | None]:
        held = [paper for code in organisations for paper in self._registrations.get(code or "", ())]
        if (plot := self._orchards.get(orchard)) and plot.gap_number:
            held.append(("gap", plot.gap_valid_from, plot.gap_valid_to))
        valid = {name for name, since, to in held if (since or self._today) <= self._today <= (to or self._today)}
        turns = [
            day for _, since, to in held for day in (since, to and to + timedelta(days=1)) if day and day > self._today
        ]
        return tuple(sorted(valid)), min(turns, default=None)


def _countries(lots: Sequence[int]) -> dict[int, set[str]]:
    """Return where each lot may be sold: the countries of the destinations whose gate to list is open."""
    country = {place.code: place.country for place in reference.destinations()}
    rows = GateState.objects.filter(lot__in=lots, gate=GateState.Gate.LIST, is_open=True)
    found: dict[int, set[str]] = {}
    for lot, destination in rows.values_list("lot", "destination").distinct():
        if destination in country:
            found.setdefault(lot, set()).add(country[destination])
    return found


def _months(begins: date, ends: date) -> set[int]:
    """Return the months of a harvest; all twelve for one that lasts a year."""
    count = min((ends.year - begins.year) * 12 + ends.month - begins.month, 11)
    return {(begins.month - 1 + number) % 12 + 1 for number in range(count + 1)}


def _vector(words: Iterable[str]) -> str:
    return " ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)

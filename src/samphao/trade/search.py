"""Ask the market: from typed words to lots with the reasons for their places, and counts to narrow them by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from django.db import connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from samphao.engines.text.ranking import CERTIFICATE, GOOD, PROVINCE, SIGNALS, VARIETY, WORD, Term, merged
from samphao.engines.text.understand import Corrected, Reading, understand
from samphao.trade.search_index import CERTIFICATES, lexicon

ENOUGH = 10
"""A reading that finds fewer lots is widened: a word is read as a near name, a word that nobody has is left out."""
COUNTED = 1000
"""Counts are exact up to here; beyond it is `more than`."""
FURTHEST = 1000
"""The last lot that pages lead to."""
NO_ROW = SQL("false")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: typed words, and what was chosen beside them. `as_typed` reads no word as another."""

    text: str = ""
    good: str = ""
    province: str = ""
    certificate: str = ""
    month: int = 0
    country: str = ""
    as_typed: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    lot: int
    points: int
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of lots. `left_out` are words that no lot has; `is_wider` says that lots without some of the words follow;
    `is_met` whether any lot is all that was asked for.

    `total` is exact up to `COUNTED`; one more means more than that.
    """

    hits: tuple[Hit, ...]
    total: int
    corrected: tuple[Corrected, ...] = ()
    left_out: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    is_wider: bool = False
    is_met: bool = True


@dataclass(frozen=True, slots=True)
class Facet:
    kind: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class _Branch:
    """Lots that meet one choice of every part, with the points that all of them get for it."""

    where: Composed
    terms: tuple[Term, ...]

    @property
    def points(self) -> int:
        return sum(term.points for term in self.terms)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Readings from the strictest to the widest; the widest one says which lots are found at all."""

    readings: tuple[Reading, ...]
    dropped: tuple[str, ...] = ()


def search_lots(search: Search, *, offset: int = 0, count: int = 24) -> Found:
    """Return a page of lots. Up to `FURTHEST`, pages hold each lot once and in one order."""
    offset = max(0, min(offset, FURTHEST))
    rows: dict[tuple[Reading, int], list[_Row]] = {}

    def best(reading: Reading, at_most: int = 0) -> list[_Row]:
        wanted = max(at_most, offset + count)
        if (reading, wanted) not in rows:
            rows[reading, wanted] = _best(_branches(reading, search), wanted)
        return rows[reading, wanted]

    plan = _plan(search, best)
    found = {row.lot: row for reading in reversed(plan.readings) for row in best(reading)}
    order = merged(([(row.total, row.lot) for row in best(reading)] for reading in plan.readings), offset + count)
    hits = tuple(found[lot].hit for _, lot in order[offset:])
    first, widest = plan.readings[0], plan.readings[-1]
    total = len(found) if len(found) < offset + count else _count(_branches(widest, search))
    return Found(
        hits, total, first.corrected, tuple(word for word in first.words if word not in widest.words), plan.dropped,
        is_wider=len(plan.readings) > 1 and bool(best(first)), is_met=bool(best(first)),
    )  # fmt: skip


def count_facets(search: Search, *, goods: Sequence[str], provinces: Sequence[str], country: str = "") -> list[Facet]:
    """Count how many of the lots found have each value, exactly up to `COUNTED`; values that none has are left out.

    `country` asks how many may be sold there. A value that was chosen is counted beside the others of its kind.
    """
    plan = _plan(search, lambda reading, at_most=0: _best(_branches(reading, search), max(at_most, ENOUGH)))
    widest = plan.readings[-1]
    facets: list[Facet] = []
    for kind, values in (("good", goods), ("province", provinces)):
        shown = replace(search, **{kind: ""})
        facets += _column_facets(kind, values, _branches(widest, shown))
    marks = [("certificate", sorted(set(CERTIFICATES.values()) | {"gap"})), ("month", [str(n) for n in range(1, 13)])]
    marks.append(("country", [country] if country else []))
    for kind, marked in marks:
        shown = replace(search, **{kind: 0 if kind == "month" else ""})
        facets += _mark_facets(kind, marked, _branches(widest, shown))
    return facets


@dataclass(frozen=True, slots=True)
class _Row:
    lot: int
    total: int
    signals: Sequence[int]
    terms: tuple[Term, ...]

    @property
    def hit(self) -> Hit:
        own = (Term(kind, "", points) for kind, points in zip(SIGNALS, self.signals, strict=True) if points)
        return Hit(self.lot, self.total, (*self.terms, *own))


def _plan(search: Search, best: Callable[..., list[_Row]]) -> _Plan:
    """Choose how to read the words: as they stand, else mended, else without what nobody has."""
    understood = understand(search.text, lexicon())
    reading = understood.plain
    if len(best(reading, ENOUGH)) >= ENOUGH:
        return _Plan((reading,))
    if understood.corrected and not search.as_typed:
        mended = _widened(understood.corrected, best)
        if len(best(mended.readings[-1], ENOUGH)) > len(best(reading, ENOUGH)):
            return mended
    return _widened(reading, best)


def _widened(reading: Reading, best: Callable[..., list[_Row]]) -> _Plan:
    """Return a reading with, behind it, those that leave out what too few lots have."""
    readings = [reading]
    if len(best(reading, ENOUGH)) < ENOUGH and len(reading.words) > (0 if reading.has_concepts else 1):
        gone = [word for word in reading.words if not best(replace(reading, words=(word,)), ENOUGH)]
        for words in (gone, reading.words):
            wider = reading.without_words(words)
            if not wider.is_empty and wider != readings[-1] and len(best(readings[-1], ENOUGH)) < ENOUGH:
                readings.append(wider)
    dropped: list[str] = []
    for part in ("certificates", "provinces", "varieties"):
        last = readings[-1]
        if best(last, ENOUGH) or not getattr(last, part):
            continue
        wider = replace(last, **{part: ()})
        if wider.has_concepts:
            readings.append(wider)
            dropped.append(part)
    return _Plan(tuple(readings), tuple(dropped))


def _branches(reading: Reading, search: Search) -> list[_Branch]:
    """Return one branch for each choice of a good, a kind and a province; none where a chosen good was not meant."""
    goods: list[tuple[str, float]] = list(reading.goods) or [("", 0.0)]
    if search.good:
        goods = [(good, weight) for good, weight in goods if good in {"", search.good}]
        goods = [(search.good, weight) for _, weight in goods]
    provinces = list(reading.provinces) or [""]
    if search.province:
        provinces = [search.province] if search.province in provinces or provinces == [""] else []
    marks = [f"certificate:{one}" for one in reading.certificates] + _chosen_marks(search)
    branches = []
    for (good, weight), variety, province in product(goods, reading.varieties or ("",), provinces):
        where = [
            SQL("{} = {}").format(Identifier(column), Literal(value))
            for column, value in (("good", good), ("variety", variety), ("province_iso", province))
            if value
        ]
        if marks or reading.words:
            where.append(SQL("words @@ {}::tsquery").format(Literal(_query([*marks, *reading.words]))))
        branches.append(
            _Branch(SQL(" AND ").join(where) if where else SQL("true").format(), _terms(reading, good, weight, variety, province))
        )  # fmt: skip
    return branches


def _terms(reading: Reading, good: str, weight: float, variety: str, province: str) -> tuple[Term, ...]:
    terms = [
        Term("good", good, round(GOOD * weight)), Term("variety", variety, VARIETY * bool(variety)),
        Term("province", province, PROVINCE * (province in reading.provinces)),
        *(Term("certificate", one, CERTIFICATE) for one in reading.certificates), *(Term("word", word, WORD) for word in reading.words),
    ]  # fmt: skip
    return tuple(term for term in terms if term.points)


def _chosen_marks(search: Search) -> list[str]:
    marks = {"certificate": search.certificate, "to": search.country, "month": str(search.month or "")}
    return [f"{kind}:{value}" for kind, value in marks.items() if value]


def _query(words: Iterable[str]) -> str:
    escaped = (word.replace("\\", "\\\\").replace("'", "''") for word in words)
    return " & ".join(f"'{word}'" for word in escaped)


def _best(branches: Sequence[_Branch], count: int) -> list[_Row]:
    """Return the best lots of branches: each branch is read in the order of its points, no further than asked."""
    if not branches:
        return []
    selects = [
        SQL("(SELECT {}::int, lot_id, points, signals FROM trade_searchrow WHERE {} ORDER BY points DESC, lot_id LIMIT {})").format(
            Literal(number), branch.where, Literal(count)
        )
        for number, branch in enumerate(branches)
    ]  # fmt: skip
    rows: dict[int, _Row] = {}
    for number, lot, points, signs in _fetched(SQL(" UNION ALL ").join(selects)):
        total = points + branches[number].points
        if lot not in rows or total > rows[lot].total:
            rows[lot] = _Row(lot, total, signs, branches[number].terms)
    return sorted(rows.values(), key=lambda row: (-row.total, row.lot))[:count]


def _count(branches: Sequence[_Branch]) -> int:
    """Count lots up to one more than `COUNTED`; branches have no lot in common."""
    counts = [_counted(branch.where) for branch in branches]
    rows = _fetched(SQL("SELECT {}").format(SQL(" + ").join(counts))) if counts else [(0,)]
    return min(next(iter(rows))[0], COUNTED + 1)


def _counted(where: Composed) -> Composed:
    return SQL("(SELECT count(*) FROM (SELECT 1 FROM trade_searchrow WHERE {} LIMIT {}) counted)").format(
        where, Literal(COUNTED + 1)
    )


def _column_facets(kind: str, values: Sequence[str], branches: Sequence[_Branch]) -> Iterator[Facet]:
    column = {"good": "good", "province": "province_iso"}[kind]
    yield from _facets(kind, values, branches, lambda value: SQL("{} = {}").format(Identifier(column), Literal(value)))


def _mark_facets(kind: str, values: Sequence[str], branches: Sequence[_Branch]) -> Iterator[Facet]:
    prefix = {"country": "to"}.get(kind, kind)
    yield from _facets(
        kind, values, branches, lambda value: SQL("words @@ {}::tsquery").format(Literal(_query([f"{prefix}:{value}"])))
    )


def _facets(
    kind: str, values: Sequence[str], branches: Sequence[_Branch], condition: Callable[[str], Composed]
) -> Iterator[Facet]:
    if not values or not branches:
        return
    selects = []
    for value in values:
        counts = [_counted(SQL("{} AND {}").format(branch.where, condition(value))) for branch in branches]
        selects.append(SQL("SELECT {}, {}").format(Literal(value), SQL(" + ").join(counts)))
    counted = {value: min(count, COUNTED + 1) for value, count in _fetched(SQL(" UNION ALL ").join(selects)) if count}
    for value in sorted(counted, key=lambda value: (-counted[value], value)):
        yield Facet(kind, value, counted[value])


def _fetched(statement: Composed) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()

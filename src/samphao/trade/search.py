"""Ask the market: from typed words to lots with the reasons for their places, and counts to narrow them by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

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
COMMON = 10_000
"""Lots from which on words alone are looked for in the order of points, not gathered by their index and sorted."""
WALK = 50_000
"""Lots that such a walk passes at most: words that are common one by one may have no lot together."""


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
    `is_met` whether any lot is all that was asked for; `dropped` are kinds and values that no lot has beside the rest.

    `total` is exact up to `COUNTED`; one more means more than that.
    """

    hits: tuple[Hit, ...]
    total: int
    corrected: tuple[Corrected, ...] = ()
    left_out: tuple[str, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    is_wider: bool = False
    is_met: bool = True
    goods: tuple[str, ...] = ()
    """The goods that the words mean."""


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
    has_order: bool
    """Whether an index holds these lots in the order of their points."""

    @property
    def points(self) -> int:
        return sum(term.points for term in self.terms)


_Best = Callable[..., "list[_Row]"]
"""The best lots of a reading, each asked for once."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Readings from the strictest to the widest; the widest one says which lots are found at all."""

    readings: tuple[Reading, ...]
    dropped: tuple[tuple[str, str], ...] = ()


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
    total = (
        len(found)
        if len(found) < offset + count
        else int(_fetched(SQL("SELECT {}").format(_counted(_where(widest, search))))[0][0])
    )
    return Found(
        hits, total, first.corrected, tuple(word for word in first.words if word not in widest.words), plan.dropped,
        is_wider=len(plan.readings) > 1 and bool(best(first)), is_met=bool(best(first)),
        goods=tuple(good for good, _ in first.goods),
    )  # fmt: skip


def count_facets(search: Search, *, goods: Sequence[str], provinces: Sequence[str], country: str = "") -> list[Facet]:
    """Count how many of the lots found have each value, exactly up to `COUNTED`; values that none has are left out.

    `country` asks how many may be sold there. A value that was chosen is counted beside the others of its kind.
    """
    plan = _plan(search, lambda reading, at_most=0: _best(_branches(reading, search), max(at_most, ENOUGH)))
    widest = plan.readings[-1]
    return [
        *_column_facets("good", goods, _where(widest, replace(search, good=""))),
        *_column_facets("province", provinces, _where(widest, replace(search, province=""))),
        *_mark_facets(
            "certificate", sorted({*CERTIFICATES.values(), "gap"}), _where(widest, replace(search, certificate=""))
        ),
        *_mark_facets("month", [str(number) for number in range(1, 13)], _where(widest, replace(search, month=0))),
        *_mark_facets("country", [country] if country else [], _where(widest, replace(search, country=""))),
    ]


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


def _plan(search: Search, best: _Best) -> _Plan:
    """Choose how to read the words: as they stand, else mended, else without what nobody has."""
    understood = understand(search.text, lexicon())
    reading = understood.plain
    if len(best(reading, ENOUGH)) >= ENOUGH:
        return _Plan((reading,))
    if understood.corrected and not search.as_typed:
        mended = _widened(understood.corrected, search, best)
        if len(best(mended.readings[-1], ENOUGH)) > len(best(reading, ENOUGH)):
            return mended
    plan = _widened(reading, search, best)
    if (plan.dropped or not best(plan.readings[-1])) and best(understood.literal, ENOUGH):
        return _Plan((understood.literal,))
    return plan


def _widened(reading: Reading, search: Search, best: _Best) -> _Plan:
    """Return a reading with, behind it, those that leave out what too few lots have."""
    readings = [reading]
    if len(best(reading, ENOUGH)) < ENOUGH and len(reading.words) > (0 if reading.has_concepts else 1):
        gone = _words_of_no_lot(reading, search)
        for words in (gone, reading.words):
            wider = reading.without_words(words)
            if not wider.is_empty and wider != readings[-1] and len(best(readings[-1], ENOUGH)) < ENOUGH:
                readings.append(wider)
    dropped: list[tuple[str, str]] = []
    for kind, part in (("certificate", "certificates"), ("province", "provinces"), ("variety", "varieties")):
        last = readings[-1]
        if best(last, ENOUGH) or not getattr(last, part):
            continue
        wider = replace(last, **{part: ()})
        if wider.has_concepts:
            readings.append(wider)
            dropped += [(kind, value) for value in getattr(last, part)]
    return _Plan(tuple(readings), tuple(dropped))


def _words_of_no_lot(reading: Reading, search: Search) -> list[str]:
    exist = [
        SQL("EXISTS (SELECT 1 FROM trade_searchrow WHERE {})").format(_where(replace(reading, words=(word,)), search))
        for word in reading.words
    ]
    has = _fetched(SQL("SELECT {}").format(SQL(", ").join(exist)))[0] if exist else ()
    return [word for word, one in zip(reading.words, has, strict=True) if not one]


def _branches(reading: Reading, search: Search) -> list[_Branch]:
    """Return one branch for each choice of a good, a kind and a province; none where what was chosen was not meant."""
    parts = _parts(reading, search)
    weights = dict(reading.goods)
    branches = []
    for good, variety, province in product(*(values if values is not None else [""] for values in parts[:3])):
        values = (("good", good), ("variety", variety), ("province_iso", province))
        where = [SQL("{} = {}").format(Identifier(column), Literal(value)) for column, value in values if value]
        branches.append(
            _Branch(
                _all_of([*where, *_words_part(parts[3])]), _terms(reading, good, weights.get(good, 0.0), variety, province),
                has_order=bool(where) or not parts[3],
            )
        )  # fmt: skip
    return branches


def _where(reading: Reading, search: Search) -> Composed:
    """Return the condition of all branches together."""
    *columns, words = _parts(reading, search)
    where = [
        SQL("{} = ANY({})").format(Identifier(column), Literal(list(values)))
        for column, values in zip(("good", "variety", "province_iso"), columns, strict=True)
        if values is not None
    ]
    return _all_of([*where, *_words_part(words)])


def _parts(
    reading: Reading, search: Search
) -> tuple[list[str] | None, list[str] | None, list[str] | None, tuple[str, ...]]:
    """Return the goods, kinds and provinces of which one must be met, None for any, and the words and marks that all must be."""
    goods = _narrowed([good for good, _ in reading.goods], search.good)
    provinces = _narrowed(list(reading.provinces), search.province)
    marks = [f"certificate:{one}" for one in reading.certificates]
    chosen = {"certificate": search.certificate, "to": search.country, "month": str(search.month or "")}
    marks += [f"{kind}:{value}" for kind, value in chosen.items() if value]
    return goods, list(reading.varieties) or None, provinces, (*marks, *reading.words)


def _narrowed(meant: list[str], chosen: str) -> list[str] | None:
    if not chosen:
        return meant or None
    return [chosen] if not meant or chosen in meant else []


def _words_part(words: Sequence[str]) -> list[Composed]:
    return [SQL("words @@ {}::tsquery").format(Literal(_query(words)))] if words else []


def _all_of(conditions: Sequence[Composed]) -> Composed:
    return SQL(" AND ").join(conditions) if conditions else SQL("true").format()


def _terms(reading: Reading, good: str, weight: float, variety: str, province: str) -> tuple[Term, ...]:
    terms = [
        Term("good", good, round(GOOD * weight)), Term("variety", variety, VARIETY * bool(variety)),
        Term("province", province, PROVINCE * (province in reading.provinces)),
        *(Term("certificate", one, CERTIFICATE) for one in reading.certificates), *(Term("word", word, WORD) for word in reading.words),
    ]  # fmt: skip
    return tuple(term for term in terms if term.points)


def _query(words: Iterable[str]) -> str:
    escaped = (word.replace("\\", "\\\\").replace("'", "''") for word in words)
    return " & ".join(f"'{word}'" for word in escaped)


def _best(branches: Sequence[_Branch], count: int) -> list[_Row]:
    """Return the best lots of branches: each branch is read in the order of its points, no further than asked."""
    rows: dict[int, _Row] = {}
    for number, lot, points, signs in _ordered(branches, count):
        total = points + branches[number].points
        if lot not in rows or total > rows[lot].total:
            rows[lot] = _Row(lot, total, signs, branches[number].terms)
    return sorted(rows.values(), key=lambda row: (-row.total, row.lot))[:count]


def _ordered(branches: Sequence[_Branch], count: int) -> list[tuple[Any, ...]]:
    """Fetch (branch, lot, points, signals), the best `count` of each branch.

    Words alone have no index in the order of points. Left to choose, PostgreSQL walks through all lots for a word that
    none has; so a common word is looked for along the points and any other by its index.
    """
    if not branches:
        return []
    if not branches[0].has_order:
        where = branches[0].where
        if _estimate(where) >= COMMON:
            walked = _fetched(
                SQL("""SELECT 0, lot_id, points, signals FROM (SELECT * FROM trade_searchrow ORDER BY points DESC, lot_id LIMIT {}) best
                       WHERE {} LIMIT {}""").format(Literal(WALK), where, Literal(count))
            )
            if len(walked) >= count:
                return walked
        return _fetched(
            SQL("""SELECT 0, lot_id, points, signals FROM (SELECT * FROM trade_searchrow WHERE {} OFFSET 0) found
                   ORDER BY points DESC, lot_id LIMIT {}""").format(where, Literal(count))
        )
    selects = [
        SQL("(SELECT {}::int, lot_id, points, signals FROM trade_searchrow WHERE {} ORDER BY points DESC, lot_id LIMIT {})").format(
            Literal(number), branch.where, Literal(count)
        )
        for number, branch in enumerate(branches)
    ]  # fmt: skip
    return _fetched(SQL(" UNION ALL ").join(selects))


def _estimate(where: Composed) -> int:
    """Return about how many lots there are, as PostgreSQL knows it from its samples."""
    plan = _fetched(SQL("EXPLAIN (FORMAT JSON) SELECT 1 FROM trade_searchrow WHERE {}").format(where))[0][0]
    return int(plan[0]["Plan"]["Plan Rows"])


def _counted(where: Composed) -> Composed:
    """Count lots up to one more than `COUNTED`."""
    return SQL("(SELECT count(*) FROM (SELECT 1 FROM trade_searchrow WHERE {} LIMIT {}) counted)").format(
        where, Literal(COUNTED + 1)
    )


def _column_facets(kind: str, values: Sequence[str], where: Composed) -> Iterator[Facet]:
    column = Identifier({"good": "good", "province": "province_iso"}[kind])
    count = _counted(SQL("{} AND {} = value").format(where, column))
    rows = _fetched(SQL("SELECT value, {} FROM unnest({}::text[]) value").format(count, Literal(list(values))))
    yield from _facets(kind, rows)


def _mark_facets(kind: str, values: Sequence[str], where: Composed) -> Iterator[Facet]:
    """Each value stands in the statement as it is: PostgreSQL knows how common it is and chooses the way."""
    prefix = {"country": "to"}.get(kind, kind)
    counts = [
        SQL("SELECT {}, {}").format(Literal(value), _counted(_all_of([where, *_words_part([f"{prefix}:{value}"])])))
        for value in values
    ]
    yield from _facets(kind, _fetched(SQL(" UNION ALL ").join(counts)) if counts else [])


def _facets(kind: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[Facet]:
    for value, count in sorted(rows, key=lambda row: (-row[1], row[0])):
        if count:
            yield Facet(kind, value, count)


def _fetched(statement: Composed) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows

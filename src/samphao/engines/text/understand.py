"""From what somebody typed to what the market knows: goods, kinds, places, certificates, and words that are left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from samphao.engines.text.cut import Word
from samphao.engines.text.fold import LATIN, THAI
from samphao.engines.text.lexicon import Concept, Lexicon
from samphao.engines.text.near import corrections

WORDS_MAX = 4
"""Free words that are looked for; of more, the longest say most."""
TEXT_MAX = 200
"""Letters of a query that are read."""


@dataclass(frozen=True, slots=True)
class Corrected:
    typed: str
    name: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a query: every part must be met, of a part with several values one.

    `goods` are with how near each is to what was said (1 the very thing); empty where no good was named.
    """

    goods: tuple[tuple[str, float], ...] = ()
    varieties: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    corrected: tuple[Corrected, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.goods or self.varieties or self.provinces or self.certificates or self.words)

    @property
    def has_concepts(self) -> bool:
        return bool(self.goods or self.varieties or self.provinces or self.certificates)

    def without_words(self, gone: Iterable[str]) -> Reading:
        left = set(gone)
        return replace(self, words=tuple(word for word in self.words if word not in left))


@dataclass(frozen=True, slots=True)
class Understood:
    """`plain` takes every word as it stands; `corrected` reads what was typed wrong, None where nothing was near.

    `literal` knows no names at all: for goods that the dictionary does not know, although it knows a word of their title.
    """

    plain: Reading
    corrected: Reading | None
    literal: Reading


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    concept: Concept


def understand(text: str, lexicon: Lexicon) -> Understood:
    """Read a query. The same text and lexicon give the same answer.

    Complexity: linear in the words, and some 0.05 ms for each window of words that nobody knows.
    """
    words = lexicon.cutter.cut(text[:TEXT_MAX])
    spans = _spans(words, lexicon)
    plain, literal = _reading(words, spans, lexicon), _reading(words, [], lexicon)
    known = [False] * len(words)
    for span in spans:
        known[span.start : span.end] = [True] * (span.end - span.start)
    near = corrections(words, known, lexicon) if not all(known) else []
    if not near:
        return Understood(plain, None, literal)
    kept = [span for span in spans if all(span.end <= one.start or one.end <= span.start for one in near)]
    mended = [*kept, *(_Span(one.start, one.end, one.name.concept) for one in near)]
    corrected = _reading(words, sorted(mended, key=lambda span: span.start), lexicon)
    told = tuple(Corrected(_typed(words[one.start : one.end]), one.name.text) for one in near)
    return Understood(plain, replace(corrected, corrected=told), literal)


def concepts_of(text: str, lexicon: Lexicon) -> list[Concept]:
    """Return what a text names, in its order."""
    return [span.concept for span in _spans(lexicon.cutter.cut(text), lexicon)]


def variety_in(texts: Iterable[str], lexicon: Lexicon) -> str:
    """Return the first variety that texts name, empty where none does."""
    for text in texts:
        if not lexicon.begins_variety.isdisjoint(lexicon.cutter.keys(text)):
            for one in concepts_of(text, lexicon):
                if one.kind == "variety":
                    return one.code
    return ""


def _spans(words: Sequence[Word], lexicon: Lexicon) -> list[_Span]:
    """Return the names that words make, the longest first from the left."""
    spans, start = [], 0
    while start < len(words):
        for end in range(min(start + lexicon.longest, len(words)), start, -1):
            if name := lexicon.find(words[start:end]):
                spans.append(_Span(start, end, name.concept))
                start = end
                break
        else:
            start += 1
    return spans


def _reading(words: Sequence[Word], spans: Sequence[_Span], lexicon: Lexicon) -> Reading:
    by_kind: dict[str, list[str]] = {}
    for span in spans:
        by_kind.setdefault(span.concept.kind, []).append(span.concept.code)
    goods = _goods(by_kind, lexicon)
    free = set(range(len(words)))
    for span in spans:
        means = span.concept.kind != "state" or (goods and any(g in lexicon.in_state(span.concept.code) for g in goods))
        if means:
            free -= set(range(span.start, span.end))
    left = dict.fromkeys(words[number].key for number in sorted(free) if _says_something(words[number]))
    longest = sorted(left, key=lambda word: (-len(word), word))[:WORDS_MAX]
    return Reading(
        tuple(sorted(goods.items(), key=lambda pair: (-pair[1], pair[0]))),
        tuple(dict.fromkeys(by_kind.get("variety", ()))),
        tuple(dict.fromkeys(by_kind.get("province", ()))),
        tuple(dict.fromkeys(by_kind.get("certificate", ()))),
        tuple(word for word in left if word in longest),
    )


def _goods(by_kind: dict[str, list[str]], lexicon: Lexicon) -> dict[str, float]:
    """Return the goods that are meant: what two names share (`durian`, `frozen`), else what any of them means."""
    sets = [{code: 1.0} for code in by_kind.get("good", ())]
    sets += [lexicon.family(code) for code in by_kind.get("family", ())]
    found: dict[str, float] = {}
    for one in sets:
        shared = {code: found[code] * weight for code, weight in one.items() if code in found}
        found = shared or {**one, **found}
    if not found:
        for code in by_kind.get("variety", ()):
            found = {**lexicon.goods_of_variety(code), **found}
    for state in by_kind.get("state", ()):
        fitting = lexicon.in_state(state)
        narrowed = {code: weight for code, weight in found.items() if code in fitting}
        found = narrowed or found
    return found


def _says_something(word: Word) -> bool:
    """Whether a word is more than a single letter that a mistyped word left over; Chinese has words of one character."""
    return len(word.text) > 1 or word.script not in {LATIN, THAI} or word.text.isdigit()


def _typed(window: Sequence[Word]) -> str:
    return (" " if window[0].script == LATIN else "").join(word.text for word in window)

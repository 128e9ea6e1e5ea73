"""The trade dictionary: what goods, kinds, places and certificates are called in Thai, Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from samphao.engines.text.cut import Cutter, Word
from samphao.engines.text.fold import HAN, RUNS, THAI, chinese_sound, folded, pinyin, script_of, thai_sound

KINDS = ("family", "variety", "good", "certificate", "province", "state", "noise")
"""What a name may mean; where two have the same name, the earlier is meant."""
PINYIN_MIN = 5
"""A name whose pinyin is shorter than this reads like a word of another language."""
BROADEST = "fruit"
"""A family whose goods are not made of one another."""
PROVINCE_MARK = "府"


@dataclass(frozen=True, slots=True, order=True)
class Concept:
    """What a name stands for: `good` durian-fresh, `variety` durian-fresh/monthong, `province` TH-22; `noise` says nothing in a market."""

    kind: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    concept: Concept
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class GoodKind:
    """A good, how near it is to the families that it belongs to (1 the very thing), and the states that it is sold in."""

    code: str
    families: Mapping[str, float]
    states: frozenset[str]


class Lexicon:
    """Names by the letters they are compared by. Building one takes about a second, most of it the two dictionaries.

    `place` is where a name stands among those given: the usual one stands first.
    Names that differ in spaces, case, plurals or marks are one: `Si Sa Ket` is `sisaket`.
    """

    def __init__(self, names: Sequence[Name], goods: Iterable[GoodKind]) -> None:
        self.place: dict[str, int] = {}
        for name in names:
            for spelt in _spellings(name):
                self.place.setdefault(spelt.text, len(self.place))
        given = sorted(
            {spelt for name in names for spelt in _spellings(name)}, key=lambda n: (n.concept, n.language, n.text)
        )
        self.cutter = Cutter(name.text for name in given)
        self.names: dict[str, Name] = {}
        self.longest = 1
        for name in sorted(given, key=lambda name: KINDS.index(name.concept.kind)):
            words = self.cutter.cut(name.text)
            self.longest = max(self.longest, len(words))
            for key in (joined(words), "".join(word.text for word in words)):
                self.names.setdefault(key, name)
        for name in given:
            if name.language == "zh" and name.concept.kind in {"family", "good", "variety", "province"}:
                typed = pinyin(folded(name.text))
                if len(typed) >= PINYIN_MIN and typed.isascii():
                    self.names.setdefault(typed, name)
        self.goods = {good.code: good for good in goods}
        self.sounds = self._sounds()
        varieties = (name.text for name in given if name.concept.kind == "variety")
        self.begins_variety = frozenset(words[0].key for words in map(self.cutter.cut, varieties))

    def find(self, words: Sequence[Word]) -> Name | None:
        """Return the name that words make together."""
        return self.names.get(joined(words)) or self.names.get("".join(word.text for word in words))

    def family(self, code: str) -> dict[str, float]:
        """Return the goods of a family with how near each is to it."""
        return {good.code: good.families[code] for good in self.goods.values() if code in good.families}

    def goods_of_variety(self, code: str) -> dict[str, float]:
        """Return the good that a variety is one of, and those made of it: frozen Monthong is Monthong."""
        own = code.partition("/")[0]
        near = {own: 1.0}
        for family in self.goods[own].families if own in self.goods else ():
            if family != BROADEST:
                near = {**self.family(family), **near}
        return near

    def in_state(self, state: str) -> set[str]:
        return {good.code for good in self.goods.values() if state in good.states}

    def _sounds(self) -> dict[str, dict[str, list[str]]]:
        """Return for each script the keys of names by their sound, what is told apart in no way together."""
        found: dict[str, dict[str, list[str]]] = {}
        for key, name in self.names.items():
            if name.concept.kind != "noise":
                script = script_of(key)
                found.setdefault(script, {}).setdefault(sound(key, script), []).append(key)
        return found


def sound(key: str, script: str) -> str:
    if script == THAI:
        return thai_sound(key)
    return chinese_sound(key) if script == HAN else key


def joined(words: Iterable[Word]) -> str:
    return "".join(word.key for word in words)


def _spellings(name: Name) -> Iterator[Name]:
    """Yield a name without its brackets and each side of its strokes: `Coconut milk/cream`, `ยาหม่อง/ยาดม`."""
    for side in re.split(r"[/、]", re.sub(r"\(.*?\)|（.*?）", " ", name.text)):
        text = side.strip()
        if RUNS.search(text):
            yield Name(name.concept, name.language, text)
            if name.concept.kind == "province" and text.endswith(PROVINCE_MARK) and len(text) > 2:
                yield Name(name.concept, name.language, text.removesuffix(PROVINCE_MARK))

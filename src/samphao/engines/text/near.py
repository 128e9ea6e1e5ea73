"""What somebody meant who typed it wrong: the nearest name by letters, and by sound in Thai and Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from samphao.engines.text.cut import Word
from samphao.engines.text.fold import HAN, LATIN, THAI
from samphao.engines.text.lexicon import Lexicon, Name, sound

WINDOW = 8
"""Words that one mistyped name may have been cut into."""
ONE_EDIT, TWO_EDITS = 4, 8
"""The fewest letters of a name of which one or two may be wrong."""
HAN_EDIT = 3
EDIT_COSTS = 2
"""Letters that nobody knows and that a name explains, for each that it gets wrong: จันทบุลี is จันทบุรี, not จันท์ and a rest."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Words `start` to `end` of a text were `typed`, and `name` is near; `cost` is the share of its letters that differ."""

    start: int
    end: int
    typed: str
    name: Name
    cost: float


def corrections(words: Sequence[Word], known: Sequence[bool], lexicon: Lexicon) -> list[Correction]:
    """Return names near to what is not known, none overlapping another, the surest first chosen.

    A window may take in known words beside an unknown one (`goldn pillow`), never known words alone.
    Complexity: at most 8 windows a word, each compared with the names of its script (some 0.05 ms a window).
    """
    found: list[tuple[float, Correction]] = []
    for start in range(len(words)):
        for end in range(start + 1, min(start + WINDOW, len(words)) + 1):
            window = words[start:end]
            if not _belongs_together(window):
                break
            if all(known[start:end]) or not (near := _nearest(window, lexicon)):
                continue
            name, cost = near
            if not any(known[start:end]) or cost * len(name.text) < 2:
                typed = "".join(word.text for word in window)
                strange = sum(len(words[number].text) for number in range(start, end) if not known[number])
                found.append((strange - EDIT_COSTS * cost * len(typed), Correction(start, end, typed, name, cost)))
    found.sort(key=lambda pair: (-pair[0], pair[1].cost, pair[1].start))
    chosen: list[Correction] = []
    for _worth, one in found:
        if all(one.end <= other.start or other.end <= one.start for other in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda one: one.start)


def _belongs_together(window: Sequence[Word]) -> bool:
    """Whether words are of one script and, where it writes no spaces, stand without one."""
    first, last = window[0], window[-1]
    if last.script != first.script:
        return False
    return first.script == LATIN or sum(len(word.text) for word in window) == last.end - first.start


def _nearest(window: Sequence[Word], lexicon: Lexicon) -> tuple[Name, float] | None:
    script = window[0].script
    typed = "".join(word.key for word in window)
    heard = sound(typed, script)
    names = lexicon.sounds.get(script, {})
    if script == HAN:
        return _nearest_chinese(typed, heard, names, lexicon)
    if script == THAI and (same := names.get(heard)):
        return _pick(typed, same, 0.1 / len(heard), lexicon)
    allowed = (len(heard) >= ONE_EDIT) + (len(heard) >= TWO_EDITS)
    if not allowed:
        return None
    near = process.extractOne(heard, names.keys(), scorer=OSA.distance, score_cutoff=allowed)
    if near is None:
        return None
    found, distance, _place = near
    if found[0] != heard[0] and distance > 1:
        return None
    return _pick(typed, names[found], distance / len(heard), lexicon)


def _nearest_chinese(
    typed: str, heard: str, names: Mapping[str, Sequence[str]], lexicon: Lexicon
) -> tuple[Name, float] | None:
    """Chinese is typed by its sound: a wrong character mostly sounds like the right one. Of three, one may look like it."""
    if len(typed) < 2:
        return None
    same = [key for key in names.get(heard, ()) if len(key) == len(typed)]
    if same:
        return _pick(typed, same, 0.1 / len(typed), lexicon)
    if len(typed) < HAN_EDIT:
        return None
    for keys in names.values():
        for key in keys:
            if len(key) == len(typed) and sum(a != b for a, b in zip(key, typed, strict=True)) == 1:
                return lexicon.names[key], 1 / len(typed)
    return None


def _pick(typed: str, keys: Sequence[str], cost: float, lexicon: Lexicon) -> tuple[Name, float]:
    """Return of the keys with one sound the one written most like what was typed; of equal ones the usual name."""
    key = min(keys, key=lambda key: (OSA.distance(typed, key), lexicon.place[lexicon.names[key].text], key))
    return lexicon.names[key], cost

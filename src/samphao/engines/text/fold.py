"""Spellings that are one to a reader: letters' case and width, plurals, Thai tone marks and homophones, Chinese by its sound."""

from __future__ import annotations

import os
import re
import unicodedata

os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # single characters are all that is asked for: 21 MB instead of 65

from pypinyin import Style, lazy_pinyin

RUNS = re.compile(r"[\u0e00-\u0e7f]+|[\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u0e00-\u0e7f\u3400-\u9fff\uf900-\ufaff]+")
THAI, HAN, LATIN = "thai", "han", "latin"
THAI_MARKS = re.compile("[่-์ๆ]")
# Vowels and consonants that are written for one another because they sound alike.
THAI_ALIKE = str.maketrans("ใูีืณศษฎฏฑฒธฐญภฬผฆ", "ไุิึนสสดตททถถยพลพค")
SOUNDS_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
SHORT = 3  # a word of so few letters has no plural worth taking off


def folded(text: str) -> str:
    """Return the text as it is compared: one width, one case, Thai sara am written in one way.

    >>> folded("ＧＡＰ Durian")
    'gap durian'
    """
    return unicodedata.normalize("NFKC", text).casefold().replace("ํา", "ำ").replace("เเ", "แ")


def script_of(text: str) -> str:
    first = text[:1]
    if "\u0e00" <= first <= "\u0e7f":
        return THAI
    if "\u3400" <= first <= "\u9fff" or "\uf900" <= first <= "\ufaff":
        return HAN
    return LATIN


def stem(word: str) -> str:
    """Return an English word without its plural; both sides of a comparison go through it, so that it need not be a word.

    >>> stem("mangoes"), stem("chillies"), stem("lychee"), stem("jewellery")
    ('mango', 'chilli', 'lychee', 'jewelleri')
    """
    if len(word) <= SHORT or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies"):
        return word[:-2]
    if word.endswith(("oes", "ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word[:-1] + "i" if word.endswith("y") else word


def thai_sound(text: str) -> str:
    """Return Thai without tone marks, long vowels short, consonants that sound alike as one: ลำใย is ลำไย."""
    return THAI_MARKS.sub("", text).translate(THAI_ALIKE)


def pinyin(text: str) -> str:
    """Return Chinese as it is typed on a keyboard, without tones: 榴莲 is liulian. Anything else stays."""
    return "".join(lazy_pinyin(text, style=Style.NORMAL))


def chinese_sound(text: str) -> str:
    """Return Chinese by its sound, with sounds as one that much of China does not tell apart: zh and z, ng and n."""
    sound = pinyin(text)
    for written, heard in SOUNDS_ALIKE:
        sound = sound.replace(written, heard)
    return sound

"""Numbers that offices give: which can be checked by their own shape, by which rule, and where the rule is from.

A number that passes is written rightly; whether the office gave it to this applicant a person finds out. Where no public rule is
known the number is taken as it is, and the page says that nothing was checked.

Personal, juristic and tax numbers are checked by python-stdnum (`th.pin`, `th.moa`, `cn.uscc`, `vn.mst`), which names its sources;
the others by the rule beside them here. Farmers', OTOP, GAP, halal and community enterprise numbers have shapes that people know
from their papers, but none that an office has published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError
from stdnum.th import moa, pin
from stdnum.vn import mst

LENGTH_MAX = 60
GI = re.compile(r"(?:สช|SC)?(\d{8})")
GACC = re.compile(r"[A-Z0-9]{18}")


class Fault:
    """What is wrong with a number."""

    EMPTY, LENGTH, SHAPE, FIRST, CHECK = "empty", "length", "shape", "first", "check"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a register's numbers are checked; without `check` no public rule is known."""

    scheme: str
    check: Callable[[str], str] | None
    source: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A number as it is kept; `is_sound` is None where nothing could be checked, else `fault` says what is wrong."""

    number: str
    is_sound: bool | None
    fault: str = ""


def _gi(number: str) -> str:
    """Return `สช` and eight digits, the first two the year of the Buddhist era; the act is of 2546, so none is older."""
    found = GI.fullmatch(number.replace(".", ""))
    if found is None:
        raise InvalidLength
    if int(found[1][:2]) < 46:
        raise InvalidComponent
    return f"สช {found[1]}"


def _gacc(number: str) -> str:
    if len(number) != 18:
        raise InvalidLength
    if not GACC.fullmatch(number):
        raise ValidationError
    return number


def _thai_tax(number: str) -> str:
    """Check a number that may be personal or juristic. `th.tin` knows the two but not which fault is whose: the first digit does."""
    return str((moa if number[:1] == "0" else pin).validate(number))


UNKNOWN = gettext_noop("no public rule is known: the format is not checked")
RULES = {
    rule.scheme: rule
    for rule in (
        Rule("th_pin", pin.validate, gettext_noop("13 digits with a check digit (modulo 11), the first 1 to 8")),
        Rule("th_tin", _thai_tax, gettext_noop("13 digits with a check digit (modulo 11): a personal or a juristic number")),
        Rule("dbd", moa.validate, gettext_noop("13 digits with a check digit (modulo 11), the first 0")),
        Rule("cn_uscc", uscc.validate, gettext_noop("18 characters with a check character (modulo 31)")),
        Rule("vn_mst", mst.validate, gettext_noop("10 or 13 digits with a check digit (modulo 11)")),
        Rule("gi", _gi, gettext_noop("สช and 8 digits, first the year, as the Department of Intellectual Property announces them")),
        Rule("gacc", _gacc, gettext_noop("18 letters and digits, as agencies for GACC registration say; nothing else is checked")),
        *(
            Rule(scheme, None, UNKNOWN)
            for scheme in (
                "community_enterprise", "otop", "farmer_register", "gap", "halal", "dbd_online", "exporter_customs", "doa_packing_house",
                "gacc_packing_house", "gacc_importer", "tax_id",
            )
        ),
    )
}  # fmt: skip


def check_number(scheme: str, text: str) -> Checked:
    """Check a number of a register; an unknown register is a KeyError. Digits of every script are understood, ๐ to ๙ too."""
    written = _plain(text)
    if not written:
        return Checked("", is_sound=False, fault=Fault.EMPTY)
    check: Any = RULES[scheme].check
    if check is None:
        return Checked(written[:LENGTH_MAX], is_sound=None)
    try:
        return Checked(check(re.sub(r"[\s\-/]", "", written)), is_sound=True)
    except InvalidLength:
        fault = Fault.LENGTH
    except InvalidComponent:
        fault = Fault.FIRST
    except InvalidChecksum:
        fault = Fault.CHECK
    except ValidationError:
        fault = Fault.SHAPE
    return Checked(written[:LENGTH_MAX], is_sound=False, fault=fault)


def _plain(text: str) -> str:
    """Return what was written with plain digits and single spaces, in capitals."""
    digits = "".join(str(unicodedata.decimal(letter, letter)) for letter in unicodedata.normalize("NFC", text))
    return " ".join(digits.split()).upper()

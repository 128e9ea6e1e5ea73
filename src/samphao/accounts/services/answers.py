"""What each answer of a registration must be, and what it changes. A wrong one is refused with the name of its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop

from samphao.accounts import onboarding
from samphao.accounts.application_models import Application
from samphao.accounts.numbers import Fault, check_number
from samphao.core.errors import Refused
from samphao.reference import queries as reference

Given = Mapping[str, Any]
CHOOSE = gettext_noop("Choose one of these.")
FAULTS = {
    Fault.EMPTY: gettext_noop("Write the number."),
    Fault.LENGTH: gettext_noop("This number is too short or too long. Compare it with your paper."),
    Fault.SHAPE: gettext_noop("This number has characters that it cannot have. Compare it with your paper."),
    Fault.FIRST: gettext_noop("This number cannot begin like this. Compare it with your paper."),
    Fault.CHECK: gettext_noop("One digit of this number is wrong: its check digit does not fit. Compare it with your paper."),
}  # fmt: skip


def _text(given: Given, name: str, wrong: str = "") -> str:
    """Return what was written in a field; `wrong` says why it may not stay empty."""
    found = str(given.get(name) or "").strip()
    if wrong and not found:
        raise Refused(wrong, field=name)
    return found


def _require(is_right: object, name: str, wrong: str = CHOOSE) -> None:
    if not is_right:
        raise Refused(wrong, field=name)


def _kind(row: Application, given: Given) -> None:
    kind = _text(given, "kind")
    _require(kind in onboarding.FORMS, "kind")
    if kind != row.kind:
        row.has_named_schemes = False
    row.kind = kind
    if kind in onboarding.AT_HOME:
        _move_to(row, onboarding.HOME)
    if row.legal_form not in onboarding.FORMS[kind]:
        row.legal_form = ""


def _country(row: Application, given: Given) -> None:
    country = _text(given, "country")
    _require(len(country) == 2 and country.isascii() and country.isupper(), "country")
    _move_to(row, country)


def _move_to(row: Application, country: str) -> None:
    if country != row.country:
        row.country, row.province_iso, row.district_code, row.subdistrict_code = country, "", "", ""
        row.street = row.post_code = ""


def _form(row: Application, given: Given) -> None:
    form = _text(given, "legal_form")
    _require(form in onboarding.FORMS.get(row.kind, ()), "legal_form")
    if form != row.legal_form:
        row.has_named_schemes = False
    row.legal_form = form


def _name(row: Application, given: Given) -> None:
    thai, english, chinese = (_text(given, name)[:200] for name in ("name_th", "name_en", "name_zh"))
    if row.country == onboarding.HOME:
        _require(thai, "name_th", gettext_noop("Write the name in Thai."))
    else:
        _require(english or chinese, "name_en", gettext_noop("Write the name in English or Chinese."))
    row.name_th, row.name_en, row.name_zh = thai, english, chinese


def _about(row: Application, given: Given) -> None:
    row.about = _text(given, "about", gettext_noop("Write a sentence."))[:300]


def _identity(row: Application, given: Given) -> None:
    _keep_number(row, onboarding.identity_scheme(row.country, row.legal_form), given)


def _numbers(row: Application, given: Given) -> None:
    offered = onboarding.offered_schemes(row.kind, row.country, row.legal_form)
    chosen = set(given.get("schemes") or ())
    _require(chosen <= set(offered), "schemes")
    row.numbers.filter(scheme__in=set(offered) - chosen).delete()
    for scheme in offered:
        if scheme in chosen:
            row.numbers.get_or_create(scheme=scheme)
    row.has_named_schemes = True


def _number(row: Application, given: Given) -> None:
    _keep_number(row, str(given["scheme"]), given)


def _keep_number(row: Application, scheme: str, given: Given) -> None:
    checked = check_number(scheme, str(given.get("number") or ""))
    _require(checked.is_sound is not False, "number", FAULTS.get(checked.fault, ""))
    starts, ends = _day(given, "valid_from"), _day(given, "valid_to")
    _require(not (starts and ends) or starts <= ends, "valid_to", gettext_noop("It cannot end before it begins."))
    kept: dict[str, Any] = {"number": checked.number, "valid_from": starts, "valid_to": ends}
    if scheme == onboarding.GAP:
        area, trees = given.get("area_rai"), given.get("trees")
        _require(area and area > 0, "area_rai", gettext_noop("Write the area of the orchard in rai."))
        _require(trees and trees > 0, "trees", gettext_noop("Write how many trees stand in the orchard."))
        kept |= {"area_rai": area, "trees": trees}
    row.numbers.update_or_create(scheme=scheme, defaults=kept)


def _day(given: Given, name: str) -> date | None:
    found = given.get(name)
    return found if isinstance(found, date) else None


def _province(row: Application, given: Given) -> None:
    province = _text(given, "province")
    _require(province in reference.province_codes(), "province")
    if province != row.province_iso:
        row.district_code = row.subdistrict_code = row.post_code = ""
    row.province_iso = province


def _district(row: Application, given: Given) -> None:
    district = _text(given, "district")
    _require(district in {place.code for place in reference.thai_districts(row.province_iso)}, "district")
    if district != row.district_code:
        row.subdistrict_code = row.post_code = ""
    row.district_code = district


def _subdistrict(row: Application, given: Given) -> None:
    """Keep the sub-district, and its post code where it has only one; where it has several the next page asks."""
    found = reference.thai_address(_text(given, "subdistrict"))
    if found is None or found.district.code != row.district_code:
        raise Refused(CHOOSE, field="subdistrict")
    row.subdistrict_code = found.subdistrict.code
    if row.post_code not in found.post_codes:
        row.post_code = found.post_codes[0] if len(found.post_codes) == 1 else ""


def _street(row: Application, given: Given) -> None:
    street = _text(given, "street", gettext_noop("Write the address."))[:200]
    post_code = _text(given, "post_code")[:10] or row.post_code
    if row.country == onboarding.HOME:
        found = reference.thai_address(row.subdistrict_code)
        _require(found and post_code in found.post_codes, "post_code")
    row.street, row.post_code = street, post_code


def _contact(row: Application, given: Given) -> None:
    row.contact_name = _text(given, "contact_name", gettext_noop("Write the name of somebody whom we can ask."))[:120]
    row.contact_phone = _text(given, "contact_phone", gettext_noop("Write a phone number."))[:30]


def _documents(row: Application, _given: Given) -> None:
    row.has_seen_documents = True


ANSWERS: dict[str, Callable[[Application, Given], None]] = {
    "kind": _kind, "country": _country, "form": _form, "name": _name, "about": _about, "identity": _identity, "numbers": _numbers,
    "number": _number, "province": _province, "district": _district, "subdistrict": _subdistrict, "street": _street,
    "contact": _contact, "documents": _documents,
}  # fmt: skip

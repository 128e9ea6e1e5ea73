"""The questions of a registration, one form each. They check shapes; what an answer must be the service says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from samphao.accounts import queries
from samphao.core import hub
from samphao.reference.queries import province_names, thai_address, thai_districts, thai_subdistricts
from samphao.web import registration as words
from samphao.web.forms import PHONE, username_field
from samphao.web.templatetags.samphao import country_name, in_language_plain, language

NEIGHBOURS = ("TH", "CN", "LA", "KH", "MM", "VN", "SG", "MY", "JP", "KR")
THAI_ERA = 543
LEADING = re.compile(r"([เ-ไ])([ก-ฮ])")
TELEPHONE = {"autocomplete": "tel", "inputmode": "tel"}


class DayField(forms.DateField):
    """A day; whoever writes the year of the Buddhist era is understood."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str) and (found := re.fullmatch(r"\s*(2[4-9]\d\d)(-\d\d?-\d\d?)\s*", value)):
            value = f"{int(found[1]) - THAI_ERA}{found[2]}"
        kept: date | None = super().to_python(value)
        return kept


class ApplicantForm(forms.Form):
    username = username_field()
    password = forms.CharField(
        label=_("Password"), help_text=_("At least 10 characters; three words are a good one"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Phone"), required=False, validators=[PHONE], widget=forms.TextInput(attrs=TELEPHONE)
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("A forgotten password is replaced by it"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class NumberForm(forms.Form):
    number = forms.CharField(label=_("Number"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}))  # fmt: skip
    valid_from = DayField(label=_("Valid from"), required=False)
    valid_to = DayField(label=_("Valid to"), required=False, help_text=_("Leave it empty if your paper names no day"))


class OrchardForm(NumberForm):
    area_rai = forms.DecimalField(label=_("Area of the orchard in rai"), max_digits=8, decimal_places=2, min_value=0)
    trees = forms.IntegerField(label=_("Trees in the orchard"), min_value=1, max_value=10**6)


class IdentityForm(forms.Form):
    number = NumberForm.base_fields["number"]


def _choice(label: Any, name: str, options: Iterable[tuple[str, str]], *, is_long: bool = False) -> forms.Form:
    """Return a form of one choice: radio buttons, or a list where there are many."""
    found = list(options)
    widget = forms.Select if is_long else forms.RadioSelect
    choices = [("", _("Choose")), *found] if is_long else found
    field = forms.ChoiceField(label=label, choices=choices, widget=widget, error_messages={"required": _("Choose one of these.")})  # fmt: skip
    return type("ChoiceForm", (forms.Form,), {name: field})  # type: ignore[return-value]


def _sorted(options: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Sort places by name; a Thai vowel that is written before its consonant is read after it."""
    return sorted(options, key=lambda one: LEADING.sub(r"\2\1", one[1]))


def _countries() -> list[tuple[str, str]]:
    known = hub.settings()
    codes = dict.fromkeys((*(known.corridors if known else ()), *NEIGHBOURS))
    return sorted(((code, country_name(code)) for code in codes), key=lambda one: one[1])


def _text(label: Any, *, length: int, required: bool, rows: int = 0, **attrs: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, **attrs}) if rows else forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, max_length=length, required=required, widget=widget)


def _name(row: Any) -> dict[str, forms.Field]:
    is_home = row.country == "TH"
    thai = _text(_("Name in Thai"), length=200, required=is_home, autocomplete="organization")
    english = _text(_("Name in English letters"), length=200, required=not is_home and language() != "zh-hans")
    chinese = _text(_("Name in Chinese"), length=200, required=False)
    if is_home:
        return {"name_th": thai, "name_en": english, "name_zh": chinese}
    return {"name_en": english, "name_zh": chinese, "name_th": thai}


def _street(row: Any) -> dict[str, forms.Field]:
    if row.country != "TH":
        return {
            "street": _text(
                _("Street, city, region"), length=200, required=True, rows=3, autocomplete="street-address"
            ),
            "post_code": _text(_("Post code"), length=10, required=False, autocomplete="postal-code"),
        }
    fields: dict[str, forms.Field] = {
        "street": _text(_("House, village, road"), length=200, required=True, autocomplete="street-address")
    }
    found = thai_address(row.subdistrict_code)
    if found and len(found.post_codes) > 1:
        options = [(code, code) for code in found.post_codes]
        fields["post_code"] = forms.ChoiceField(label=_("Post code"), choices=options, widget=forms.RadioSelect)
    return fields


def form_class(step: str, row: Any) -> Any:
    """Return the form of a question for somebody who has answered the ones before."""
    if step == "identity":
        return IdentityForm
    if step.startswith(words.NUMBER):
        return OrchardForm if step == f"{words.NUMBER}gap" else NumberForm
    if step in CHOICES:
        return CHOICES[step](row)
    return type("AnswerForm", (forms.Form,), _fields(step, row))


def _fields(step: str, row: Any) -> dict[str, forms.Field]:
    if step == "name":
        return _name(row)
    if step == "street":
        return _street(row)
    if step == "about":
        return {"about": _text(_("In a sentence"), length=300, required=True, rows=3)}
    if step == "contact":
        phone = forms.CharField(
            label=_("Phone"), max_length=30, validators=[PHONE], widget=forms.TextInput(attrs=TELEPHONE)
        )
        return {
            "contact_name": _text(_("Name"), length=120, required=True, autocomplete="name"),
            "contact_phone": phone,
        }
    return {"schemes": _schemes(row)} if step == "numbers" else {}


def _schemes(row: Any) -> forms.MultipleChoiceField:
    options = [(scheme, words.scheme_name(scheme)) for scheme in queries.schemes_of(row)]
    return forms.MultipleChoiceField(
        label=_("Your numbers and certificates"), choices=options, required=False, widget=forms.CheckboxSelectMultiple
    )


CHOICES: dict[str, Any] = {
    "kind": lambda _row: _choice(_("What you want to do"), "kind", [(kind, words.kind_name(kind)) for kind in queries.kinds()]),
    "country": lambda _row: _choice(_("Country"), "country", _countries(), is_long=True),
    "form": lambda row: _choice(_("You are"), "legal_form", [(form, words.form_name(form)) for form in queries.forms_of(row.kind)]),
    "province": lambda _row: _choice(
        _("Province"), "province", _sorted((one.code_iso, in_language_plain(one)) for one in province_names()), is_long=True
    ),
    "district": lambda row: _choice(
        _("District"), "district", _sorted((one.code, words.place_name(one)) for one in thai_districts(row.province_iso)), is_long=True
    ),
    "subdistrict": lambda row: _choice(
        _("Sub-district"), "subdistrict", _sorted((one.code, words.place_name(one)) for one in thai_subdistricts(row.district_code)), is_long=True
    ),
}  # fmt: skip


def given_before(step: str, row: Any) -> dict[str, Any]:
    """Return what was answered to a question before, for its form."""
    if step == "numbers":
        return {"schemes": [number.scheme for number in row.numbers.all()]}
    if step == "identity" or step.startswith(words.NUMBER):
        scheme = queries.identity_of(row) if step == "identity" else step.removeprefix(words.NUMBER)
        held = next((number for number in row.numbers.all() if number.scheme == scheme), None)
        names = ("number", "valid_from", "valid_to", "area_rai", "trees")
        return {name: getattr(held, name) for name in names} if held else {}
    found = {
        "province": row.province_iso, "district": row.district_code, "subdistrict": row.subdistrict_code, "kind": row.kind, "country": row.country,
        "legal_form": row.legal_form, "contact_name": row.contact_name or " ".join(filter(None, (row.applicant.first_name, row.applicant.last_name))),
        "contact_phone": row.contact_phone or row.applicant.phone,
    }  # fmt: skip
    return found | {
        name: getattr(row, name) for name in ("name_th", "name_en", "name_zh", "about", "street", "post_code")
    }

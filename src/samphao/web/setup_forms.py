"""The five questions of the setup, one form each, and how their answers are told back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samphao.accounts.services import require_known_payment
from samphao.accounts.types import SetUpAnswers
from samphao.core.errors import Refused
from samphao.reference.services import cities
from samphao.web.forms import username_field
from samphao.web.templatetags.samphao import LANGUAGE_TAGS, country_name, language

PARTNER, SIMULATOR, SELF = "partner", "simulator", "self"


def cities_by_country() -> dict[str, list[str]]:
    """Return the cities that the freight network serves by country, in the page's language."""
    found: dict[str, list[str]] = {}
    for city in cities():
        name = {"th": city.city_th, "zh-hans": city.city_zh}.get(language()) or city.city_en
        found.setdefault(city.country, []).append(name)
    return found


class AdministratorForm(forms.Form):
    username = username_field()
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), help_text=gettext_lazy("Where a new password can be asked for"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    password = forms.CharField(
        label=gettext_lazy("Password"), help_text=gettext_lazy("At least 10 characters; three words are a good one"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def answers(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "username": given["username"],
            "email": given["email"],
            "password_hash": make_password(given["password"]),
        }


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the hub"), max_length=60,
        help_text=gettext_lazy("It stands at the top of every page and in every e-mail"),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )  # fmt: skip

    def answers(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"]}


class LanguagesForm(forms.Form):
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        help_text=gettext_lazy("Choose at least one"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["languages"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 for the type checker
        field.choices = [(code, LANGUAGE_TAGS[code[:2]][1]) for code, _name in settings.LANGUAGES]

    def answers(self) -> dict[str, Any]:
        return {"languages": self.cleaned_data["languages"]}


class CorridorsForm(forms.Form):
    corridors = forms.MultipleChoiceField(
        label=gettext_lazy("Countries"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only cities of these countries are offered to buyers; you can add others later"),
    )  # fmt: skip

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["corridors"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 for the type checker
        field.choices = [
            (code, f"{country_name(code)}: {', '.join(names)}") for code, names in cities_by_country().items()
        ]

    def answers(self) -> dict[str, Any]:
        return {"corridors": self.cleaned_data["corridors"]}


class PaymentForm(forms.Form):
    """All three answers stand here, so that nobody takes the simulator for a bank: only it can be chosen."""

    payment = forms.ChoiceField(
        label=gettext_lazy("Buyers' money is held by"), widget=forms.RadioSelect,
        help_text=gettext_lazy("This version is connected to no bank and no payment service: it moves no real money"),
        choices=[
            (SIMULATOR, gettext_lazy("The simulator bank, for trying out: no money moves")),
            (PARTNER, gettext_lazy("A licensed partner: a bank or a payment service")),
            (SELF, gettext_lazy("We hold it ourselves")),
        ],
    )  # fmt: skip

    def clean_payment(self) -> str:
        payment: str = self.cleaned_data["payment"]
        try:
            require_known_payment(payment)
        except Refused as error:
            raise forms.ValidationError(_(error.title)) from None
        return payment

    def answers(self) -> dict[str, Any]:
        return {"payment": self.cleaned_data["payment"]}


STEPS: dict[str, type[AdministratorForm | NameForm | LanguagesForm | CorridorsForm | PaymentForm]] = {
    "administrator": AdministratorForm,
    "name": NameForm,
    "languages": LanguagesForm,
    "corridors": CorridorsForm,
    "payment": PaymentForm,
}


def titles() -> dict[str, tuple[str, str]]:
    """Return each question and a sentence of why it is asked."""
    return {
        "administrator": (
            _("Who looks after this hub?"),
            _("The first administrator sees everything and invites the others."),
        ),
        "name": (_("What is the hub called?"), ""),
        "languages": (_("Which languages does it speak?"), _("People choose among these at the top of every page.")),
        "corridors": (
            _("Which countries does it sell to?"),
            _("A corridor is a country that the freight network reaches."),
        ),
        "payment": (_("Who holds buyers' money?"), _("The money of an order is held until its goods have arrived.")),
    }


def told(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the answers as rows of a summary list, each with the way back to its question."""
    own_names = [LANGUAGE_TAGS[code[:2]][1] for code in given.get("languages", ())]
    rows = (
        ("administrator", _("User name"), given.get("username", "")),
        ("administrator", _("E-mail"), given.get("email", "")),
        ("administrator", _("Password"), "••••••••••"),
        ("name", _("Name of the hub"), given.get("name", "")),
        ("languages", _("Languages"), ", ".join(own_names)),
        ("corridors", _("Countries"), ", ".join(country_name(code) for code in given.get("corridors", ()))),
        ("payment", _("Buyers' money is held by"), _("the simulator bank: no real money moves")),
    )
    return [{"term": term, "value": value, "url": reverse("setup_step", args=[step])} for step, term, value in rows]


def to_answers(given: Mapping[str, Any]) -> SetUpAnswers:
    return SetUpAnswers(
        given["username"], given["email"], given["password_hash"], language(), given["name"], tuple(given["languages"]),
        tuple(given["corridors"]), given["payment"],
    )  # fmt: skip

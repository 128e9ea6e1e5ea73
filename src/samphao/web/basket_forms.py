"""The form of a delivery address: its parts are those of the country to which the goods go."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samphao.trade.services import address_faults, address_parts
from samphao.web.forms import PHONE

LABELS = {
    "street_address": _("Street and number, building"), "city_area": _("District"), "city": _("City"), "country_area": _("Province or state"),
    "postal_code": _("Post code"),
}  # fmt: skip
FILLS = {
    "street_address": "street-address", "city_area": "address-level3", "city": "address-level2", "country_area": "address-level1",
    "postal_code": "postal-code",
}  # fmt: skip
WRONG = {
    "postal_code": _("This is no post code of that country."), "country_area": _("Choose a province or state of that country."),
}  # fmt: skip


class DeliveryForm(forms.Form):
    """Who gets the goods, and where. A visitor says his e-mail too: he has no log-in to come back with."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = forms.CharField(
        label=_("Phone"), validators=[PHONE], widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})
    )

    def __init__(self, *args: Any, country: str, language: str, is_visitor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country
        if is_visitor:
            self.fields["email"] = forms.EmailField(
                label=_("E-mail"), help_text=_("The way back to your orders is sent there."), widget=forms.EmailInput(attrs={"autocomplete": "email"})
            )  # fmt: skip
        for part in address_parts(country, language):
            self.fields[part.name] = self._field(part)

    def _field(self, part: Any) -> forms.Field:
        about = {
            "label": LABELS[part.name],
            "required": part.is_required,
            "help_text": part.example and _("Such as %(example)s") % {"example": part.example},
        }
        fill = {"autocomplete": FILLS[part.name]}
        if part.choices:
            return forms.ChoiceField(choices=[("", "–"), *part.choices], widget=forms.Select(attrs=fill), **about)
        if part.name == "postal_code":
            fill["inputmode"] = "numeric" if part.example.isdecimal() else "text"
        return forms.CharField(max_length=200, widget=forms.TextInput(attrs=fill), **about)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for part, problem in address_faults(
            self.country, {k: v for k, v in found.items() if isinstance(v, str)}
        ).items():
            if part in self.fields and part not in self.errors:
                self.add_error(
                    part,
                    self.fields[part].error_messages["required"]
                    if problem == "required"
                    else WRONG.get(part, _("Correct this.")),
                )
        return found

    def address(self) -> dict[str, str]:
        kept = {name: value for name, value in self.cleaned_data.items() if value and name != "email"}
        return {**kept, "country": self.country}

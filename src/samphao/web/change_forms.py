"""Changes of a lot and of what its listing says, in one form each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samphao.trade.types import OwnLot
from samphao.web.cards import unit_name
from samphao.web.listing_forms import Asked, KindForm, PackageForm, PartiesForm, day_field

NUMBER = {"inputmode": "numeric"}
STEPS_ASKED = 3


class ChangeForm(forms.Form):
    """What may be changed of a lot that is on sale."""

    price = forms.DecimalField(min_value=Decimal("0.01"), max_value=Decimal(999999999), decimal_places=2)
    minimum_units = forms.IntegerField(
        label=gettext_lazy("Smallest order"),
        min_value=1,
        max_value=1_000_000_000,
        widget=forms.NumberInput(attrs=NUMBER),
    )
    closes_on = day_field(gettext_lazy("Last day of the sale"))
    packing_house = forms.ChoiceField(label=gettext_lazy("Packing house"), required=False)
    exporter = forms.ChoiceField(label=gettext_lazy("Exporter of record"), required=False)

    def __init__(self, *arguments: Any, own: OwnLot, asked: Asked, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._own = own
        self.fields["price"].label = _("Price in baht at the packing house or workshop, for one %(unit)s") % {
            "unit": unit_name(own.unit)
        }
        self.fields["price"].initial = Decimal(own.price_minor) / 100
        self.fields["minimum_units"].initial = own.minimum_units
        self.fields["closes_on"].initial = own.closes_on
        given = {"packing_house": own.packing_house, "exporter": own.exporter}
        parties = PartiesForm(
            asked=Asked(**{name: getattr(asked, name) for name in Asked.__dataclass_fields__} | {"given": given})
        )
        for name in given:
            self.fields[name] = parties.fields[name]
        steps = PackageForm.step_fields([list(step) for step in own.steps])
        self.fields |= steps

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for field, text in PackageForm.faults_of_steps(given):
            if field not in self.errors:
                self.add_error(field, text)
        return given

    def changes(self) -> dict[str, Any]:
        given = self.cleaned_data
        closes_on: date = given["closes_on"]
        return {
            "price_minor": int(given["price"] * 100), "minimum_units": given["minimum_units"], "closes_on": closes_on,
            "packing_house": given["packing_house"], "exporter": given["exporter"],
            "steps": tuple((units, price) for units, price in PackageForm.steps_of(given)),
        }  # fmt: skip


class ListingWordsForm(KindForm):
    """What a listing says: kind, title and own words in any of the three languages, capacity."""

    def __init__(self, *arguments: Any, own: OwnLot, asked: Asked, **named: Any) -> None:
        self._own = own
        chosen = Asked(
            **{name: getattr(asked, name) for name in Asked.__dataclass_fields__}
            | {"given": {"attributes": own.attributes}}
        )
        super().__init__(*arguments, asked=chosen, **named)
        self._kinds = tuple(self.fields)
        names = {"en": _("in English"), "th": _("in Thai"), "zh": _("in Chinese")}
        for at, (code, name) in enumerate(names.items()):
            self.fields[f"title_{code}"] = forms.CharField(
                label=_("Title %(language)s") % {"language": name}, required=False, max_length=200, initial=own.title[at],
                help_text=_("Left empty: made of what you chose above") if at == 0 else "",
            )  # fmt: skip
        for at, (code, name) in enumerate(names.items()):
            self.fields[f"description_{code}"] = forms.CharField(
                label=_("Own words %(language)s") % {"language": name}, required=False, max_length=2000, initial=own.description[at],
                widget=forms.Textarea(attrs={"rows": 3}),
            )  # fmt: skip
        self.fields["monthly_capacity"] = forms.IntegerField(
            label=_("As much can be made in a month"), required=False, min_value=1, max_value=1_000_000_000, initial=own.monthly_capacity,
            widget=forms.NumberInput(attrs=NUMBER),
        )  # fmt: skip

    def changes(self) -> dict[str, Any]:
        given = self.cleaned_data
        attributes = {code: given[code] for code in self._kinds if given[code]}
        if "package" in self._own.attributes:
            attributes["package"] = self._own.attributes["package"]
        texts = {
            stem: tuple(given[f"{stem}_{code}"].strip() for code in ("en", "th", "zh"))
            for stem in ("title", "description")
        }
        return {"attributes": attributes, **texts, "monthly_capacity": given["monthly_capacity"]}

"""Shape checks of a packing house's forms: the ticket on the telephone, and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samphao.core.pictures import BYTES_MAX
from samphao.web.templatetags.samphao import in_language_plain
from samphao.workflows.labels import LabelRun
from samphao.workflows.weighing import SIDES, Photo, Signer, Weighed

GRADES = ("A", "B", "C")
KG = {"inputmode": "decimal", "autocomplete": "off"}


def kg_field(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=1_000_000, decimal_places=3, max_digits=12, widget=forms.TextInput(attrs=KG)
    )  # fmt: skip


class TicketForm(forms.Form):
    """What was weighed and who signs; strokes and their age are filled in by the telephone, passwords by hand."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=80)
    cut_on = forms.DateField(
        label=gettext_lazy("Cut on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self, *arguments: Any, grade: str, people: Mapping[str, Sequence[tuple[int, str]]], **named: Any
    ) -> None:
        super().__init__(*arguments, **named)
        self.grades = list(dict.fromkeys(name for name in (grade, *GRADES) if name))
        for place, name in enumerate(self.grades):
            self.fields[f"kg_{place}"] = kg_field(_("Grade %(grade)s, kg") % {"grade": name})
        self.fields["rejected_kg"] = kg_field(_("Rejected, kg"))
        self.fields["dry_matter_pct"] = forms.DecimalField(
            label=_("Dry matter, %"), required=False, min_value=0, max_value=100, decimal_places=2, max_digits=5, widget=forms.TextInput(attrs=KG)
        )  # fmt: skip
        for side in SIDES:
            self.fields[f"name_{side}"] = _name_field(people[side])
            self.fields[f"password_{side}"] = forms.CharField(
                label=_("or by password"), required=False, max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
            )  # fmt: skip
            self.fields[f"path_{side}"] = forms.CharField(required=False, max_length=25_000, widget=forms.HiddenInput)
            self.fields[f"age_{side}"] = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def weights(self) -> list[forms.BoundField]:
        return [self[name] for name in (*(f"kg_{place}" for place in range(len(self.grades))), "rejected_kg")]

    def side(self, side: str) -> dict[str, forms.BoundField]:
        return {name: self[f"{name}_{side}"] for name in ("name", "password", "path", "age")}

    def weighed(self, lot: str, request: HttpRequest) -> Weighed:
        given = self.cleaned_data
        grades = tuple((name, given[f"kg_{place}"]) for place, name in enumerate(self.grades) if given[f"kg_{place}"])
        signers = {
            side: Signer(given[f"name_{side}"], given[f"password_{side}"], given[f"path_{side}"], given[f"age_{side}"] or 0) for side in SIDES
        }  # fmt: skip
        return Weighed(
            lot, given["key"], given["cut_on"], grades, given["rejected_kg"] or Decimal(0), given["dry_matter_pct"], signers,
            tuple(self._photos(request)),
        )  # fmt: skip

    def _photos(self, request: HttpRequest) -> list[Photo]:
        named = [(f"photo_kg_{place}", name) for place, name in enumerate(self.grades)] + [
            ("photo_rejected_kg", "reject")
        ]
        return [
            Photo(of, upload.name or "photo.jpg", upload.read(BYTES_MAX + 1))
            for field, of in named
            for upload in request.FILES.getlist(field)
        ]


def _name_field(people: Sequence[tuple[int, str]]) -> forms.Field:
    """Choose one of those who can sign; a side without log-ins writes its name."""
    if people:
        return forms.ChoiceField(label=_("Who signs"), choices=[(name, name) for _number, name in people])
    return forms.CharField(
        label=_("Name of who signs"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class LabelForm(forms.Form):
    """How many cartons of what net mass for which city; for an order, whose weight they settle."""

    order = forms.ChoiceField(
        label=gettext_lazy("For the order"), required=False,
        help_text=gettext_lazy("With its last carton an order is settled: its buyer pays the kilograms that were packed."),
    )  # fmt: skip
    destination = forms.ChoiceField(label=gettext_lazy("For"))
    cartons = forms.IntegerField(label=gettext_lazy("Cartons"), min_value=1, max_value=500)
    net_kg = forms.DecimalField(
        label=gettext_lazy("Net mass of a carton, kg"), min_value=Decimal("0.1"), max_value=1000, decimal_places=3, max_digits=7,
        help_text=gettext_lazy("As the scale says; print cartons of another mass by themselves."), widget=forms.TextInput(attrs=KG),
    )  # fmt: skip
    packed_on = forms.DateField(
        label=gettext_lazy("Packed on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *arguments: Any, cities: Sequence[Any], orders: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        choices = {
            "destination": [(city.code, in_language_plain(city, "city")) for city in cities],
            "order": [("", _("none: cartons for the stock")), *orders],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 for the type checker
            field.choices = offered
        if not orders:
            del self.fields["order"]

    def run(self, lot: str) -> LabelRun:
        given = self.cleaned_data
        return LabelRun(
            lot,
            given["destination"],
            given["cartons"],
            given["packed_on"],
            int(given["net_kg"] * 1000),
            given.get("order", ""),
        )


class StopForm(forms.Form):
    """What was decided of a lot that the mass balance stopped."""

    lot = forms.CharField(max_length=40, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(choices=[("allowed", ""), ("refused", "")], widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What was looked at, and what was found. Grower and packing house read it."),
    )  # fmt: skip

"""The few questions of an order cycle: shape checks, and the terms that they make."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samphao.trade.services import CycleSpec
from samphao.trade.types import CycleTerms

DAYS_ASKED = 3


def _moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
    return forms.DateTimeField(label=label, widget=widget, input_formats=formats, help_text=help_text)


def _day(label: Any, *, required: bool) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def _share(label: Any, help_text: Any, least: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=100, help_text=help_text)


class CycleForm(forms.Form):
    lots = forms.MultipleChoiceField(
        label=_("Which lots are pre-ordered?"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Lots that nobody has ordered yet, and that no campaign or other cycle sells"),
    )  # fmt: skip
    opens_at = _moment(_("Orders are taken from (Bangkok time)"))
    closes_at = _moment(_("Orders are taken until"))
    delivery_1 = _day(_("First delivery day"), required=True)
    delivery_2 = _day(_("Second delivery day"), required=False)
    delivery_3 = _day(_("Third delivery day"), required=False)
    safety_pct = _share(
        _("How much of the forecast may be pre-ordered, in per cent?"),
        _("The rest is your safety against a bad harvest"),
        1,
    )
    deposit_pct = _share(
        _("How much is paid when ordered, in per cent of the price?"), _("100 means that everything is paid at once"), 1
    )
    balance_due_at = _moment(
        _("Until when is the balance paid?"),
        _("An hour after the last order at the earliest, and before the first delivery"),
    )
    lapse_keeps_pct = _share(
        _("If the balance is not paid, how much of the deposit stays with the producer, in per cent?"), _("0 gives all of it back"), 0
    )  # fmt: skip
    shortfall = forms.ChoiceField(
        label=_("Who is served when the harvest is short?"), widget=forms.RadioSelect,
        choices=[
            ("pro_rata", _("Everybody gets the same share, in whole packages")),
            ("first_come", _("Who ordered first is served first")),
        ],
    )  # fmt: skip

    def __init__(self, *arguments: Any, lots: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["lots"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 for the type checker
        field.choices = list(lots)

    def spec(self) -> CycleSpec:
        given = self.cleaned_data
        days: list[date] = [given[f"delivery_{n}"] for n in range(1, DAYS_ASKED + 1) if given[f"delivery_{n}"]]
        opens: datetime = given["opens_at"]
        terms = CycleTerms(
            opens, given["closes_at"], tuple(days), given["safety_pct"], given["deposit_pct"], given["balance_due_at"], given["lapse_keeps_pct"],
            given["shortfall"],
        )  # fmt: skip
        return CycleSpec(terms, tuple(given["lots"]))

"""Shape checks of the forms about suspensions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samphao.accounts.types import SuspensionSpec
from samphao.core import clock


def scopes() -> list[tuple[str, Any]]:
    return [("CN", _("Sales to China")), ("everywhere", _("Every sale"))]


class SuspendForm(forms.Form):
    scope = forms.ChoiceField(label=_("What is suspended"), choices=scopes, widget=forms.RadioSelect, initial="CN")
    reasons = forms.CharField(
        label=_("Statement of reasons"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What was found, where and when, and which rule it breaks. Who is suspended reads it word for word."),
    )  # fmt: skip
    source = forms.CharField(
        label=_("On whose word"), max_length=300, help_text=_("A notice, a report or a letter, with its number and date"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    from_on = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Today, or up to 90 days ago"),
    )  # fmt: skip
    until_on = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Its last day; empty until somebody lifts it"),
    )  # fmt: skip

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["from_on"].initial = clock.today()

    def spec(self, kind: str, code: str) -> SuspensionSpec:
        given = self.cleaned_data
        return SuspensionSpec(
            kind, code, given["scope"], given["reasons"], given["source"], given["from_on"], given["until_on"]
        )


class ReasonForm(forms.Form):
    """An appeal, or why a suspension is lifted or kept."""

    text = forms.CharField(label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *arguments: Any, label: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["text"].label = label

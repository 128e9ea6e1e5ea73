"""Shape check of the form that announces a campaign."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samphao.trade.types import CampaignSpec
from samphao.web.numbers import INTEGER_MAX


def _name(label: Any, *, required: bool) -> forms.CharField:
    return forms.CharField(label=label, max_length=120, required=required)


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


class CampaignForm(forms.Form):
    name_th = _name(_("Name in Thai"), required=False)
    name_zh = _name(_("Name in Chinese"), required=False)
    name_en = _name(_("Name in English"), required=True)
    starts_at = _moment(_("The sale starts (Bangkok time)"))
    ends_at = _moment(_("The sale ends (Bangkok time)"))
    buyer_limit = forms.IntegerField(
        label=_("Most that one buyer may order of each lot"), min_value=1, max_value=INTEGER_MAX, help_text=_("In units of the lot, such as fruit")
    )  # fmt: skip
    admit_per_s = forms.IntegerField(
        label=_("Buyers let through in a second"), min_value=1, max_value=10_000, initial=1000,
        help_text=_("The rest wait in a queue. When the order counter is pressed, fewer are let through."),
    )  # fmt: skip
    lots = forms.CharField(
        label=_("Lots"), max_length=3000, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("Their codes, one a line; none that is on sale already")
    )  # fmt: skip

    def spec(self) -> CampaignSpec:
        given = dict(self.cleaned_data)
        lots = tuple(str(given.pop("lots")).replace(",", " ").split())
        return CampaignSpec(lots=lots, **given)


def draft(spec: CampaignSpec) -> dict[str, Any]:
    """Return a campaign as what the form shows before anybody has written in it."""
    return {
        "name_th": spec.name_th, "name_zh": spec.name_zh, "name_en": spec.name_en, "starts_at": spec.starts_at, "ends_at": spec.ends_at,
        "buyer_limit": spec.buyer_limit, "admit_per_s": spec.admit_per_s, "lots": "\n".join(spec.lots),
    }  # fmt: skip

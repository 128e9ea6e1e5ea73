"""Shape the pages of delegations: whom a producer lets sell for it, and for whom an exporter sells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from samphao.reference.queries import goods
from samphao.web.registration_forms import DayField
from samphao.web.templatetags.samphao import day, in_language_plain, kg, language, moment, money

KG_MAX = 10**9


def good_name(good: Any) -> str:
    """Return a good's name in the page's language, or its code where the good is no longer published."""
    return in_language_plain(good) or str(good.code)


class DelegationForm(forms.Form):
    """Who, what, how much a month, until when; `others` are the exporters that a producer may choose, if it asks."""

    other = forms.CharField(
        label=gettext_lazy("Code of the other side"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    goods = forms.MultipleChoiceField(
        label=gettext_lazy("Goods"), widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("Choose at least one")
    )
    month_kg_max = forms.IntegerField(
        label=gettext_lazy("At most so many kilograms a month"), required=False, min_value=1, max_value=KG_MAX
    )
    month_amount_max = forms.IntegerField(
        label=gettext_lazy("At most so many baht a month"),
        required=False,
        min_value=1,
        max_value=KG_MAX,
        help_text=gettext_lazy("Set one of the two limits or both; what you are paid for the goods counts"),
    )
    valid_from = DayField(label=gettext_lazy("From"))
    valid_to = DayField(label=gettext_lazy("Until"), help_text=gettext_lazy("Either side can end it earlier"))

    def __init__(self, *arguments: Any, others: Iterable[Any] | None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if others is not None:
            options = [("", _("Choose")), *((one.code, f"{in_language_plain(one)} ({one.code})") for one in others)]
            self.fields["other"] = forms.ChoiceField(label=_("Exporter"), choices=options)
        field = self.fields["goods"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 for the type checker
        named = {code: good_name(good) for code, good in goods().items()}
        field.choices = [(code, named[code]) for code in sorted(named, key=lambda code: named[code])]


def state_tag(row: Any, today: date) -> dict[str, str]:
    if row.state == "accepted" and row.valid_to < today:
        return {"kind": "idle", "label": _("its time is over")}
    if row.state == "accepted" and row.valid_from > today:
        return {"kind": "info", "label": _("agreed, not begun")}
    return {
        "asked": {"kind": "warn", "label": _("waits for an answer")}, "accepted": {"kind": "ok", "label": _("in force")},
        "declined": {"kind": "bad", "label": _("declined")}, "withdrawn": {"kind": "idle", "label": pgettext("delegation", "withdrawn")},
        "revoked": {"kind": "bad", "label": _("ended early")}, "replaced": {"kind": "idle", "label": _("replaced by another")},
    }[row.state]  # fmt: skip


def holds(row: Any, today: date) -> bool:
    return bool(row.state == "accepted" and row.valid_from <= today <= row.valid_to)


def limit_text(row: Any) -> str:
    limits = [kg(row.month_kg_max)] if row.month_kg_max else []
    if row.month_amount_max_minor:
        limits.append(money(row.month_amount_max_minor, row.currency))
    return _("%(limits)s a month") % {"limits": " · ".join(limits)}


def other_side(row: Any, own: Collection[int]) -> Any:
    return row.exporter if row.producer_id in own else row.producer


def columns() -> list[dict[str, Any]]:
    return [
        {"label": _("reference"), "whole": True}, {"label": _("with"), "whole": True, "wide": True}, {"label": _("goods"), "wide": True}, {"label": _("limit")},
        {"label": _("until"), "whole": True}, {"label": _("state")},
    ]  # fmt: skip


def goods_text(codes: Iterable[str], names: Mapping[str, Any]) -> str:
    mark = "、" if language() == "zh-hans" else ", "
    return mark.join(good_name(names[code]) if code in names else code for code in codes)


def rows(found: Iterable[Any], own: Collection[int], today: date) -> list[list[Any]]:
    names = goods()
    return [
        [
            {"text": row.code, "url": reverse("delegation", args=[row.code])}, in_language_plain(other_side(row, own)), goods_text(row.goods, names),
            limit_text(row), day(row.valid_to), {"tag": state_tag(row, today)},
        ]
        for row in found
    ]  # fmt: skip


def facts(row: Any) -> list[dict[str, Any]]:
    """Return the terms and what happened, as both sides see them."""
    told = [
        {"term": _("Producer"), "value": in_language_plain(row.producer), "note": row.producer.code},
        {"term": _("Exporter"), "value": in_language_plain(row.exporter), "note": row.exporter.code},
        {"term": _("Goods"), "value": goods_text(row.goods, goods())},
        {"term": _("Limit"), "value": limit_text(row)},
        {"term": _("Time"), "value": _("%(first)s to %(last)s") % {"first": day(row.valid_from), "last": day(row.valid_to)}},
        {"term": _("Asked"), "value": moment(row.asked_at), "note": row.asked_by},
    ]  # fmt: skip
    if row.accepted_at:
        told.append({"term": _("Agreed"), "value": moment(row.accepted_at), "note": row.accepted_by})
    if row.ended_at:
        told.append({"term": _("Ended"), "value": moment(row.ended_at), "note": row.ended_by})
    return told

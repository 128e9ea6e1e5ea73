"""Shape checks of the forms after a delivery: bad goods with photos, answers, decisions, reviews."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from samphao.core.money import minor_units
from samphao.core.pictures import BYTES_MAX
from samphao.trade.types import REASON_LENGTH_MIN, ClaimAnswer

WORDS = {"rows": 3}


def wrongs() -> list[tuple[str, Any]]:
    return [
        ("mouldy", _("Mouldy or rotten")),
        ("unripe", _("Unripe: it will not ripen")),
        ("crushed", _("Crushed or split")),
        ("wrong_grade", _("Another grade or kind than was bought")),
        ("short", _("Missing: less came than was bought")),
        ("late", _("So late that it is of no use")),
    ]


def wishes() -> list[tuple[str, Any]]:
    return [
        ("refund", _("Money back for what is bad")),
        ("replacement", _("Money back, and a link to order the same again")),
    ]


def reason_field(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, widget=forms.Textarea(attrs=WORDS), min_length=REASON_LENGTH_MIN, max_length=1000
    )


class PhotosInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos at once, each small enough to be read."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            return super().clean(None, initial)
        if any((one.size or 0) > BYTES_MAX for one in given):
            raise forms.ValidationError(_("A photo is larger than 10 MB."))
        return [super(PhotosField, self).clean(one, initial) for one in given]


class ClaimForm(forms.Form):
    wrong = forms.ChoiceField(label=_("What is wrong?"), choices=wrongs, widget=forms.RadioSelect)
    bad_units = forms.IntegerField(label=_("How many?"), min_value=1)
    photos = PhotosField(
        label=_("Photos of it"),
        help_text=_("One to six. Show the carton's label and what is bad. Place and device are removed."),
        widget=PhotosInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    said = forms.CharField(
        label=_("What did you find?"), required=False, max_length=1000, widget=forms.Textarea(attrs=WORDS)
    )
    wants = forms.ChoiceField(label=_("What do you want?"), choices=wishes, widget=forms.RadioSelect, initial="refund")

    def __init__(self, *arguments: Any, most: int, hint: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["bad_units"]
        assert isinstance(field, forms.IntegerField)  # noqa: S101 for the type checker
        field.max_value, field.help_text = most, hint
        field.widget.attrs |= {"max": most, "inputmode": "numeric"}

    def photos_given(self) -> list[tuple[str, bytes]]:
        photos: Iterable[UploadedFile[Any]] = self.cleaned_data["photos"]
        return [(photo.name or "", photo.read()) for photo in photos]


class ReturnForm(forms.Form):
    bad_units = forms.IntegerField(label=_("How many go back?"), min_value=1)
    said = forms.CharField(
        label=_("Why? You need not say."), required=False, max_length=1000, widget=forms.Textarea(attrs=WORDS)
    )

    def __init__(self, *arguments: Any, most: int, hint: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["bad_units"]
        field.initial, field.help_text = most, hint
        field.widget.attrs |= {"max": most, "inputmode": "numeric"}


class AmountForm(forms.Form):
    """An answer with an amount in whole and parts of a currency, and a reason."""

    answer = forms.ChoiceField(label=_("Choose one"), widget=forms.RadioSelect)
    amount = forms.DecimalField(
        label=_("Amount"), required=False, min_value=0, max_digits=14,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), required=False, help_text=_("A sentence that the other side can act on. It is kept and shown."), max_length=1000,
        widget=forms.Textarea(attrs=WORDS),
    )  # fmt: skip

    def __init__(self, *arguments: Any, currency: str, answers: list[tuple[str, Any]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.currency = currency
        field, amount = self.fields["answer"], self.fields["amount"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 for the type checker
        assert isinstance(amount, forms.DecimalField)  # noqa: S101
        field.choices, amount.help_text = answers, currency
        amount.label = _("Amount that goes back") if len(answers) == 1 else _("Amount, if you offer another one")
        if len(answers) == 1:
            field.initial, field.widget = answers[0][0], forms.HiddenInput()
        if not any(value in ("offer", "decide") for value, _label in answers):
            del self.fields["amount"]

    def said(self) -> ClaimAnswer:
        given = self.cleaned_data
        amount = given.get("amount")
        minor = None if amount is None else int((Decimal(amount) * minor_units(self.currency)).to_integral_value())
        return ClaimAnswer(given["answer"], minor, given["reason"])


class StarsForm(forms.Form):
    goods = forms.TypedChoiceField(label=_("The goods themselves"), coerce=int)
    as_described = forms.TypedChoiceField(label=_("As they were described"), coerce=int)
    packing = forms.TypedChoiceField(label=_("Packing"), coerce=int)
    delivery = forms.TypedChoiceField(label=_("Delivery"), coerce=int)
    text = forms.CharField(
        label=_("In your own words"), required=False, max_length=2000, widget=forms.Textarea(attrs=WORDS)
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        marks = [(5, _("5: very good")), (4, _("4: good")), (3, _("3: fair")), (2, _("2: poor")), (1, _("1: bad"))]
        for name in ("goods", "as_described", "packing", "delivery"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 for the type checker
            field.choices = [("", _("Choose")), *marks]

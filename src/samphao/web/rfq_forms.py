"""Shape checks of the forms of requests, quotes and contracts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samphao.core import clock
from samphao.core.money import minor_units
from samphao.reference.types import DestinationSpec
from samphao.trade.rfq_types import CERTIFICATES, RfqSpec, Terms
from samphao.trade.types import REASON_LENGTH_MIN

WORDS = {"rows": 3}
DAY = {"type": "date"}
WHOLE = {"inputmode": "numeric"}
MONEY = {"step": "any", "inputmode": "decimal"}


def incoterms() -> list[tuple[str, Any]]:
    return [
        ("FCA", _("FCA: at the packing house; the buyer pays everything from there")),
        ("CPT", _("CPT: carriage to the border of entry is in the price")),
        ("CIP", _("CIP: carriage and insurance to the border of entry are in the price")),
        ("DAP", _("DAP: carriage to the door is in the price, duty and tax are not")),
        ("DDP", _("DDP: everything to the door is in the price, duty and tax too")),
    ]


def certificate_names() -> dict[str, Any]:
    return {
        "gap": _("GAP of the orchard"), "gmp": _("GMP of the packing house"), "gacc": _("Registration at China's customs (GACC)"),
        "phytosanitary": _("Phytosanitary certificate"), "form_e": _("Form E (certificate of origin)"),
        "residue_test": _("Residue test of the lot"), "organic": _("Organic"), "halal": _("Halal"), "otop": _("OTOP"),
        "gi": _("Geographical indication"),
    }  # fmt: skip


def sample_names() -> list[tuple[str, Any]]:
    return [
        ("none", _("No samples")),
        ("free", _("Samples free of charge")),
        ("paid", _("Samples at the price of the goods")),
    ]


class RfqForm(forms.Form):
    good = forms.ChoiceField(label=_("Goods"))
    grade = forms.CharField(label=_("Grade, variety or size"), max_length=40, required=False)
    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=5_000_000, widget=forms.NumberInput(attrs=WHOLE)
    )
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=[("kg", _("kilograms")), ("carton", _("cartons"))],
        initial="kg",
        widget=forms.RadioSelect,
    )
    carton_kg = forms.DecimalField(
        label=_("Kilograms in a carton, net"), required=False, min_value=Decimal("0.1"), max_value=1000, max_digits=7, decimal_places=3,
        help_text=_("Such as 18 for durian"), widget=forms.NumberInput(attrs=MONEY),
    )  # fmt: skip
    package = forms.CharField(
        label=_("Package"), max_length=80, required=False, help_text=_("Such as: six fruit a carton, netted")
    )
    destination = forms.ChoiceField(label=_("City to which it goes"))
    incoterm = forms.ChoiceField(
        label=_("Term of delivery (Incoterms 2020)"), choices=incoterms, initial="DAP",
        help_text=_("Sellers may quote on another one. You compare all of them by their price to your door."),
    )  # fmt: skip
    incoterm_place = forms.CharField(label=_("Place of the term"), max_length=80)
    wanted_from = forms.DateField(label=_("Not before"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    wanted_by = forms.DateField(label=_("At the door by"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    certificates = forms.MultipleChoiceField(
        label=_("Certificates that you want"), choices=lambda: list(certificate_names().items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    target = forms.DecimalField(
        label=_("Price that you have in mind, for a kilogram to your door"), required=False, min_value=Decimal("0.01"), max_digits=10,
        help_text=_("In the money of the city. Sellers see it."), widget=forms.NumberInput(attrs=MONEY),
    )  # fmt: skip
    wants_samples = forms.BooleanField(label=_("I want samples first"), required=False)
    inspector = forms.TypedChoiceField(
        label=_("Who inspects the goods before they leave"), required=False, coerce=int, empty_value=None,
        help_text=_("Without one, the signed weigh-and-grade ticket counts."),
    )  # fmt: skip
    closes_in = forms.IntegerField(
        label=_("Days for sellers to quote"),
        min_value=1,
        max_value=60,
        initial=7,
        widget=forms.NumberInput(attrs=WHOLE),
    )
    said = forms.CharField(
        label=_("In your own words"), required=False, max_length=1000, widget=forms.Textarea(attrs=WORDS)
    )
    call = forms.CharField(required=False, max_length=14, widget=forms.HiddenInput())

    def __init__(
        self, *arguments: Any, goods: Sequence[tuple[str, str]], places: Sequence[DestinationSpec], cities: Sequence[tuple[str, str]],
        inspectors: Sequence[tuple[int, str]], **named: Any,
    ) -> None:  # fmt: skip
        super().__init__(*arguments, **named)
        self.places = {place.code: place for place in places}
        for name, choices in (
            ("good", goods),
            ("destination", cities),
            ("inspector", [("", _("Nobody")), *inspectors]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 for the type checker
            field.choices = list(choices)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("unit") == "carton" and not given.get("carton_kg"):
            self.add_error("carton_kg", _("Write how many kilograms a carton holds."))
        return given

    def spec(self) -> RfqSpec:
        given = self.cleaned_data
        place = self.places[given["destination"]]
        kg = given["quantity"]
        if given["unit"] == "carton":
            kg = int((kg * given["carton_kg"]).to_integral_value(ROUND_HALF_UP))
        target = given["target"]
        minor = None if target is None else int((target * minor_units(place.currency)).to_integral_value(ROUND_HALF_UP))
        return RfqSpec(
            given["good"], kg, place.code, given["incoterm"], given["incoterm_place"], given["wanted_from"], given["wanted_by"],
            clock.now() + timedelta(days=given["closes_in"]), place.currency, given["grade"], given["carton_kg"], given["package"],
            tuple(name for name in CERTIFICATES if name in given["certificates"]), minor, given["wants_samples"], given["inspector"],
            given["said"], given["call"],
        )  # fmt: skip


def _price(label: Any, *, required: bool = False) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=required, min_value=Decimal("0.01"), max_value=100_000, max_digits=9, decimal_places=2,
        widget=forms.NumberInput(attrs=MONEY),
    )  # fmt: skip


def _from(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=5_000_000, widget=forms.NumberInput(attrs=WHOLE)
    )


class TermsForm(forms.Form):
    """A version of a quote. A counter-offer has one price, for the quantity of the request."""

    lot = forms.ChoiceField(label=_("From which of your lots"))
    price = _price(_("Price of a kilogram, baht"), required=True)
    from_2 = _from(_("From how many kilograms is it cheaper"))
    price_2 = _price(_("Price of a kilogram from there on, baht"))
    from_3 = _from(_("And cheaper again from how many kilograms"))
    price_3 = _price(_("Price of a kilogram from there on, baht"))
    incoterm = forms.ChoiceField(label=_("Term of delivery (Incoterms 2020)"), choices=incoterms)
    incoterm_place = forms.CharField(label=_("Place of the term"), max_length=80)
    lead_days = forms.IntegerField(
        label=_("Days from the signature until the goods are packed"),
        min_value=0,
        max_value=365,
        widget=forms.NumberInput(attrs=WHOLE),
    )
    valid_days = forms.IntegerField(
        label=_("Valid for how many days"), min_value=1, max_value=60, initial=7, widget=forms.NumberInput(attrs=WHOLE),
        help_text=_("To the end of that day in Bangkok. Afterwards it cannot be signed any more."),
    )  # fmt: skip
    samples = forms.ChoiceField(label=_("Samples"), choices=sample_names, initial="none")
    certificates = forms.MultipleChoiceField(
        label=_("Certificates that come with the goods"), required=False, widget=forms.CheckboxSelectMultiple
    )
    deposit_percent = forms.IntegerField(
        label=_("Percent of the seller's money when the contract's money is held"), min_value=0, max_value=90, initial=20, widget=forms.NumberInput(attrs=WHOLE)
    )  # fmt: skip
    checked_percent = forms.IntegerField(
        label=_("Percent at the signed ticket, or the inspector's report"), min_value=0, max_value=90, initial=50, widget=forms.NumberInput(attrs=WHOLE),
        help_text=_("The rest follows when the goods have come and the claim window is over: at least 10 percent."),
    )  # fmt: skip
    said = forms.CharField(
        label=_("In your own words"), required=False, max_length=1000, widget=forms.Textarea(attrs=WORDS)
    )

    def __init__(
        self,
        *arguments: Any,
        wanted: Sequence[str],
        lots: Sequence[tuple[str, str]] = (),
        steps: bool = True,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        names = certificate_names()
        field = self.fields["certificates"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 for the type checker
        field.choices = [(name, names[name]) for name in wanted]
        if not wanted:
            del self.fields["certificates"]
        if lots:
            self.fields["lot"].choices = list(lots)  # type: ignore[attr-defined]
        else:
            del self.fields["lot"]
        if not steps:
            for name in ("from_2", "price_2", "from_3", "price_3"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for number in (2, 3):
            start, price = given.get(f"from_{number}"), given.get(f"price_{number}")
            if (start is None) != (price is None):
                self.add_error(f"price_{number}", _("A step has a quantity and a price."))
        return given

    def terms(self) -> Terms:
        given = self.cleaned_data
        steps = [(0, _satang(given["price"]))]
        steps += [(given[f"from_{n}"], _satang(given[f"price_{n}"])) for n in (2, 3) if given.get(f"from_{n}")]
        last = clock.today() + timedelta(days=given["valid_days"])
        return Terms(
            tuple(steps), given["incoterm"], given["incoterm_place"], given["lead_days"], datetime.combine(last, time(23, 59), clock.BANGKOK),
            given["samples"], given["deposit_percent"], given["checked_percent"], tuple(given.get("certificates", ())), given["said"],
        )  # fmt: skip


def _satang(baht: Decimal) -> int:
    return int((baht * 100).to_integral_value(ROUND_HALF_UP))


class StepForm(forms.Form):
    """What an inspector, a side or the hub says to a contract."""

    answer = forms.ChoiceField(label=_("Choose one"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("In a sentence"), help_text=_("All parties of the contract read it. It is kept."), min_length=REASON_LENGTH_MIN, max_length=1000,
        widget=forms.Textarea(attrs=WORDS),
    )  # fmt: skip

    def __init__(self, *arguments: Any, answers: Sequence[tuple[str, Any]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["answer"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 for the type checker
        field.choices = list(answers)
        if len(answers) == 1:
            field.initial, field.widget = answers[0][0], forms.HiddenInput()

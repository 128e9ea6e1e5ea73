"""The eight questions of a lot, one form each: shape checks, and their answers as a draft keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samphao.accounts.queries import PartyChoice
from samphao.accounts.types import OrchardSpec
from samphao.reference.queries import StorageSpec
from samphao.reference.types import GoodSpec
from samphao.trade import queries as trade
from samphao.trade.types import TERMS_2018, PayoutSchedule
from samphao.web.cards import unit_name
from samphao.web.templatetags.samphao import day, in_language_plain, language

PHOTO_TYPES = "image/jpeg,image/png,image/webp"
SALE_DAYS = 60
"""So long is sold what is ready already, unless its seller says otherwise."""
STEPS_ASKED = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question needs to know: the good, whose lot it is, what was answered before."""

    good: GoodSpec
    storage: StorageSpec | None
    orchards: Sequence[OrchardSpec]
    packing_houses: Sequence[PartyChoice]
    exporters: Sequence[PartyChoice]
    producer: Any
    province: str
    today: date
    given: Mapping[str, Any]


class Question(forms.Form):
    """One question; `answers` gives what the draft keeps of it."""

    fields_of: tuple[str, ...] = ()
    """The fields by the names that the rules of a lot give them."""

    def __init__(self, *arguments: Any, asked: Asked, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.asked = asked
        self.prepare()

    def prepare(self) -> None:
        """Fit the fields to the good."""

    def offer(self, name: str, choices: Sequence[tuple[str, str]]) -> forms.ChoiceField:
        """Put the choices of a field."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 for the type checker
        field.choices = list(choices)
        return field

    def answers(self) -> dict[str, Any]:
        raise NotImplementedError


class KindForm(Question):
    """What the good is like; each answer is spoken in three languages."""

    def prepare(self) -> None:
        chosen = self.asked.given.get("attributes") or {}
        for attribute in _asked_of(self.asked.good):
            words = attribute.options
            self.fields[attribute.code] = forms.ChoiceField(
                label=_said(attribute.names), required=False, initial=chosen.get(attribute.code, ""),
                choices=[("", _("not said")), *((code, _said(texts)) for code, texts in words.items())],
            )  # fmt: skip
        self.fields_of = tuple(self.fields)

    def answers(self) -> dict[str, Any]:
        before = self.asked.given.get("attributes") or {}
        kept = {code: value for code, value in before.items() if code == "package"}
        return {"attributes": kept | {code: value for code, value in self.cleaned_data.items() if value}}


class PlaceForm(Question):
    orchard = forms.ChoiceField(label=gettext_lazy("Where it comes from"), widget=forms.RadioSelect, required=False)
    fields_of = ("orchard",)

    def prepare(self) -> None:
        choices = [(row.code, _orchard_text(row)) for row in self.asked.orchards]
        if not self.asked.good.is_fresh_fruit:
            producer = self.asked.producer
            here = _("made by %(name)s, %(province)s") % {
                "name": in_language_plain(producer), "province": self.asked.province,
            }  # fmt: skip
            choices = [("", here), *choices]
        field = self.offer("orchard", choices)
        field.initial = self.asked.given.get("orchard", choices[0][0] if choices else "")
        field.required = self.asked.good.is_fresh_fruit

    def answers(self) -> dict[str, Any]:
        return {"orchard": self.cleaned_data["orchard"]}


def day_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label, help_text=help_text, required=required, widget=widget, input_formats=["%Y-%m-%d"]
    )


class WhenForm(Question):
    harvest_from = day_field(gettext_lazy("First day of the harvest"))
    harvest_to = day_field(gettext_lazy("Last day of the harvest"))
    closes_on = day_field(gettext_lazy("Last day of the sale"), required=False)
    fields_of = ("harvest_from", "harvest_to", "closes_on")

    def prepare(self) -> None:
        if not self.asked.good.is_fresh_fruit:
            self.fields["harvest_from"].label = _("Ready on")
            del self.fields["harvest_to"]
            self.fields["closes_on"].help_text = _("Left empty: sold for 60 days")
        else:
            self.fields["closes_on"].help_text = _("Left empty: the day before the harvest begins")
        for name, field in self.fields.items():
            field.initial = self.asked.given.get(name)

    def answers(self) -> dict[str, Any]:
        given = self.cleaned_data
        first, last = given["harvest_from"], given.get("harvest_to") or given["harvest_from"]
        if self.asked.good.is_fresh_fruit:
            usual = max(self.asked.today, first - timedelta(days=1))
        else:
            usual = max(self.asked.today, first) + timedelta(days=SALE_DAYS)
        days = {"harvest_from": first, "harvest_to": last, "closes_on": given.get("closes_on") or usual}
        return {name: value.isoformat() for name, value in days.items()}


class AmountForm(Question):
    amount = forms.IntegerField(
        min_value=1, max_value=1_000_000_000, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    flowering_on = day_field(gettext_lazy("Full bloom on"), required=False)
    trees = forms.IntegerField(
        label=gettext_lazy("Trees that bear"), required=False, min_value=1, max_value=1_000_000, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )  # fmt: skip
    fields_of = ("quantity", "flowering_on", "trees")

    def prepare(self) -> None:
        given, unit = self.asked.given, amount_unit(self.asked.good, self.asked.given)
        self.fields["amount"].label = _("How much of it (%(unit)s)") % {"unit": unit_name(unit)}
        self.fields["amount"].initial = given.get("amount")
        if trade.estimate({**given, "flowering_on": given.get("harvest_from", "2026-01-01"), "trees": 1}) is None:
            del self.fields["flowering_on"], self.fields["trees"]
            return
        self.fields["amount"].required = False
        self.fields["amount"].help_text = _("Leave it empty and say when the trees bloomed: an estimate is worked out")
        self.fields["flowering_on"].initial = given.get("flowering_on")
        orchard = next((row for row in self.asked.orchards if row.code == given.get("orchard")), None)
        self.fields["trees"].initial = given.get("trees") or (orchard.trees if orchard else None)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "flowering_on" in self.fields and not self.errors and not given.get("amount"):
            if given.get("flowering_on") and given.get("trees"):
                found = trade.estimate(
                    {**self.asked.given, "flowering_on": given["flowering_on"].isoformat(), "trees": given["trees"]}
                )
                given["amount"] = found.kg_low if found else None
            else:
                self.add_error("amount", _("Write how much, or when the trees bloomed and how many bear."))
        return given

    @property
    def is_estimated(self) -> bool:
        """Whether the amount was worked out: its sender looks at it before going on."""
        return not self.data.get("amount")

    def answers(self) -> dict[str, Any]:
        given = self.cleaned_data
        flowering = given.get("flowering_on")
        trees = given.get("trees") if flowering else None
        kept = {"amount": given["amount"], "flowering_on": flowering.isoformat() if flowering else None, "trees": trees}
        return kept | {"quantity": quantity_of(given["amount"], self.asked.given)}


class PackageForm(Question):
    unit = forms.ChoiceField(label=gettext_lazy("Sold by"), widget=forms.RadioSelect)
    unit_mass_g = forms.IntegerField(
        min_value=1, max_value=10_000_000, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    package = forms.ChoiceField(label=gettext_lazy("Packed in"), required=False)
    carton_units = forms.IntegerField(
        min_value=1, max_value=1_000_000, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    price = forms.DecimalField(
        min_value=Decimal("0.01"), max_value=Decimal(999999999), decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )  # fmt: skip
    minimum_units = forms.IntegerField(
        label=gettext_lazy("Smallest order"), required=False, min_value=1, max_value=1_000_000_000, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )  # fmt: skip
    monthly_capacity = forms.IntegerField(
        label=gettext_lazy("As much can be made in a month"), required=False, min_value=1, max_value=1_000_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    fields_of = (
        "unit",
        "unit_mass_g",
        "package",
        "carton_units",
        "price",
        "price_steps",
        "minimum_units",
        "monthly_capacity",
    )
    FIRST = ("unit", "unit_mass_g", "package", "carton_units", "price")

    def prepare(self) -> None:
        good, given = self.asked.good, self.asked.given
        units, package = units_of(good), next((one for one in _all_of(good) if one.code == "package"), None)
        if len(units) == 1:
            del self.fields["unit"]
        else:
            self.offer("unit", [(unit, unit_name(unit)) for unit in units])
            self.fields["unit"].initial = given.get("unit", units[0])
        if units == ["kg"]:
            del self.fields["unit_mass_g"]
        else:
            self.fields["unit_mass_g"].initial = given.get("unit_mass_g") or trade.fruit_mass_g(good.code)
            by_fruit = "fruit" in units
            self.fields["unit_mass_g"].label = _("One fruit weighs (g)") if by_fruit else _("One weighs (g)")
            self.fields["unit_mass_g"].help_text = _("Only asked if it is sold by the fruit") if by_fruit else ""
            self.fields["unit_mass_g"].required = not by_fruit
        if package is None:
            del self.fields["package"]
        else:
            self.offer(
                "package", [("", _("not said")), *((code, _said(texts)) for code, texts in package.options.items())]
            )
            self.fields["package"].initial = (given.get("attributes") or {}).get("package", "")
        name = unit_name(given.get("unit", units[0]))
        carton_g = self.asked.storage.carton_net_g if self.asked.storage else None
        self.fields["carton_units"].label = _("How many in a carton") if units != ["kg"] else _("A carton holds (kg)")
        self.fields["carton_units"].initial = given.get("carton_units") or (
            carton_g // 1000 if carton_g and units[0] == "kg" else None
        )
        self.fields["price"].label = _("Price in baht at the packing house or workshop, for one %(unit)s") % {
            "unit": name
        }
        if len(units) > 1:
            self.fields["price"].label = _("Price in baht at the packing house, for one of what it is sold by")
        self.fields["price"].initial = _baht(given.get("price_minor"))
        self.fields["minimum_units"].initial = given.get("minimum_units")
        self.fields["monthly_capacity"].initial = given.get("monthly_capacity")
        self.fields |= self.step_fields(given.get("steps") or [])

    @staticmethod
    def step_fields(steps: Sequence[Sequence[int]]) -> dict[str, forms.Field]:
        """Return the fields of prices by quantity, filled with steps that are there."""
        found: dict[str, forms.Field] = {}
        for at in range(STEPS_ASKED):
            units, price = steps[at] if at < len(steps) else (None, None)
            found[f"from_{at}"] = forms.IntegerField(
                label=_("Step %(number)s: from how many") % {"number": at + 1}, required=False, min_value=2, max_value=1_000_000_000,
                initial=units, widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip
            found[f"step_price_{at}"] = forms.DecimalField(
                label=_("Step %(number)s: price in baht") % {"number": at + 1}, required=False, min_value=Decimal("0.01"), decimal_places=2,
                max_value=Decimal(999999999), initial=_baht(price), widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
            )  # fmt: skip
        return found

    @staticmethod
    def faults_of_steps(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for at in range(STEPS_ASKED):
            units, price = given.get(f"from_{at}"), given.get(f"step_price_{at}")
            if (units is None) != (price is None):
                yield (f"from_{at}" if units is None else f"step_price_{at}"), _("A step has a number and a price.")

    @staticmethod
    def steps_of(given: Mapping[str, Any]) -> list[list[int]]:
        rows = ((given[f"from_{at}"], given[f"step_price_{at}"]) for at in range(STEPS_ASKED))
        return [[units, int(price * 100)] for units, price in rows if units]

    def first_fields(self) -> list[Any]:
        return [self[name] for name in self.FIRST if name in self.fields]

    def more_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.FIRST]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for field, text in self.faults_of_steps(given):
            if field not in self.errors:
                self.add_error(field, text)
        if given.get("unit") == "fruit" and not given.get("unit_mass_g") and "unit_mass_g" not in self.errors:
            self.add_error("unit_mass_g", _("Write what one fruit weighs."))
        return given

    def answers(self) -> dict[str, Any]:
        given = self.cleaned_data
        unit = given.get("unit") or units_of(self.asked.good)[0]
        attributes = {
            code: value for code, value in (self.asked.given.get("attributes") or {}).items() if code != "package"
        }
        if given.get("package"):
            attributes["package"] = given["package"]
        kept = {
            "unit": unit, "unit_mass_g": 1000 if unit == "kg" else given["unit_mass_g"], "carton_units": given["carton_units"],
            "price_minor": int(given["price"] * 100), "minimum_units": given["minimum_units"] or 1, "monthly_capacity": given["monthly_capacity"],
            "attributes": attributes,
            "steps": self.steps_of(given),
        }  # fmt: skip
        amount = self.asked.given.get("amount")
        return kept | ({"quantity": quantity_of(amount, kept)} if amount else {})


class Photos(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several pictures at once, as a list."""

    widget = Photos

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        chosen = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PhotosField, self).clean(one, initial) for one in chosen]


class PhotoForm(Question):
    photo = PhotosField(
        label=gettext_lazy("Photos"), required=False, help_text=gettext_lazy("Several at once if you like. Buyers see them. JPEG, PNG or WebP, at most 10 MB each; place, time and device are removed."),
        widget=Photos(attrs={"accept": PHOTO_TYPES}),
    )  # fmt: skip
    words = forms.CharField(
        label=gettext_lazy("In your own words"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What you answered is told in Thai, Chinese and English; your own words stay as you write them and are marked as not translated."),
    )  # fmt: skip
    fields_of = ("description_en", "description_th", "description_zh")

    def prepare(self) -> None:
        self.fields["words"].initial = self._texts()[language_at()]

    def _texts(self) -> list[str]:
        return list(self.asked.given.get("description") or ("", "", ""))

    def answers(self) -> dict[str, Any]:
        texts = self._texts()
        texts[language_at()] = self.cleaned_data["words"].strip()
        return {"has_seen_photo": True, "description": texts}


class PartiesForm(Question):
    packing_house = forms.ChoiceField(label=gettext_lazy("Packing house"), required=False)
    exporter = forms.ChoiceField(
        label=gettext_lazy("Exporter of record"), required=False, help_text=gettext_lazy("Declares the goods and sells for you abroad; inside Thailand none is needed")
    )  # fmt: skip
    fields_of = ("packing_house", "exporter")

    def prepare(self) -> None:
        given, is_fruit = self.asked.given, self.asked.good.is_fresh_fruit
        near = self.asked.producer.province_iso
        none = [] if is_fruit else [("", _("none: we pack it ourselves"))]
        self._fill("packing_house", none, self.asked.packing_houses, near, "gacc_packing_house", given)
        self._fill("exporter", [("", _("none yet"))], self.asked.exporters, near, "exporter_customs", given)
        self.fields["packing_house"].required = is_fruit

    def _fill(
        self,
        name: str,
        none: list[tuple[str, str]],
        parties: Sequence[PartyChoice],
        near: str,
        scheme: str,
        given: Mapping[str, Any],
    ) -> None:
        ordered = sorted(parties, key=lambda row: (row.province_iso != near, row.papers.get(scheme) != "valid"))
        choices = [*none, *((row.code, _party_text(row, scheme)) for row in ordered)]
        self.offer(name, choices).initial = given.get(name, choices[0][0] if choices else "")

    def answers(self) -> dict[str, Any]:
        return {"packing_house": self.cleaned_data["packing_house"], "exporter": self.cleaned_data["exporter"]}


class TermsForm(Question):
    """The payout schedule of the lot, which its seller may choose within the rules."""

    terms = forms.ChoiceField(label=gettext_lazy("Terms"), widget=forms.RadioSelect)
    deposit_percent = forms.IntegerField(label=gettext_lazy("Paid to you when sold (%)"), min_value=0, max_value=100)
    ticket_percent = forms.IntegerField(
        label=gettext_lazy("Paid to you at the signed ticket (%)"), min_value=0, max_value=100
    )
    claim_hours = forms.IntegerField(label=gettext_lazy("Hours in which buyers may claim"), min_value=1, max_value=1000)
    tolerance_pct = forms.DecimalField(
        label=gettext_lazy("May be bad without a claim (%)"), min_value=0, max_value=100, decimal_places=1
    )
    fields_of = ("terms", "deposit_percent", "ticket_percent", "claim_hours", "tolerance_pct", "delivery_days")

    def prepare(self) -> None:
        schedule = trade.to_schedule(self.asked.given.get("schedule") or {})
        self.offer("terms", terms_texts())
        for name, field in self.fields.items():
            field.initial = getattr(schedule, name)

    def answers(self) -> dict[str, Any]:
        given = self.cleaned_data
        days = TERMS_2018.delivery_days if given["terms"] == TERMS_2018.terms else None
        return {"schedule": {**given, "tolerance_pct": str(given["tolerance_pct"]), "delivery_days": days}}


QUESTIONS: dict[str, type[Question]] = {
    "kind": KindForm,
    "place": PlaceForm,
    "when": WhenForm,
    "amount": AmountForm,
    "package": PackageForm,
    "photo": PhotoForm,
    "parties": PartiesForm,
    "terms": TermsForm,
}


def terms_texts() -> list[tuple[str, str]]:
    return [
        ("standard", _("The hub's usual terms")),
        (TERMS_2018.terms, _("The terms of 2018: at least 20 % when sold, delivered within seven days of the harvest")),
    ]


def units_of(good: GoodSpec) -> list[str]:
    """Return by what a good may be sold: the kilogram and, of some, the fruit; the piece; the metre."""
    if good.category == "textile" and good.code.endswith("fabric"):
        return ["m"]
    if good.category in ("textile", "craft", "furniture", "jewellery", "home") or good.code in (
        "soap",
        "massager",
        "coconut-water",
    ):
        return ["pc"]
    return ["kg", "fruit"] if trade.fruit_mass_g(good.code) else ["kg"]


def amount_unit(good: GoodSpec, given: Mapping[str, Any]) -> str:
    """Return in what the amount is asked: what is sold by the fruit is harvested by the kilogram."""
    unit: str = given.get("unit") or units_of(good)[0]
    return "kg" if unit == "fruit" else unit


def quantity_of(amount: int, given: Mapping[str, Any]) -> int:
    """Return how many units of the lot an amount is."""
    if given.get("unit") == "fruit" and given.get("unit_mass_g"):
        return amount * 1000 // int(given["unit_mass_g"])
    return amount


def language_at() -> int:
    """Return the place of the page's language among en, th, zh."""
    return {"en": 0, "th": 1, "zh-hans": 2}[language()]


def schedule_percent(schedule: PayoutSchedule) -> tuple[int, int, int]:
    return schedule.deposit_percent, schedule.ticket_percent, schedule.rest_percent


def _all_of(good: GoodSpec) -> tuple[trade.Attribute, ...]:
    return trade.attributes_of(good.code, good.category)


def _asked_of(good: GoodSpec) -> list[trade.Attribute]:
    """Return the attributes that are asked first; the package is asked with the price."""
    return [one for one in _all_of(good) if one.code != "package"]


def _said(words: Mapping[str, str]) -> str:
    return words[("en", "th", "zh")[language_at()]]


def _orchard_text(row: OrchardSpec) -> str:
    name = row.name_th if language() == "th" and row.name_th else row.name_en
    if row.gap_valid_to is None:
        return _("%(name)s · GAP %(number)s · no end known") % {"name": name, "number": row.gap_number}
    return _("%(name)s · GAP %(number)s · valid to %(day)s") % {
        "name": name,
        "number": row.gap_number,
        "day": day(row.gap_valid_to),
    }


def _party_text(row: PartyChoice, scheme: str) -> str:
    status = {
        "valid": _("registered"),
        "suspended": _("suspended"),
        "expired": _("registration expired"),
        "pending": _("registration pending"),
    }
    said = status.get(row.papers.get(scheme, ""), _("not registered"))
    return f"{in_language_plain(row)} · {said}"


def _baht(satang: int | None) -> Decimal | None:
    return Decimal(satang) / 100 if satang else None

"""Reads of published reference rows, by the day they are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, Min, Q, QuerySet

from samphao.engines.gates import GateRule as EngineGateRule
from samphao.engines.trade_modes import CbecListing, ModeRule
from samphao.reference.models import (
    CbecGood,
    Dated,
    Destination,
    Document,
    ExchangeRate,
    GateRule,
    Good,
    PostRate,
    PriceRule,
    Province,
    Source,
    TariffRate,
    Tax,
    TaxCategory,
    TradeModeRule,
)
from samphao.reference.types import (
    CbecTaxes,
    ChargeSpec,
    DestinationSpec,
    DomesticTax,
    ExchangeRateSpec,
    GoodSpec,
    PostRateSpec,
    PriceRuleSpec,
)

PREFERENCES = {"CN": ("acfta", "rcep", "mfn"), "SG": ("mfn",)}
ASEAN = ("atiga", "mfn")
FURTHER = ("income_advance", "surcharge")


def destinations() -> list[DestinationSpec]:
    return [_destination(row) for row in Destination.objects.all()]


def destination_of(code: str) -> DestinationSpec | None:
    row = Destination.objects.filter(code=code).first()
    return _destination(row) if row else None


def goods() -> dict[str, GoodSpec]:
    return {
        row.code: GoodSpec(
            row.code,
            row.hs6,
            row.name_en,
            row.name_th,
            row.name_zh,
            row.category,
            row.temperature_class,
            row.is_fresh_fruit,
        )
        for row in Good.objects.all()
    }


def province_codes() -> set[str]:
    return set(Province.objects.values_list("code_iso", flat=True))


@dataclass(frozen=True, slots=True)
class ProvinceName:
    code_iso: str
    name_en: str
    name_th: str
    name_zh: str


def province_names() -> list[ProvinceName]:
    return [ProvinceName(*row) for row in Province.objects.values_list("code_iso", "name_en", "name_th", "name_zh")]


def province_places() -> dict[str, tuple[float, float]]:
    """Return latitude and longitude of each province's centroid."""
    return {iso: (lat, lon) for iso, lat, lon in Province.objects.values_list("code_iso", "lat", "lon")}


def exchange_rates(on: date, base: str = "THB") -> dict[str, ExchangeRateSpec]:
    """Return what one unit of a currency is worth in each other that has a rate on a day, and in itself: 1."""
    rows = _in_force(ExchangeRate.objects.filter(base_currency=base), on)
    words = source_words()
    return {base: ExchangeRateSpec(base, Decimal(1), "", None)} | {
        row.quote_currency: ExchangeRateSpec(row.quote_currency, row.rate, words(row.source), row.valid_from)
        for row in rows
    }


def days_with_exchange_rates(base: str = "THB") -> tuple[date, date] | None:
    """Return the first and the last day for which rates are published; None where there are none, or no end."""
    found = ExchangeRate.objects.filter(base_currency=base).aggregate(first=Min("valid_from"), last=Max("valid_to"))
    return (found["first"], found["last"]) if found["first"] and found["last"] else None


def duties(country: str, on: date) -> dict[str, list[ChargeSpec]]:
    """Return for each good the duties of a country in the order in which a trader would claim them."""
    order = PREFERENCES.get(country, ASEAN)
    words = source_words()
    found: dict[str, list[ChargeSpec]] = {}
    rows = _in_force(TariffRate.objects.filter(destination_country=country, regime__in=order), on)
    for row in sorted(rows, key=lambda row: (order.index(row.regime), row.id)):
        per_kg = row.amount_above_minor_per_kg if row.amount_above_minor_per_kg is not None else row.amount_minor_per_kg
        percent = row.rate_below_pct if row.rate_below_pct is not None else row.rate_pct
        found.setdefault(row.good, []).append(
            ChargeSpec(
                row.kind, row.regime, percent, per_kg, row.threshold_minor_per_kg, row.amount_currency, row.condition_text,
                words(row.source), row.valid_from, is_estimate=row.confidence != "sourced",
            )
        )  # fmt: skip
    return found


def import_taxes(country: str, on: date) -> dict[str, ChargeSpec]:
    """Return for each good the import VAT of a country; a good whose sources disagree has none: unknown.

    Where a country levies a further tax that the price does not yet know (`FURTHER`), every good is unknown.
    """
    if _in_force(Tax.objects.filter(country=country, tax__in=FURTHER), on):
        return {}
    words = source_words()
    rates = {
        row.applies_to: row
        for row in _in_force(Tax.objects.filter(country=country, tax__in=("vat", "gst", "commercial_tax")), on)
    }
    categories: dict[str, set[str]] = {}
    for category in _in_force(TaxCategory.objects.filter(country=country), on):
        categories.setdefault(category.good, set()).add(category.category)
    found = {}
    for good in Good.objects.values_list("code", flat=True):
        wanted = categories.get(good, {"all", "standard"} & set(rates))
        if len(wanted) == 1 and (row := rates.get(next(iter(wanted)))) is not None:
            found[good] = ChargeSpec(
                row.kind,
                row.tax,
                row.rate_pct,
                None,
                None,
                "",
                "",
                words(row.source),
                row.valid_from,
                is_estimate=row.confidence != "sourced",
            )
    return found


def price_rule(code: str, country: str, good: GoodSpec, on: date) -> PriceRuleSpec | None:
    """Return the rule for a good, else for its category, else for all; None where there is none for the country."""
    rows = [
        row
        for row in _in_force(PriceRule.objects.filter(code=code), on)
        if (not row.destinations or country in row.destinations.split(";"))
        and row.good in ("", good.code, good.category)
    ]
    if not rows:
        return None
    row = max(rows, key=lambda row: (row.good == good.code, row.good == good.category))
    title = source_words()(row.source)
    return PriceRuleSpec(
        row.code, row.value if row.kind == "percent" else None, row.amount_minor_per_kg, row.currency, title, row.valid_from,
        is_estimate="estimate" in row.source or "memory" in row.source,
    )  # fmt: skip


def gate_rules(on: date) -> list[tuple[GateRule, EngineGateRule]]:
    """Return every gate rule in force with the engine's form of it."""
    words = source_words()
    return [
        (
            row,
            EngineGateRule(
                row.code,
                row.gate,
                row.measure,
                row.comparator,
                row.threshold,
                words(row.source),
                row.either,
                row.valid_from,
                row.valid_to,
            ),
        )
        for row in _in_force(GateRule.objects.all(), on)
    ]


@dataclass(frozen=True, slots=True)
class DocumentSpec:
    """A rule of papers: an empty good or category is any, `*` among the countries is all, no transport is any."""

    code: str
    good: str
    category: str
    countries: frozenset[str]
    trade_mode: str
    transport: frozenset[str]
    step: str
    name_en: str
    name_th: str
    name_zh: str
    issuer: str
    needed: str
    condition_key: str
    condition: str
    source: str
    is_estimate: bool

    def is_for(self, good: GoodSpec, country: str, trade_mode: str, modes: frozenset[str]) -> bool:
        return (
            self.good in ("", good.code)
            and self.category in ("", good.category)
            and bool({"*", country} & self.countries)
            and self.trade_mode in ("*", trade_mode)
            and (not self.transport or bool(self.transport & modes))
        )


def documents(on: date) -> list[DocumentSpec]:
    """Return the rules of papers in force: which good, destination, mode and condition asks for which."""
    words = source_words()
    return [
        DocumentSpec(
            row.code, row.good, row.category, frozenset(row.destination.split(";")), row.trade_mode,
            frozenset(row.transport.split(";")) - {""}, row.step, row.name_en, row.name_th, row.name_zh, row.issuer, row.needed,
            row.condition_key, row.condition, words(row.source), is_estimate=row.confidence != "sourced",
        )
        for row in _in_force(Document.objects.all(), on)
    ]  # fmt: skip


def tariff_lines(country: str, on: date) -> dict[str, str]:
    """Return for each good the national tariff line of a country, where a source gives one."""
    found = {}
    if country == "CN":
        found = dict(Good.objects.exclude(tariff_line_cn="").values_list("code", "tariff_line_cn"))
    for row in _in_force(TariffRate.objects.filter(destination_country=country).exclude(tariff_line=""), on):
        found.setdefault(row.good, row.tariff_line)
    return found


@dataclass(frozen=True, slots=True)
class ModeRuleNames:
    """A rule of a trade mode in three languages, and whether its source says it or memory does.

    A refusal says what is missing and what can be done; `%(found)s` in it is the number that was found.
    """

    name_en: str
    name_th: str
    name_zh: str
    refusal_en: str
    refusal_th: str
    refusal_zh: str
    is_estimate: bool


def trade_mode_rules(on: date) -> tuple[tuple[ModeRule, ...], dict[str, ModeRuleNames]]:
    """Return the engine's form of every rule in force, and the names of each by its code."""
    words = source_words()
    rules, names = [], {}
    for row in _in_force(TradeModeRule.objects.all(), on):
        condition = EngineGateRule(
            row.code, row.mode, row.measure, row.comparator, row.threshold, words(row.source), row.either, row.valid_from, row.valid_to
        )  # fmt: skip
        rules.append(ModeRule(condition, row.good, row.category, frozenset(row.destination.split(";")), row.buyer_kind))
        names[row.code] = ModeRuleNames(
            row.name_en, row.name_th, row.name_zh, row.refusal_en, row.refusal_th, row.refusal_zh,
            is_estimate=row.confidence == "from_memory",
        )  # fmt: skip
    return tuple(rules), names


def cbec_goods(on: date) -> dict[str, CbecListing]:
    return {
        row.good: CbecListing(row.good, row.status, row.remark_key, row.limit_g_per_person_year)
        for row in _in_force(CbecGood.objects.all(), on)
    }


def cbec_taxes(on: date) -> CbecTaxes | None:
    """Return what China charges on cross-border retail; None while a rate or a limit is not known."""
    words = source_words()
    found: dict[str, Tax] = {}
    for row in _in_force(Tax.objects.filter(country="CN", tax__startswith="cbec_"), on):
        found[f"{row.tax}:{row.threshold_unit}"] = row
    names = ("cbec_duty:", "cbec_vat_consumption:", "cbec_limit:order", "cbec_limit:person_year")
    if any(name not in found for name in names):
        return None
    duty, share, order, year = (found[name] for name in names)
    if None in (duty.rate_pct, share.rate_pct, order.threshold_minor, year.threshold_minor):
        return None
    free, taxed = (
        ChargeSpec(row.kind, "cbec", row.rate_pct, None, None, "", "", words(row.source), row.valid_from, is_estimate=row.confidence != "sourced")
        for row in (duty, share)
    )  # fmt: skip
    return CbecTaxes(
        free, taxed, order.threshold_currency, int(order.threshold_minor or 0), int(year.threshold_minor or 0)
    )


def domestic_taxes(country: str, on: date) -> dict[str, DomesticTax]:
    """Return for each good the VAT of a sale inside a country; a good whose category is unclear has none: unknown."""
    words = source_words()
    rates = {row.applies_to: row for row in _in_force(Tax.objects.filter(country=country, tax="vat_domestic"), on)}
    limit = next(iter(_in_force(Tax.objects.filter(country=country, tax="vat_registration"), on)), None)
    categories: dict[str, set[str]] = {}
    for category in _in_force(TaxCategory.objects.filter(country=country, tax="vat_domestic"), on):
        categories.setdefault(category.good, set()).add(category.category)
    found = {}
    for good in Good.objects.values_list("code", flat=True):
        wanted = categories.get(good, {"standard"})
        row = rates.get(next(iter(wanted))) if len(wanted) == 1 else None
        if row is not None:
            charge = ChargeSpec(
                row.kind, row.tax, row.rate_pct, None, None, "", "", words(row.source), row.valid_from, is_estimate=row.confidence != "sourced"
            )  # fmt: skip
            found[good] = DomesticTax(charge, limit and limit.threshold_minor, words(limit.source) if limit else "")
    return found


def post_rates(country: str, on: date) -> list[PostRateSpec]:
    """Return the steps of the postal tariff to a country, product by product and the lightest first."""
    return [
        PostRateSpec(
            row.product, row.name, row.indicator, row.country, row.mass_max_g, row.price_minor, row.currency, row.days_min, row.days_max,
            row.valid_from, row.valid_to, row.source,
        )
        for row in sorted(_in_force(PostRate.objects.filter(country=country), on), key=lambda row: (row.product, row.mass_max_g))
    ]  # fmt: skip


class source_words:  # noqa: N801 - reads as a function that is made once: words = source_words(); words(key)
    """Turn the source keys of a row into the words that a page shows."""

    def __init__(self) -> None:
        self._titles = dict(Source.objects.values_list("key", "title"))

    def __call__(self, keys: str) -> str:
        return "; ".join(self._titles.get(key, key) for key in keys.split(";"))


def _in_force(rows: QuerySet[Dated] | QuerySet, on: date) -> Iterable:  # type: ignore[type-arg]
    return rows.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on)).order_by(
        "pk"
    )


def _destination(row: Destination) -> DestinationSpec:
    return DestinationSpec(
        row.code, row.node, row.city_en, row.city_th, row.city_zh, row.country, row.currency, 0.0, 0.0, row.source
    )


CURRENCIES = {
    "CN": "CNY",
    "LA": "LAK",
    "KH": "KHR",
    "VN": "VND",
    "MM": "MMK",
    "SG": "SGD",
    "JP": "JPY",
    "US": "USD",
    "HK": "HKD",
    "TH": "THB",
}


def currency_of(country: str) -> str:
    """Return the money that buyers of a country pay in; dollars where the hub knows no better."""
    return CURRENCIES.get(country, "USD")

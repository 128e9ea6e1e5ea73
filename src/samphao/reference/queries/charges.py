"""Rates of exchange, duties, taxes and tariffs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Max, Min

from samphao.core import revisions
from samphao.reference.models import ExchangeRate, Good, PostRate, PriceRule, TariffRate, Tax, TaxCategory
from samphao.reference.queries.dated import in_force, source_words
from samphao.reference.types import (
    CbecTaxes,
    ChargeSpec,
    DomesticTax,
    ExchangeRateSpec,
    GoodSpec,
    PostRateSpec,
    PriceRuleSpec,
)

PREFERENCES = {"CN": ("acfta", "rcep", "mfn"), "SG": ("mfn",)}
ASEAN = ("atiga", "mfn")
FURTHER = ("income_advance", "surcharge")


@revisions.kept
def exchange_rates(on: date, base: str = "THB") -> dict[str, ExchangeRateSpec]:
    """Return what one unit of a currency is worth in each other that has a rate on a day, and in itself: 1."""
    rows = in_force(ExchangeRate.objects.filter(base_currency=base), on)
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
    rows = in_force(TariffRate.objects.filter(destination_country=country, regime__in=order), on)
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
    if in_force(Tax.objects.filter(country=country, tax__in=FURTHER), on):
        return {}
    words = source_words()
    rates = {
        row.applies_to: row
        for row in in_force(Tax.objects.filter(country=country, tax__in=("vat", "gst", "commercial_tax")), on)
    }
    categories: dict[str, set[str]] = {}
    for category in in_force(TaxCategory.objects.filter(country=country), on):
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
        for row in in_force(PriceRule.objects.filter(code=code), on)
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


def cbec_taxes(on: date) -> CbecTaxes | None:
    """Return what China charges on cross-border retail; None while a rate or a limit is not known."""
    words = source_words()
    found: dict[str, Tax] = {}
    for row in in_force(Tax.objects.filter(country="CN", tax__startswith="cbec_"), on):
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
    rates = {row.applies_to: row for row in in_force(Tax.objects.filter(country=country, tax="vat_domestic"), on)}
    limit = next(iter(in_force(Tax.objects.filter(country=country, tax="vat_registration"), on)), None)
    categories: dict[str, set[str]] = {}
    for category in in_force(TaxCategory.objects.filter(country=country, tax="vat_domestic"), on):
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


def tax_on(tax: str, country: str, on: date) -> ChargeSpec | None:
    """Return the ordinary rate of a tax, of services among others; None where no rate of the day has a source."""
    row = next(iter(in_force(Tax.objects.filter(country=country, tax=tax, applies_to="standard"), on)), None)
    if row is None or row.rate_pct is None:
        return None
    is_estimate = row.confidence != "sourced"
    return ChargeSpec(
        row.kind,
        row.tax,
        row.rate_pct,
        None,
        None,
        "",
        "",
        source_words()(row.source),
        row.valid_from,
        is_estimate=is_estimate,
    )


def post_rates(country: str, on: date) -> list[PostRateSpec]:
    """Return the steps of the postal tariff to a country, product by product and the lightest first."""
    return [
        PostRateSpec(
            row.product, row.name, row.indicator, row.country, row.mass_max_g, row.price_minor, row.currency, row.days_min, row.days_max,
            row.valid_from, row.valid_to, row.source,
        )
        for row in sorted(in_force(PostRate.objects.filter(country=country), on), key=lambda row: (row.product, row.mass_max_g))
    ]  # fmt: skip

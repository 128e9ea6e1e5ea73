"""What crosses reference' boundary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DestinationSpec:
    """A city that the hub sells to; the weights say how often a made season sells there."""

    code: str
    node: str
    city_en: str
    city_th: str
    city_zh: str
    country: str
    currency: str
    household_weight: float
    wholesale_weight: float
    source: str


@dataclass(frozen=True, slots=True)
class ExchangeRateSpec:
    """How much of `quote_currency` one unit of the base currency is worth, in major units."""

    quote_currency: str
    rate: Decimal
    source: str
    valid_from: date | None


@dataclass(frozen=True, slots=True)
class GoodSpec:
    code: str
    hs6: str
    name_en: str
    name_th: str
    name_zh: str
    category: str
    temperature_class: str
    is_fresh_fruit: bool


@dataclass(frozen=True, slots=True)
class ChargeSpec:
    """A duty or tax in force: `percent` or `minor_per_kg` (currency) as `kind` says; None where unknown."""

    kind: str
    regime: str
    percent: Decimal | None
    minor_per_kg: Decimal | None
    threshold_minor_per_kg: Decimal | None
    currency: str
    condition: str
    source: str
    valid_from: date | None
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class PriceRuleSpec:
    code: str
    percent: Decimal | None
    minor_per_kg: Decimal | None
    currency: str
    source: str
    valid_from: date | None
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class PostRateSpec:
    """A step of a postal tariff: an item of at most `mass_max_g`, packed, costs `price_minor` satang to a country."""

    product: str
    name: str
    indicator: str
    country: str
    mass_max_g: int
    price_minor: int
    currency: str
    days_min: int
    days_max: int
    valid_from: date | None
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class CbecTaxes:
    """What cross-border retail to China is charged inside its limits, and the limits (minor units of `currency`)."""

    duty: ChargeSpec
    share_of_tax: ChargeSpec
    currency: str
    order_limit_minor: int
    year_limit_minor: int


@dataclass(frozen=True, slots=True)
class DomesticTax:
    """VAT of a good sold in Thailand; below `registration_minor` a year a seller need not register and charges none."""

    charge: ChargeSpec
    registration_minor: int | None
    registration_source: str


@dataclass(frozen=True, slots=True)
class TreeYieldSpec:
    """What a tree of a good bears in a season at most, and how many stand on a rai at most."""

    good: str
    kg_per_tree: Decimal
    trees_per_rai_max: int
    source: str
    valid_from: date | None
    is_estimate: bool

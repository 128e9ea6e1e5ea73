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

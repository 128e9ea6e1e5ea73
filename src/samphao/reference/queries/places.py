"""Where goods come from and go to."""

from __future__ import annotations

from dataclasses import dataclass

from samphao.core import revisions
from samphao.reference.models import Destination, Province
from samphao.reference.types import DestinationSpec


@revisions.kept
def destinations() -> list[DestinationSpec]:
    return [_destination(row) for row in Destination.objects.all()]


def destination_of(code: str) -> DestinationSpec | None:
    row = Destination.objects.filter(code=code).first()
    return _destination(row) if row else None


def province_codes() -> set[str]:
    return set(Province.objects.values_list("code_iso", flat=True))


@dataclass(frozen=True, slots=True)
class ProvinceName:
    code_iso: str
    name_en: str
    name_th: str
    name_zh: str


@revisions.kept
def province_names() -> list[ProvinceName]:
    return [ProvinceName(*row) for row in Province.objects.values_list("code_iso", "name_en", "name_th", "name_zh")]


def province_places() -> dict[str, tuple[float, float]]:
    """Return latitude and longitude of each province's centroid."""
    return {iso: (lat, lon) for iso, lat, lon in Province.objects.values_list("code_iso", "lat", "lon")}


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

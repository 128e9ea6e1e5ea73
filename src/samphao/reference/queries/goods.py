"""Goods and their tariff lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from samphao.core import revisions
from samphao.reference.models import Good, TariffRate
from samphao.reference.queries.dated import in_force
from samphao.reference.types import GoodSpec


@revisions.kept
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


@dataclass(frozen=True, slots=True)
class StorageSpec:
    """How a good is kept, and what a carton of it usually holds; empty where no source says it."""

    temperature_class: str
    temperature_min_c: Decimal | None
    temperature_max_c: Decimal | None
    carton_net_g: int | None
    source: str


def storage_of(good: str) -> StorageSpec | None:
    row = Good.objects.filter(code=good).first()
    if row is None:
        return None
    return StorageSpec(
        row.temperature_class, row.temperature_min_c, row.temperature_max_c, row.carton_net_g, row.source
    )


def tariff_lines(country: str, on: date) -> dict[str, str]:
    """Return for each good the national tariff line of a country, where a source gives one."""
    found = {}
    if country == "CN":
        found = dict(Good.objects.exclude(tariff_line_cn="").values_list("code", "tariff_line_cn"))
    for row in in_force(TariffRate.objects.filter(destination_country=country).exclude(tariff_line=""), on):
        found.setdefault(row.good, row.tariff_line)
    return found

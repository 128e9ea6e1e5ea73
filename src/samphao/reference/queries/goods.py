"""Goods and their tariff lines."""

from __future__ import annotations

from datetime import date

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


def tariff_lines(country: str, on: date) -> dict[str, str]:
    """Return for each good the national tariff line of a country, where a source gives one."""
    found = {}
    if country == "CN":
        found = dict(Good.objects.exclude(tariff_line_cn="").values_list("code", "tariff_line_cn"))
    for row in in_force(TariffRate.objects.filter(destination_country=country).exclude(tariff_line=""), on):
        found.setdefault(row.good, row.tariff_line)
    return found

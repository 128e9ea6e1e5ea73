"""Publish reference rows from the CSV files that the package carries, or from a user's own of the same columns."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable
from dataclasses import asdict
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models, transaction

from samphao.core.errors import BadRows, Fault
from samphao.reference.models import (
    CbecGood,
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
    TreeYield,
    Variety,
)
from samphao.reference.types import DestinationSpec, PostRateSpec

DATA = Path(__file__).parent / "data"
TABLES: dict[str, type[models.Model]] = {
    "sources": Source, "provinces": Province, "goods": Good, "varieties": Variety, "tariff_rates": TariffRate, "taxes": Tax, "tax_categories": TaxCategory,
    "exchange_rates": ExchangeRate, "price_rules": PriceRule, "gate_rules": GateRule, "documents": Document,
    "trade_mode_rules": TradeModeRule, "cbec_list": CbecGood, "tree_yields": TreeYield,
}  # fmt: skip


def publish(folder: Path = DATA) -> int:
    """Replace the published rows by those of the folder's files, all or nothing; return how many."""
    faults: list[Fault] = []
    tables = {}
    for name, model in TABLES.items():
        tables[model], wrong = _read(folder / f"{name}.csv", model)
        faults += wrong
    if faults:
        raise BadRows(tuple(faults))
    with transaction.atomic():
        for model, rows in tables.items():
            model.objects.all().delete()  # type: ignore[attr-defined]
            model.objects.bulk_create(rows)  # type: ignore[attr-defined]
    return sum(map(len, tables.values()))


def codes_of(table: str, folder: Path = DATA) -> set[str]:
    """Return the codes of a table's rows as the package carries them, published or not."""
    with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return {next(iter(row.values())) for row in csv.DictReader(file)}


def publish_destinations(destinations: Iterable[DestinationSpec]) -> None:
    Destination.objects.bulk_create(
        [
            Destination(
                code=row.code, node=row.node, city_en=row.city_en, city_th=row.city_th, city_zh=row.city_zh, country=row.country,
                currency=row.currency, source=row.source,
            )
            for row in destinations
        ],
        update_conflicts=True, unique_fields=["code"],
        update_fields=["node", "city_en", "city_th", "city_zh", "country", "currency", "source"],
    )  # fmt: skip


def publish_post_tariff(rates: Iterable[PostRateSpec]) -> None:
    """Replace the postal tariff by the user's own: nobody else's can be had."""
    rows = [PostRate(**asdict(rate)) for rate in rates]
    with transaction.atomic():
        PostRate.objects.all().delete()
        PostRate.objects.bulk_create(rows)


def cities(folder: Path = DATA) -> list[DestinationSpec]:
    """Return the cities that the freight network serves, for a hub to choose its corridors from."""
    with (folder / "destinations.csv").open(newline="", encoding="utf-8") as file:
        return [DestinationSpec(**row, household_weight=0, wholesale_weight=0) for row in csv.DictReader(file)]


def publish_cities(countries: Collection[str]) -> None:
    """Publish the cities of some countries as the destinations that the hub sells to."""
    publish_destinations(city for city in cities() if city.country in countries)


def _read(path: Path, model: type[models.Model]) -> tuple[list[models.Model], list[Fault]]:
    """Return instances of the model; columns that it does not know stay in the file."""
    described = model._meta  # noqa: SLF001 Django documents it as public
    fields = {field.name: field for field in described.concrete_fields if not field.auto_created}
    rows: list[models.Model] = []
    faults: list[Fault] = []
    with path.open(newline="", encoding="utf-8") as file:
        for number, record in enumerate(csv.DictReader(file), 2):
            values = {}
            for name, field in fields.items():
                text = record.get(name)
                if text is None and not field.blank:
                    faults.append(Fault(path.name, number, name, "the column is missing", "Add it to the header"))
                    continue
                if not text and (field.null or field.blank):
                    values[name] = None if field.null else ""
                    continue
                try:
                    values[name] = field.clean(text, None)
                except ValidationError as error:
                    faults.append(Fault(path.name, number, name, f"`{text}`: {error.messages[0]}", "Correct the cell"))
            rows.append(model(**values))
    return rows, faults

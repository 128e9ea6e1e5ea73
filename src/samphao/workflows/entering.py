"""From released exports to import declarations: customs value, duty and VAT are those that the buyers paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from samphao.core.codes import decode
from samphao.customs import queries as customs
from samphao.customs.types import DeclarationSpec, GoodsItemSpec, Transport
from samphao.freight import queries as freight
from samphao.reference import queries as reference
from samphao.reference.types import GoodSpec
from samphao.trade import queries as trade

SOLD = ("paid", "shipped")
CHARGES = {
    "goods": "customs_value_minor", "carriage_to_entry": "customs_value_minor", "insurance": "customs_value_minor", "duty": "duty_minor", "vat": "vat_minor",
}  # fmt: skip


@dataclass(slots=True)
class Charged:
    """What the price lines of orders say of one good in one consignment, minor units of the buyers' currency."""

    customs_value_minor: int = 0
    duty_minor: int = 0
    vat_minor: int = 0

    def add(self, lines: Sequence[Mapping[str, int | str]], quantity: int) -> None:
        for line in lines:
            if name := CHARGES.get(str(line["kind"])):
                setattr(self, name, getattr(self, name) + int(line["amount_minor"]) * quantity)


def imports_to_declare(on: date) -> list[DeclarationSpec]:
    """Return an import declaration for each released export whose load has come to its place of entry."""
    entered = freight.entered_at()
    exports = [export for export in customs.exports_to_enter() if export.load in entered]
    charged, currencies = _charged({export.consignment for export in exports})
    goods = reference.goods()
    places = {row.code: row.currency for row in reference.destinations()}
    lines = {country: reference.tariff_lines(country, on) for country in {row.destination_country for row in exports}}
    specs = []
    for export in exports:
        country = export.destination_country
        items = tuple(
            _item(item, charged[export.consignment, item.good], lines[country], goods[item.good], country)
            for item in export.items
        )
        specs.append(
            DeclarationSpec(
                decode("CS", export.consignment) or 0, export.consignment, export.exporter, export.importer, export.destination, country,
                export.origin_country, currencies.get(export.consignment, places[export.destination]),
                sum(item.value_minor for item in items), export.fob_value_minor, _arriving(export, entered[export.load]), items,
            )
        )  # fmt: skip
    return specs


def _item(
    item: customs.ReleasedItem, charged: Charged, national: Mapping[str, str], good: GoodSpec, country: str
) -> GoodsItemSpec:
    return GoodsItemSpec(
        item.good, good.category, item.hs6, national.get(item.good, ""), item.description_en, item.description_th, item.description_zh, item.packages,
        item.net_mass_kg, item.gross_mass_kg, charged.customs_value_minor, item.preference, item.lot_codes,
        needs_permit=good.is_fresh_fruit and country == "CN", duty_minor=charged.duty_minor, vat_minor=charged.vat_minor,
    )  # fmt: skip


def _arriving(export: customs.ReleasedExport, entered_at: datetime) -> Transport:
    return Transport(
        export.load, export.transport_mode, export.transport_means, export.container_number, export.seal_number, "", export.origin_country,
        export.entry_node, (), not export.container_number, export.departs_at, entered_at,
    )  # fmt: skip


def _charged(consignments: set[str]) -> tuple[dict[tuple[str, str], Charged], dict[str, str]]:
    """Sum the price lines of the orders in each consignment, good by good; return them with each consignment's currency."""
    plan = freight.latest_plan()
    carried = freight.loaded_shipments(plan) if plan else []
    places = {row.order: (row.consignment, row.good) for row in carried if row.consignment in consignments}
    offers = trade.lines_of_offers(SOLD)
    found: dict[tuple[str, str], Charged] = defaultdict(Charged)
    currencies: dict[str, str] = {}
    for order, offer, quantity in trade.offers_of_orders(SOLD):
        if place := places.get(order):
            currency, lines = offers[offer]
            currencies[place[0]] = currency
            found[place].add(lines, quantity)
    return found, currencies

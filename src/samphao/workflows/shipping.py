"""From paid orders to shipments: where each is stuffed, by when it is ready, by when it must be there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from samphao.core.errors import Refused
from samphao.core.money import minor_digits
from samphao.customs import queries as customs
from samphao.freight import queries as freight
from samphao.freight.types import ShipmentSpec
from samphao.reference import queries as reference
from samphao.trade.types import PaidOrder

BANGKOK = ZoneInfo("Asia/Bangkok")
PACKED_AT = time(20)
DENSITY_KG_M3 = {"fresh_fruit": 310.0}  # cartons of fruit in a container: estimate
DENSITY_OTHERWISE = 250.0
SHELF_DAYS = {True: 11, False: 40}


def exchange(on: date) -> tuple[tuple[str, Decimal], ...]:
    rates = reference.exchange_rates(on)
    return freight.exchange_in_satang(rates, {code: minor_digits(code) for code in rates})


def exchange_for_carriage(on: date) -> tuple[tuple[str, Decimal], ...]:
    """Return the day's rates; raise Refused where one lacks in which the network is priced, with the days that have them."""
    rates = exchange(on)
    if missing := freight.currencies_without_rate(rates):
        days = reference.days_with_exchange_rates()
        told = f"; rates are published for {days[0]:%-d %b %Y} to {days[1]:%-d %b %Y}" if days else ""
        raise Refused(f"no exchange rate of {', '.join(missing)} is known on {on:%-d %b %Y}{told}")
    return rates


def shipments_of(orders: Iterable[PaidOrder], on: date) -> list[ShipmentSpec]:
    """Return a shipment for each order: it is packed on the day on which its lot is cut."""
    goods, places = reference.goods(), reference.province_places()
    destinations = {row.code: row for row in reference.destinations()}
    ports = customs.permitted_ports(on)
    shipments = []
    for order in orders:
        good, place = goods[order.good], destinations[order.destination]
        is_fruit_for_china = good.is_fresh_fruit and place.country == "CN"
        ready = _ready_at(order)
        mass = order.units * order.unit_mass_g / 1000
        shipments.append(
            ShipmentSpec(
                order.code, order.number, order.lot, order.good, order.packing_house or order.producer,
                places[order.packing_house_province or order.producer_province], order.exporter or "", order.importer or "", order.destination,
                place.node, ports.get((order.importer or "", order.good), frozenset()) if is_fruit_for_china else None,
                good.temperature_class == "chilled", good.is_fresh_fruit, mass, mass / DENSITY_KG_M3.get(good.category, DENSITY_OTHERWISE), ready,
                ready + timedelta(days=SHELF_DAYS[good.temperature_class == "chilled"]), order.trade_mode, order.carrier_service,
            )
        )  # fmt: skip
    return _same_ports_a_lane(shipments)


def _ready_at(order: PaidOrder) -> datetime:
    """Return when an order is packed: in the evening after its lot was cut and weighed."""
    return datetime.combine(order.cut_on, PACKED_AT, BANGKOK)


def _same_ports_a_lane(shipments: list[ShipmentSpec]) -> list[ShipmentSpec]:
    """Goods that may share a container enter where every one of them has a permit."""
    from dataclasses import replace

    shared: dict[tuple[str, str], frozenset[str]] = {}
    for shipment in shipments:
        if shipment.entry_nodes is not None:
            key = shipment.destination, shipment.importer
            shared[key] = shared.get(key, shipment.entry_nodes) & shipment.entry_nodes
    return [
        shipment
        if shipment.entry_nodes is None
        else replace(shipment, entry_nodes=shared[shipment.destination, shipment.importer])
        for shipment in shipments
    ]

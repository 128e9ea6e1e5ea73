"""A shipment as a row of its table, whoever carries it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from samphao.core.bulk import copy_rows
from samphao.core.codes import encode
from samphao.freight.types import ShipmentSpec

COLUMNS = (
    "code", "order_code", "lot_code", "good", "origin", "exporter", "importer", "destination", "is_chilled", "mass_kg", "volume_m3", "ready_at",
    "due_at", "trade_mode", "load_id", "unserved_reason", "item_number",
)  # fmt: skip


def shipment_row(
    spec: ShipmentSpec, load: int | None, unserved_reason: str = "", item_number: str = ""
) -> tuple[Any, ...]:
    return (
        encode("SH", spec.number), spec.order_code, spec.lot_code, spec.good, spec.origin, spec.exporter, spec.importer, spec.destination,
        spec.is_chilled, spec.mass_kg, spec.volume_m3, spec.ready_at, spec.due_at, spec.trade_mode, load, unserved_reason, item_number,
    )  # fmt: skip


def copy_shipments(rows: Iterable[tuple[Any, ...]]) -> int:
    return copy_rows("freight_shipment", COLUMNS, rows)

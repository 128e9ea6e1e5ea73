"""What a scanned carton may tell everybody: its lot's orchard, packing house, laboratory and way. Firms and numbers, no people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from samphao.accounts import queries as accounts
from samphao.accounts.types import OrchardSpec
from samphao.engines import gs1
from samphao.freight import queries as freight
from samphao.freight.queries import LotMovement
from samphao.trade import queries as trade
from samphao.workflows.labels import REGISTERS, gtin_of


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a lot comes from and where it went."""

    lot: Any
    gtin: str
    orchard: OrchardSpec | None
    house_number: str
    laboratory: Mapping[str, str] | None
    cut_on: date | None
    dry_matter_pct: Decimal | None
    is_weighed: bool
    journey: list[LotMovement]
    places: dict[str, Any]


def provenance_of(gtin: str, code: str) -> Provenance | None:
    """Return what is told of a lot under a trade item number; nothing for a number that is wrong or not this lot's."""
    if len(gtin) != 14 or not gs1.is_number(gtin):
        return None
    lot = trade.lot_by_code(code)
    if lot is None or gtin_of(lot.listing_id) != gtin:
        return None
    ticket = getattr(lot, "ticket", None)
    orchard = accounts.orchards_by_code([lot.orchard_code]).get(lot.orchard_code) if lot.orchard_code else None
    numbers = accounts.numbers_of(lot.packing_house_id, REGISTERS)
    journey = freight.journey_of_lot(lot.code)
    names = accounts.names_by_code([lot.laboratory_code, *(row.node for row in journey)])
    return Provenance(
        lot, gtin, orchard, next((numbers[scheme] for scheme in REGISTERS if scheme in numbers), ""), names.get(lot.laboratory_code),
        ticket.cut_on if ticket else lot.cut_on, ticket.dry_matter_pct if ticket and ticket.dry_matter_pct else lot.dry_matter_pct,
        ticket is not None, journey, names,
    )  # fmt: skip

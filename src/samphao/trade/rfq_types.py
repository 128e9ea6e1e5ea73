"""What crosses trade's boundary about requests, quotes and contracts: plain values, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

CERTIFICATES = ("gap", "gmp", "gacc", "phytosanitary", "form_e", "residue_test", "organic", "halal", "otop", "gi")
"""What a buyer may ask for; the pages name them."""
PAY_WITHIN = timedelta(hours=72)
"""For the buyer to pay a contract's money in; then its goods are free again."""
QUOTE_DAYS_MAX = 60
STEPS_MAX = 5


@dataclass(frozen=True, slots=True)
class RfqSpec:
    """What a buyer asks for. `target_minor` is for a kg to the door, in the money of the destination."""

    good: str
    quantity_kg: int
    destination: str
    incoterm: str
    incoterm_place: str
    wanted_from: date
    wanted_by: date
    closes_at: datetime
    currency: str
    grade: str = ""
    carton_kg: Decimal | None = None
    package: str = ""
    certificates: tuple[str, ...] = ()
    target_minor: int | None = None
    wants_samples: bool = False
    inspector: int | None = None
    said: str = ""
    surplus_call: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """One side's terms: prices in satang a kg, each from so many kg on, on an Incoterm at a place."""

    steps: tuple[tuple[int, int], ...]
    incoterm: str
    incoterm_place: str
    lead_days: int
    valid_until: datetime
    samples: str = "none"
    deposit_percent: int = 20
    checked_percent: int = 50
    certificates: tuple[str, ...] = ()
    said: str = ""

    @property
    def arrival_percent(self) -> int:
        return 100 - self.deposit_percent - self.checked_percent


@dataclass(frozen=True, slots=True)
class Door:
    """What one price step comes to at the door: one selling unit, its lines, and the seller's own price of a unit of the lot."""

    from_kg: int
    kg_minor: int
    unit_minor: int
    door_minor: int
    lines: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True)
class PricedTerms:
    """Prices to the door of terms on a day, or the rules that refuse them, each with its source."""

    doors: tuple[Door, ...] = ()
    refusals: tuple[dict[str, str | bool | None], ...] = ()
    currency: str = ""
    importer: int | None = None
    trade_mode: str = "general"
    entry_node: str = ""
    promised_days: int = 0


@dataclass(frozen=True, slots=True)
class QuotedLot:
    """What a price to the door asks of a lot from which somebody quotes."""

    code: str
    good: str
    unit: str
    unit_mass_g: int
    carton_units: int
    left: int
    producer_province: str
    packing_house_province: str
    seller_minor: int

    @property
    def carton_g(self) -> int:
        return self.unit_mass_g * self.carton_units

    def cartons(self, kg: int) -> int:
        """Return the whole cartons that hold so many kg."""
        return -(-kg * 1000 // self.carton_g)


@dataclass(frozen=True, slots=True)
class MilestoneDue:
    """A milestone that came true and whose money is not released yet."""

    contract: str
    number: int
    percent: int
    order: str
    lot: str
    seller: int
    currency: str

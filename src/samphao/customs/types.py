"""What crosses customs' boundary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ImporterTermsSpec:
    """An importer of record, a destination it serves, its fee."""

    organisation: str
    destination: str
    fee_minor_per_kg: int
    currency: str
    source: str


@dataclass(frozen=True, slots=True)
class PermitSpec:
    """A quarantine permit: good, port of entry, kilograms, time."""

    importer: str
    good: str
    port: str
    kg: int
    valid_from: date
    valid_to: date
    number: str
    source: str


@dataclass(frozen=True, slots=True)
class OfficeSpec:
    """A customs office; `lanes` parted by semicolons; an empty node is anywhere else in the country."""

    code: str
    name_en: str
    name_th: str
    name_zh: str
    country: str
    node: str
    lanes: str
    source: str


@dataclass(frozen=True, slots=True)
class SamplingSpec:
    """How often and how long another country's customs looks at the goods; an empty port or category is any."""

    country: str
    port: str
    category: str
    sampled_share: Decimal
    days: Decimal
    days_sampled: Decimal
    finding_share: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class RiskRuleSpec:
    code: str
    weight: int
    is_hard: bool
    name_en: str
    name_th: str
    name_zh: str
    source: str


@dataclass(frozen=True, slots=True)
class GoodsItemSpec:
    """A goods item; `value_minor` is in the declaration's currency, duty and VAT only of imports."""

    good: str
    category: str
    hs6: str
    tariff_line: str
    description_en: str
    description_th: str
    description_zh: str
    packages: int
    net_mass_kg: Decimal
    gross_mass_kg: Decimal
    value_minor: int
    preference: str
    lot_codes: tuple[str, ...]
    needs_permit: bool
    duty_minor: int | None = None
    vat_minor: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentNeed:
    """A paper that the goods need: its number when it is there, else why it is not."""

    code: str
    name_en: str
    name_th: str
    name_zh: str
    step: str
    issuer: str
    needed_because: str
    source: str
    number: str
    missing_because: str = ""


@dataclass(frozen=True, slots=True)
class Transport:
    """How a consignment travels: exit and entry nodes, means, container, and over which other countries."""

    load: str
    mode: str
    means: str
    container_number: str
    seal_number: str
    exit_node: str
    exit_country: str
    entry_node: str
    transit_countries: tuple[str, ...]
    is_shared: bool
    departs_at: datetime
    enters_at: datetime


@dataclass(frozen=True, slots=True)
class DeclarationSpec:
    """A declaration to write; `number` makes its code, `lane evidence` is what other apps know of the parties."""

    number: int
    consignment: str
    exporter: str
    importer: str
    destination: str
    destination_country: str
    origin_country: str
    currency: str
    customs_value_minor: int
    fob_value_minor: int
    transport: Transport
    items: tuple[GoodsItemSpec, ...]
    documents: tuple[DocumentNeed, ...] = ()
    invalid_packing_houses: tuple[str, ...] = ()
    is_exporter_registered: bool = True
    submitted_at: datetime | None = None
    """When it is submitted; None is now."""


class Decision(StrEnum):
    """What an officer may say of a declaration on the red line."""

    RELEASE = "release"
    ASK_DOCUMENTS = "ask_documents"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class DecisionSpec:
    """A decision with its written reason; without a time it is made now."""

    declaration: str
    decision: Decision
    reason: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SuppliedPaper:
    """A paper that came after an officer had asked for it."""

    declaration: str
    document: str
    number: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What a batch of declarations came to."""

    count: int
    drafts: int
    released: int
    red: int
    random: int


@dataclass(frozen=True, slots=True)
class Entered:
    """What a batch of import declarations came to."""

    count: int
    sampled: int
    findings: int
    short_of_permit: int
    cleared: int
    drawn_kg: int


@dataclass(frozen=True, slots=True)
class NewDeparture:
    """How a load leaves after it missed its departure, for the declarations of what is in it."""

    departs_at: datetime
    enters_at: datetime
    means: str
    mode: str
    entry_node: str
    exit_country: str
    exit_node: str


@dataclass(frozen=True, slots=True)
class PaperName:
    """A paper's code and its name in three languages."""

    code: str
    name_en: str
    name_th: str
    name_zh: str

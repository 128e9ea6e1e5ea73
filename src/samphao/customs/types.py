"""What crosses customs' boundary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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

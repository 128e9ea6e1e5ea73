"""What crosses accounts' boundary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

INVITATION_SALT = "samphao.invitation"


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation as a file gives it."""

    code: str
    kind: str
    legal_form: str
    name_en: str
    name_th: str
    name_zh: str
    country: str
    province_iso: str
    district_code: str
    tax_id: str
    language: str
    destination: str = ""


@dataclass(frozen=True, slots=True)
class PartyRegistration:
    """A number of an organisation and the time it holds."""

    organisation: str
    scheme: str
    number: str
    status: str
    valid_from: date | None
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class OrchardSpec:
    """A plot with its GAP number."""

    code: str
    producer: str
    name_en: str
    name_th: str
    province_iso: str
    district_code: str
    area_rai: Decimal
    trees: int
    gap_number: str
    gap_valid_from: date | None
    gap_valid_to: date | None
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class SetUpAnswers:
    """What whoever starts a hub answered; the password only ever as its hash."""

    username: str
    email: str
    password_hash: str
    language: str
    name: str
    languages: tuple[str, ...]
    corridors: tuple[str, ...]
    payment: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A log-in that an invitation makes."""

    username: str
    password: str
    language: str


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """What a person says of himself and how he wants to be told."""

    language: str
    email: str
    phone: str
    wants_email: bool


@dataclass(frozen=True, slots=True)
class NewApplicant:
    """A log-in that somebody makes for himself to register an organisation."""

    username: str
    password: str
    email: str
    phone: str
    language: str


@dataclass(frozen=True, slots=True)
class DelegationTerms:
    """What a producer lets an exporter sell: goods by code, at most so much a month, from a day until another."""

    goods: tuple[str, ...]
    month_kg_max: int | None
    month_amount_max_minor: int | None
    valid_from: date
    valid_to: date
    currency: str = "THB"


@dataclass(frozen=True, slots=True)
class SuspensionSpec:
    """Who is to be suspended (kind packing_house, laboratory or orchard), for where, why, on whose word, from when to when."""

    kind: str
    code: str
    scope: str
    reasons: str
    source: str
    from_on: date
    until_on: date | None

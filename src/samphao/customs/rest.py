"""Customs for programs: a declaration with its goods items, papers, line and reasons."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.security import django_auth

from samphao.accounts.queries import viewer
from samphao.core.errors import NotFound
from samphao.customs import queries

router = Router(tags=["customs"])


class GoodsItemOut(Schema):
    number: int
    good: str
    hs6: str
    tariff_line: str
    description_en: str
    description_th: str
    description_zh: str
    packages: int
    net_mass_kg: Decimal
    gross_mass_kg: Decimal
    value_minor: int
    currency: str
    duty_minor: int | None
    vat_minor: int | None
    preference: str
    lot_codes: list[str]


class PaperOut(Schema):
    code: str
    name_en: str
    step: str
    issuer: str
    needed_because: str
    source: str
    number: str
    is_present: bool


class DeclarationOut(Schema):
    code: str
    kind: str
    consignment: str
    load: str
    exporter: str
    importer: str
    office: str
    origin_country: str
    destination_country: str
    customs_value_minor: int
    fob_value_minor: int
    currency: str
    duty_minor: int | None
    vat_minor: int | None
    transport_mode: str
    container_number: str
    seal_number: str
    state: str
    lane: str
    score: int
    is_random: bool
    reasons: list[dict[str, object]]
    submitted_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    decision_reason: str
    items: list[GoodsItemOut]
    papers: list[PaperOut]


@router.get(
    "/declarations/{code}",
    auth=django_auth,
    response=DeclarationOut,
    summary="A customs declaration, for its exporter, its importer, customs and the hub",
)
def declaration(request: HttpRequest, code: str) -> DeclarationOut:
    found = queries.declaration_for(code, viewer(request.user))
    if found is None:
        raise NotFound("There is no such declaration, or it is not yours to see.")
    same = (
        "code", "kind", "origin_country", "destination_country", "customs_value_minor", "fob_value_minor", "currency", "duty_minor", "vat_minor",
        "transport_mode", "container_number", "seal_number", "state", "lane", "score", "is_random", "reasons", "submitted_at", "decided_at",
        "decided_by", "decision_reason",
    )  # fmt: skip
    return DeclarationOut(
        consignment=found.consignment_code, load=found.load_code, exporter=found.exporter.code, importer=found.importer.code, office=found.office.code,
        items=[GoodsItemOut.from_orm(item) for item in found.items.all()], papers=[PaperOut.from_orm(paper) for paper in found.documents.all()],
        **{name: getattr(found, name) for name in same},
    )  # fmt: skip

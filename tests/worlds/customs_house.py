"""A customs house: one export that waits for an officer, one that was released, and one import held at its entry.

It stands on a morning at the market, whose loads are declared here. Numbers of papers are invented.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from samphao.accounts.models import Organisation
from samphao.customs import services
from samphao.customs.models import Declaration
from samphao.customs.types import DeclarationSpec, DocumentNeed, GoodsItemSpec, Transport

EXPORTS = ("waits", "complete")


def make(parties: dict[str, Organisation], loads: tuple[str, ...], now: datetime) -> dict[str, str]:
    """Declare the first two loads for export and the third for import; return the codes by what they are."""
    services.publish_offices()
    ids = {code: party.pk for code, party in parties.items()}
    waits, complete, entering = (_spec(number, load, now) for number, load in enumerate(loads[:3], 1))
    exports = [_with_paper(waits, number=""), _with_paper(complete, number="PC-2026-0002")]
    services.declare_exports(exports, ids, seed=1, at=now)
    services.declare_imports([_at_entry(entering)], ids, seed=1)
    codes = dict(Declaration.objects.values_list("consignment_code", "code"))
    return {
        name: codes[spec.consignment] for name, spec in (("waits", waits), ("complete", complete), ("entry", entering))
    }


def waiting(number: int, load: str, now: datetime) -> DeclarationSpec:
    """Return an export whose phytosanitary certificate is missing: it waits for an officer."""
    return _with_paper(_spec(number, load, now), number="")


def _spec(number: int, load: str, now: datetime) -> DeclarationSpec:
    item = GoodsItemSpec(
        "durian-fresh", "fresh_fruit", "081060", "", "Durian, fresh", "ทุเรียนสด", "鲜榴莲", 900, Decimal(16_200), Decimal(17_334), 267_300_000,
        "form-e", ("CTI-MT-0430",), needs_permit=True,
    )  # fmt: skip
    way = Transport(
        load, "rail", "container_40_reefer · THCTI-CNKMG", "TCLU4829130", "TH-88213", "THNOK", "TH", "CNMHN", ("LA",),
        is_shared=False, departs_at=now + timedelta(days=6), enters_at=now + timedelta(days=8),
    )  # fmt: skip
    return DeclarationSpec(
        number,
        f"CS-000{number}-TEST",
        "exporter",
        "importer",
        "KMG",
        "CN",
        "TH",
        "THB",
        267_300_000,
        267_300_000,
        way,
        (item,),
    )


def _with_paper(spec: DeclarationSpec, *, number: str) -> DeclarationSpec:
    paper = DocumentNeed(
        "phytosanitary-certificate", "Phytosanitary certificate", "ใบรับรองสุขอนามัยพืช", "植物检疫证书", "load", "Department of Agriculture (simulator)",
        "with every shipment", "GACC Announcement (demo)", number, "" if number else "the office that issues it has not answered yet",
    )  # fmt: skip
    return replace(spec, documents=(paper,))


def _at_entry(spec: DeclarationSpec) -> DeclarationSpec:
    item = replace(spec.items[0], value_minor=58_620_000, duty_minor=0, vat_minor=5_275_800)
    return replace(spec, items=(item,), currency="CNY", customs_value_minor=58_620_000)

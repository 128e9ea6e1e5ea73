"""Labels of cartons: the marks that China's protocol asks, a number for each carton, and a code that leads to the lot's page.

The marks are those of the protocol on Thai fruit through third countries (2021) and of the rules before it: fruit, orchard and packing
house by their registered numbers, exporter, and for whom; in Chinese and English. A label lacks no mark: without a number there is none.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as accounts
from samphao.accounts.queries import Viewer
from samphao.core import pdf
from samphao.core.errors import NotAllowed, NotFound, Refused
from samphao.engines import gs1
from samphao.reference import queries as reference
from samphao.reference.types import DestinationSpec
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.services import CartonRun
from samphao.workflows import weights
from samphao.workflows.weights import kilograms

REGISTERS = ("gacc_packing_house", "doa_packing_house")
FOR_CHINA = ("出口中华人民共和国", "EXPORT TO THE PEOPLE'S REPUBLIC OF CHINA", "ส่งออกไปสาธารณรัฐประชาชนจีน")
DEMO = "演示 · ตัวอย่าง · DEMONSTRATION: the numbers of GS1 that begin with 952 belong to nobody"
NO_ORCHARD = _("The label needs the GAP number of the orchard: this lot has none.")
NO_NUMBER = _("The label needs the registered number of the packing house: none is valid today.")
NO_EXPORTER = _("The label needs the exporter: this lot names none.")
NO_CITY = _("Choose where the cartons go.")
SHUT = _("This lot may not be loaded for this city: its packing house, laboratory or orchard is suspended.")


@dataclass(frozen=True, slots=True)
class LabelRun:
    """Labels to print: of which lot, for which city, how many cartons, packed when."""

    lot: str
    destination: str
    cartons: int
    packed_on: date
    net_mass_g: int | None = None
    """Of each carton; None: what its units weigh by the listing."""
    order: str = ""
    """For whom they are packed: with its last carton the order is settled by weight."""


def gtin_of(listing: int) -> str:
    """Return the trade item number of a carton of a listing's good."""
    return gs1.gtin(settings.GS1_PREFIX, listing)


def link_of(lot: Any) -> str:
    """Return the path of a lot's GS1 Digital Link."""
    return f"/01/{gtin_of(lot.listing_id)}/10/{lot.code}"


def is_demonstration() -> bool:
    return str(settings.GS1_PREFIX).startswith(gs1.DEMONSTRATION)


def print_labels(run: LabelRun, *, address: str, by: str, viewer: Viewer) -> bytes:
    """Give cartons their numbers and return their labels, one a page; `address` is the hub's, for the code on the label."""
    lot = trade.lot_by_code(run.lot)
    if lot is None:
        raise NotFound(_("There is no such lot."))
    if lot.packing_house_id not in viewer.organisations:
        raise NotAllowed(_("Only the packing house of this lot prints its labels."))
    city = next((row for row in reference.destinations() if row.code == run.destination), None)
    if city is None:
        raise Refused(NO_CITY)
    if (lot.code, city.code) in trade.suspended_places([lot.code]):
        raise Refused(SHUT)
    marks = _marks(lot, city)
    mass_g = run.net_mass_g or lot.carton_units * lot.unit_mass_g
    with transaction.atomic():
        cartons = services.label_cartons(
            CartonRun(lot.code, city.code, [mass_g] * run.cartons, run.packed_on, run.order),
            prefix=settings.GS1_PREFIX,
            by=by,
        )
        if run.order:
            weights.settle_if_packed(lot.code, run.order, by=by)
    code = _qr(address + link_of(lot))
    labels = [
        {
            **_product(lot), "warning": DEMO if is_demonstration() else "", "rows": [*marks, *_of_carton(lot, carton)],
            "destination": list(FOR_CHINA) if city.country == "CN" else [f"{city.city_en} · {city.city_th or city.city_zh}"],
            "sscc": carton.sscc, "bars": gs1.bars("00", carton.sscc), "qr": code,
        }
        for carton in cartons
    ]  # fmt: skip
    return pdf.render("carton_label", {"labels": labels})


def _product(lot: Any) -> dict[str, str]:
    listing = lot.listing
    return {
        "product_zh": listing.title_zh or listing.title_en, "product_en": listing.title_en, "product_th": listing.title_th or listing.title_en,
    }  # fmt: skip


def _marks(lot: Any, city: DestinationSpec) -> list[dict[str, Any]]:
    """Return the marks that every carton of a lot carries; raise Refused for one that is missing where the protocol asks for it."""
    orchard = accounts.orchards_by_code([lot.orchard_code]).get(lot.orchard_code)
    numbers = accounts.numbers_of(lot.packing_house_id, REGISTERS)
    number = next((numbers[scheme] for scheme in REGISTERS if scheme in numbers), "")
    if city.country == "CN":
        if orchard is None or not orchard.gap_number:
            raise Refused(NO_ORCHARD)
        if not number:
            raise Refused(NO_NUMBER)
        if lot.exporter is None:
            raise Refused(NO_EXPORTER)
    rows = []
    if orchard and orchard.gap_number:
        rows.append(_row("果园注册号", "Orchard (GAP)", orchard.gap_number, large=True))
    if number:
        rows.append(_row("包装厂注册号", "Packing house no.", number, large=True))
    rows.append(_row("包装厂", "Packing house", lot.packing_house.name_en))
    if lot.exporter:
        rows.append(_row("出口商", "Exporter", lot.exporter.name_en))
    rows.append(_row("批次", "Lot", lot.code, large=True))
    return rows


def _of_carton(lot: Any, carton: Any) -> list[dict[str, Any]]:
    rows = [
        _row("包装日期", "Packed on", carton.packed_on.isoformat()),
        _row("净重", "Net mass", f"{kilograms(carton.net_mass_g, 1)} kg", large=True),
    ]
    if lot.unit != "kg":  # of these the net mass says it
        rows.append(_row("件数", "Units", f"{lot.carton_units} {lot.unit}"))
    return rows


def _row(name_zh: str, name_en: str, value: str, *, large: bool = False) -> dict[str, Any]:
    return {"name_zh": name_zh, "name_en": name_en, "value": value, "large": large}


def _qr(text: str) -> str:
    """Return a QR code as SVG; level M stands a wet carton."""
    buffer = io.BytesIO()
    segno.make(text, error="m").save(buffer, kind="svg", xmldecl=False, border=0)
    return buffer.getvalue().decode()


def cartons_left(lot: Any) -> int:
    """Return how many whole cartons of what a lot's ticket accepted have no label yet."""
    ticket = getattr(lot, "ticket", None)
    if ticket is None:
        return 0
    mass_g = lot.carton_units * lot.unit_mass_g
    return max(0, int(ticket.accepted_kg * 1000) - trade.labelled_g(lot.code)) // int(mass_g)

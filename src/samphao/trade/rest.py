"""Trade for programs. Orders in a rush go to the order counter; this door takes single ones."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from samphao.core.errors import NotFound
from samphao.trade import queries
from samphao.trade.types import offer_code

router = Router(tags=["trade"])


class OfferOut(Schema):
    code: str
    destination: str
    kind: str
    trade_mode: str
    price_minor: int
    currency: str
    incoterm: str
    lines: list[dict[str, object]]


class ModeOut(Schema):
    """Whether the lot is sold to a destination in a trade mode; `findings` are the rules that refuse it."""

    destination: str
    trade_mode: str
    is_open: bool
    findings: list[dict[str, object]]


class LotOut(Schema):
    code: str
    good: str
    title_en: str
    title_th: str
    title_zh: str
    unit: str
    unit_mass_g: int
    price_minor: int
    currency: str
    quantity: int
    left: int
    offers: list[OfferOut]
    modes: list[ModeOut]


@router.get("/lots/{code}", response=LotOut, summary="A lot with its prices to the door")
def lot(request: HttpRequest, code: str) -> LotOut:  # noqa: ARG001 ninja's signature
    found = queries.lot_with_offers(code)
    if found is None:
        raise NotFound("There is no such lot.")
    offers = [
        OfferOut(
            code=offer_code(offer.id), destination=offer.destination, kind=offer.kind, trade_mode=offer.trade_mode, price_minor=offer.price_minor,
            currency=offer.currency, incoterm=offer.incoterm, lines=offer.lines,
        )
        for offer in found.offers.all()
    ]  # fmt: skip
    modes = [
        ModeOut(
            destination=state.destination, trade_mode=state.trade_mode, is_open=state.is_open, findings=state.findings
        )
        for state in found.modes.all()
    ]
    listing = found.listing
    return LotOut(
        code=found.code, good=listing.good, title_en=listing.title_en, title_th=listing.title_th, title_zh=listing.title_zh, unit=found.unit,
        unit_mass_g=found.unit_mass_g, price_minor=found.price_minor, currency=found.currency, quantity=found.quantity, left=found.left, offers=offers, modes=modes,
    )  # fmt: skip

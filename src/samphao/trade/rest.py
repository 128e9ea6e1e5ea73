"""Trade for programs. Orders in a rush go to the order counter; this door takes single ones."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from samphao.core.errors import NotFound
from samphao.trade import queries
from samphao.trade.types import offer_code

router = Router(tags=["trade"])
PAGE = 24
PAGES = -(-queries.FURTHEST // PAGE)


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


class TermOut(Schema):
    """A part of a lot's points: what for, about what, and how many."""

    kind: str
    about: str
    points: float


class HitOut(Schema):
    code: str
    good: str
    title_en: str
    title_th: str
    title_zh: str
    points: float
    terms: list[TermOut]


class CorrectedOut(Schema):
    typed: str
    name: str


class SearchOut(Schema):
    """`total` is exact up to 1,000; `is_more` says that there are more. `left_out` are words that not every lot has."""

    total: int
    is_more: bool
    corrected: list[CorrectedOut]
    left_out: list[str]
    lots: list[HitOut]


class Asked(Schema):
    """Typed words in Thai, Chinese or English, and what narrows them; `as_typed` reads no word as another."""

    q: str = Field("", max_length=200)
    good: str = Field("", max_length=40)
    province: str = Field("", max_length=6, description="ISO 3166-2, such as TH-22")
    certificate: str = Field("", max_length=40)
    month: int = Field(0, ge=0, le=12, description="of the harvest")
    country: str = Field("", max_length=2, description="where it may be sold, ISO 3166-1")
    as_typed: bool = False

    def search(self) -> queries.Search:
        return queries.Search(
            self.q, self.good, self.province, self.certificate, self.month, self.country, self.as_typed
        )


@router.get("/market", response=SearchOut, summary="Lots by words, with the reasons for their places")
def market(
    request: HttpRequest,  # noqa: ARG001 ninja's signature
    asked: Asked = Query(...),  # type: ignore[type-arg]  # noqa: B008 ninja's way
    page: int = Query(1, ge=1, le=PAGES),  # type: ignore[type-arg]
) -> SearchOut:
    found = queries.search_lots(asked.search(), offset=(page - 1) * PAGE, count=PAGE)
    lots = {lot.pk: lot for lot in queries.lots_found([hit.lot for hit in found.hits], "")}
    return SearchOut(
        total=min(found.total, queries.COUNTED), is_more=found.total > queries.COUNTED,
        corrected=[CorrectedOut(typed=one.typed, name=one.name) for one in found.corrected], left_out=list(found.left_out),
        lots=[_hit(lots[hit.lot], hit) for hit in found.hits if hit.lot in lots],
    )  # fmt: skip


def _hit(lot: Any, hit: queries.Hit) -> HitOut:
    listing = lot.listing
    terms = [TermOut(kind=term.kind, about=term.about, points=term.points / 100) for term in hit.terms]
    return HitOut(
        code=lot.code, good=listing.good, title_en=listing.title_en, title_th=listing.title_th, title_zh=listing.title_zh, points=hit.points / 100,
        terms=terms,
    )  # fmt: skip

"""Trade for programs. Orders in a rush go to the order counter; this door takes single ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.security import django_auth

from samphao.accounts.queries import viewer
from samphao.core import clock
from samphao.core.errors import NotAllowed, NotFound
from samphao.trade import queries, services
from samphao.trade.types import PASS_LIVES_S, QueuePlace, offer_code

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


class CampaignOut(Schema):
    """A campaign; `now` is the hub's clock, by which it starts and ends."""

    code: str
    name_en: str
    name_th: str
    name_zh: str
    starts_at: datetime
    ends_at: datetime
    now: datetime
    buyer_limit: int
    lots: dict[str, int]


class PlaceOut(Schema):
    """A buyer's place before the counter. `number` is drawn at the start; come back after `again_s` seconds, sooner changes nothing."""

    campaign: str
    number: int | None
    ahead: int | None
    is_admitted: bool
    again_s: int
    token: str | None
    expires_in_s: int | None


class TokenOut(Schema):
    token: str
    expires_in_s: int


@router.get("/campaigns/{code}", response=CampaignOut, summary="A campaign, and what is left of its lots")
def campaign(request: HttpRequest, code: str) -> CampaignOut:  # noqa: ARG001 ninja's signature
    found = queries.campaign_for(code)
    if found is None:
        raise NotFound("There is no such campaign.")
    return CampaignOut(
        code=found.code, name_en=found.name_en, name_th=found.name_th, name_zh=found.name_zh, starts_at=found.starts_at, ends_at=found.ends_at,
        now=clock.now(), buyer_limit=found.buyer_limit, lots={row.lot.code: row.lot.open_left for row in found.lots.all()},
    )  # fmt: skip


@router.post(
    "/campaigns/{code}/place",
    response=PlaceOut,
    auth=django_auth,
    summary="Take a place in the queue, or see where one stands",
)
def place(request: HttpRequest, code: str) -> PlaceOut:
    """Asked again it tells how far the queue is; once it is this buyer's turn, with a token for the order counter."""
    found = services.take_place(code, _buyer(request), address=request.META.get("REMOTE_ADDR", ""))
    return _place(found)


@router.post(
    "/counter/token", response=TokenOut, auth=django_auth, summary="A token for the order counter, outside campaigns"
)
def counter_token(request: HttpRequest) -> TokenOut:
    token = services.hand_out_pass(_buyer(request), address=request.META.get("REMOTE_ADDR", ""))
    return TokenOut(token=token, expires_in_s=PASS_LIVES_S)


def _place(found: QueuePlace) -> PlaceOut:
    token = services.pass_for(found) if found.is_admitted else None
    return PlaceOut(
        campaign=found.campaign, number=found.number, ahead=found.ahead, is_admitted=found.is_admitted, again_s=found.again_s, token=token,
        expires_in_s=PASS_LIVES_S if token else None,
    )  # fmt: skip


def _buyer(request: HttpRequest) -> int:
    organisations = viewer(request.user).organisations
    if not organisations:
        raise NotAllowed("Only who is signed in for an organisation orders.")
    return organisations[0]


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

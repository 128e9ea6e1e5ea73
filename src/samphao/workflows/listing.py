"""What follows when a seller puts a lot on sale: prices to the door in every trade mode, by quantity, and the gates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from samphao.accounts import queries as accounts
from samphao.core import clock, hub
from samphao.engines.duty import half_up
from samphao.reference import queries as reference
from samphao.reference.types import DestinationSpec, GoodSpec
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.queries import OfferedLot
from samphao.trade.types import LotSpec, ModeAnswer, PricedOffer
from samphao.workflows import gates
from samphao.workflows.price_to_door import share_of
from samphao.workflows.season.offers import Pricer
from samphao.workflows.trade_modes import WHOLESALE

OWN_TERMS = "the seller's own terms"
TERMS = {
    "seller-minimum": (
        "The seller's smallest order", "ยอดสั่งซื้อขั้นต่ำของผู้ขาย", "卖家的最小起订量",
        "The seller takes orders from %s only.", "ผู้ขายรับคำสั่งซื้อตั้งแต่ %s ขึ้นไป", "卖家只接受%s起的订单。",
    ),
    "seller-delivery": (
        "Delivered in the seller's time", "ส่งถึงภายในเวลาที่ผู้ขายกำหนด", "在卖家承诺的时间内送达",
        "The seller's terms promise delivery within %s days of the harvest, and no service is as quick.",
        "เงื่อนไขของผู้ขายกำหนดส่งถึงภายใน %s วันหลังเก็บเกี่ยว แต่ไม่มีบริการใดเร็วพอ", "卖家承诺采收后%s天内送达，没有这么快的运输服务。",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proceeds:
    """What a lot brings its seller if all of it is sold at his price, satang; `service_minor` of it goes to the packing house."""

    goods_minor: int
    service_minor: int
    source: str = ""

    @property
    def own_minor(self) -> int:
        return self.goods_minor - self.service_minor


def proceeds(good: GoodSpec, price_minor: int, quantity: int, *, has_house: bool) -> Proceeds:
    """Work out what a seller is paid in, before he lists; orders are rounded each by itself, so it is some satang off."""
    worth = price_minor * quantity
    rule = reference.price_rule("packing_house_service", "", good, clock.today()) if has_house else None
    return Proceeds(worth, half_up(worth * share_of(rule)) if rule else 0, rule.source if rule else "")


def lots_offered(payload: dict[str, Any]) -> None:
    price_lots(payload["lots"])


def price_lots(codes: Collection[str]) -> int:
    """Work out prices of lots for every place the hub sells to, and judge their gates; return how many prices. Prices before are history."""
    offered = trade.offered_lots(codes)
    if not offered:
        return 0
    places = _places()
    parties = {code for lot in offered for code in (lot.spec.packing_house, lot.spec.producer) if code}
    producers = {lot.spec.producer for lot in offered}
    pricer = Pricer(accounts.places_of(parties), reference.goods(), clock.today(), trade.worth_of(producers))
    answers: list[ModeAnswer] = []
    by_end: dict[datetime, list[PricedOffer]] = {}
    for lot in offered:
        offers, said = _of_lot(lot, pricer, places)
        by_end.setdefault(lot.closes_at, []).extend(offers)
        answers += said
    now, codes, ids = clock.now(), [lot.spec.code for lot in offered], accounts.ids_by_code()
    with transaction.atomic():  # orders of these lots wait from here on, not while the prices are worked out
        services.lock_lots(codes)
        services.replace_offers(codes)
        count = sum(
            services.store_offers(offers, ids, priced_at=now, valid_to=closes_at)
            for closes_at, offers in by_end.items()
        )
        services.store_modes(answers, decided_at=now)
        gates.open_gates(codes, _open(answers))
    return count


def _places() -> list[DestinationSpec]:
    settings = hub.settings()
    return [row for row in reference.destinations() if settings is None or row.country in settings.corridors]


def _open(answers: Iterable[ModeAnswer]) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for answer in answers:
        if answer.is_open:
            found[answer.lot, answer.destination] = (
                *found.get((answer.lot, answer.destination), ()),
                answer.trade_mode,
            )
    return found


def _of_lot(
    lot: OfferedLot, pricer: Pricer, places: Sequence[DestinationSpec]
) -> tuple[list[PricedOffer], list[ModeAnswer]]:
    """Return a lot's offers within what its seller asks of orders, and which modes are open for it."""
    pricer.answers.clear()
    all_offers = list(pricer.offers([lot.spec], places))
    in_time = [offer for offer in all_offers if lot.delivery_days is None or offer.promised_days <= lot.delivery_days]
    stepped = [offer for offer in _by_steps(lot, pricer, places, in_time) if offer.quantity_min <= offer.quantity_max]
    sold, quick = _priced(stepped), _priced(in_time)
    shut = {place: "seller-minimum" if place in quick else "seller-delivery" for place in _priced(all_offers) - sold}
    numbers = {"seller-minimum": _least(lot.spec, lot.minimum_units), "seller-delivery": str(lot.delivery_days)}
    return stepped, [
        replace(answer, is_open=False, findings=(_finding(rule, numbers[rule]),))
        if (rule := shut.get((answer.destination, answer.trade_mode)))
        else answer
        for answer in pricer.answers
    ]


def _priced(offers: Iterable[PricedOffer]) -> set[tuple[str, str]]:
    return {(offer.destination, offer.trade_mode) for offer in offers}


def _by_steps(
    lot: OfferedLot, pricer: Pricer, places: Sequence[DestinationSpec], offers: Iterable[PricedOffer]
) -> Iterator[PricedOffer]:
    """Yield offers from the smallest order on: those by the carton end where a step begins that costs less."""
    bounds = [lot.minimum_units, *(units for units, _ in lot.steps)]
    cheaper = [
        {
            (row.destination, row.trade_mode): row
            for row in pricer.wholesale(replace(lot.spec, price_minor=price), places)
        }
        for _, price in lot.steps
    ]
    for offer in offers:
        first = _cartons(bounds[0], offer)
        if offer.kind != WHOLESALE or not lot.steps:
            yield replace(offer, quantity_min=first)
            continue
        starts = [first, *(_cartons(units, offer) for units in bounds[1:])]
        ends = [*(start - 1 for start in starts[1:]), offer.quantity_max]
        rows = [offer, *(prices.get((offer.destination, offer.trade_mode)) for prices in cheaper)]
        for row, start, end in zip(rows, starts, ends, strict=True):
            if row is not None:
                yield replace(row, quantity_min=start, quantity_max=min(end, offer.quantity_max))


def _cartons(units: int, offer: PricedOffer) -> int:
    """Return how many selling units hold so many units of the lot at least."""
    return max(1, -(-units // offer.lot_units))


def _least(spec: LotSpec, units: int) -> str:
    return f"{units * spec.unit_mass_g / 1000:,.0f} kg" if spec.unit in ("kg", "fruit") else f"{units:,}"


def _finding(rule: str, number: str) -> dict[str, str | bool | None]:
    name_en, name_th, name_zh, said_en, said_th, said_zh = TERMS[rule]
    return {
        "rule": rule, "measure": rule, "name_en": name_en, "name_th": name_th, "name_zh": name_zh, "refusal_en": said_en % number,
        "refusal_th": said_th % number, "refusal_zh": said_zh % number, "found": number, "is_met": False, "source": OWN_TERMS, "valid_from": None,
        "is_estimate": False,
    }  # fmt: skip

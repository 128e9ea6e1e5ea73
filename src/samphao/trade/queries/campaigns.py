"""Campaigns as buyers look at them, the queue before the counter, and the waiting lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, OuterRef, Prefetch, QuerySet, Subquery

from samphao.core.clock import HubNow
from samphao.trade.campaign_models import Campaign, CampaignLot, QueueTicket, WaitingPlace
from samphao.trade.models import Offer, Order
from samphao.trade.queries.market import general_first
from samphao.trade.types import QueuePlace

SHOWN_AFTER = timedelta(days=7)


def campaigns_to_show() -> QuerySet[Campaign]:
    """Return campaigns that are announced, running or lately over, the next to start or end first."""
    rows = Campaign.objects.annotate(now=HubNow(), lot_count=Count("lots")).filter(ends_at__gt=F("now") - SHOWN_AFTER)
    return rows.order_by("starts_at", "id")


def campaign_for(code: str, destination: str = "") -> Campaign | None:
    """Return a campaign with its lots and their prices to a destination; `now` is the hub's clock."""
    offers = Offer.objects.select_related("importer").filter(destination=destination, replaced_at=None)
    offers = offers.order_by(general_first(), "kind", "quantity_min")
    lots = CampaignLot.objects.select_related("lot__listing__producer", "lot__packing_house").order_by("lot__code")
    lots = lots.prefetch_related(Prefetch("lot__offers", offers, "offers_here"))
    return Campaign.objects.annotate(now=HubNow()).prefetch_related(Prefetch("lots", lots)).filter(code=code).first()


def campaign_named(code: str) -> Campaign | None:
    return Campaign.objects.annotate(now=HubNow()).filter(code=code).first()


def place_in_queue(campaign: str, buyer: int) -> QueuePlace | None:
    """Return where a buyer stands before the counter of a campaign; None where he has not taken a place."""
    tickets = QueueTicket.objects.select_related("campaign").annotate(now=HubNow())
    ticket = tickets.filter(campaign__code=campaign, buyer=buyer).first()
    if ticket is None:
        return None
    sale = ticket.campaign
    is_running = sale.starts_at <= ticket.now < sale.ends_at
    return QueuePlace(sale.code, buyer, ticket.number, sale.admitted, sale.admit_per_s, sale.pk, is_running)


def campaign_that_bars(offer: int, buyer: int) -> str:
    """Return the running campaign that sells an offer and has not let this buyer through yet; empty where none bars him."""
    sale = Campaign.objects.filter(lots__lot__offers=offer, starts_at__lte=HubNow(), ends_at__gt=HubNow()).first()
    if sale is None:
        return ""
    place = place_in_queue(sale.code, buyer)
    return "" if place is not None and place.is_admitted else sale.code


@dataclass(frozen=True, slots=True)
class PlaceInLine:
    """A buyer's place in the line for a lot: `ahead` wait before him."""

    number: int
    lot: str
    quantity: int
    ahead: int


def places_in_line(lots: Sequence[str], buyers: Sequence[int]) -> dict[str, PlaceInLine]:
    """Return the places of buyers who still wait for lots, by lot."""
    before = WaitingPlace.objects.filter(lot=OuterRef("lot"), state="waiting", id__lt=OuterRef("id")).order_by()
    ahead = Subquery(before.values("lot").annotate(n=Count("id")).values("n"))
    rows = WaitingPlace.objects.filter(lot__code__in=lots, buyer__in=buyers, state="waiting").annotate(ahead=ahead)
    found = rows.order_by("-id").values_list("id", "lot__code", "quantity", "ahead")
    return {lot: PlaceInLine(number, lot, quantity, ahead or 0) for number, lot, quantity, ahead in found}


def holds_of(lots: Sequence[str], buyers: Sequence[int]) -> QuerySet[Order]:
    """Return the orders of buyers that hold units of lots and wait for payment, the one that ends first in front."""
    rows = Order.objects.select_related("lot").filter(lot__code__in=lots, buyer__in=buyers, state=Order.State.HELD)
    return rows.filter(hold_expires_at__gt=HubNow()).order_by("hold_expires_at")


def offered_places(orders: Sequence[str]) -> list[Order]:
    """Return the orders that were made for waiting places."""
    return list(Order.objects.select_related("lot").filter(code__in=orders).order_by("id"))


def closed_places(numbers: Sequence[int]) -> list[WaitingPlace]:
    """Return places that ended without an order, with their lot."""
    return list(WaitingPlace.objects.select_related("lot").filter(pk__in=numbers).order_by("id"))

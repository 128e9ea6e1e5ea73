"""Rush campaigns: announcing one, and the queue before its counter.

A buyer has one place, whatever he opens or sends; who came before the start, or in the same moment after it, is drawn. The draw is
an HMAC of campaign and buyer: nobody can choose it, and taking the place again gives the same.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_noop as _

from samphao.core import clock, limits
from samphao.core.codes import encode
from samphao.core.errors import Conflict, NotAllowed, NotFound, Refused
from samphao.core.limits import Limit
from samphao.core.tokens import ANY_SALE, TokenSigner
from samphao.trade.campaign_models import Campaign, CampaignLot, QueueTicket
from samphao.trade.cycle_models import CycleLot
from samphao.trade.models import Lot
from samphao.trade.queries.campaigns import place_in_queue
from samphao.trade.types import PASS_LIVES_S, CampaignSpec, QueuePlace

NOTICE = timedelta(minutes=1)
"""A campaign is known to every counter before it starts."""
LOTS_MAX = 50
# A household behind one address is a few buyers; a bot that registers many is held up here and at registering.
PLACES_OF_ADDRESS = Limit("places in queues", 60, timedelta(minutes=10))
PASSES_OF_BUYER = Limit("passes to the counter", 30, timedelta(minutes=1))
PASSES_OF_ADDRESS = Limit("passes to the counter from a network", 300, timedelta(minutes=1))


def announce_campaign(spec: CampaignSpec, *, by: str) -> str:
    """Announce a campaign and return its code. Its lots are on sale from its start to its end, with its limit for each buyer.

    Raises
    ------
    Refused
        If the times are wrong, it has no lots, or too many.
    NotFound
        If a lot is not there.
    Conflict
        If a lot is on sale already, is in another campaign, or has been ordered.
    """
    _check_times(spec)
    codes = sorted(set(spec.lots))
    with transaction.atomic(), connection.cursor() as cursor:
        lots = list(Lot.objects.select_for_update(no_key=True).filter(code__in=codes).order_by("id"))
        if missing := set(codes) - {lot.code for lot in lots}:
            raise NotFound(_("There is no such lot."), lots=sorted(missing))
        _check_lots(lots)
        cursor.execute("SELECT nextval(pg_get_serial_sequence('trade_campaign', 'id'))")
        number = cursor.fetchone()[0]
        campaign = Campaign.objects.create(
            id=number, code=encode("CP", number), name_en=spec.name_en, name_th=spec.name_th, name_zh=spec.name_zh, starts_at=spec.starts_at,
            ends_at=spec.ends_at, buyer_limit=spec.buyer_limit, admit_per_s=spec.admit_per_s, announced_at=clock.now(), announced_by=by,
        )  # fmt: skip
        CampaignLot.objects.bulk_create([CampaignLot(campaign=campaign, lot=lot) for lot in lots])
        Lot.objects.filter(pk__in=[lot.pk for lot in lots]).update(
            opens_at=spec.starts_at, closes_at=spec.ends_at, buyer_limit=spec.buyer_limit
        )
    return campaign.code


def _check_times(spec: CampaignSpec) -> None:
    if spec.starts_at < clock.now() + NOTICE:
        raise Refused(_("A campaign is announced at least a minute before it starts."))
    if spec.ends_at <= spec.starts_at:
        raise Refused(_("A campaign ends after it starts."))
    if not 0 < len(set(spec.lots)) <= LOTS_MAX:
        raise Refused(_("A campaign has at least one lot, and at most fifty."))


def _check_lots(lots: list[Lot]) -> None:
    now = clock.now()
    if on_sale := [lot.code for lot in lots if lot.opens_at <= now < lot.closes_at or lot.held + lot.sold > 0]:
        raise Conflict(
            _("A lot that is on sale, or that somebody has ordered, cannot be announced any more."), lots=on_sale
        )
    taken = CampaignLot.objects.filter(lot__in=lots).order_by("lot__code").values_list("lot__code", flat=True)
    if others := list(taken):
        raise Conflict(_("A lot is sold in one campaign only."), lots=others)
    if ordered := list(CycleLot.objects.filter(lot__in=lots).order_by("lot__code").values_list("lot__code", flat=True)):
        raise Conflict(_("A lot of an order cycle is sold in its window, and in no campaign."), lots=ordered)


def take_place(campaign: str, buyer: int, *, address: str) -> QueuePlace:
    """Take a buyer's place before the counter; taking it again changes nothing. `address` is where he comes from."""
    found = Campaign.objects.filter(code=campaign).first()
    if found is None:
        raise NotFound(_("There is no such campaign."))
    if found.ends_at <= clock.now():
        raise Conflict(_("This campaign has ended."))
    if not QueueTicket.objects.filter(campaign=found, buyer=buyer).exists():
        limits.take(PLACES_OF_ADDRESS, limits.network_of(address))
        ticket = QueueTicket(campaign=found, buyer_id=buyer, draw=_draw(campaign, buyer))
        QueueTicket.objects.bulk_create([ticket], ignore_conflicts=True)
    place = place_in_queue(campaign, buyer)
    if place is None:
        raise NotFound(_("There is no such campaign."))
    return place


def _draw(campaign: str, buyer: int) -> int:
    digest = salted_hmac("samphao.queue", f"{campaign}:{buyer}", algorithm="sha256").digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def pass_for(place: QueuePlace) -> str:
    """Return a pass to the counter for a campaign, to whom its queue has let through; it may be fetched again."""
    if not place.is_admitted:
        raise NotAllowed(_("It is not your turn yet."))
    return TokenSigner(settings.SECRET_KEY).make(place.buyer, sale=place.sale, lives_s=PASS_LIVES_S)


def hand_out_pass(buyer: int, *, address: str) -> str:
    """Return a pass to the counter for what is sold outside campaigns."""
    limits.take(PASSES_OF_BUYER, str(buyer))
    limits.take(PASSES_OF_ADDRESS, limits.network_of(address))
    return TokenSigner(settings.SECRET_KEY).make(buyer, sale=ANY_SALE, lives_s=PASS_LIVES_S)

"""Shape the pages of campaigns, of the queue before the counter, and the part of a lot's page about waiting."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samphao.accounts.queries import Viewer
from samphao.core.errors import HubError
from samphao.reference.types import DestinationSpec
from samphao.trade import queries as trade
from samphao.trade.types import QueuePlace
from samphao.web.cards import destination_names, motif, unit_count
from samphao.web.lot_page import offer_row
from samphao.web.templatetags.samphao import in_language_plain, moment, number

LIVE = "/counter/live/{code}"


def state_of(campaign: Any) -> str:
    now = campaign.now
    return "before" if now < campaign.starts_at else "running" if now < campaign.ends_at else "after"


def state_tag(state: str) -> dict[str, str]:
    return {
        "before": {"kind": "info", "label": _("announced")},
        "running": {"kind": "ok", "label": _("on sale now")},
        "after": {"kind": "idle", "label": _("over")},
    }[state]


def told(error: HubError) -> str:
    """Say a refusal in the reader's language, with the lots that it is about."""
    lots = error.details.get("lots", ())
    return _(error.title) + (f" ({', '.join(lots)})" if lots else "")


def campaigns_page(rows: Iterable[Any], *, announces: bool) -> dict[str, Any]:
    return {
        "announces": announces,
        "columns": [
            {"label": _("Campaign"), "wide": True}, {"label": _("state")}, {"label": _("starts")}, {"label": _("ends")}, {"label": _("lots"), "numeric": True},
        ],
        "rows": [
            [
                {"text": in_language_plain(row), "url": reverse("campaign", args=[row.code]), "note": row.code}, {"tag": state_tag(state_of(row))},
                moment(row.starts_at), moment(row.ends_at), number(row.lot_count),
            ]
            for row in rows
        ],
    }  # fmt: skip


def clockwork(campaign: Any) -> dict[str, Any]:
    """Return what the page's script counts down by: the hub's clock, never the reader's."""
    state = state_of(campaign)
    return {
        "campaign": campaign, "title": in_language_plain(campaign), "state": state, "state_tag": state_tag(state), "live_url": LIVE.format(code=campaign.code),
        "now_ms": _ms(campaign.now), "starts_ms": _ms(campaign.starts_at), "ends_ms": _ms(campaign.ends_at), "starts": moment(campaign.starts_at),
        "ends": moment(campaign.ends_at),
    }  # fmt: skip


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def campaign_page(campaign: Any, destination: DestinationSpec | None, viewer: Viewer) -> dict[str, Any]:
    buyers = viewer.organisations
    lots = [row.lot for row in campaign.lots.all()]
    codes = [lot.code for lot in lots]
    place = trade.place_in_queue(campaign.code, buyers[0]) if buyers else None
    holds = {order.lot_id: order for order in trade.holds_of(codes, buyers)} if buyers else {}
    lines = trade.places_in_line(codes, buyers) if buyers else {}
    city = in_language_plain(destination_names(destination), "city") if destination else ""
    return {
        **clockwork(campaign),
        "place": place,
        "may_order": place is not None and place.is_admitted,
        "lots": [_lot(lot, city, holds.get(lot.pk), lines.get(lot.code)) for lot in lots],
        "limit": number(campaign.buyer_limit),
    }


def _lot(lot: Any, city: str, hold: Any, line: Any) -> dict[str, Any]:
    return {
        "code": lot.code,
        "url": reverse("lot", args=[lot.code]),
        "title": in_language_plain(lot.listing, "title"),
        "by": in_language_plain(lot.listing.producer),
        "motif": motif(lot.listing.good),
        "left": number(lot.open_left),
        "of": unit_count(lot.quantity, lot.unit),
        "is_sold_out": lot.open_left <= 0,
        "offers": [{**offer_row(offer, lot, city), "key": uuid.uuid4().hex} for offer in lot.offers_here],
        "hold": _hold(hold),
        "line": line and _line(line),
    }


def _hold(order: Any) -> dict[str, Any] | None:
    return order and {
        "text": format_html(
            _("You hold {quantity} as order {order} until {until}."),
            quantity=number(order.quantity),
            order=format_html('<span class="code">{}</span>', order.code),
            until=moment(order.hold_expires_at),
        ),
        "url": reverse("order", args=[order.code]),
    }


def _line(line: Any) -> dict[str, Any]:
    ahead = ngettext("%(n)s waits before you", "%(n)s wait before you", line.ahead) % {"n": number(line.ahead)}
    return {
        "place": line.number,
        "text": _("You wait for %(quantity)s. %(ahead)s.")
        % {"quantity": number(line.quantity), "ahead": ahead if line.ahead else _("You are the first in the line")},
    }


def queue_page(campaign: Any, place: QueuePlace | None) -> dict[str, Any]:
    """Shape a buyer's place before the counter: his number, how many are before him, when to look again."""
    found = clockwork(campaign)
    again_s = 0
    if place is not None and found["state"] == "running" and not place.is_admitted:
        again_s = place.again_s
    ahead = None if place is None or place.ahead is None else number(place.ahead)
    return {
        **found,
        "place": place,
        "again_s": again_s,
        "ahead": ahead,
        "number": None if place is None or place.number is None else number(place.number),
        "again": ngettext("%(n)s second", "%(n)s seconds", again_s) % {"n": number(again_s)},
    }


def line_of_lot(lot: Any, page: dict[str, Any], destination: DestinationSpec | None, viewer: Viewer) -> dict[str, Any]:
    """Return what a lot's `page` says besides of its campaign, of what the reader holds or waits for, and the form to wait."""
    buyers = viewer.organisations
    listed = getattr(lot, "of_campaign", None)
    hold = trade.holds_of([lot.code], buyers).first() if buyers else None
    line = trade.places_in_line([lot.code], buyers).get(lot.code) if buyers else None
    here = destination.code if destination else ""
    offers = [offer for offer in lot.offers.all() if offer.destination == here]
    may_wait = bool(buyers) and page["on_sale"] and line is None
    return {
        "campaign_banner": listed and _banner(listed.campaign),
        "hold": _hold(hold),
        "line": line and _line(line),
        "wait_offers": [
            row
            for offer, row in zip(offers, page["offers"], strict=True)
            if may_wait and lot.open_left < offer.lot_units * offer.quantity_min
        ],
    }


def _banner(campaign: Any) -> dict[str, str]:
    text = _("This lot is sold in a campaign, %(name)s, from %(starts)s to %(ends)s.")
    given = {
        "name": in_language_plain(campaign),
        "starts": moment(campaign.starts_at),
        "ends": moment(campaign.ends_at),
    }
    return {"text": text % given, "url": reverse("campaign", args=[campaign.code])}

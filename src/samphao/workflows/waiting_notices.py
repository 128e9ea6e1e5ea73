"""What those who wait for a lot are told: that units are held for them, and until when; or that their place has ended."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from samphao.accounts.services import Spoken, notify_each, spoken_moment
from samphao.trade import queries as trade
from samphao.workflows.notices import message

HELD = _(
    "It is your turn: %(quantity)s of lot %(lot)s are held for you as order %(order)s. Pay before %(until)s, or the next in line is asked."
)
ENDED = _("Your place in the line for lot %(lot)s has ended: %(reason)s")
REASONS = {
    "closed": _("the sale is over, and no more came back."),
    "over_limit": _("you have as much of this lot as one buyer may order."),
    "over_year_limit": _("you have as much of this good as one person may have in a year of cross-border retail."),
    "price_expired": _("the price that you waited for is no longer valid."),
}
OTHER = _("the hub can no longer sell this lot to you.")


def places_offered(payload: dict[str, Any]) -> None:
    notify_each(
        message(
            order.buyer_id, order.code, "offered", HELD, quantity=order.quantity, lot=order.lot.code, order=order.code,
            until=spoken_moment(order.hold_expires_at),
        )
        for order in trade.offered_places(payload["orders"])
    )  # fmt: skip


def places_closed(payload: dict[str, Any]) -> None:
    notify_each(
        message(
            place.buyer_id,
            place.lot.code,
            f"line-{place.pk}",
            ENDED,
            lot=place.lot.code,
            reason=Spoken(REASONS.get(place.ended_by, OTHER)),
        )
        for place in trade.closed_places(payload["places"])
    )

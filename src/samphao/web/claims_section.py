"""Shape what may follow on the page of an order: cancelling, bad goods, a return, a review."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.trade import queries as trade
from samphao.trade.types import AFTER_SALE
from samphao.web.claims_page import state_tag
from samphao.web.templatetags.samphao import moment, money


def order_section(order: Any, who: Viewer) -> dict[str, Any]:
    """Return what buyer and seller may do with an order now, and what has been reported; three queries at most."""
    is_buyer = order.buyer_id in who.organisations
    is_seller = order.lot.listing.producer_id in who.organisations
    if order.delivered_at is not None:
        return {"after_sale": _delivered(order, is_buyer=is_buyer)}
    if order.state not in ("held", "paid"):
        return {}
    now = clock.now()
    until = moment(trade.cancel_until(order))
    if is_buyer and trade.may_cancel(order, now):
        text = _("You may cancel this order until %(until)s.") % {"until": until}
        return {"cancel": {"text": text + _kept(order), "asks_reason": False}}
    if is_buyer and order.state == "paid":
        return {"cancel": {"text": _("The time for cancelling this order is over."), "is_over": True}}
    if is_seller:
        return {"cancel": {"text": _("If you cannot deliver, cancel with a reason: the buyer is refunded and told."), "asks_reason": True}}  # fmt: skip
    return {}


def _kept(order: Any) -> str:
    """Say what of a pre-order's deposit is kept if its buyer gives it up."""
    paid = getattr(order, "pre_order", None)
    if paid is None or order.paid_at is not None or hasattr(order, "cut") or not paid.lapse_keeps_pct:
        return ""
    kept = money(paid.deposit_minor * paid.lapse_keeps_pct // 100, order.currency)
    return " " + _("%(kept)s of your deposit is kept then.") % {"kept": kept}


def _delivered(order: Any, *, is_buyer: bool) -> dict[str, Any]:
    now = clock.now()
    claim, review = trade.claim_of_order(order.code), trade.review_of_order(order.code)
    links = []
    if is_buyer and claim is None and trade.may_claim(order, now):
        until = moment(order.delivered_at + order.lot.claim_window)
        links.append({"label": _("Report bad goods"), "url": reverse("claim_new", args=[order.code]), "hint": _("until %(until)s, with photos") % {"until": until}, "kind": "primary"})  # fmt: skip
    if is_buyer and claim is None and trade.may_return(order, now):
        until = moment(order.delivered_at + AFTER_SALE.return_window)
        links.append({"label": _("Send it back"), "url": reverse("return_new", args=[order.code]), "hint": _("until %(until)s") % {"until": until}, "kind": ""})  # fmt: skip
    if is_buyer and review is None:
        links.append(
            {"label": _("Write a review"), "url": reverse("review_new", args=[order.code]), "hint": "", "kind": ""}
        )
    found = {
        "links": links,
        "claim": claim and {"code": claim.code, "url": reverse("claim", args=[claim.code]), "tag": state_tag(claim)},
        "review": review and {"code": review.code, "url": reverse("review", args=[review.code])},
    }
    return found if any(found.values()) else {}

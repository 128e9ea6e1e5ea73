"""Shape baskets and purchases: what is in them, from whom, and what it costs to the door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from samphao.core import clock
from samphao.reference.queries import destination_of
from samphao.trade.types import OrderAnswer
from samphao.web.cards import destination_names
from samphao.web.lot_page import offer_row
from samphao.web.order_page import quantity_text, state_tag
from samphao.web.pre_orders import basket_note
from samphao.web.templatetags.samphao import country_name, in_language_plain, money, number
from samphao.web.trade_modes import mode_title
from samphao.workflows.ways_to_pay import due_now

ADDRESS_PARTS = ("name", "phone", "street_address", "city_area", "city", "country_area", "postal_code")


def city_of(code: str) -> str:
    found = destination_of(code)
    return in_language_plain(destination_names(found), "city") if found else code


def basket_page(basket: Any, refused: Mapping[int, str]) -> dict[str, Any]:
    """Return a basket with its lines by seller; `refused` says of offers why they could not be had."""
    city, now = city_of(basket.destination), clock.now()
    lines = [_line(line, city, now, refused.get(line.offer_id, "")) for line in basket.lines.all()]
    currency = basket.lines.all()[0].offer.currency if basket.lines.all() else "THB"
    total = sum(line.offer.price_minor * line.quantity for line in basket.lines.all())
    return {
        "code": basket.code,
        "city": city,
        "title": _("Basket for %(city)s") % {"city": city},
        "lines": lines,
        "total": money(total, currency),
        "sellers": len({line.offer.lot.listing.producer_id for line in basket.lines.all()}),
    }


def _line(line: Any, city: str, now: datetime, refused: str) -> dict[str, Any]:
    offer, lot = line.offer, line.offer.lot
    row = offer_row(offer, lot, city)
    stale = (
        _("This price is no longer valid: put it in anew from the page of the lot.") if offer.valid_to <= now else ""
    )
    return {
        "id": line.pk,
        "title": in_language_plain(lot.listing, "title"),
        "url": reverse("lot", args=[lot.code]) + f"?to={offer.destination}",
        "seller": in_language_plain(lot.listing.producer),
        "about": f"{row['mode']} · {row['price']} / {row['unit']} · {row['days']}",
        "note": basket_note(lot),
        "unit": row["unit"],
        "quantity": line.quantity,
        "quantity_max": offer.quantity_max,
        "amount": money(offer.price_minor * line.quantity, offer.currency),
        "refused": refused or stale,
    }


def refusals(answers: Mapping[int, OrderAnswer], say: Any) -> dict[int, str]:
    return {offer: say(answer.placement, answer.units_left) for offer, answer in answers.items()}


def address_rows(address: Mapping[str, str]) -> list[str]:
    """Return the lines of an address as they are kept, the country last."""
    return [*(address[part] for part in ADDRESS_PARTS if address.get(part)), country_name(address["country"])]


def purchase_page(purchase: Any, *, may_open: bool) -> dict[str, Any]:
    """Return a purchase with its orders; `may_open` says whether the viewer may open each order's own page."""
    orders = [line.order for line in purchase.lines.all()]
    held = [order for order in orders if order.state == "held"]
    return {
        "purchase": purchase,
        "title": _("Your orders"),
        "amount": money(purchase.amount_minor, purchase.currency),
        "due": money(due_now([order.code for order in held]), purchase.currency),
        "may_pay": bool(held),
        "address": address_rows(purchase.address),
        "columns": [
            {"label": _("Order"), "whole": True}, {"label": _("Goods"), "wide": True}, {"label": _("Seller"), "wide": True},
            {"label": _("Quantity"), "numeric": True}, {"label": _("To the door"), "numeric": True}, {"label": _("State")},
        ],
        "rows": [
            [
                {"text": order.code, "url": reverse("order", args=[order.code])} if may_open else order.code,
                {"text": in_language_plain(order.lot.listing, "title"), "note": mode_title(order.offer.trade_mode)},
                in_language_plain(order.lot.listing.producer), quantity_text(order), money(order.amount_minor, order.currency),
                {"tag": state_tag(order.state)},
            ]
            for order in orders
        ],
        "count": number(len(orders)),
    }  # fmt: skip


def language() -> str:
    return get_language() or "en"

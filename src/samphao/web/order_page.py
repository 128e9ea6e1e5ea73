"""Shape an order's page: its price lines and who gets what of it; its road is `web.road`."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samphao.core.hub import Hub
from samphao.reference.queries import destination_of
from samphao.web.cards import destination_names, door_text, unit_count
from samphao.web.pre_orders import order_section as pre_order_section
from samphao.web.price_lines import mirror_columns, mirror_rows, price_rows
from samphao.web.road import steps_of
from samphao.web.templatetags.samphao import in_language_plain, kg, moment, money, number
from samphao.web.trade_modes import mode_sentence, mode_title
from samphao.workflows.order_road import road_of
from samphao.workflows.ways_to_pay import due_now, methods_of


def tag_of(order: Any) -> dict[str, str]:
    """Return an order's state; of a pre-order that waits for its balance, that its deposit came."""
    if order.state == "held" and hasattr(order, "pre_order"):
        return {"kind": "info", "label": _("deposit paid")}
    return state_tag(order.state)


def state_tag(state: str) -> dict[str, str]:
    kind, label = {
        "held": ("warn", _("waiting for payment")),
        "paid": ("ok", _("paid")),
        "expired": ("bad", _("hold ran out")),
        "cancelled": ("bad", _("cancelled")),
        "shipped": ("info", _("on its way")),
        "delivered": ("ok", _("delivered")),
        "settled": ("ok", _("seller paid")),
    }[state]
    return {"kind": kind, "label": label}


def quantity_text(order: Any) -> str:
    if order.offer.kind == "wholesale":
        return ngettext("%(number)s carton", "%(number)s cartons", order.quantity) % {"number": number(order.quantity)}
    if order.offer.lot_units > 1:
        return _("parcel of %(units)s") % {"units": unit_count(order.lot_units, order.lot.unit)}
    return unit_count(order.quantity, order.lot.unit)


def order_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Order"), "whole": True},
        {"label": _("Goods"), "wide": True},
        {"label": _("Quantity"), "numeric": True},
        {"label": _("To the door"), "numeric": True},
        {"label": _("State")},
    ]


def order_row(order: Any) -> list[Any]:
    return [
        {"text": order.code, "url": reverse("order", args=[order.code])},
        in_language_plain(order.lot.listing, "title"),
        quantity_text(order),
        money(order.amount_minor, order.currency),
        {"tag": tag_of(order)},
    ]


def order_page(order: Any, *, may_pay: bool, sees_declarations: bool, hub: Hub | None) -> dict[str, Any]:
    offer, lot = order.offer, order.lot
    destination = destination_of(offer.destination)
    city = in_language_plain(destination_names(destination), "city") if destination else offer.destination
    mass_g = order.lot_units * lot.unit_mass_g
    foot_rule = door_text(order.amount_minor, order.currency, lot, order.lot_units, city)
    return {
        "order": order,
        "title": f"{quantity_text(order)} · {in_language_plain(lot.listing, 'title')}",
        "mass": kg(mass_g / 1000),
        "route": f"{in_language_plain(lot.listing.producer)} → {city}",
        "tag": tag_of(order),
        "steps": steps_of(order, road_of(order), holder(hub), sees_declarations=sees_declarations),
        "lines": price_rows(offer.lines, order.currency, order.quantity),
        "mode": {"title": mode_title(offer.trade_mode), "sentence": mode_sentence(offer.trade_mode)},
        "foot": {
            "label": _("To the door in %(city)s") % {"city": city}
            if offer.incoterm != "DAP"
            else _("To the door in %(city)s, before import charges") % {"city": city},
            "rule": foot_rule,
            "amount": money(order.amount_minor, order.currency),
        },
        "mirror_columns": mirror_columns(),
        "mirror": mirror_rows(offer.lines, order.currency, order.quantity),
        "arrival": arrival_text(order),
        "may_pay": may_pay and order.state == "held",
        "has_no_bank": hub is not None and not methods_of(hub),
        "amount": money(order.amount_minor, order.currency),
        "due_now": money(due_now([order.code]), order.currency) if may_pay and order.state == "held" else "",
        **pre_order_section(order),
    }


def arrival_text(order: Any) -> str:
    """Say when goods come that missed their departure, while they are still to come."""
    if order.state != "paid" or order.arrival_promised_at is None:
        return ""
    return _("These goods missed their departure. They are promised for %(at)s now.") % {
        "at": moment(order.arrival_promised_at)
    }


def holder(hub: Hub | None) -> str:
    """Say who holds a buyer's money."""
    if hub is None or hub.pays_by_simulator:
        return _("held by the hub until the goods arrive · simulator bank")
    return (
        _("held by the hub's partner until the goods arrive")
        if methods_of(hub)
        else _("no bank is connected to this hub")
    )

"""Shape an order's page: its road, its price lines and who gets what of it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.core.hub import Hub
from samphao.freight.queries import shipment_of
from samphao.reference.queries import destination_of
from samphao.web.cards import destination_names, door_text, unit_name
from samphao.web.price_lines import mirror_rows, price_rows
from samphao.web.templatetags.samphao import in_language_plain, kg, moment, money, number
from samphao.web.tower import node_name


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
        return _("%(number)s cartons") % {"number": number(order.quantity)}
    return f"{number(order.quantity)} {unit_name(order.lot.unit)}"


def order_row(order: Any) -> list[Any]:
    return [
        {"text": order.code, "url": reverse("order", args=[order.code])},
        in_language_plain(order.lot.listing, "title"),
        quantity_text(order),
        money(order.amount_minor, order.currency),
        {"tag": state_tag(order.state)},
    ]


def order_page(order: Any, *, may_pay: bool, hub: Hub | None) -> dict[str, Any]:
    offer, lot = order.offer, order.lot
    destination = destination_of(offer.destination)
    city = in_language_plain(destination_names(destination), "city") if destination else offer.destination
    mass_g = order.lot_units * lot.unit_mass_g
    foot_rule = door_text(order.amount_minor, order.currency, mass_g, city)
    return {
        "order": order,
        "title": f"{quantity_text(order)} · {in_language_plain(lot.listing, 'title')}",
        "mass": kg(mass_g / 1000),
        "route": f"{in_language_plain(lot.listing.producer)} → {city}",
        "tag": state_tag(order.state),
        "steps": road(order, shipment_of(order.code), holder(hub)),
        "lines": price_rows(offer.lines, order.currency, order.quantity),
        "foot": {
            "label": _("To the door in %(city)s") % {"city": city},
            "rule": foot_rule,
            "amount": money(order.amount_minor, order.currency),
        },
        "mirror": mirror_rows(offer.lines, order.currency, order.quantity),
        "may_pay": may_pay and order.state == "held",
        "partner": "" if hub is None or hub.pays_by_simulator else hub.payment_partner,
        "amount": money(order.amount_minor, order.currency),
    }


def _planned(load: Any) -> dict[str, Any]:
    """The step that the plan gives: which container, when it leaves, when it is there."""
    text = _("%(equipment)s leaves %(leaves)s, arrives %(arrives)s, enters by %(entry)s") % {
        "equipment": load.container_number or _("a shared container"), "leaves": moment(load.departs_at), "arrives": moment(load.arrives_at),
        "entry": node_name(load.entry_node),
    }  # fmt: skip
    return {"state": "now", "at": None, "when": "", "title": _("Planned"), "text": text}


def holder(hub: Hub | None) -> str:
    """Say who holds a buyer's money."""
    if hub is None or hub.pays_by_simulator:
        return _("held by the hub until the goods arrive · simulator bank")
    return _("held by %(partner)s until the goods arrive") % {"partner": hub.payment_partner}


def road(order: Any, shipment: Any, held_by: str) -> list[dict[str, Any]]:
    """Return the steps of the order's road that have happened, are happening and are to come."""
    paid = order.paid_at is not None
    gone = order.state in ("expired", "cancelled")
    importer = order.offer.importer and in_language_plain(order.offer.importer)
    placed_text = _("%(amount)s to the door; held until %(until)s") % {
        "amount": money(order.amount_minor, order.currency), "until": moment(order.hold_expires_at),
    }  # fmt: skip
    if importer:
        placed_text += " · " + _("importer of record: %(name)s") % {"name": importer}
    steps = [
        {
            "state": "done",
            "at": order.placed_at,
            "when": moment(order.placed_at),
            "title": _("Order placed"),
            "text": placed_text,
        }
    ]
    if gone:
        return [
            *steps,
            {
                "state": "stop",
                "at": None,
                "when": "",
                "title": _("The hold ran out"),
                "text": _("The goods are free for other buyers again."),
            },
        ]
    steps.append(
        {
            "state": "done",
            "at": order.paid_at,
            "when": moment(order.paid_at),
            "title": _("Paid"),
            "text": held_by,
        }
        if paid
        else {"state": "now", "at": None, "when": _("now"), "title": _("Waiting for payment"), "text": ""}
    )
    load = shipment.load if shipment else None
    if paid and load:
        steps.append(_planned(load))
    coming = [
        (_("Cut, weighed and graded"), _("grower and packing house sign one ticket")),
        (_("Tested and packed"), _("the gate to load opens with the laboratory's result")),
        (_("Declared and released"), ""),
        (_("On the way"), ""),
        (_("Entry inspection"), ""),
        (_("Delivered; seller paid after the claim window"), ""),
    ]
    return steps + [{"state": "todo", "at": None, "when": "", "title": title, "text": text} for title, text in coming]

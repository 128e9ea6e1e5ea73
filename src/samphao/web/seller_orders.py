"""Shape the orders of those who sell: by state, each with by when the next step is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.core import clock
from samphao.web.order_page import quantity_text
from samphao.web.templatetags.samphao import day, in_language_plain, kg, moment, number
from samphao.web.tower import cities

STATES = ("claimed", "paid", "held", "shipped", "delivered", "settled", "cancelled")


def state_name(state: str) -> str:
    return {
        "claimed": _("with an open claim"), "held": _("waiting for payment"), "paid": _("to be packed"), "shipped": _("on its way"),
        "delivered": _("claim window runs"), "settled": _("paid out"), "cancelled": _("cancelled"),
    }[state]  # fmt: skip


def due_name(state: str) -> str:
    """Say what is due in a state at the time that its orders show."""
    return {
        "claimed": _("answer by"), "held": _("paid by, or it ends"), "paid": _("cut"), "shipped": _("promised to arrive"),
        "delivered": _("claims until"), "settled": "", "cancelled": "",
    }[state]  # fmt: skip


def tabs(counts: Mapping[str, int], chosen: str) -> list[dict[str, Any]]:
    return [
        {
            "label": state_name(state),
            "count": number(counts[state]),
            "url": f"?state={state}",
            "current": state == chosen,
        }
        for state in STATES
    ]


def columns(state: str) -> list[dict[str, Any]]:
    due = [{"label": due_name(state)}] if due_name(state) else []
    return [
        {"label": _("Order"), "whole": True}, {"label": _("Goods"), "wide": True}, {"label": _("for")}, {"label": _("Quantity"), "numeric": True},
        {"label": _("mass"), "numeric": True}, *due,
    ]  # fmt: skip


def rows(orders: Iterable[Any], state: str) -> list[list[Any]]:
    """Return a row an order; what is overdue says so."""
    names, now = cities(), clock.now()
    found = []
    for order in orders:
        row: list[Any] = [
            {"text": order.code, "url": reverse("order", args=[order.code]), "note": order.lot.code}, in_language_plain(order.lot.listing, "title"),
            names.get(order.offer.destination, order.offer.destination), quantity_text(order), kg(order.lot_units * order.lot.unit_mass_g / 1000),
        ]  # fmt: skip
        if due_name(state):
            row.append(_due(order, state, now))
        found.append(row)
    return found


def _due(order: Any, state: str, now: Any) -> Any:
    if order.due_at is None:
        return ""
    said = day(order.due_at) if state in ("paid", "shipped") else moment(order.due_at)
    return (
        {"text": said, "tag": {"kind": "bad", "label": _("overdue")}}
        if order.due_at < now and state != "paid"
        else said
    )

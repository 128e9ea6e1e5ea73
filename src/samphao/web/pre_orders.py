"""Shape what a buyer reads of a cycle: before he orders, and of his order's two payments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samphao.core import clock
from samphao.trade import queries as trade
from samphao.trade.types import CycleTerms
from samphao.web.templatetags.samphao import day, moment, money, number, percent


def share(pct: int) -> str:
    return percent(pct / 100)


def shortfall_text(rule: str) -> str:
    return {
        "pro_rata": _("Everybody gets the same share, in whole packages. What was paid beyond it goes back, and whoever was left short may give up without losing his deposit."),
        "first_come": _("Who ordered first is served first. Whoever gets nothing gets all his money back."),
    }[rule]  # fmt: skip


def payment_text(terms: CycleTerms) -> str:
    if terms.deposit_pct == 100:
        return _("all of the price when you order")
    return _("%(share)s of the price when you order, the balance before %(until)s") % {
        "share": share(terms.deposit_pct), "until": moment(terms.balance_due_at),
    }  # fmt: skip


def lapse_text(terms: CycleTerms) -> str:
    if not terms.lapse_keeps_pct:
        return _("the order ends, and all of the deposit goes back to you")
    return _("the order ends, %(share)s of the deposit stays with the producer and the rest goes back to you") % {
        "share": share(terms.lapse_keeps_pct)
    }


def window_text(terms: CycleTerms, now: datetime) -> str:
    if now < terms.opens_at:
        return _("opens %(opens)s, closes %(closes)s") % {
            "opens": moment(terms.opens_at),
            "closes": moment(terms.closes_at),
        }
    return (_("closes %(closes)s") if now < terms.closes_at else _("closed %(closes)s")) % {
        "closes": moment(terms.closes_at)
    }


def term_rows(terms: CycleTerms) -> list[dict[str, str]]:
    """Return what everybody reads before he orders."""
    rows = [
        {"term": _("Orders"), "value": window_text(terms, clock.now())},
        {"term": ngettext("Delivery day", "Delivery days", len(terms.delivery_on)), "value": ", ".join(day(one) for one in terms.delivery_on)},
        {"term": _("You pay"), "value": payment_text(terms)},
    ]  # fmt: skip
    if terms.deposit_pct < 100:
        rows.append({"term": _("If the balance is not paid"), "value": lapse_text(terms)})
    rows.append({"term": _("If the harvest is short"), "value": shortfall_text(terms.shortfall)})
    return rows


def lot_section(lot: Any) -> dict[str, Any]:
    """Return what a lot's page says of its cycle."""
    listed = getattr(lot, "of_cycle", None)
    if listed is None:
        return {}
    cycle = listed.cycle
    return {"cycle": {"url": reverse("cycle", args=[cycle.code]), "rows": term_rows(trade.terms_of(cycle))}}


def basket_note(lot: Any) -> str:
    """Say in a basket what of a pre-ordered lot is paid now and when the rest is."""
    listed = getattr(lot, "of_cycle", None)
    return _("pre-order: %(terms)s") % {"terms": payment_text(trade.terms_of(listed.cycle))} if listed else ""


def order_section(order: Any) -> dict[str, Any]:
    """Return an order's two payments with their dates, and what a short harvest took from it."""
    cut, listed = getattr(order, "cut", None), getattr(order.lot, "of_cycle", None)
    found: dict[str, Any] = {"cut": _cut(order, cut)} if cut else {}
    if listed is None or listed.cycle.deposit_pct == 100:
        return found
    terms, paid = trade.terms_of(listed.cycle), getattr(order, "pre_order", None)
    if paid is None and order.paid_at is not None:
        return found  # paid whole at once
    deposit = paid.deposit_minor if paid else terms.deposit_minor(order.amount_minor)
    balance = max(0, order.amount_minor - deposit)
    found["pre_order"] = {
        "url": reverse("cycle", args=[listed.cycle.code]),
        "rows": [
            {"term": _("Deposit"), "value": money(deposit, order.currency), "note": _deposit_note(order, paid)},
            {"term": _("Balance"), "value": money(balance, order.currency), "note": _balance_note(order, terms, paid)},
            {"term": _("If the harvest is short"), "value": shortfall_text(terms.shortfall)},
            {"term": ngettext("Delivery day", "Delivery days", len(terms.delivery_on)), "value": ", ".join(day(one) for one in terms.delivery_on)},
        ],
    }  # fmt: skip
    return found


def _deposit_note(order: Any, paid: Any) -> str:
    if paid is not None:
        return _("paid %(at)s") % {"at": moment(paid.taken_at)}
    return _("due before %(until)s") % {"until": moment(order.hold_expires_at)} if order.state == "held" else ""


def _balance_note(order: Any, terms: CycleTerms, paid: Any) -> str:
    if order.paid_at is not None:
        return _("paid %(at)s") % {"at": moment(order.paid_at)}
    if order.state == "held":
        return _("due before %(until)s; if it does not come, %(then)s") % {
            "until": moment(terms.balance_due_at), "then": lapse_text(terms) if not hasattr(order, "cut") else _("the order ends, and all of your money goes back to you"),
        }  # fmt: skip
    if paid is None or paid.closed_at is None:
        return ""
    if paid.kept_minor:
        return _("not paid: %(kept)s of the deposit was kept, the rest went back") % {
            "kept": money(paid.kept_minor, order.currency)
        }
    return _("not paid: all of the deposit went back")


def _cut(order: Any, cut: Any) -> str:
    text = _("The harvest was smaller than what was ordered, and everybody got the same share: %(to)s of %(of)s packages.") % {
        "to": number(cut.quantity_to), "of": number(cut.quantity_from),
    }  # fmt: skip
    if cut.refund_minor:
        text += " " + _("%(amount)s went back to you.") % {"amount": money(cut.refund_minor, order.currency)}
    return text

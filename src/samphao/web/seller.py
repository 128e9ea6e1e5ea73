"""Shape the seller's pages: steps to the first export, lots, and every baht on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from samphao.accounts.queries import PaperHeld
from samphao.payments.queries import Movement
from samphao.payments.types import KEPT_BACK, PAYMENT_OUT, Earned
from samphao.web.cards import unit_name
from samphao.web.templatetags.samphao import day, in_language_plain, moment, money, number


def steps(
    lots: Sequence[Any], papers: Sequence[PaperHeld], orchards: Sequence[PaperHeld], *, has_the_rest: bool
) -> list[dict[str, Any]]:
    """Return the steps to a first export: done, to do, or not to be started yet."""
    has_papers = any(paper.status == "valid" for paper in papers)
    listed = bool(lots)
    open_gate = any(state.gate == "to_list" and state.is_open for lot in lots for state in lot.gates.all())
    sold = any(lot.sales for lot in lots)
    weighed = any(hasattr(lot, "ticket") for lot in lots)
    first = lots[0].code if listed else ""

    def step(title: str, hint: str, *, done: bool, can_start: bool, url: str = "") -> dict[str, Any]:
        return {
            "title": title,
            "hint": hint,
            "state": "done" if done else ("todo" if can_start else "later"),
            "url": url,
        }

    valid_to = max((paper.valid_to for paper in orchards if paper.valid_to), default=None)
    return [
        step(_("Register your farm or group"), _("a number of a register, checked once"), done=has_papers, can_start=True),
        step(
            _("Show your orchard's certificate (GAP)"), _("valid to %(day)s") % {"day": day(valid_to)} if valid_to else _("fruit for China needs one"),
            done=bool(orchards), can_start=True,
        ),
        step(_("List a lot"), _("the hub's people load lots from a file"), done=listed, can_start=has_papers, url=reverse("lot", args=[first]) if first else ""),
        step(_("Agree with an exporter, and for fruit with a packing house"), _("they sell for you abroad"), done=any(lot.exporter_id for lot in lots), can_start=listed),
        step(_("Open the gate to list"), _("every paper that the destination asks for"), done=open_gate, can_start=listed),
        step(_("Sell"), _("buyers' money is held for you"), done=sold, can_start=open_gate),
        step(_("Weigh and grade"), _("the ticket is signed, for fruit by you and the packing house; your first share is paid"), done=weighed, can_start=sold),
        step(_("Receive the rest"), _("after the buyers' claim window of 48 hours"), done=has_the_rest, can_start=weighed),
    ]  # fmt: skip


def lot_rows(lots: Sequence[Any]) -> list[list[Any]]:
    return [
        [
            {"text": lot.code, "url": reverse("lot", args=[lot.code]), "note": in_language_plain(lot.listing, "title")},
            f"{day(lot.harvest_from)} – {day(lot.harvest_to)}",
            f"{money(lot.price_minor, lot.currency)} / {unit_name(lot.unit)}",
            f"{number(lot.sold + lot.held)} / {number(lot.quantity)}",
            number(lot.sales),
            _ticket(lot),
        ]
        for lot in lots
    ]


def _ticket(lot: Any) -> dict[str, Any]:
    """Lead to the ticket, or to the form that grower and packing house sign together."""
    if hasattr(lot, "ticket"):
        return {"text": _("signed"), "url": reverse("ticket", args=[lot.code])}
    if lot.packing_house_id is None:
        return {"tag": {"kind": "idle", "label": _("not yet")}}
    return {"text": _("not yet"), "url": reverse("ticket", args=[lot.code])}


def movement_name(kind: str) -> str:
    return {
        "advance": _("first share at the signed ticket"),
        "payout": _("the rest after the claim window"),
        PAYMENT_OUT: _("sent to your bank (simulator)"),
        KEPT_BACK: _("kept back for what is to be paid back"),
        "claim": _("first share of cancelled orders"),
    }.get(kind, kind)


def movement_rows(rows: Sequence[Movement]) -> list[list[Any]]:
    return [
        [
            moment(row.at),
            movement_name(row.kind),
            row.subject if row.kind not in (PAYMENT_OUT, KEPT_BACK) else "",
            money(row.amount_minor, row.currency),
        ]
        for row in rows
    ]


def money_figures(held: dict[str, int], earned: dict[str, Earned], owed: dict[str, int]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [
        {
            "label": _("held of buyers for your lots: the whole price to the door, %(currency)s")
            % {"currency": currency},
            "value": money(amount, currency),
        }
        for currency, amount in held.items()
    ]
    for currency, sums in earned.items():
        items.append({"label": _("earned"), "value": money(sums.earned_minor, currency)})
        items.append({"label": _("sent to your bank"), "value": money(sums.sent_minor, currency)})
        if sums.kept_back_minor:
            items.append(
                {"label": _("kept back for what is to be paid back"), "value": money(sums.kept_back_minor, currency)}
            )
        on_its_way = sums.earned_minor - sums.sent_minor - sums.kept_back_minor
        items.append({"label": pgettext("money", "on its way"), "value": money(on_its_way, currency)})
    for currency, amount in owed.items():
        items.append({"label": _("to be paid back"), "value": money(amount, currency), "kind": "bad"})
    return items

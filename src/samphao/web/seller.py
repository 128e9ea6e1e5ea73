"""Shape the seller's pages: steps to the first export, lots, and every baht on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from samphao.accounts.queries import PaperHeld
from samphao.payments.queries import Movement
from samphao.payments.types import KEPT_BACK, PAYMENT_OUT, PAYOUT_RETURNED, Earned
from samphao.web.cards import unit_name
from samphao.web.templatetags.samphao import day, in_language_plain, moment, money, number
from samphao.workflows.balances import KEPT_DEPOSIT
from samphao.workflows.claims_money import CLAIM_SHARE
from samphao.workflows.shortening import SHORTENED


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody is with being known here: whether he may act, what his registration waits for, who sells for him."""

    may_act: bool
    registration: str = ""
    has_exporter: bool = False
    has_the_rest: bool = False


def steps(
    lots: Sequence[Any], papers: Sequence[PaperHeld], orchards: Sequence[PaperHeld], standing: Standing
) -> list[dict[str, Any]]:
    """Return the steps to a first export: done, to do, or not to be started yet, and then why not."""
    listed = bool(lots)
    open_gate = any(state.gate == "to_list" and state.is_open for lot in lots for state in lot.gates.all())
    sold = any(lot.sales for lot in lots)
    weighed = any(hasattr(lot, "ticket") for lot in lots)

    def step(
        title: str, hint: str, *, done: bool, can_start: bool = True, why: str = "", url: str = ""
    ) -> dict[str, Any]:
        state = "done" if done else "todo" if can_start else "later"
        return {"title": title, "hint": why if state == "later" else hint, "state": state, "url": url}

    first_let_in = _("first the hub's people approve your registration")
    first_list = _("first list a lot")
    return [
        _registered(papers, standing),
        _certified(papers, orchards, standing),
        step(
            _("Agree with an exporter, and for fruit with a packing house"), _("they sell for you abroad"),
            done=standing.has_exporter or any(lot.exporter_id for lot in lots), can_start=standing.may_act, why=first_let_in,
            url=reverse("delegations") if standing.may_act else "",
        ),
        step(
            _("List a lot"), _("eight questions, about three minutes"), done=listed, can_start=standing.may_act, why=first_let_in,
            url=reverse("listing_new") if standing.may_act else "",
        ),
        step(
            _("Open the gate to list"), _("every paper that the destination asks for"), done=open_gate, can_start=listed, why=first_list,
            url=reverse("own_lot", args=[lots[0].code]) if listed else "",
        ),
        step(_("Sell"), _("buyers' money is held for you"), done=sold, can_start=open_gate, why=_("first the gate to list opens")),
        step(
            _("Weigh and grade"), _("the ticket is signed, for fruit by you and the packing house; your first share is paid"), done=weighed, can_start=sold,
            why=_("first somebody buys"),
        ),
        step(
            _("Receive the rest"), _("after the buyers' claim window"), done=standing.has_the_rest, can_start=weighed, why=_("first the ticket is signed"),
        ),
    ]  # fmt: skip


def _registered(papers: Sequence[PaperHeld], standing: Standing) -> dict[str, Any]:
    """Return the first step: who registered from a page sees what it waits for."""
    title = _("Register your farm or group")
    if not standing.registration:
        has_papers = any(paper.status == "valid" for paper in papers)
        hint = _("a number of a register, checked once")
        return {"title": title, "hint": hint, "state": "done" if has_papers else "todo", "url": ""}
    url = reverse("register")
    if standing.registration == "asked":
        return {"title": title, "hint": _("the hub's people ask you something"), "state": "wrong", "url": url}
    if standing.registration == "waiting":
        return {"title": title, "hint": _("sent; the hub's people look at it"), "url": url, "state": "todo", "kind": "info", "label": _("being looked at")}  # fmt: skip
    is_done = standing.registration == "approved"
    waiting = sum(paper.status == "pending" for paper in papers)
    hint = ngettext("%(n)s number waits to be confirmed", "%(n)s numbers wait to be confirmed", waiting) % {
        "n": waiting
    }
    return {"title": title, "hint": hint if waiting else "", "state": "done" if is_done else "todo", "url": url}


def _certified(papers: Sequence[PaperHeld], orchards: Sequence[PaperHeld], standing: Standing) -> dict[str, Any]:
    title = _("Show your orchard's certificate (GAP)")
    valid_to = max((paper.valid_to for paper in orchards if paper.valid_to), default=None)
    hint = _("valid to %(day)s") % {"day": day(valid_to)} if valid_to else _("fruit for China needs one")
    found = {"title": title, "hint": hint, "state": "done" if orchards else "todo", "url": ""}
    if not orchards and any(paper.scheme == "gap" and paper.status == "pending" for paper in papers):
        return found | {"hint": _("sent; the hub's people look at it"), "kind": "info", "label": _("being looked at")}
    if not orchards and standing.registration == "asked":
        return found | {"url": reverse("register")}
    return found


def lot_rows(lots: Sequence[Any]) -> list[list[Any]]:
    return [
        [
            {
                "text": lot.code,
                "url": reverse("own_lot", args=[lot.code]),
                "note": in_language_plain(lot.listing, "title"),
            },
            f"{day(lot.harvest_from)} – {day(lot.harvest_to)}",
            f"{money(lot.price_minor, lot.currency)} / {unit_name(lot.unit)}",
            f"{number(lot.sold + lot.held)} / {number(lot.quantity)}",
            number(lot.sales),
            {"tag": {"kind": "ok", "label": _("signed")}}
            if hasattr(lot, "ticket")
            else {"tag": {"kind": "idle", "label": _("not yet")}},
        ]
        for lot in lots
    ]


def movement_name(kind: str) -> str:
    return {
        "deposit": _("share when sold"),
        "advance": _("first share at the signed ticket"),
        "payout": _("the rest after the claim window"),
        PAYMENT_OUT: _("sent to your bank (simulator)"),
        KEPT_BACK: _("kept back for what is to be paid back"),
        "claim": _("first share of cancelled orders"),
        CLAIM_SHARE: _("your part of what a buyer was refunded"),
        PAYOUT_RETURNED: _("sent back by your bank"),
        "payment": _("payment of a buyer"),
        "return": _("payment that goes back"),
        "refund": _("part of a payment that goes back"),
        "sent back": _("sent back to a payer"),
        "suspense": _("money that nobody knows"),
        KEPT_DEPOSIT: _("kept of a deposit whose balance was not paid"),
        SHORTENED: _("share of what was not harvested"),
        "currency exchange": _("exchange of currencies"),
        "fee tax": _("tax in the fee"),
        "fee tax back": _("tax in a fee that went back"),
        "chargeback": _("taken back by a payer's bank"),
        "recovered": _("recovered from an order that ended"),
    }.get(kind, kind)


def movement_rows(rows: Sequence[Movement]) -> list[list[Any]]:
    return [
        [
            moment(row.at),
            movement_name(row.kind),
            row.subject if row.kind not in (PAYMENT_OUT, PAYOUT_RETURNED, KEPT_BACK) else "",
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

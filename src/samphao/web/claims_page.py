"""Shape claims and returns: what is asked, whose turn it is and until when, every step, who bears it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from samphao.core import clock
from samphao.trade.types import AFTER_SALE
from samphao.web.cards import unit_count
from samphao.web.templatetags.samphao import in_language_plain, moment, money, number
from samphao.workflows.claims import WRONG

OPEN_TO_ANSWER = {("bad_goods", "open"), ("return", "sent")}


def wrong_name(wrong: str) -> str:
    return _(WRONG[wrong])


def state_tag(claim: Any) -> dict[str, str]:
    kind, label = {
        "open": ("warn", _("to be sent back") if claim.kind == "return" else _("waits for the seller")),
        "sent": ("info", _("on its way back")),
        "offered": ("warn", _("offer made")),
        "refused": ("bad", _("refused")),
        "disputed": ("bad", _("the hub decides")),
        "decided": ("info", _("decided; may be appealed")),
        "appealed": ("bad", _("the hub decides again")),
        "accepted": ("ok", _("accepted; refund on its way")),
        "paid": ("ok", _("refunded")),
        "closed": ("idle", pgettext("a claim", "closed")),
        "withdrawn": ("idle", _("withdrawn")),
    }[claim.state]
    return {"kind": kind, "label": label}


def next_text(claim: Any) -> str:
    """Say whose turn it is, until when, and what time does alone."""
    due = moment(claim.due_at)
    is_return = claim.kind == "return"
    texts = {
        "open": _("The buyer sends the goods back by %(due)s; otherwise the return is closed.")
        if is_return
        else _("The seller answers by %(due)s. Without an answer it is paid as asked."),
        "sent": _("The seller says by %(due)s what came. Without an answer the buyer is refunded."),
        "offered": _("The buyer answers by %(due)s. Without an answer the offer is taken."),
        "refused": _("The buyer may ask the hub by %(due)s to decide. Otherwise the claim is closed."),
        "disputed": _("The hub's people decide by %(due)s, with a written reason."),
        "decided": _("Either side may appeal once, by %(due)s. Otherwise the decision is carried out."),
        "appealed": _("The hub's people decide again by %(due)s. That is the last word."),
        "accepted": _("The refund waits for an exchange rate to be published. Nobody is paid before."),
    }
    return texts.get(claim.state, "") % {"due": due}


def step_text(step: Any, currency: str) -> str:
    texts = {
        "opened": _("Reported: %(amount)s asked"), "sent": _("Sent back"), "accepted": _("Accepted: %(amount)s"),
        "unanswered": _("Not answered in time: %(amount)s, as announced"), "offered": _("Offered: %(amount)s"), "refused": _("Refused"),
        "agreed": _("Offer taken: %(amount)s"), "disputed": _("Hub asked to decide"), "decided": _("Decided: %(amount)s"),
        "appealed": _("Appealed"), "upheld": _("Last word: %(amount)s"), "final": _("Not appealed: %(amount)s stands"),
        "closed": _("Closed: nothing was asked in time"), "paid": _("Refunded: %(amount)s"), "withdrawn": _("Withdrawn"),
    }  # fmt: skip
    return texts[step.step] % {"amount": money(step.amount_minor, currency)}


def side_name(side: str) -> str:
    return {"buyer": _("buyer"), "seller": _("seller"), "hub": _("the hub"), "clock": _("the clock")}[side]


def steps(claim: Any) -> list[dict[str, Any]]:
    """Return what was said and done for the component `road`, and what is awaited now."""
    shown = [
        {
            "state": "done", "at": step.at, "when": moment(step.at), "title": step_text(step, claim.currency),
            "text": f"{side_name(step.side)}" + (f": {step.text}" if step.text else ""), "links": [],
        }
        for step in claim.steps.all()
    ]  # fmt: skip
    if not claim.is_final:
        shown.append({"state": "now", "at": None, "when": _("now"), "title": state_tag(claim)["label"], "text": next_text(claim), "links": []})  # fmt: skip
    return shown


def bearers(claim: Any) -> list[list[Any]]:
    """Return who bears what was paid: kept from what he would have got, or taken back from what he had."""
    return [
        [receiver_name(receiver), money(row["kept"], claim.currency), money(row["taken_back"], claim.currency)]
        for receiver, row in claim.borne.items()
    ]


def receiver_name(receiver: str) -> str:
    return {
        "producer": _("producer"), "packing_house": _("packing house"), "carrier": _("carrier"), "hub": _("the hub"),
    }[receiver]  # fmt: skip


def bearer_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("who")},
        {"label": _("kept from his share"), "numeric": True},
        {"label": _("taken back"), "numeric": True},
    ]


def units_text(claim: Any) -> str:
    lot = claim.order.lot
    return _("%(bad)s of %(all)s") % {
        "bad": number(claim.bad_units), "all": unit_count(claim.order.lot_units, lot.unit),
    }  # fmt: skip


def claim_page(claim: Any, side: str) -> dict[str, Any]:
    order, lot = claim.order, claim.order.lot
    is_return = claim.kind == "return"
    rows: list[dict[str, Any]] = [
        {"term": _("Goods"), "value": f"{in_language_plain(lot.listing, 'title')} · {lot.code}"},
        {"term": _("What is wrong"), "value": f"{units_text(claim)}: {wrong_name(claim.wrong)}"},
        {"term": _("Asked"), "value": money(claim.asked_minor, claim.currency), "note": _("goods and fee; not the postage") if is_return else _("their part of the price to the door")},
    ]  # fmt: skip
    if claim.agreed_minor is not None:
        label = {"offered": _("Offered"), "paid": _("Refunded")}.get(claim.state, _("Decided"))
        rows.append({"term": label, "value": money(claim.agreed_minor, claim.currency)})
    if claim.tracking:
        rows.append({"term": _("Parcel"), "value": claim.tracking})
    if is_return:
        seller = lot.listing.producer
        rows.append({"term": _("Sent back to"), "value": in_language_plain(seller), "note": _("Write the number of the return on the parcel.")})  # fmt: skip
    return {
        "claim": claim, "title": _("Return %(code)s") % {"code": claim.code} if is_return else _("Claim %(code)s") % {"code": claim.code},
        "order_url": reverse("order", args=[order.code]), "tag": state_tag(claim), "rows": rows, "steps": steps(claim), "next": next_text(claim),
        "bearer_columns": bearer_columns(), "bearers": bearers(claim) if side in ("seller", "hub") else [],
        "reorder": reverse("lot", args=[lot.code]) if claim.wants == "replacement" and side == "buyer" and claim.state == "paid" else "",
        "may_withdraw": side == "buyer" and claim.state in ("open", "offered", "refused"),
        "may_send": side == "buyer" and is_return and claim.state == "open",
    }  # fmt: skip


def answers_of(claim: Any, side: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the address and the answers that somebody's turn gives him: nothing where it is not his turn."""
    asked = money(claim.asked_minor, claim.currency)
    if side == "seller" and (claim.kind, claim.state) in OPEN_TO_ANSWER:
        return "claim_answer", [
            ("accept", _("Accept: %(amount)s goes back") % {"amount": asked}),
            ("offer", _("Offer another amount")),
            ("refuse", _("Refuse, with a reason")),
        ]
    if side == "buyer" and claim.state in ("offered", "refused"):
        taken = ("agree", _("Take the offer of %(amount)s") % {"amount": money(claim.agreed_minor, claim.currency)})
        asks = ("dispute", _("Ask the hub to decide"))
        return "claim_reply", [taken, asks] if claim.state == "offered" else [asks]
    if side == "hub" and claim.state in ("disputed", "appealed"):
        return "claim_decide", [("decide", _("Decide"))]
    if side in ("buyer", "seller") and claim.state == "decided":
        return "claim_appeal", [("appeal", _("Appeal"))]
    return "", []


def form_words(address: str) -> dict[str, str]:
    """Return title, hint and button of the form of somebody's turn."""
    return {
        "claim_answer": {"title_of_form": _("Your answer"), "button": _("Send the answer")},
        "claim_reply": {"title_of_form": _("Your answer"), "button": _("Send the answer")},
        "claim_decide": {"title_of_form": _("Your decision"), "hint": _("Nothing to what is asked. Both sides read your reason."), "button": _("Decide and tell both sides")},
        "claim_appeal": {"title_of_form": _("Appeal"), "hint": _("Once. The hub decides again, and that is the last word."), "button": _("Appeal")},
    }[address]  # fmt: skip


def claim_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Claim"), "whole": True},
        {"label": _("Goods"), "wide": True},
        {"label": _("What is wrong")},
        {"label": _("Asked"), "numeric": True},
        {"label": _("State")},
        {"label": _("Until"), "whole": True},
    ]


def claim_rows(claims: Sequence[Any]) -> list[list[Any]]:
    return [
        [
            {"text": claim.code, "url": reverse("claim", args=[claim.code])}, in_language_plain(claim.order.lot.listing, "title"),
            f"{units_text(claim)}: {wrong_name(claim.wrong)}", money(claim.asked_minor, claim.currency), {"tag": state_tag(claim)},
            moment(claim.due_at) if claim.due_at else "",
        ]
        for claim in claims
    ]  # fmt: skip


def dispute_items(claims: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the control tower's disputes: what the hub's people have to decide, and by when."""
    now = clock.now()
    return [
        {
            "kind": "bad" if claim.due_at <= now else "warn", "label": _("dispute"), "reference": claim.code, "url": reverse("claim", args=[claim.code]),
            "text": f"{units_text(claim)}: {wrong_name(claim.wrong)}", "options": f"{in_language_plain(claim.order.lot.listing, 'title')} · {money(claim.asked_minor, claim.currency)}",
            "next": _("Nobody is paid for this order until it is decided."), "owner": _("the hub"), "due": _late(claim.due_at, now),
        }
        for claim in claims
    ]  # fmt: skip


def _late(due_at: datetime, now: datetime) -> str:
    return _("overdue since %(at)s") % {"at": moment(due_at)} if due_at <= now else moment(due_at)


def claim_rules(order: Any) -> list[str]:
    """Say the rules of a claim before it is made."""
    delivered = order.delivered_at
    return [
        _("Until %(until)s, with at least one photo.") % {"until": moment(delivered + order.lot.claim_window)},
        _("Up to %(share)s %% that is mouldy, unripe or crushed is within the bargain; above that all of it is paid. What is missing, late or of another grade has no such limit.") % {"share": number(order.lot.tolerance_pct, 1)},
        _("The seller has %(hours)s hours to answer. Without an answer you get what you asked for.") % {"hours": number(_hours(AFTER_SALE.answer))},
        _("A refusal can be brought before the hub's people; either side may appeal their decision once."),
        _("Nobody is paid for the order while a claim waits."),
    ]  # fmt: skip


def return_rules(order: Any) -> list[str]:
    return [
        _("Until %(until)s. No reason is needed.") % {"until": moment(order.delivered_at + AFTER_SALE.return_window)},
        _("Then %(days)s days to send the goods, unused, with the number of the return on the parcel. You pay for sending them.") % {"days": number(AFTER_SALE.send_back.days)},
        _("When they have come you get the price of the goods and the hub's fee. The postage to you was spent."),
        _("The seller has %(days)s days from then to say what came. Without an answer you are refunded.") % {"days": number(AFTER_SALE.comes_back.days)},
    ]  # fmt: skip


def _hours(span: Any) -> int:
    return int(span.total_seconds() // 3600)


def sale_rules(lot: Any, trade_mode: str, *, is_lasting: bool) -> list[str]:
    """Say before the order how it may be given up, claimed and sent back."""
    hours = number(_hours(AFTER_SALE.post_cancel))
    waits = trade_mode in ("general", "domestic")
    rules = [
        _("You may cancel until the day on which the lot is cut or made ready; your money goes back whole.")
        if waits
        else _("You may cancel for %(hours)s hours after paying, unless it has been sent; your money goes back whole.")
        % {"hours": hours},
        _("Bad goods: %(hours)s hours after delivery to report them with photos; up to %(share)s %% that spoils is within the bargain.")
        % {"hours": number(lot.claim_hours), "share": number(lot.tolerance_pct, 1)},
    ]  # fmt: skip
    if is_lasting and trade_mode == "post":
        rules.append(
            _("Not what you wanted: %(days)s days after delivery to send it back unused, at your cost.")
            % {"days": number(AFTER_SALE.return_window.days)}
        )
    return rules

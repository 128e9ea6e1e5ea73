"""Shape contracts: milestones, where each part of the money lies, what was done, whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.core import clock
from samphao.web.claims_page import side_name as claim_side
from samphao.web.price_lines import party
from samphao.web.rfq_page import good_name, trigger_name
from samphao.web.templatetags.samphao import in_language_plain, kg, moment, money

ENDED = ("expired", "cancelled")


def state_tag(contract: Any) -> dict[str, str]:
    kind, label = {
        "signed": ("warn", _("waits for the money")), "running": ("info", _("runs")), "disputed": ("bad", _("the hub decides")),
        "fulfilled": ("ok", _("fulfilled")), "ended": ("idle", _("ended")),
    }[contract.state]  # fmt: skip
    return {"kind": kind, "label": label}


def next_text(contract: Any) -> str:
    """Say whose turn it is and until when."""
    order = contract.order
    if contract.state == "signed":
        return _("The buyer pays %(amount)s in by %(until)s. Until then nothing is done; afterwards the goods are free again.") % {
            "amount": money(order.amount_minor, order.currency), "until": moment(order.hold_expires_at),
        }  # fmt: skip
    if contract.state == "disputed":
        return _("The hub's people decide by %(due)s, with a written reason. Nothing is released before.") % {
            "due": moment(contract.due_at)
        }
    if contract.state == "running" and order.state == "delivered":
        return _(
            "The goods have come. The buyer takes them or reports what is bad as a claim, within 48 hours of the delivery."
        )
    if contract.state == "running":
        return _("The money is held. Each part is released when what it waits for has come true.")
    return ""


def columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Contract"), "whole": True}, {"label": _("Goods"), "wide": True}, {"label": _("With")}, {"label": _("To the door"), "numeric": True},
        {"label": _("State")}, {"label": _("Until"), "whole": True},
    ]  # fmt: skip


def rows(contracts: Iterable[Any], organisations: Sequence[int]) -> list[list[Any]]:
    return [
        [
            {"text": row.code, "url": reverse("contract", args=[row.code])}, f"{good_name(row.rfq.good)}, {kg(row.rfq.quantity_kg)}",
            in_language_plain(row.seller if row.buyer_id in organisations else row.buyer), money(row.order.amount_minor, row.order.currency),
            {"tag": state_tag(row)}, moment(row.due_at) if row.due_at else "",
        ]
        for row in contracts
    ]  # fmt: skip


def milestone_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("What must come true"), "wide": True}, {"label": _("Share"), "numeric": True}, {"label": _("Amount"), "numeric": True},
        {"label": _("State")},
    ]  # fmt: skip


def milestone_rows(contract: Any) -> list[list[Any]]:
    whole, currency = seller_minor(contract), contract.order.currency
    return [
        [
            trigger_name(row.trigger), f"{row.percent} %", money(whole * row.percent // 100 if row.released_minor is None else row.released_minor, currency),
            {"tag": milestone_tag(row), "note": moment(row.released_at) if row.released_at else ""},
        ]
        for row in contract.milestones.all()
    ]  # fmt: skip


def milestone_tag(row: Any) -> dict[str, str]:
    kind, label = {
        "waiting": ("idle", _("waits")), "met": ("info", _("has come true")), "released": ("ok", _("released")), "void": ("idle", _("never")),
    }[row.state]  # fmt: skip
    return {"kind": kind, "label": label}


def seller_minor(contract: Any) -> int:
    return parts(contract).get("producer", 0)


def parts(contract: Any) -> dict[str, int]:
    """Return what each party has in the price to the door."""
    found: dict[str, int] = {}
    for line in contract.offer.lines:
        for receiver, amount in line["receivers"].items():
            found[receiver] = found.get(receiver, 0) + int(amount) * contract.order.quantity
    return {receiver: amount for receiver, amount in found.items() if amount}


def money_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Whose")}, {"label": _("In all"), "numeric": True}, {"label": _("Held"), "numeric": True}, {"label": _("Released"), "numeric": True},
    ]  # fmt: skip


def money_rows(contract: Any) -> list[list[Any]]:
    """Say where each part of the price to the door lies: not paid yet, held, released, gone back. What a claim kept is on its page."""
    order, currency = contract.order, contract.order.currency
    given = sum(row.released_minor or 0 for row in contract.milestones.all())
    shown = []
    for receiver, amount in sorted(parts(contract).items(), key=lambda item: (-item[1], item[0])):
        if order.state in ("held", *ENDED):
            out, held = 0, 0
        elif order.state == "settled":
            out, held = (given if receiver == "producer" else amount), 0
        else:
            out = given if receiver == "producer" else 0
            held = amount - out
        shown.append([party(receiver), money(amount, currency), money(held, currency), money(out, currency)])
    return shown


def money_note(contract: Any) -> str:
    texts = {
        "held": _("Nothing has been paid in yet."), "expired": _("Nothing was paid in."),
        "cancelled": _("All that was paid in went back to the buyer. What had been released is kept back from what the seller is paid next."),
    }  # fmt: skip
    return texts.get(contract.order.state, "")


def figures(contract: Any) -> list[dict[str, Any]]:
    order, currency = contract.order, contract.order.currency
    given = sum(row.released_minor or 0 for row in contract.milestones.all())
    is_in = order.state in ("paid", "shipped", "delivered")
    return [
        {"label": _("to the door"), "value": money(order.amount_minor, currency)},
        {
            "label": _("held"),
            "value": money(order.amount_minor - given if is_in else 0, currency),
            "kind": "ok" if is_in else "",
        },
        {"label": _("released to the seller"), "value": money(0 if order.state in ENDED else given, currency)},
    ]


def step_text(step: Any, currency: str) -> str:
    texts = {
        "signed": _("Signed: %(amount)s to the door"), "held": _("Paid in and held: %(amount)s"), "ticket": _("Weigh-and-grade ticket signed"),
        "passed": _("Inspection passed"), "failed": _("Inspection failed"), "accepted": _("Taken as they are, before they left"), "received": _("Taken as they came"),
        "disputed": _("Hub asked to decide"), "goes_on": _("Decided: the contract goes on"), "ends": _("Decided: the contract ends"),
        "released": _("Released to the seller: %(amount)s"), "fulfilled": _("Fulfilled: %(amount)s, the rest"), "ended": _("Ended"),
    }  # fmt: skip
    return texts[step.step] % {"amount": money(step.amount_minor or 0, currency)}


def side_name(side: str) -> str:
    return _("the inspector") if side == "inspector" else claim_side(side)


def steps(contract: Any) -> list[dict[str, Any]]:
    return [
        {
            "state": "done", "at": step.at, "when": moment(step.at), "title": step_text(step, contract.order.currency),
            "text": side_name(step.side) + (f": {step.text}" if step.text else ""), "links": [],
        }
        for step in contract.steps.all()
    ]  # fmt: skip


def answers_of(contract: Any, side: str) -> list[tuple[str, str]]:
    """Return what somebody may say in words now."""
    if side == "inspector" and contract.state == "running" and waits_for_inspection(contract):
        return [("passed", _("Passed: the goods are as agreed")), ("failed", _("Failed: they are not"))]
    if side in ("buyer", "seller") and contract.state == "running" and contract.order.state in ("paid", "shipped"):
        return [("dispute", _("Ask the hub to decide"))]
    if side == "hub" and contract.state == "disputed":
        found = [("goes_on", _("The contract goes on"))]
        return (
            [*found, ("ends", _("The contract ends: the buyer gets his money back"))]
            if contract.order.state == "paid"
            else found
        )
    return []


def form_words(answers: Sequence[tuple[str, str]]) -> dict[str, str]:
    first = answers[0][0]
    if first == "passed":
        return {
            "title_of_form": _("Your report"),
            "hint": _("Add photos and papers below first."),
            "button": _("Send the report"),
        }
    if first == "dispute":
        return {"title_of_form": _("Something is wrong"), "hint": _("Until the hub has decided nothing is released. After the delivery, report bad goods as a claim instead."), "button": _("Ask the hub to decide")}  # fmt: skip
    return {
        "title_of_form": _("Your decision"),
        "hint": _("Both sides read your reason."),
        "button": _("Decide and tell both sides"),
    }


def waits_for_inspection(contract: Any) -> bool:
    return any(row.trigger == "inspection" and row.state == "waiting" for row in contract.milestones.all())


def contract_page(contract: Any, side: str) -> dict[str, Any]:
    order, asked, version = contract.order, contract.rfq, contract.version
    summary = [
        {"term": _("Goods"), "value": f"{good_name(asked.good)}, {kg(asked.quantity_kg)}", "note": order.lot.code},
        {"term": _("Buyer"), "value": in_language_plain(contract.buyer)}, {"term": _("Seller"), "value": in_language_plain(contract.seller)},
        {"term": _("Term of delivery"), "value": f"{version.incoterm} {version.incoterm_place}", "note": "Incoterms 2020"},
        {"term": _("Inspection"), "value": in_language_plain(contract.inspector) if contract.inspector else _("the signed weigh-and-grade ticket counts")},
        {"term": _("Importer of record"), "value": in_language_plain(contract.offer.importer) if contract.offer.importer else _("none is needed")},
        {"term": _("Signed"), "value": moment(contract.signed_at)},
    ]  # fmt: skip
    if side != "inspector":
        summary.append(
            {
                "term": _("Order"),
                "value": order.code,
                "url": reverse("order", args=[order.code]),
                "action": _("See its road"),
            }
        )
        quote = contract.version.quote.code
        summary.append(
            {"term": _("Quote"), "value": quote, "url": reverse("quote", args=[quote]), "action": _("All its versions")}
        )
    return {
        "contract": contract, "tag": state_tag(contract), "next": next_text(contract), "summary": summary, "figures": figures(contract),
        "milestone_columns": milestone_columns(), "milestones": milestone_rows(contract), "money_columns": money_columns(),
        "money": money_rows(contract), "money_note": money_note(contract), "steps": steps(contract),
        "may_pay": side == "buyer" and contract.state == "signed" and order.state == "held",
        "may_accept": side == "buyer" and contract.state == "running" and waits_for_inspection(contract) and order.state in ("paid", "shipped"),
        "may_receive": side == "buyer" and contract.state == "running" and order.state == "delivered" and not order.is_claimed,
        "amount": money(order.amount_minor, order.currency),
    }  # fmt: skip


def dispute_items(contracts: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what the hub's people have to decide, and by when."""
    now = clock.now()
    return [
        {
            "kind": "bad" if row.due_at <= now else "warn", "label": _("dispute"), "reference": row.code, "url": reverse("contract", args=[row.code]),
            "text": f"{good_name(row.rfq.good)}, {kg(row.rfq.quantity_kg)}", "options": f"{in_language_plain(row.buyer)} · {in_language_plain(row.seller)}",
            "next": _("Nothing of it is released until it is decided."), "owner": _("the hub"),
            "due": _("overdue since %(at)s") % {"at": moment(row.due_at)} if row.due_at <= now else moment(row.due_at),
        }
        for row in contracts
    ]  # fmt: skip

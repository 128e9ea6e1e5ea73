"""The money of a claim: the buyer gets what was agreed in his own currency, and the shares of its order bear it.

Who bears it, in this order:
1. the hub gives back its fee on that part of the price;
2. whoever had in hand what went wrong, up to his whole share in the order: see BEARERS;
3. the hub bears what is left: nobody who sold loses more than his share in the order.

What a share still held for the order covers is kept from it. What was paid to its owner already (an advance, or everything
where the order was settled before a return) becomes a receivable, which is kept back from what he is paid next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as accounts
from samphao.accounts.services import notify_each
from samphao.core import clock
from samphao.core.money import amount_text
from samphao.payments import services as payments
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import ClaimToPay
from samphao.workflows import notices
from samphao.workflows.shares import HOME, HUB, Share, has_rate, shares, take_back

CLAIM_SHARE = "claim share"
PRODUCER, HOUSE, CARRIER, HUB_SHARE = "producer", "packing_house", "carrier", "hub"
BEARERS: Mapping[str, tuple[str, ...]] = {
    "mouldy": (PRODUCER, HOUSE),
    "unripe": (PRODUCER, HOUSE),
    "crushed": (HOUSE, PRODUCER),
    "wrong_grade": (HOUSE, PRODUCER),
    "short": (HOUSE, PRODUCER),
    "late": (CARRIER,),
    "not_wanted": (PRODUCER, HOUSE),
}
GOODS_AND_FEE = ("goods", "hub_fee")
SHARE_TAKEN = _(
    "Order %(order)s of lot %(lot)s: %(amount)s of your share was paid to you already and goes to its buyer. It is kept back from what you are paid next."
)


def who_bears(
    refund_minor: int, base_minor: int, shares_minor: Mapping[str, int], first: Sequence[str]
) -> dict[str, int]:
    """Return what each receiver bears of a refund out of `base_minor`; the amounts sum to the refund."""
    fee = fee_back(refund_minor, base_minor, shares_minor.get(HUB_SHARE, 0))
    borne, left = {HUB_SHARE: fee}, refund_minor - fee
    for receiver in first:
        borne[receiver] = min(left, shares_minor.get(receiver, 0))
        left -= borne[receiver]
    borne[HUB_SHARE] += left
    return {receiver: amount for receiver, amount in borne.items() if amount}


def fee_back(refund_minor: int, base_minor: int, fee_minor: int) -> int:
    """Return what of its fee the hub gives back with a refund out of `base_minor`, rounded down."""
    return fee_minor * refund_minor // base_minor


def split(borne: Mapping[str, int], rests_minor: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Return what of each receiver's part is kept from what is still held for him, and what is taken back from him."""
    found = {}
    for receiver, amount in borne.items():
        kept = min(amount, max(0, rests_minor.get(receiver, 0)))
        found[receiver] = {"kept": kept, "taken_back": amount - kept}
    return found


def pay_agreed(limit: int = 200) -> int:
    """Post the refunds that are agreed and wait, each in a transaction of its own; return how many."""
    return sum(pay_claim(claim.code) for claim in trade.claims_to_pay(limit))


def pay_claim(code: str) -> bool:
    """Refund a claim that is agreed, all of it or nothing. It waits where what is to be taken back needs a rate that nobody knows."""
    with transaction.atomic():
        claim = next(iter(trade.claims_to_pay(1, [code])), None)
        if claim is None:
            return False
        sale = replace(trade.sales_of_orders([claim.order])[0], at=clock.now())
        parts = {part.receiver: part for part in shares([sale])}
        amounts = {receiver: part.amount_minor for receiver, part in parts.items()}
        rests = {receiver: 0 if claim.is_settled else part.rest_minor for receiver, part in parts.items()}
        base = base_minor(claim, sale.lines, sale.quantity)
        borne = split(who_bears(claim.amount_minor, base, amounts, BEARERS[claim.wrong]), rests)
        back = {receiver: row["taken_back"] for receiver, row in borne.items() if row["taken_back"]}
        if back and not has_rate(claim.currency, sale.priced_on):
            return False
        hub = Share(sale.lot, sale.currency, sale.at or clock.now(), HUB_SHARE, HUB, sale.priced_on, 0, 0, 0)
        drafted = take_back(
            [(parts.get(receiver, hub), amount) for receiver, amount in back.items()], CLAIM_SHARE, code, claim.order
        )
        drafted.post()
        payments.refund_order(
            claim.order, claim.amount_minor, claim.currency, claim.lot, key=code, reason=f"{claim.kind}: {claim.wrong}"
        )
        services.mark_claim_paid(code, borne)
        if claim.is_settled:
            fee = fee_back(claim.amount_minor, base, amounts.get(HUB_SHARE, 0))
            payments.credit_fee(claim.order, fee, clock.today(), reason=f"{claim.kind}: {claim.wrong}")
        _tell_owners(claim, drafted.told)
    return True


def base_minor(claim: ClaimToPay, lines: Sequence[Mapping[str, Any]], quantity: int) -> int:
    """Return the part of an order's price of which a claim pays: all of it, or what a return gives back."""
    given = [row["amount_minor"] or 0 for row in lines if claim.kind != "return" or row["kind"] in GOODS_AND_FEE]
    return int(sum(given)) * quantity


def due_after_claims(borne: Mapping[str, Mapping[str, Mapping[str, int]]], at: datetime) -> list[tuple[Share, int]]:
    """Return what is left to pay of the shares of orders whose claims were paid: less what was kept from them."""
    due = []
    for order, kept in sorted(borne.items()):
        for part in shares([replace(sale, at=at) for sale in trade.sales_of_orders([order])]):
            due.append((part, part.rest_minor - kept.get(part.receiver, {}).get("kept", 0)))  # noqa: PERF401
    return due


def fees_back(orders: Sequence[str]) -> dict[str, int]:
    """Return what of the hub's fee went back with the paid claims of orders, in the currency of each price."""
    back = {}
    for claim in trade.paid_claims(orders):
        sale = trade.sales_of_orders([claim.order])[0]
        fee = sum(part.amount_minor for part in shares([sale]) if part.receiver == HUB_SHARE)
        back[claim.order] = fee_back(claim.amount_minor, base_minor(claim, sale.lines, sale.quantity), fee)
    return back


def _tell_owners(claim: ClaimToPay, told: Mapping[tuple[str, str], int]) -> None:
    ids = accounts.ids_by_code()
    notify_each(
        notices.message(
            ids[owner],
            claim.code,
            "claim-share",
            SHARE_TAKEN,
            order=claim.order,
            lot=lot,
            amount=amount_text(satang, HOME),
        )
        for (owner, lot), satang in told.items()
        if owner in ids and satang
    )

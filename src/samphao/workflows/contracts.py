"""What a contract's milestones release, to whom it is told, and what brings them about.

The whole price to the door is paid in before anything is done; a milestone then moves its part of the seller's money from the
money held for the lot to the seller. The last part, and everybody else's share, is paid as for every order: after the claim window.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as accounts
from samphao.accounts.queries import Viewer
from samphao.accounts.services import Spoken, notify_each, spoken_moment
from samphao.core import clock
from samphao.core.errors import NotFound, Refused
from samphao.core.jobs import is_database_gone
from samphao.core.money import amount_text
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.rfq_types import MilestoneDue
from samphao.workflows import payout
from samphao.workflows.claims_money import borne_of, due_after_claims
from samphao.workflows.notices import message
from samphao.workflows.shares import HOME, has_rate, pay, shares

log = logging.getLogger(__name__)
MILESTONE = "milestone"
AT_ONCE = 200
NO_RATE = _("The exchange rate of this contract's day is not known: it is settled when one is published.")
BUYER, SELLER, INSPECTOR, HUB = "buyer", "seller", "inspector", "hub"
TRIGGERS = {
    "money": _("the contract's money is held"), "ticket": _("the weigh-and-grade ticket is signed"),
    "inspection": _("the inspector's report, or the buyer's acceptance"), "arrival": _("the goods have come and the claim window is over"),
}  # fmt: skip
# For each step: who is told what.
TOLD: dict[str, tuple[tuple[str, str], ...]] = {
    "held": (
        (SELLER, _("Contract %(contract)s runs: %(amount)s is held for it.")),
        (INSPECTOR, _("Contract %(contract)s names you as inspector of lot %(lot)s. Report on its page what you find.")),
    ),
    "passed": ((BUYER, _("The inspection of contract %(contract)s was passed: “%(said)s”.")), (SELLER, _("The inspection of contract %(contract)s was passed: “%(said)s”."))),
    "failed": (
        (BUYER, _("The inspection of contract %(contract)s failed: “%(said)s”. Nothing is released; the hub decides by %(due)s.")),
        (SELLER, _("The inspection of contract %(contract)s failed: “%(said)s”. Nothing is released; the hub decides by %(due)s.")),
        (HUB, _("The inspection of contract %(contract)s failed: decide by %(due)s.")),
    ),
    "accepted": ((SELLER, _("The buyer of contract %(contract)s took the goods as they are.")),),
    "received": ((SELLER, _("The buyer of contract %(contract)s took what came.")),),
    "disputed": (
        (BUYER, _("Contract %(contract)s is disputed: “%(said)s”. Nothing is released; the hub decides by %(due)s. Add what proves your side.")),
        (SELLER, _("Contract %(contract)s is disputed: “%(said)s”. Nothing is released; the hub decides by %(due)s. Add what proves your side.")),
        (HUB, _("Contract %(contract)s is disputed: decide by %(due)s.")),
    ),
    "goes_on": ((BUYER, _("The hub decided that contract %(contract)s goes on: “%(said)s”.")), (SELLER, _("The hub decided that contract %(contract)s goes on: “%(said)s”."))),
    "ends": (
        (BUYER, _("The hub ended contract %(contract)s: “%(said)s”. Your money is on its way back.")),
        (SELLER, _("The hub ended contract %(contract)s: “%(said)s”. What was released to you goes back to its buyer.")),
    ),
    "ended": ((BUYER, _("Contract %(contract)s has ended.")), (SELLER, _("Contract %(contract)s has ended."))),
    "released": ((SELLER, _("Contract %(contract)s: %(amount)s was released to you from the held money: %(why)s.")),),
}  # fmt: skip


def orders_paid(payload: dict[str, Any]) -> None:
    """Let the contracts of paid orders run, and release what is due at once."""
    started = services.start_contracts(payload["orders"])
    for code in started:
        _tell(code, "held")
    release_due(started)


def tickets_signed(payload: dict[str, Any]) -> None:
    release_due(services.meet_tickets(payload["lots"]))


def holds_expired(payload: dict[str, Any]) -> None:
    _ended(payload["orders"], "not-paid")


def orders_ended(payload: dict[str, Any]) -> None:
    """End contracts whose orders were cancelled, whoever or whatever did it: refund and claim on the seller are as for every order."""
    _ended(payload["orders"], "cancelled")


def _ended(orders: Collection[str], why: str) -> None:
    for code in services.end_contracts(orders, why):
        _tell(code, "ended")


def report(code: str, *, passed: bool, said: str, viewer: Viewer, by: str) -> None:
    _step(code, lambda: services.report_inspection(code, passed=passed, said=said, viewer=viewer, by=by))


def accept_inspected(code: str, *, viewer: Viewer, by: str) -> None:
    _step(code, lambda: services.accept_inspected(code, viewer=viewer, by=by))


def dispute(code: str, reason: str, *, viewer: Viewer, by: str) -> None:
    _step(code, lambda: services.dispute_contract(code, reason, viewer=viewer, by=by))


def decide(code: str, *, goes_on: bool, reason: str, viewer: Viewer, by: str) -> None:
    _step(code, lambda: services.decide_contract(code, goes_on=goes_on, reason=reason, viewer=viewer, by=by))


def accept_arrival(code: str, *, viewer: Viewer, by: str) -> None:
    """Take what has come, for the buyer: everybody's share is paid now, not after the claim window."""
    with transaction.atomic():
        order = services.accept_arrival(code, viewer=viewer, by=by)
        _tell(code, "received")
        now = clock.now()
        sales = [replace(sale, at=now) for sale in trade.sales_of_orders([order])]
        if not all(has_rate(sale.currency, sale.priced_on) for sale in sales):
            raise Refused(NO_RATE)
        due = due_after_claims({order: borne_of([order]).get(order, {})}, now)
        payout.post_settled([order], due, is_early=True)


def release_due(contracts: Collection[str] | None = None) -> int:
    """Release the milestones that came true, each in a transaction of its own; return how many.

    Where no exchange rate is known they wait, and hold up nothing else.
    """
    if contracts is not None and not contracts:
        return 0
    return sum(_release(due) for due in trade.milestones_due(contracts, AT_ONCE))


def run_contracts() -> int:
    """Do what is due: tickets whose event came to nothing, milestones that waited for a rate; return how many moved."""
    services.meet_tickets(trade.lots_with_tickets_to_meet(AT_ONCE))
    moved = 0
    for due in trade.milestones_due(None, AT_ONCE):
        try:
            moved += _release(due)
        except Exception as error:
            if is_database_gone(error):
                raise
            log.exception("milestone %s of contract %s could not be released", due.number, due.contract)
    return moved


def _release(due: MilestoneDue) -> bool:
    """Move one milestone's part of the seller's money out of what is held; its mark and its money commit together."""
    with transaction.atomic():
        sale = replace(trade.sales_of_orders([due.order])[0], at=clock.now())
        if not has_rate(sale.currency, sale.priced_on):
            return False
        part = next(part for part in shares([sale]) if part.receiver == "producer")
        amount = part.amount_minor * due.percent // 100
        if not services.mark_released(due.contract, due.number, amount):
            return False
        drafted = pay([(part, amount)], MILESTONE, f"{due.contract}:{due.number}")
        drafted.post()
        _tell(due.contract, "released", number=due.number, satang=sum(drafted.told.values()))
    return True


def _step(code: str, work: Callable[[], object]) -> None:
    """Take a step of a contract, tell the others, and release what came true by it."""
    with transaction.atomic():
        work()
        contract = _found(code)
        _tell(code, contract.steps.all()[len(contract.steps.all()) - 1].step)
        release_due([code])


def _tell(code: str, step: str, *, number: int = 0, satang: int = 0) -> None:
    contract = _found(code)
    last = [row for row in contract.steps.all() if row.step == step]
    milestone = next((row for row in contract.milestones.all() if row.number == number), None)
    values = {
        "contract": code, "lot": contract.order.lot.code, "said": last[-1].text if last else "",
        "due": spoken_moment(contract.due_at) if contract.due_at else "",
        "amount": amount_text(satang, HOME) if satang else amount_text(contract.order.amount_minor, contract.order.currency),
        "why": Spoken(TRIGGERS[milestone.trigger]) if milestone else "",
    }  # fmt: skip
    at = last[-1].at if last else clock.now()
    key = f"contract-{step}-{number}-{at:%y%m%d%H%M%S%f}"
    told = [
        message(party, code, key, text, at, **values) for whom, text in TOLD[step] for party in _parties(contract, whom)
    ]
    notify_each(told)


def _parties(contract: Any, whom: str) -> list[int]:
    if whom == HUB:
        return accounts.ids_of_kind("hub")
    ids: Mapping[str, int | None] = {
        BUYER: contract.buyer_id,
        SELLER: contract.seller_id,
        INSPECTOR: contract.inspector_id,
    }
    party = ids[whom]
    return [party] if party else []


def _found(code: str) -> Any:
    contract = trade.contract_with_steps(code)
    if contract is None:
        raise NotFound(_("There is no such contract."))
    return contract

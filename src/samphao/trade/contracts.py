"""Contracts: signing one makes its order and its milestones; each part of the money follows what has come true.

    signed -> running -> fulfilled        signed -> ended (not paid in time)
    running -> disputed -> running | ended (what was paid goes back)

After the delivery a buyer has what every buyer has: a claim, with its photos and its clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.core.codes import encode
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.core.models import AuditEntry
from samphao.engines.quotes import parts_of
from samphao.trade.cancelling import cancel_by_decision
from samphao.trade.contract_models import Contract, ContractStep, Milestone, Quote, QuoteVersion, Rfq
from samphao.trade.models import Lot, Offer, Order, Ticket
from samphao.trade.packing_models import MassStop
from samphao.trade.rfq_types import PAY_WITHIN, Door
from samphao.trade.rfqs import MOVED_ON, NO_QUOTE, YOUR_WORD, door_of, lock_quote, side_in_quote
from samphao.trade.rush.statement import NUMBERS, PLACE, answers, parameters
from samphao.trade.types import AFTER_SALE, REASON_LENGTH_MIN, OrderRequest, Placement, order_code

State, Trigger, Side, Met = Contract.State, Milestone.Trigger, ContractStep.Side, Milestone.State
CLOCK = "clock"
INCOTERMS = 2020
PAID_IN = (Order.State.PAID, Order.State.SHIPPED, Order.State.DELIVERED)
NO_CONTRACT = gettext_noop("There is no such contract.")
OTHER_SIGNED = gettext_noop("This request has become a contract already.")
EXPIRED = gettext_noop("This version is no longer valid: ask for another one.")
NO_PRICE = gettext_noop("There is no price to the door for this quantity.")
NOT_NOW = gettext_noop("This contract has moved on meanwhile: look at its last step.")
WRITE_REASON = gettext_noop("Write the reason in a sentence.")
HAVE_LEFT = gettext_noop("The goods have left: let the contract go on. What comes bad is claimed after the delivery.")
CLAIM_IT = gettext_noop("The goods have come: report what is bad as a claim.")
CLAIMED = gettext_noop("A claim waits on this order: it is decided first.")
NOT_SOLD: Mapping[Placement, str] = {
    Placement.NOT_OPEN_YET: gettext_noop("The sale of this lot has not begun."),
    Placement.CLOSED: gettext_noop("The sale of this lot is over."),
    Placement.GATE_SHUT: gettext_noop("The gate to list is shut: this lot may not be sold to that city now."),
    Placement.SOLD_OUT: gettext_noop("Less of this lot is left than the contract needs."),
    Placement.OVER_LIMIT: gettext_noop("One buyer may not have so much of this lot."),
}
NOT_POSSIBLE = gettext_noop("This lot cannot be sold so.")


def sign_contract(quote: str, number: int, *, viewer: Viewer, by: str) -> tuple[str, bool]:
    """Agree to the other side's last version; return the contract's code and whether it is new. A second tab gets the first's contract.

    The order is placed by the order counter's own statement, through an offer of its own that nobody else can use.

    Raises
    ------
    Refused
        If the version is one's own or no longer valid, has no price to the door, or the lot may not be sold so.
    Conflict
        If there is a newer version, the quote was withdrawn, or the request became another contract.
    """
    with transaction.atomic():
        asked, found = lock_quote(quote)
        side = side_in_quote(found, viewer)
        if not side:
            raise NotFound(NO_QUOTE)
        last = found.versions.order_by("-number").first()
        if done := Contract.objects.select_related("version").filter(rfq=asked).first():
            if last is not None and (done.version_id, last.number) == (last.pk, number):
                return done.code, False
            raise Conflict(OTHER_SIGNED)
        if found.state != Quote.State.OPEN or asked.state != Rfq.State.OPEN or last is None or last.number != number:
            raise Conflict(MOVED_ON)
        if last.side == side:
            raise Refused(YOUR_WORD)
        if last.valid_until <= clock.now():
            raise Refused(EXPIRED)
        door = door_of(last, asked.quantity_kg)
        if door is None:
            raise Refused(NO_PRICE)
        order = _place(asked, found, last, door)
        return _write(asked, found, last, order, side=side, by=by), True


def _place(asked: Rfq, found: Quote, version: QuoteVersion, door: Door) -> Order:
    lot, now = found.lot, clock.now()
    cartons = cartons_of(lot, asked.quantity_kg)
    offer = Offer.objects.create(
        lot=lot, destination=asked.destination, kind=Offer.Kind.CONTRACT, trade_mode=version.trade_mode, importer_id=version.importer_id,
        entry_node=version.entry_node, incoterm=version.incoterm, incoterm_place=version.incoterm_place, incoterm_edition=INCOTERMS,
        lot_units=lot.carton_units, price_minor=door.door_minor, currency=asked.currency, lines=list(door.lines), quantity_min=cartons,
        quantity_max=cartons, priced_at=version.at, valid_to=now + PAY_WITHIN, promised_days=version.promised_days,
    )  # fmt: skip
    request = OrderRequest(asked.buyer_id, f"contract-{found.code}", offer.pk, cartons)
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [1])
        code = order_code(cursor.fetchone()[0][0])
        cursor.execute(PLACE, parameters([request], [code], PAY_WITHIN))
        answer = answers(cursor.fetchone())[0]
    if not answer.is_order:
        raise Refused(NOT_SOLD.get(answer.placement, NOT_POSSIBLE))
    Offer.objects.filter(pk=offer.pk).update(valid_to=now, replaced_at=now)  # before anybody else can see it
    Order.objects.filter(code=answer.order).update(has_contract=True)
    return Order.objects.get(code=answer.order)


def cartons_of(lot: Lot, kg: int) -> int:
    """Return the whole cartons of a lot that hold so many kg."""
    return -(-kg * 1000 // (lot.unit_mass_g * lot.carton_units))


def _write(asked: Rfq, found: Quote, version: QuoteVersion, order: Order, *, side: str, by: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('trade_contract', 'id'))")
        number = cursor.fetchone()[0]
    contract = Contract.objects.create(
        id=number, code=encode("CT", number), rfq=asked, version=version, order=order, offer_id=order.offer_id, buyer_id=asked.buyer_id,
        seller_id=found.seller_id, inspector_id=asked.inspector_id, signed_at=clock.now(), signed_by=by,
    )  # fmt: skip
    checked = Trigger.INSPECTION if asked.inspector_id else Trigger.TICKET
    parts = (
        (Trigger.MONEY, version.deposit_percent),
        (checked, version.checked_percent),
        (Trigger.ARRIVAL, 100 - version.deposit_percent - version.checked_percent),
    )
    wanted = [(trigger, percent) for trigger, percent in parts if percent]
    Milestone.objects.bulk_create(
        [
            Milestone(contract=contract, number=place, trigger=trigger, percent=percent)
            for place, (trigger, percent) in enumerate(wanted, 1)
        ]
    )
    found.state, asked.state = Quote.State.ACCEPTED, Rfq.State.CONTRACTED
    found.save(update_fields=["state"])
    asked.save(update_fields=["state"])
    _step(contract, side, by, "signed", order.amount_minor)
    return contract.code


def start_contracts(orders: Collection[str]) -> list[str]:
    """Let contracts run whose orders were paid: their money is held. Return them."""
    started = []
    with transaction.atomic():
        rows = Contract.objects.select_for_update(of=("self",)).select_related("order").order_by("id")
        for contract in rows.filter(order__code__in=orders, order__state__in=PAID_IN, state=State.SIGNED):
            contract.state = State.RUNNING
            contract.save(update_fields=["state"])
            _step(contract, Side.CLOCK, CLOCK, "held", contract.order.amount_minor)
            _meet(contract, Trigger.MONEY, "money")
            started.append(contract.code)
    return started


def end_contracts(orders: Collection[str], why: str) -> list[str]:
    """End contracts whose orders have ended: what was not released never is. Return them."""
    ended = []
    with transaction.atomic():
        rows = Contract.objects.select_for_update(of=("self",)).order_by("id")
        open_ones = rows.filter(order__code__in=orders).exclude(state__in=(State.ENDED, State.FULFILLED))
        for contract in open_ones.filter(order__state__in=(Order.State.EXPIRED, Order.State.CANCELLED)):
            contract.state, contract.due_at, contract.ended_for = State.ENDED, None, why
            contract.save(update_fields=["state", "due_at", "ended_for"])
            contract.milestones.exclude(state=Met.RELEASED).update(state=Met.VOID)
            _step(contract, Side.CLOCK, CLOCK, "ended")
            ended.append(contract.code)
    return ended


def tickets_that_count() -> QuerySet[Ticket]:
    """Return signed tickets; one that passes what its orchard's trees bear counts when a person has let the lot go on."""
    stopped = MassStop.objects.exclude(outcome=MassStop.Outcome.ALLOWED)
    return Ticket.objects.exclude(signed_by_house_at=None).exclude(lot__in=stopped.values("lot"))


def meet_tickets(lots: Collection[str]) -> list[str]:
    """Let milestones come true that wait for the signed ticket of a lot; return the contracts."""
    met = []
    with transaction.atomic():
        rows = Contract.objects.select_for_update(of=("self",)).order_by("id")
        signed = tickets_that_count().filter(lot__code__in=lots).values("lot")
        for contract in rows.filter(order__lot__in=signed, state__in=(State.RUNNING, State.DISPUTED)):
            if _meet(contract, Trigger.TICKET, "ticket"):
                _step(contract, Side.CLOCK, CLOCK, "ticket")
                met.append(contract.code)
    return met


def report_inspection(code: str, *, passed: bool, said: str, viewer: Viewer, by: str) -> None:
    """Say what the inspection found, for the inspector that the contract names; a failed one is the hub's to decide."""
    with _locked(code, viewer, Side.INSPECTOR) as contract:
        if not _waits_for(contract, Trigger.INSPECTION):
            raise Conflict(NOT_NOW)
        text = _reason(said)
        if passed:
            _meet(contract, Trigger.INSPECTION, "report")
        else:
            _dispute(contract)
        _step(contract, Side.INSPECTOR, by, "passed" if passed else "failed", text=text)


def accept_inspected(code: str, *, viewer: Viewer, by: str) -> None:
    """Take the goods as they are, for the buyer, in place of the inspector's report."""
    with _locked(code, viewer, Side.BUYER) as contract:
        if not _meet(contract, Trigger.INSPECTION, "acceptance"):
            raise Conflict(NOT_NOW)
        _step(contract, Side.BUYER, by, "accepted")


def accept_arrival(code: str, *, viewer: Viewer, by: str) -> str:
    """Take what has come, for the buyer, before the claim window is over; its order is settled, and its code returned.

    The caller pays everybody's share in the same transaction.
    """
    with transaction.atomic():
        locked = _lock_order(code)
        with _locked(code, viewer, Side.BUYER) as contract:
            if locked is None or locked.state != Order.State.DELIVERED:
                raise Conflict(NOT_NOW)
            if locked.is_claimed:
                raise Conflict(CLAIMED)
            Order.objects.filter(pk=locked.pk).update(state=Order.State.SETTLED)
            _step(contract, Side.BUYER, by, "received")
    return locked.code


def dispute_contract(code: str, reason: str, *, viewer: Viewer, by: str) -> None:
    """Ask the hub to decide, for buyer or seller, before the goods have come: until then nothing is released."""
    with _locked(code, viewer, Side.BUYER, Side.SELLER) as contract:
        if contract.order.state not in (Order.State.PAID, Order.State.SHIPPED):
            raise Conflict(CLAIM_IT)
        text = _reason(reason)
        _dispute(contract)
        _step(contract, side_in_contract(contract, viewer), by, "disputed", text=text)


def decide_contract(code: str, *, goes_on: bool, reason: str, viewer: Viewer, by: str) -> None:
    """Let a disputed contract go on or end it, for the hub's people, with a written reason; nobody decides about himself.

    Where it goes on although an inspection failed, what the inspection was to open is open.
    """
    with transaction.atomic():
        order = _lock_order(code, with_lot=not goes_on)
        with _locked(code, viewer, Side.HUB, state=State.DISPUTED) as contract:
            text = _reason(reason)
            contract.state, contract.due_at = State.RUNNING, None
            contract.save(update_fields=["state", "due_at"])
            if goes_on:
                if _was_failed(contract):
                    _meet(contract, Trigger.INSPECTION, "decision")
            elif order is None or not cancel_by_decision(order.code, text, by=by):
                raise Refused(HAVE_LEFT)
            _step(contract, Side.HUB, by, "goes_on" if goes_on else "ends", text=text)


def _was_failed(contract: Contract) -> bool:
    """Tell whether a failed inspection is what was brought before the hub."""
    steps = contract.steps.filter(step__in=("failed", "disputed")).order_by("-id")
    return steps.values_list("step", flat=True).first() == "failed"


def mark_released(code: str, number: int, amount_minor: int) -> bool:
    """Write that a milestone's money is released, in the transaction of the transfer; False where it is not due any more."""
    with transaction.atomic():
        order = _lock_order(code)
        contract = Contract.objects.select_for_update().filter(code=code, state=State.RUNNING).first()
        if contract is None or order is None or order.state not in PAID_IN:
            return False
        rows = contract.milestones.filter(number=number, state=Met.MET)
        done = rows.update(state=Met.RELEASED, released_minor=amount_minor, released_at=clock.now())
        if done:
            _step(contract, Side.CLOCK, CLOCK, "released", amount_minor)
    return bool(done)


def fulfil_contracts(rest: Mapping[str, int]) -> list[str]:
    """Write what settled orders paid to their sellers at the end, in the transaction of the money; return the contracts.

    A part that never came true by itself, such as an inspection that nobody made, is released by the delivery.
    """
    done = []
    rows = Contract.objects.select_for_update(of=("self",)).select_related("order").order_by("id")
    for contract in rows.filter(order__code__in=list(rest), state=State.RUNNING):
        left, now = rest[contract.order.code], clock.now()
        waiting = list(contract.milestones.exclude(state=Met.RELEASED))
        shares = _shared(left, [milestone.percent for milestone in waiting])
        for milestone, amount in zip(waiting, shares, strict=True):
            milestone.met_at, milestone.met_by = milestone.met_at or now, milestone.met_by or "delivery"
            milestone.state, milestone.released_minor, milestone.released_at = Met.RELEASED, amount, now
            milestone.save()
        contract.state = State.FULFILLED
        contract.save(update_fields=["state"])
        _step(contract, Side.CLOCK, CLOCK, "fulfilled", left)
        done.append(contract.code)
    return done


def _shared(amount: int, percents: list[int]) -> tuple[int, ...]:
    whole = sum(percents)
    first = [amount * percent // whole for percent in percents[:-1]]
    return (*first, amount - sum(first))


def side_in_contract(contract: Contract, viewer: Viewer) -> str:
    """Return on which side somebody is: buyer, seller, inspector, hub; nothing for everybody else."""
    for side, party in ((Side.BUYER, contract.buyer_id), (Side.SELLER, contract.seller_id), (Side.INSPECTOR, contract.inspector_id)):  # fmt: skip
        if party in viewer.organisations:
            return side
    return Side.HUB if viewer.is_hub else ""


def milestone_amounts(whole_minor: int, percents: list[int]) -> tuple[int, ...]:
    """Return what each milestone comes to of the seller's money; the last takes what rounding leaves."""
    return parts_of(whole_minor, percents)


def _waits_for(contract: Contract, trigger: str) -> bool:
    return contract.milestones.filter(trigger=trigger, state=Met.WAITING).exists()


def _meet(contract: Contract, trigger: str, by: str) -> bool:
    rows = contract.milestones.filter(trigger=trigger, state=Met.WAITING)
    return bool(rows.update(state=Met.MET, met_at=clock.now(), met_by=by))


def _dispute(contract: Contract) -> None:
    contract.state, contract.due_at = State.DISPUTED, clock.now() + AFTER_SALE.decision
    contract.save(update_fields=["state", "due_at"])


def _lock_order(contract: str, *, with_lot: bool = False) -> Order | None:
    """Lock a contract's order before the contract, as whoever settles or cancels an order does; its lot before it."""
    if with_lot:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT 1 FROM trade_lot WHERE id = (SELECT o.lot_id FROM trade_contract c JOIN trade_order o ON o.id = c.order_id
                   WHERE c.code = %s) FOR NO KEY UPDATE""",
                [contract],
            )
    return Order.objects.select_for_update(no_key=True, of=("self",)).filter(contract__code=contract).first()


@contextmanager
def _locked(code: str, viewer: Viewer, *sides: str, state: str = State.RUNNING) -> Iterator[Contract]:
    """Lock a contract for one step of somebody on one of the sides; to everybody else there is none."""
    with transaction.atomic():
        rows = Contract.objects.select_for_update(of=("self",)).select_related("order")
        contract = rows.filter(code=code).first()
        if contract is None or side_in_contract(contract, viewer) not in sides:
            raise NotFound(NO_CONTRACT)
        if contract.state != state:
            raise Conflict(NOT_NOW)
        yield contract


def _reason(said: str) -> str:
    if len(said.strip()) < REASON_LENGTH_MIN:
        raise Refused(WRITE_REASON)
    return said.strip()[:1000]


def _step(contract: Contract, side: str, by: str, step: str, amount: int | None = None, text: str = "") -> None:
    now = clock.now()
    ContractStep.objects.create(contract=contract, at=now, side=side, by=by, step=step, amount_minor=amount, text=text)
    AuditEntry.objects.create(
        at=now, actor=by, action=f"contract.{step}", subject=contract.code, detail={"side": side, "amount_minor": amount, "text": text}
    )  # fmt: skip

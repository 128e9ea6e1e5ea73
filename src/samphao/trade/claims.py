"""Claims for bad goods and returns: each side's turn, its clock, and the steps that everybody concerned can read.

    bad goods: open -> accepted | offered | refused          return: open -> sent -> accepted | offered | refused
    offered -> accepted | disputed    refused -> disputed | closed    disputed -> decided -> accepted | closed
    decided -> appealed, once -> accepted | closed           accepted -> paid

A claim locks its row, and its order's before it is opened: of two tabs one opens it, and an order is either claimed or settled.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.core.codes import encode
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.core.models import AuditEntry
from samphao.trade.after_sale import Claim, ClaimStep
from samphao.trade.models import Order, TradeMode
from samphao.trade.types import AFTER_SALE, REASON_LENGTH_MIN, SPOILS, ClaimAnswer, ClaimSpec

State, Side = Claim.State, ClaimStep.Side
CLOCK = "clock"
GIVEN_BACK = ("goods", "hub_fee")
"""The price lines that a return gives back: what carriage, taxes and the importer cost was spent."""
NO_ORDER = gettext_noop("There is no such order.")
NO_CLAIM = gettext_noop("There is no such claim.")
NOT_DELIVERED = gettext_noop("This order has not been delivered.")
TOO_LATE = gettext_noop("The time for reporting bad goods is over.")
CLAIMED = gettext_noop("There is a claim for this order already.")
TOO_MANY = gettext_noop("The order has fewer than that.")
TOLERATED = gettext_noop("So little may be bad without a claim: the page says how much.")
NO_RETURN = gettext_noop("Only lasting goods that came by post go back, within the time that the page says.")
WRITE_REASON = gettext_noop("Write the reason in a sentence.")
MOVED_ON = gettext_noop("This claim has moved on meanwhile: look at its last step.")
OVERDUE = gettext_noop("The time for this is over: what was announced for this case happens now.")
NO_AMOUNT = gettext_noop("Offer more than nothing and less than what is asked.")
NO_DECISION = gettext_noop("Decide on an amount from nothing to what is asked.")
WRITE_TRACKING = gettext_noop("Write the number under which the parcel travels.")


def open_claim(spec: ClaimSpec, *, viewer: Viewer, by: str) -> str:
    """Open a claim for a delivered order of the viewer's; from now on nobody is paid for it. Return its code."""
    with transaction.atomic():
        order = _lock_order(spec.order)
        if order is None or order.buyer_id not in viewer.organisations:
            raise NotFound(NO_ORDER)
        now = clock.now()
        _require_claimable(order, spec, now)
        number = _next_number()
        code = encode("RT" if spec.kind == Claim.Kind.RETURN else "CL", number)
        claim = Claim.objects.create(
            id=number, code=code, order=order, kind=spec.kind, wrong=spec.wrong, wants=spec.wants, bad_units=spec.bad_units,
            said=spec.said.strip(), asked_minor=asked_minor(order, spec), currency=order.currency, tolerance_pct=order.lot.tolerance_pct,
            state=State.OPEN, due_at=now + (AFTER_SALE.send_back if spec.kind == Claim.Kind.RETURN else AFTER_SALE.answer), opened_at=now,
        )  # fmt: skip
        Order.objects.filter(pk=order.pk, state=Order.State.DELIVERED).update(is_claimed=True)
        _step(claim, Side.BUYER, by, "opened", claim.asked_minor, claim.said)
    return code


def asked_minor(order: Order, spec: ClaimSpec) -> int:
    """Return what the reported units come to: of a claim, their part of the price to the door; of a return, of goods and fee."""
    whole = order.amount_minor
    if spec.kind == Claim.Kind.RETURN:
        whole = sum(row["amount_minor"] or 0 for row in order.offer.lines if row["kind"] in GIVEN_BACK) * order.quantity
    return max(1, (2 * whole * spec.bad_units + order.lot_units) // (2 * order.lot_units))


def may_return(order: Order, now: datetime) -> bool:
    """Tell whether an order may go back: lasting goods that came by post, within the window."""
    is_lasting = order.offer.trade_mode == TradeMode.POST and order.lot.packing_house_id is None
    return is_lasting and order.delivered_at is not None and now < order.delivered_at + AFTER_SALE.return_window


def may_claim(order: Order, now: datetime) -> bool:
    """Tell whether bad goods may still be reported."""
    if order.state != Order.State.DELIVERED or order.delivered_at is None:
        return False
    return now < order.delivered_at + order.lot.claim_window


def _require_claimable(order: Order, spec: ClaimSpec, now: datetime) -> None:
    if spec.wrong not in Claim.Wrong.values or spec.wants not in Claim.Wants.values:
        raise Refused(gettext_noop("Choose what is wrong."))
    if order.delivered_at is None:
        raise Refused(NOT_DELIVERED)
    if Claim.objects.filter(order=order).exclude(state=State.WITHDRAWN).exists():
        raise Conflict(CLAIMED)
    if spec.kind == Claim.Kind.RETURN and not may_return(order, now):
        raise Refused(NO_RETURN)
    if spec.kind == Claim.Kind.BAD_GOODS and not may_claim(order, now):
        raise Refused(TOO_LATE)
    if not 0 < spec.bad_units <= order.lot_units:
        raise Refused(TOO_MANY)
    if spec.wrong in SPOILS and Decimal(100 * spec.bad_units) <= order.lot.tolerance_pct * order.lot_units:
        raise Refused(TOLERATED)


def withdraw_claim(code: str, *, viewer: Viewer, by: str) -> None:
    """Take a claim back, for the buyer, while nobody has agreed on an amount; what was bad may be reported again in time."""
    with _buyers(code, viewer, State.OPEN, State.OFFERED, State.REFUSED) as claim:
        _close(claim, State.WITHDRAWN)
        _step(claim, Side.BUYER, by, "withdrawn")


def send_back(code: str, tracking: str, *, viewer: Viewer, by: str) -> None:
    """Keep the number under which the buyer sent a return; the seller has to say what came."""
    if not tracking.strip():
        raise Refused(WRITE_TRACKING)
    with _buyers(code, viewer, State.OPEN, kind=Claim.Kind.RETURN) as claim:
        _require_time(claim)
        claim.tracking = tracking.strip()[:40]
        _move(claim, State.SENT, AFTER_SALE.comes_back)
        _step(claim, Side.BUYER, by, "sent", text=claim.tracking)


def answer_claim(code: str, said: ClaimAnswer, *, viewer: Viewer, by: str) -> None:
    """Accept a claim, offer another amount or refuse it, for its producer; without an answer in time it is accepted."""
    with _locked(code) as claim:
        if claim.order.lot.listing.producer_id not in viewer.organisations:
            raise NotFound(NO_CLAIM)
        _require_state(claim, State.SENT if claim.kind == Claim.Kind.RETURN else State.OPEN)
        _require_time(claim)
        if said.answer == "accept":
            _accept(claim, claim.asked_minor, Side.SELLER, by, "accepted")
        elif said.answer == "offer":
            if said.amount_minor is None or not 0 < said.amount_minor < claim.asked_minor:
                raise Refused(NO_AMOUNT)
            claim.agreed_minor = said.amount_minor
            _move(claim, State.OFFERED, AFTER_SALE.answer)
            _step(claim, Side.SELLER, by, "offered", said.amount_minor, _reason(said))
        else:
            _move(claim, State.REFUSED, AFTER_SALE.answer)
            _step(claim, Side.SELLER, by, "refused", text=_reason(said))


def reply_to_answer(code: str, said: ClaimAnswer, *, viewer: Viewer, by: str) -> None:
    """Take the seller's offer, or ask the hub to decide, for the buyer."""
    with _buyers(code, viewer, State.OFFERED, State.REFUSED) as claim:
        _require_time(claim)
        if said.answer == "agree":
            _require_state(claim, State.OFFERED)
            _accept(claim, claim.agreed_minor or 0, Side.BUYER, by, "agreed")
        else:
            claim.agreed_minor = None
            _move(claim, State.DISPUTED, AFTER_SALE.decision)
            _step(claim, Side.BUYER, by, "disputed", text=_reason(said))


def decide_claim(code: str, said: ClaimAnswer, *, viewer: Viewer, by: str) -> None:
    """Decide a dispute, or its one appeal, for the hub's people, with a written reason; nobody decides about himself."""
    with _locked(code) as claim:
        if not viewer.is_hub or side_of(claim, viewer) in (Side.BUYER, Side.SELLER):
            raise NotFound(NO_CLAIM)
        _require_state(claim, State.DISPUTED, State.APPEALED)
        if said.amount_minor is None or not 0 <= said.amount_minor <= claim.asked_minor:
            raise Refused(NO_DECISION)
        reason, is_last = _reason(said), claim.is_appealed
        claim.agreed_minor = said.amount_minor
        if is_last:
            _carry_out(claim)
        else:
            _move(claim, State.DECIDED, AFTER_SALE.answer)
        _step(claim, Side.HUB, by, "upheld" if is_last else "decided", said.amount_minor, reason)


def appeal_claim(code: str, reason: str, *, viewer: Viewer, by: str) -> None:
    """Ask the hub to look again, for buyer or seller, once."""
    with _locked(code) as claim:
        side = side_of(claim, viewer)
        if side not in (Side.BUYER, Side.SELLER):
            raise NotFound(NO_CLAIM)
        _require_state(claim, State.DECIDED)
        _require_time(claim)
        said = _reason(ClaimAnswer("appeal", reason=reason))
        claim.is_appealed = True
        _move(claim, State.APPEALED, AFTER_SALE.decision)
        _step(claim, side, by, "appealed", text=said)


def let_clock_move(code: str) -> str:
    """Let time do what was announced, if a claim is due; return the state it came to, or nothing where it is not due.

    An unanswered claim is accepted as it was asked, an unanswered offer as it was made, a refusal or a decision stands; a
    return that nobody sent is closed. Disputes wait for people: the control tower shows them.
    """
    with _locked(code) as claim:
        if claim.due_at is None or claim.due_at > clock.now():
            return ""
        is_return = claim.kind == Claim.Kind.RETURN
        if (claim.state, is_return) in ((State.OPEN, False), (State.SENT, True)):
            _accept(claim, claim.asked_minor, Side.CLOCK, CLOCK, "unanswered")
        elif claim.state == State.OFFERED:
            _accept(claim, claim.agreed_minor or 0, Side.CLOCK, CLOCK, "unanswered")
        elif claim.state == State.DECIDED:
            _carry_out(claim)
            _step(claim, Side.CLOCK, CLOCK, "final", claim.agreed_minor)
        elif claim.state in (State.REFUSED, State.OPEN):
            _close(claim, State.CLOSED)
            _step(claim, Side.CLOCK, CLOCK, "closed")
        else:
            return ""
        return str(claim.state)


def mark_claim_paid(code: str, borne: dict[str, dict[str, int]]) -> None:
    """Write that a claim's refund is posted and who bears it, in the transaction of the money; its order may be settled now."""
    with _locked(code) as claim:
        _require_state(claim, State.ACCEPTED)
        claim.borne = borne
        _close(claim, State.PAID)
        _step(claim, Side.CLOCK, CLOCK, "paid", claim.agreed_minor)


def side_of(claim: Claim, viewer: Viewer) -> str:
    """Return on which side somebody is: buyer, seller, hub; nothing for the other parties, who look on."""
    if claim.order.buyer_id in viewer.organisations:
        return Side.BUYER
    if claim.order.lot.listing.producer_id in viewer.organisations:
        return Side.SELLER
    return Side.HUB if viewer.is_hub else ""


def _lock_order(code: str) -> Order | None:
    rows = Order.objects.select_for_update(no_key=True, of=("self",)).select_related("offer", "lot")
    return rows.filter(code=code).first()


@contextmanager
def _locked(code: str) -> Iterator[Claim]:
    """Lock a claim for one step, and write it when the step is done."""
    with transaction.atomic():
        rows = Claim.objects.select_for_update(of=("self",)).select_related("order__lot__listing")
        claim = rows.filter(code=code).first()
        if claim is None:
            raise NotFound(NO_CLAIM)
        yield claim
        claim.save()


@contextmanager
def _buyers(code: str, viewer: Viewer, *states: str, kind: str = "") -> Iterator[Claim]:
    with _locked(code) as claim:
        if claim.order.buyer_id not in viewer.organisations or kind not in ("", claim.kind):
            raise NotFound(NO_CLAIM)
        _require_state(claim, *states)
        yield claim


def _require_state(claim: Claim, *states: str) -> None:
    if claim.state not in states:
        raise Conflict(MOVED_ON)


def _require_time(claim: Claim) -> None:
    """Refuse what comes after the clock, also where the worker has not come by yet."""
    if claim.due_at is None or claim.due_at <= clock.now():
        raise Conflict(OVERDUE)


def _reason(said: ClaimAnswer) -> str:
    reason = said.reason.strip()
    if len(reason) < REASON_LENGTH_MIN:
        raise Refused(WRITE_REASON)
    return reason[:1000]


def _move(claim: Claim, state: Claim.State, within: timedelta) -> None:
    claim.state, claim.due_at = state, clock.now() + within


def _accept(claim: Claim, amount: int, side: str, by: str, step: str) -> None:
    claim.agreed_minor = amount
    _move(claim, State.ACCEPTED, timedelta())
    _step(claim, side, by, step, amount)


def _carry_out(claim: Claim) -> None:
    if claim.agreed_minor:
        _move(claim, State.ACCEPTED, timedelta())
    else:
        _close(claim, State.CLOSED)


def _close(claim: Claim, state: Claim.State) -> None:
    claim.state, claim.due_at, claim.closed_at = state, None, clock.now()
    Order.objects.filter(pk=claim.order_id).update(is_claimed=False)


def _step(claim: Claim, side: str, by: str, step: str, amount: int | None = None, text: str = "") -> None:
    now = clock.now()
    ClaimStep.objects.create(claim=claim, at=now, side=side, by=by, step=step, amount_minor=amount, text=text)
    detail: dict[str, Any] = {"side": side, "amount_minor": amount, "text": text}
    AuditEntry.objects.create(at=now, actor=by, action=f"claim.{step}", subject=claim.code, detail=detail)


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('trade_claim', 'id'))")
        return int(cursor.fetchone()[0])

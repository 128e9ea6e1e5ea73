"""A claim from the first photo to its refund: who may do what is trade's to say; evidence, messages and money follow here.

Each step and what follows from it commit together. `run_clocks` is what happens because time passed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as accounts
from samphao.accounts.queries import Viewer
from samphao.accounts.services import Message, Spoken, notify_each, spoken_moment
from samphao.core import files
from samphao.core.errors import NotFound, Refused
from samphao.core.jobs import is_database_gone
from samphao.core.money import amount_text
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import ClaimAnswer, ClaimSpec
from samphao.workflows import product_notes
from samphao.workflows.claims_money import pay_agreed, pay_claim
from samphao.workflows.notices import message

log = logging.getLogger(__name__)
AT_ONCE = 200
PHOTOS_MAX = 6
NO_PHOTO = _("Add at least one photo of what is wrong.")
TOO_MANY = _("Add at most six photos at once; more can follow on the page of the claim.")
NOT_A_PHOTO = _("Add photos: JPEG, PNG or WebP.")
WRONG = {
    "mouldy": _("mouldy or rotten"), "unripe": _("unripe"), "crushed": _("crushed"), "wrong_grade": _("another grade than was bought"),
    "short": _("missing"), "late": _("too late to be of use"), "not_wanted": _("sent back unused"),
}  # fmt: skip
BUYER, SELLERS, HUB = "buyer", "sellers", "hub"
# For each step: who is told what. A step that somebody takes is told to the others.
TOLD: dict[str, tuple[tuple[str, str], ...]] = {
    "opened": (
        (SELLERS, _("Claim %(claim)s: the buyer of order %(order)s, lot %(lot)s, reports %(bad)s of %(of)s as %(wrong)s and asks for %(asked)s. Answer by %(due)s; without an answer it is paid as asked.")),
    ),
    "opened return": (
        (SELLERS, _("Return %(claim)s: the buyer of order %(order)s, lot %(lot)s, sends back %(bad)s of %(of)s by %(due)s.")),
    ),
    "sent": ((SELLERS, _("Return %(claim)s is on its way to you, parcel %(said)s. Say by %(due)s what came; without an answer its buyer is refunded.")),),
    "withdrawn": ((SELLERS, _("Claim %(claim)s for order %(order)s was withdrawn by its buyer.")),),
    "accepted": ((BUYER, _("Claim %(claim)s for order %(order)s was accepted: %(amount)s goes back to you.")),),
    "unanswered": (
        (BUYER, _("Nobody answered claim %(claim)s for order %(order)s in time. As announced, %(amount)s goes back to you.")),
        (SELLERS, _("Claim %(claim)s for order %(order)s was not answered in time. As announced, %(amount)s goes back to its buyer.")),
    ),
    "offered": ((BUYER, _("For claim %(claim)s, order %(order)s, the seller offers %(amount)s: “%(said)s”. Answer by %(due)s; without an answer the offer is taken.")),),
    "refused": ((BUYER, _("Claim %(claim)s for order %(order)s was refused: “%(said)s”. Until %(due)s you can ask the hub to decide; afterwards the claim is closed.")),),
    "agreed": ((SELLERS, _("The buyer took your offer for claim %(claim)s: %(amount)s goes back to him.")),),
    "disputed": (
        (SELLERS, _("The buyer asks the hub to decide claim %(claim)s for order %(order)s. It decides by %(due)s; add what proves your side.")),
        (HUB, _("Claim %(claim)s for order %(order)s is yours to decide by %(due)s.")),
    ),
    "decided": (
        (BUYER, _("The hub decided claim %(claim)s for order %(order)s: %(amount)s goes back to you. Its reason: “%(said)s”. Either side may appeal once, by %(due)s.")),
        (SELLERS, _("The hub decided claim %(claim)s for order %(order)s: %(amount)s goes back to the buyer. Its reason: “%(said)s”. Either side may appeal once, by %(due)s.")),
    ),
    "appealed": (
        (BUYER, _("An appeal was made in claim %(claim)s: the hub decides again, by %(due)s.")),
        (SELLERS, _("An appeal was made in claim %(claim)s: the hub decides again, by %(due)s.")),
        (HUB, _("Claim %(claim)s for order %(order)s was appealed: decide it again by %(due)s.")),
    ),
    "upheld": (
        (BUYER, _("The last word on claim %(claim)s for order %(order)s: %(amount)s goes back to you. The reason: “%(said)s”.")),
        (SELLERS, _("The last word on claim %(claim)s for order %(order)s: %(amount)s goes back to the buyer. The reason: “%(said)s”.")),
    ),
    "closed": (
        (BUYER, _("Claim %(claim)s for order %(order)s is closed: nothing was asked in time.")),
        (SELLERS, _("Claim %(claim)s for order %(order)s is closed: nothing was asked in time.")),
    ),
    "closed return": (
        (BUYER, _("Return %(claim)s of order %(order)s is closed: the goods were not sent in time.")),
        (SELLERS, _("Return %(claim)s of order %(order)s is closed: the goods were not sent in time.")),
    ),
    "paid": ((BUYER, _("%(amount)s was sent back to you for order %(order)s, claim %(claim)s.")),),
}  # fmt: skip


def open_claim(spec: ClaimSpec, photos: Sequence[tuple[str, bytes]], *, viewer: Viewer, by: str) -> str:
    """Open a claim with its photos, at least one of bad goods; tell its sellers. Return its code."""
    if spec.kind == "bad_goods" and not photos:
        raise Refused(NO_PHOTO)
    if len(photos) > PHOTOS_MAX:
        raise Refused(TOO_MANY)
    with transaction.atomic():
        code = services.open_claim(spec, viewer=viewer, by=by)
        for name, content in photos:
            kept = files.store(content, name, subject=code, kind="photo", by=by)
            if not kept.thumbnail_sha256:
                raise Refused(NOT_A_PHOTO)
        _tell(code)
    return code


def send_back(code: str, tracking: str, *, viewer: Viewer, by: str) -> None:
    _step(code, lambda: services.send_back(code, tracking, viewer=viewer, by=by))


def withdraw(code: str, *, viewer: Viewer, by: str) -> None:
    _step(code, lambda: services.withdraw_claim(code, viewer=viewer, by=by))


def answer(code: str, said: ClaimAnswer, *, viewer: Viewer, by: str) -> None:
    _step(code, lambda: services.answer_claim(code, said, viewer=viewer, by=by))


def reply(code: str, said: ClaimAnswer, *, viewer: Viewer, by: str) -> None:
    _step(code, lambda: services.reply_to_answer(code, said, viewer=viewer, by=by))


def decide(code: str, said: ClaimAnswer, *, viewer: Viewer, by: str) -> None:
    _step(code, lambda: services.decide_claim(code, said, viewer=viewer, by=by))


def appeal(code: str, reason: str, *, viewer: Viewer, by: str) -> None:
    _step(code, lambda: services.appeal_claim(code, reason, viewer=viewer, by=by))


def run_clocks() -> int:
    """Do what was announced for claims whose time ran out, and pay what is agreed and waited for a rate; return how many moved.

    One that fails is told in the log and holds up no other.
    """
    moved = 0
    for code in trade.claims_due(AT_ONCE):
        try:
            _step(code, lambda code=code: services.let_clock_move(code))  # type: ignore[misc]
            moved += 1
        except Exception as error:
            if is_database_gone(error):
                raise
            log.exception("claim %s could not be moved on", code)
    return moved + pay_agreed(AT_ONCE)


def _step(code: str, work: Callable[[], object]) -> None:
    """Take a step of a claim, tell the others, and pay what was agreed by it."""
    with transaction.atomic():
        work()
        _tell(code)
        if pay_claim(code):
            product_notes.claim_paid(code)
            _tell(code)


def _tell(code: str) -> None:
    """Tell those whom the last step of a claim concerns."""
    claim = trade.claim_with_steps(code)
    if claim is None:
        raise NotFound(_("There is no such claim."))
    step = claim.steps.all()[len(claim.steps.all()) - 1]
    kind = step.step
    if claim.kind == claim.Kind.RETURN and not claim.tracking and kind in ("opened", "closed"):
        kind = f"{kind} return"
    values = _values(claim, step)
    messages: list[Message] = []
    for whom, text in TOLD.get(kind, ()):
        messages += [
            message(party, code, f"claim-{step.step}", text, step.at, **values) for party in _parties(claim, whom)
        ]
    notify_each({one.key: one for one in messages}.values())


def _parties(claim: Any, whom: str) -> list[int]:
    if whom == BUYER:
        return [claim.order.buyer_id]
    if whom == HUB:
        return accounts.ids_of_kind("hub")
    lot = claim.order.lot
    return [party for party in (lot.listing.producer_id, lot.packing_house_id) if party]


def _values(claim: Any, step: Any) -> dict[str, object]:
    amount = claim.agreed_minor if step.amount_minor is None else step.amount_minor
    return {
        "claim": claim.code, "order": claim.order.code, "lot": claim.order.lot.code, "bad": f"{claim.bad_units:,}",
        "of": f"{claim.order.lot_units:,}", "wrong": Spoken(WRONG[claim.wrong]), "asked": amount_text(claim.asked_minor, claim.currency),
        "amount": amount_text(amount or 0, claim.currency), "said": step.text, "due": spoken_moment(claim.due_at) if claim.due_at else "",
    }  # fmt: skip

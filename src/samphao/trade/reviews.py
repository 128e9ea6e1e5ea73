"""Reviews: only of goods that were delivered, only by who bought them, one an order; the seller answers, and may appeal to the hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.core.codes import encode
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.core.models import AuditEntry
from samphao.trade.after_sale import Review
from samphao.trade.models import Order
from samphao.trade.types import REASON_LENGTH_MIN, Stars

State = Review.State
NO_ORDER = gettext_noop("There is no such order.")
NO_REVIEW = gettext_noop("There is no such review.")
NOT_DELIVERED = gettext_noop("This order has not been delivered.")
ONE_EACH = gettext_noop("This order has its review already.")
ONE_TO_FIVE = gettext_noop("Choose from 1 to 5 for each.")
WRITE_REASON = gettext_noop("Write the reason in a sentence.")
WRITE_ANSWER = gettext_noop("Write an answer first.")
ANSWERED = gettext_noop("This review has been answered already.")
APPEALED = gettext_noop("The hub has been asked to look at this review already.")
NOT_APPEALED = gettext_noop("Nobody has asked the hub to look at this review.")


def write_review(code: str, stars: Stars, *, language: str, viewer: Viewer, by: str) -> str:
    """Review a delivered order of the viewer's; return the review's code."""
    given = (stars.goods, stars.as_described, stars.packing, stars.delivery)
    with transaction.atomic():
        order = (
            Order.objects.select_for_update(no_key=True, of=("self",)).select_related("lot").filter(code=code).first()
        )
        if order is None or order.buyer_id not in viewer.organisations:
            raise NotFound(NO_ORDER)
        if order.state not in (Order.State.DELIVERED, Order.State.SETTLED):
            raise Refused(NOT_DELIVERED)
        if Review.objects.filter(order=order).exists():
            raise Conflict(ONE_EACH)
        if not all(1 <= one <= 5 for one in given):
            raise Refused(ONE_TO_FIVE)
        number = _next_number()
        review = Review.objects.create(
            id=number, code=encode("RV", number), order=order, listing_id=order.lot.listing_id, buyer_id=order.buyer_id, goods=stars.goods,
            as_described=stars.as_described, packing=stars.packing, delivery=stars.delivery, text=stars.text.strip()[:2000], language=language,
            written_at=clock.now(), written_by=by,
        )  # fmt: skip
        _audit(review, "written", by)
    return review.code


def answer_review(code: str, text: str, *, viewer: Viewer, by: str) -> None:
    """Answer a review once, for the seller."""
    with _locked(code) as review:
        _require_seller(review, viewer)
        if review.answer:
            raise Conflict(ANSWERED)
        if not text.strip():
            raise Refused(WRITE_ANSWER)
        review.answer, review.answered_at = text.strip()[:2000], clock.now()
        _audit(review, "answered", by)


def appeal_review(code: str, reason: str, *, viewer: Viewer, by: str) -> None:
    """Ask the hub once to look at a review, for the seller; it stays to be seen until the hub decides."""
    with _locked(code) as review:
        _require_seller(review, viewer)
        if review.appealed_at is not None:
            raise Conflict(APPEALED)
        review.state, review.appeal, review.appealed_at = State.APPEALED, _reason(reason), clock.now()
        _audit(review, "appealed", by, review.appeal)


def decide_review(code: str, reason: str, *, hides: bool, viewer: Viewer, by: str) -> None:
    """Hide a review that was appealed, or show it, with a reason, for the hub's people; they may think again."""
    with _locked(code) as review:
        if not viewer.is_hub:
            raise NotFound(NO_REVIEW)
        if review.appealed_at is None:
            raise Conflict(NOT_APPEALED)
        review.state, review.decision = (State.HIDDEN if hides else State.SHOWN), _reason(reason)
        review.decided_at, review.decided_by = clock.now(), by
        _audit(review, "hidden" if hides else "shown", by, review.decision)


@contextmanager
def _locked(code: str) -> Iterator[Review]:
    with transaction.atomic():
        review = Review.objects.select_for_update(of=("self",)).select_related("listing").filter(code=code).first()
        if review is None:
            raise NotFound(NO_REVIEW)
        yield review
        review.save()


def _require_seller(review: Review, viewer: Viewer) -> None:
    if review.listing.producer_id not in viewer.organisations:
        raise NotFound(NO_REVIEW)


def _reason(text: str) -> str:
    if len(text.strip()) < REASON_LENGTH_MIN:
        raise Refused(WRITE_REASON)
    return text.strip()[:1000]


def _audit(review: Review, what: str, by: str, reason: str = "") -> None:
    AuditEntry.objects.create(
        at=clock.now(), actor=by, action=f"review.{what}", subject=review.code, detail={"reason": reason}
    )


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('trade_review', 'id'))")
        return int(cursor.fetchone()[0])

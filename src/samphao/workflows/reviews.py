"""Reviews and who is told of them: the seller of a review and of the hub's decision, the buyer of an answer, the hub of an appeal."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as accounts
from samphao.accounts.queries import Viewer
from samphao.accounts.services import notify_each
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import Stars
from samphao.workflows.notices import message

WRITTEN = _("The buyer of order %(order)s wrote a review of your goods. You can answer it.")
ANSWERED = _("The seller answered your review of order %(order)s.")
APPEALED = _("A seller asks the hub to look at review %(review)s: “%(reason)s”.")
HIDDEN = _("The hub hid review %(review)s of order %(order)s: “%(reason)s”.")
SHOWN = _("The hub looked at review %(review)s of order %(order)s and shows it: “%(reason)s”.")


def write(order: str, stars: Stars, *, language: str, viewer: Viewer, by: str) -> str:
    with transaction.atomic():
        code = services.write_review(order, stars, language=language, viewer=viewer, by=by)
        _tell(code, "review", WRITTEN, to_seller=True)
    return code


def answer(code: str, text: str, *, viewer: Viewer, by: str) -> None:
    with transaction.atomic():
        services.answer_review(code, text, viewer=viewer, by=by)
        _tell(code, "review-answer", ANSWERED, to_buyer=True)


def appeal(code: str, reason: str, *, viewer: Viewer, by: str) -> None:
    with transaction.atomic():
        services.appeal_review(code, reason, viewer=viewer, by=by)
        _tell(code, "review-appeal", APPEALED, reason, to_hub=True)


def decide(code: str, reason: str, *, hides: bool, viewer: Viewer, by: str) -> None:
    with transaction.atomic():
        services.decide_review(code, reason, hides=hides, viewer=viewer, by=by)
        _tell(code, "review-decided", HIDDEN if hides else SHOWN, reason, to_seller=True, to_buyer=True)


def _tell(
    code: str, what: str, text: str, reason: str = "", *, to_seller: bool = False, to_buyer: bool = False, to_hub: bool = False
) -> None:  # fmt: skip
    review = trade.review_for(code)
    if review is None:
        return
    parties = [review.listing.producer_id] * to_seller + [review.buyer_id] * to_buyer
    parties += accounts.ids_of_kind("hub") if to_hub else []
    at = review.decided_at if what == "review-decided" else None
    key = f"{what}-{at:%y%m%d%H%M%S}" if at else what
    notify_each(
        message(party, code, key, text, order=review.order.code, review=code, reason=reason)
        for party in dict.fromkeys(parties)
    )

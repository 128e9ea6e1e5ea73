"""Drafts of lots: each answer is kept as it is given, and a draft is listed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.core.codes import encode
from samphao.core.errors import NotFound, Refused
from samphao.trade.after_sale import ProductNote
from samphao.trade.answers import OF_THE_GOOD, from_own, to_own, unanswered
from samphao.trade.listings import list_lot, next_number, require_may_list
from samphao.trade.models import Listing, ListingDraft, Lot
from samphao.trade.product_notes import NO_NOTE, mend_with_lot
from samphao.trade.queries.listings import as_own, has_draft, listing_for

OPEN_DRAFTS_MAX = 20


def start_draft(producer: int, *, viewer: Viewer, by: str) -> str:
    """Begin a draft of a new listing; return its code."""
    return _start(producer, next_code(), None, {}, viewer=viewer, by=by)


def start_next_lot(listing_code: str, *, viewer: Viewer, by: str, mends: int | None = None) -> str:
    """Copy the latest lot of a listing into a draft: only its days are asked again. A copy that waits is taken up again.

    `mends` is a product note of the listing: the lot that comes of the draft does it.
    """
    with transaction.atomic():
        code = _next_lot(listing_code, viewer=viewer, by=by)
        if mends is not None:
            note = ProductNote.objects.filter(pk=mends, lot__listing__code=listing_code, done_at=None).first()
            if note is None or note.producer_id not in viewer.organisations:
                raise NotFound(NO_NOTE)
            ListingDraft.objects.filter(code=code).update(mends=note)
    return code


def _next_lot(listing_code: str, *, viewer: Viewer, by: str) -> str:
    listing = Listing.objects.filter(code=listing_code).first()
    if listing is None or listing_for(listing_code, viewer) is None:
        raise NotFound(_("There is no such listing of yours."))
    waiting = ListingDraft.objects.filter(listing=listing, state=ListingDraft.State.OPEN).order_by("-id").first()
    if waiting is not None:
        return waiting.code
    lots = (
        Lot.objects.select_related("listing", "packing_house", "exporter")
        .prefetch_related("steps")
        .filter(listing=listing)
    )
    last = lots.order_by("-harvest_from", "-id").first()
    answers = {"good": listing.good, "attributes": listing.attributes} if last is None else from_own(as_own(last))
    for name in ("harvest_from", "harvest_to", "closes_on", "flowering_on"):
        answers.pop(name, None)
    return _start(listing.producer_id, listing.code, listing, answers, viewer=viewer, by=by)


def next_code() -> str:
    return encode("LS", next_number("trade_listing"))


def answer_draft(code: str, answers: Mapping[str, Any], *, viewer: Viewer, by: str) -> None:
    """Keep what was answered; another good forgets what was said of the one before."""
    with transaction.atomic():
        draft = _locked(code, viewer)
        if draft.state != ListingDraft.State.OPEN:
            raise Refused(_("This draft is listed or discarded: nothing of it can be changed here."))
        kept = dict(draft.answers)
        if "good" in answers and kept.get("good") not in (None, answers["good"]):
            if draft.listing_id is not None:
                raise Refused(_("The next lot of a listing is of the same good."))
            kept = {name: value for name, value in kept.items() if name not in OF_THE_GOOD}
        draft.answers = kept | dict(answers)
        draft.changed_at, draft.made_by = clock.now(), by
        draft.save(update_fields=["answers", "changed_at", "made_by"])


def discard_draft(code: str, *, viewer: Viewer) -> None:
    with transaction.atomic():
        draft = _locked(code, viewer)
        if draft.state == ListingDraft.State.OPEN:
            draft.state = ListingDraft.State.DISCARDED
            draft.save(update_fields=["state"])


def publish_draft(code: str, *, viewer: Viewer, by: str) -> str:
    """List what a draft describes and return the code of the lot; a second press finds the same lot."""
    with transaction.atomic():
        draft = _locked(code, viewer)
        if draft.lot is not None:
            return draft.lot.code
        if draft.state == ListingDraft.State.DISCARDED:
            raise Refused(_("This draft was discarded."))
        if unanswered(draft.answers):
            raise Refused(_("Some questions are not answered yet."))
        own = to_own(draft.answers)
        if draft.listing is not None:  # its words are the listing's
            listing = draft.listing
            words = ("", "", "") if listing.title_is_made else (listing.title_en, listing.title_th, listing.title_zh)
            own = replace(own, attributes=dict(listing.attributes), title=words)
        written = list_lot(own, producer=draft.producer_id, viewer=viewer, by=by, listing_code=draft.listing_code)
        draft.lot = Lot.objects.get(code=written.lot)
        draft.state = ListingDraft.State.LISTED
        draft.save(update_fields=["lot", "state"])
        _mend(draft, viewer, by)
    return written.lot


def _mend(draft: ListingDraft, viewer: Viewer, by: str) -> None:
    """Name the lot as the one that does its draft's task; a lot that is harvested before the faulty one leaves the task open."""
    note, lot = draft.mends, draft.lot
    if note is None or lot is None or note.done_at is not None:
        return
    if lot.harvest_from >= note.lot.harvest_from:
        mend_with_lot(note.pk, lot.code, viewer=viewer, by=by)


def _start(
    producer: int, listing_code: str, listing: Listing | None, answers: dict[str, Any], *, viewer: Viewer, by: str
) -> str:
    require_may_list(viewer, producer)
    if ListingDraft.objects.filter(producer=producer, state=ListingDraft.State.OPEN).count() >= OPEN_DRAFTS_MAX:
        raise Refused(_("There are 20 drafts already: finish or discard one first."))
    number, now = next_number("trade_listingdraft"), clock.now()
    draft = ListingDraft(
        id=number, code=encode("DR", number), listing_code=listing_code, producer_id=producer, listing=listing, answers=answers, made_by=by,
        made_at=now, changed_at=now,
    )  # fmt: skip
    draft.save(force_insert=True)
    return draft.code


def _locked(code: str, viewer: Viewer) -> ListingDraft:
    draft = (
        ListingDraft.objects.select_for_update(of=("self",)).select_related("listing", "lot").filter(code=code).first()
    )
    if draft is None or not has_draft(draft, viewer):
        raise NotFound(_("There is no such draft of yours."))
    return draft

"""Claims, reviews and product notes, by who may see them; a fixed number of queries each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Min, Q, QuerySet, Value, Window

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.trade.after_sale import Claim, ProductNote, Review
from samphao.trade.models import Lot, Order, Ticket
from samphao.trade.types import ClaimToPay, DecisionsWaiting, StarAverages

STAFF_DECIDES = (Claim.State.DISPUTED, Claim.State.APPEALED)
ASPECTS = ("goods", "as_described", "packing", "delivery")


def _concerned(viewer: Viewer, prefix: str = "order__") -> Q:
    """Who may see an order may see what came of it: buyer, producer, packing house, exporter, importer."""
    paths = ("buyer", "lot__listing__producer", "lot__packing_house", "lot__exporter", "offer__importer")
    found = Q()
    for path in paths:
        found |= Q(**{f"{prefix}{path}__in": viewer.organisations})
    return found


def claims_for(viewer: Viewer) -> QuerySet[Claim]:
    """Return the claims that somebody may see, those with a clock first, by when it runs out; one query."""
    rows = Claim.objects.select_related("order__lot__listing__producer", "order__buyer", "order__offer")
    if not viewer.is_hub:
        rows = rows.filter(_concerned(viewer))
    return rows.order_by("due_at", "-opened_at", "-id")


def claim_for(code: str, viewer: Viewer) -> Claim | None:
    return claims_for(viewer).prefetch_related("steps").filter(code=code).first()


def claim_with_steps(code: str) -> Claim | None:
    """Return a claim with all that was said, for those who carry it out: it is not for a page."""
    rows = Claim.objects.select_related("order__lot__listing").prefetch_related("steps")
    return rows.filter(code=code).first()


def claim_of_order(order: str) -> Claim | None:
    """Return the claim of an order, if one stands; who may see the order may see it."""
    return Claim.objects.filter(order__code=order).exclude(state=Claim.State.WITHDRAWN).first()


def disputes_to_decide() -> list[Claim]:
    """Return what waits for the hub's people, the first due first."""
    rows = Claim.objects.select_related("order__lot__listing__producer", "order__buyer").filter(state__in=STAFF_DECIDES)
    return list(rows.order_by("due_at", "id"))


def decisions_waiting() -> list[DecisionsWaiting]:
    """Return how much of each kind waits for the hub's people, and since or until when; one query."""
    disputes = Claim.objects.filter(state__in=STAFF_DECIDES).values_list(Value("dispute"), Count("id"), Min("due_at"))
    appeals = Review.objects.filter(state=Review.State.APPEALED)
    rows: Any = disputes.order_by().union(
        appeals.order_by().values_list(Value("review"), Count("id"), Min("appealed_at"))
    )
    return sorted((DecisionsWaiting(*row) for row in rows if row[1]), key=lambda row: row.first_at)


def claims_due(limit: int) -> list[str]:
    """Return claims that time moves on by now; those that wait for people are left out."""
    rows = Claim.objects.filter(due_at__lte=clock.now()).exclude(state__in=(*STAFF_DECIDES, Claim.State.ACCEPTED))
    return list(rows.order_by("due_at", "id").values_list("code", flat=True)[:limit])


def claims_to_pay(limit: int, codes: Collection[str] | None = None) -> list[ClaimToPay]:
    """Return claims whose refund is agreed and not posted, the oldest first."""
    rows = Claim.objects.filter(state=Claim.State.ACCEPTED)
    if codes is not None:
        rows = rows.filter(code__in=codes)
    return _to_pay(rows.order_by("due_at", "id")[:limit])


def paid_claims(orders: Sequence[str]) -> list[ClaimToPay]:
    """Return the paid claims of orders, the oldest order first."""
    return _to_pay(Claim.objects.filter(order__code__in=orders, state=Claim.State.PAID).order_by("order_id"))


def _to_pay(rows: QuerySet[Claim]) -> list[ClaimToPay]:
    fields = (
        "code", "kind", "wrong", "order__code", "order__lot__code", "order__buyer", "order__lot__listing__producer", "agreed_minor",
        "currency", "order__state",
    )  # fmt: skip
    found: list[Any] = list(rows.values_list(*fields))
    return [ClaimToPay(*[*row[:-1], row[-1] == Order.State.SETTLED]) for row in found]


def borne_by_claims(orders: Sequence[str]) -> dict[str, dict[str, dict[str, int]]]:
    """Return who bears what of the paid claims of orders."""
    rows = Claim.objects.filter(order__code__in=orders, state=Claim.State.PAID)
    return dict(rows.order_by("order_id").values_list("order__code", "borne"))


def claim_closed_at(order: str, opened_before: datetime) -> datetime | None:
    """Return when the claim that an order's payout waited for was closed."""
    return (
        Claim.objects.filter(order__code=order, opened_at__lt=opened_before, closed_at__isnull=False)
        .order_by("-closed_at")
        .values_list("closed_at", flat=True)
        .first()
    )


def review_of_order(order: str) -> Review | None:
    return Review.objects.select_related("listing").filter(order__code=order).first()


def review_for(code: str) -> Review | None:
    return Review.objects.select_related("listing__producer", "order").filter(code=code).first()


def reviews_of_listing(listing: int, limit: int) -> tuple[StarAverages, list[Review]]:
    """Return the means over all reviews of a listing that are shown, no part of any ranking, and the latest of them; one query."""
    means = {f"mean_{name}": Window(Avg(name)) for name in ASPECTS}
    rows: list[Any] = list(
        Review.objects.select_related("order")
        .filter(listing=listing)
        .exclude(state=Review.State.HIDDEN)
        .annotate(count=Window(Count("id")), **means)
        .order_by("-written_at", "-id")[:limit]
    )
    if not rows:
        return StarAverages(0, None, None, None, None), []
    return StarAverages(rows[0].count, *[Decimal(str(getattr(rows[0], name))) for name in means]), rows


def reviews_appealed() -> list[Review]:
    """Return reviews that the hub was asked to look at, the oldest first."""
    rows = Review.objects.select_related("listing__producer", "order").filter(state=Review.State.APPEALED)
    return list(rows.order_by("appealed_at", "id"))


def reviews_of_producers(organisations: Sequence[int], limit: int) -> list[Review]:
    rows = Review.objects.select_related("listing", "order").filter(listing__producer__in=organisations)
    return list(rows.order_by("-written_at", "-id")[:limit])


def product_notes_of(organisations: Sequence[int], limit: int) -> list[ProductNote]:
    """Return producers' tasks, what is to do first, by when it is due; one query."""
    rows = ProductNote.objects.select_related("lot__listing", "done_lot").filter(producer__in=organisations)
    return list(rows.order_by(F("done_at").asc(nulls_first=True), "due_on", "-id")[:limit])


def notes_of_listing(listing: str) -> list[ProductNote]:
    """Return the tasks of a listing's lots, and those that its lots do, the newest first; one query."""
    rows = ProductNote.objects.select_related("lot__listing", "done_lot")
    rows = rows.filter(Q(lot__listing__code=listing) | Q(done_lot__listing__code=listing))
    return list(rows.order_by("-noted_at", "-id"))


def lots_that_may_mend(organisations: Sequence[int], limit: int) -> list[Lot]:
    """Return producers' lots, the latest harvest first."""
    rows = Lot.objects.select_related("listing").filter(listing__producer__in=organisations)
    return list(rows.order_by("-harvest_from", "code")[:limit])


def tickets_of_lots(lots: Collection[str]) -> list[Ticket]:
    return list(Ticket.objects.select_related("lot").filter(lot__code__in=lots).order_by("id"))

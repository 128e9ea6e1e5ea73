"""The orders of those who sell: by state, with the day or hour by which the next step is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from samphao.trade.after_sale import Claim
from samphao.trade.models import Order

STATES = (
    Order.State.HELD,
    Order.State.PAID,
    Order.State.SHIPPED,
    Order.State.DELIVERED,
    Order.State.SETTLED,
    Order.State.CANCELLED,
)
CLAIMED = "claimed"


def orders_of_sellers(organisations: Sequence[int], state: str) -> QuerySet[Order]:
    """Return orders of the lots that organisations grew, pack or export, in a state (`claimed`: with an open claim), the most urgent first.

    `due_at` is by when the next step is due: payment, the cut, the arrival that was promised, the end of the claim window, a claim's answer.
    """
    claim = Claim.objects.filter(order=OuterRef("pk"), closed_at=None).order_by("-id").values("due_at")[:1]
    arrival = ExpressionWrapper(
        F("paid_at") + Cast(F("offer__promised_days"), IntegerField()) * Value(timedelta(days=1)),
        output_field=DateTimeField(),
    )
    due = Case(
        When(is_claimed=True, then=Subquery(claim)),
        When(state=Order.State.HELD, then=F("hold_expires_at")),
        When(
            state=Order.State.PAID,
            then=Cast(Coalesce("lot__ticket__cut_on", "lot__cut_on", "lot__harvest_to"), DateTimeField()),
        ),
        When(state=Order.State.SHIPPED, then=Coalesce("arrival_promised_at", arrival)),
        When(state=Order.State.DELIVERED, then=F("delivered_at") + F("lot__claim_hours") * Value(timedelta(hours=1))),
        output_field=DateTimeField(),
    )
    rows = _of(organisations).select_related("lot__listing", "offer").annotate(due_at=due)
    return _in_state(rows, state).order_by(F("due_at").asc(nulls_last=True), "id")


def order_counts(organisations: Sequence[int]) -> dict[str, int]:
    """Return how many of their orders are in each state, and on how many a claim is open; one query."""
    counts = {state.value: Count("pk", filter=Q(state=state, is_claimed=False)) for state in STATES}
    counts[CLAIMED] = Count("pk", filter=Q(is_claimed=True))
    return _of(organisations).aggregate(**counts)


def _of(organisations: Sequence[int]) -> QuerySet[Order]:
    return Order.objects.filter(
        Q(lot__listing__producer__in=organisations)
        | Q(lot__packing_house__in=organisations)
        | Q(lot__exporter__in=organisations)
    )


def _in_state(rows: QuerySet[Order], state: str) -> QuerySet[Order]:
    return rows.filter(is_claimed=True) if state == CLAIMED else rows.filter(state=state, is_claimed=False)

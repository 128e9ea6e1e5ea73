"""Reads of delegations: what an exporter may sell for a producer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Q, QuerySet, When

from samphao.accounts.delegation_models import Delegation
from samphao.accounts.models import Organisation
from samphao.accounts.queries.parties import Viewer
from samphao.core import clock


@dataclass(frozen=True, slots=True)
class DelegationHeld:
    """What an exporter may sell for a producer on a day, and up to how much a month."""

    code: str
    goods: tuple[str, ...]
    month_kg_max: int | None
    month_amount_max_minor: int | None
    currency: str
    valid_to: date

    def is_within(self, month_kg: int, month_amount_minor: int) -> bool:
        """Whether so much in a month, in the delegation's currency, stays under both limits."""
        kg_fits = self.month_kg_max is None or month_kg <= self.month_kg_max
        return kg_fits and (self.month_amount_max_minor is None or month_amount_minor <= self.month_amount_max_minor)


def delegation(producer: str, exporter: str, good: str, on: date) -> DelegationHeld | None:
    """Return what a producer and an exporter have agreed about a good and that holds on a day; there is one at most."""
    row = Delegation.objects.filter(
        producer__code=producer, exporter__code=exporter, state=Delegation.State.ACCEPTED, valid_from__lte=on, valid_to__gte=on,
        goods__contains=[good], producer__standing="open", exporter__standing="open",
    ).first()  # fmt: skip
    if row is None:
        return None
    return DelegationHeld(
        row.code, tuple(row.goods), row.month_kg_max, row.month_amount_max_minor, row.currency, row.valid_to
    )


@dataclass(frozen=True, slots=True)
class SoldFor:
    """For whom an exporter sells today, and which goods."""

    producer: int
    exporter: int
    goods: frozenset[str]


def sold_for(organisations: Collection[int]) -> list[SoldFor]:
    """Return for whom organisations sell today; one query."""
    today = clock.today()
    rows = Delegation.objects.filter(
        exporter__in=organisations, state=Delegation.State.ACCEPTED, valid_from__lte=today, valid_to__gte=today,
        producer__standing="open", exporter__standing="open",
    )  # fmt: skip
    found = rows.order_by("id").values_list("producer", "exporter", "goods")
    return [SoldFor(producer, exporter, frozenset(goods)) for producer, exporter, goods in found]


def delegations_for(viewer: Viewer) -> QuerySet[Delegation]:
    """Return the delegations that somebody's organisations give or hold: what waits first; one query."""
    return _seen_by(viewer).order_by(
        Case(When(state="asked", then=0), When(state="accepted", then=1), default=2), "-id"
    )


def delegation_for(code: str, viewer: Viewer) -> Delegation | None:
    return _seen_by(viewer).filter(code=code).first()


def _seen_by(viewer: Viewer) -> QuerySet[Delegation]:
    own = viewer.organisations
    return Delegation.objects.select_related("producer", "exporter").filter(Q(producer__in=own) | Q(exporter__in=own))


def has_delegation(organisations: tuple[int, ...]) -> bool:
    """Whether somebody sells for one of these producers today."""
    if not organisations:
        return False
    today = clock.today()
    return Delegation.objects.filter(
        producer__in=organisations, state=Delegation.State.ACCEPTED, valid_from__lte=today, valid_to__gte=today
    ).exists()


def exporters() -> QuerySet[Organisation]:
    """Return the exporters that a producer can ask, by code; one query."""
    return Organisation.objects.filter(kind=Organisation.Kind.EXPORTER, standing=Organisation.Standing.OPEN).order_by(
        "code"
    )


def side_owned_by(username: str) -> Organisation | None:
    """Return the producer or exporter that somebody owns, the first one; the one who may ask for it."""
    return (
        Organisation.objects.filter(
            memberships__user__username=username, memberships__role="owner", kind__in=Delegation.Side.values, standing="open"
        )
        .order_by("memberships__id")
        .first()
    )  # fmt: skip


def sides_owned(row: Delegation, username: str) -> set[str]:
    """Return the sides of a delegation whose owner somebody is: only owners decide."""
    owned = Organisation.objects.filter(
        pk__in=(row.producer_id, row.exporter_id), memberships__user__username=username, memberships__role="owner"
    )  # fmt: skip
    return {str(party.kind) for party in owned}

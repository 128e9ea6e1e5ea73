"""Reads of accounts: who somebody is, and what he may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from samphao.accounts.models import Membership, Notice, Orchard, Organisation, Registration, User


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: the organisations he belongs to and their kinds; the hub's own people see all."""

    organisations: tuple[int, ...]
    codes: tuple[str, ...]
    kinds: frozenset[str]
    is_hub: bool

    @property
    def is_signed_in(self) -> bool:
        return bool(self.organisations) or self.is_hub


def viewer(user: User | AnonymousUser) -> Viewer:
    if not user.is_authenticated:
        return Viewer((), (), frozenset(), is_hub=False)
    rows = list(
        Membership.objects.filter(user=user)
        .order_by("id")
        .values_list("organisation_id", "organisation__code", "organisation__kind")
    )
    kinds = frozenset(kind for _, _, kind in rows)
    is_hub = user.is_superuser or Organisation.Kind.HUB in kinds
    return Viewer(tuple(row[0] for row in rows), tuple(row[1] for row in rows), kinds, is_hub)


def ids_of_kind(kind: str, *, demo_households: bool = False) -> list[int]:
    """Return ids in the order of codes; the households of a demo stand apart from organisations that buy."""
    rows = Organisation.objects.filter(kind=kind)
    rows = rows.filter(legal_form="person", is_demo=True) if demo_households else rows.exclude(legal_form="person")
    return list(rows.order_by("code").values_list("id", flat=True))


def ids_by_code() -> dict[str, int]:
    return dict(Organisation.objects.values_list("code", "id"))


def notices_for(organisations: tuple[int, ...]) -> QuerySet[Notice]:
    return Notice.objects.filter(organisation__in=organisations).order_by("-created_at")


@dataclass(frozen=True, slots=True)
class PaperHeld:
    """A registration or an orchard's certificate, as a task list shows it."""

    scheme: str
    number: str
    status: str
    valid_to: date | None


def papers_of(organisations: tuple[int, ...]) -> list[PaperHeld]:
    rows = Registration.objects.filter(organisation__in=organisations).order_by("scheme", "number")
    return [PaperHeld(row.scheme, row.number, row.status, row.valid_to) for row in rows]


def orchards_of(organisations: tuple[int, ...]) -> list[PaperHeld]:
    rows = Orchard.objects.filter(producer__in=organisations).order_by("code")
    return [PaperHeld(row.code, row.gap_number, "valid", row.gap_valid_to) for row in rows]

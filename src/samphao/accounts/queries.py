"""Reads of accounts: who somebody is, and what he may do."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from samphao.accounts.models import Membership, Notice, Organisation, User


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: the organisations he belongs to and their kinds; the hub's own people see all."""

    organisations: tuple[int, ...]
    kinds: frozenset[str]
    is_hub: bool

    @property
    def is_signed_in(self) -> bool:
        return bool(self.organisations) or self.is_hub


def viewer(user: User | AnonymousUser) -> Viewer:
    if not user.is_authenticated:
        return Viewer((), frozenset(), is_hub=False)
    rows = list(Membership.objects.filter(user=user).values_list("organisation_id", "organisation__kind"))
    kinds = frozenset(kind for _, kind in rows)
    return Viewer(
        tuple(organisation for organisation, _ in rows),
        kinds,
        is_hub=user.is_superuser or Organisation.Kind.HUB in kinds,
    )


def ids_of_kind(kind: str, *, demo_households: bool = False) -> list[int]:
    """Return ids in the order of codes; the households of a demo stand apart from organisations that buy."""
    rows = Organisation.objects.filter(kind=kind)
    rows = rows.filter(legal_form="person", is_demo=True) if demo_households else rows.exclude(legal_form="person")
    return list(rows.order_by("code").values_list("id", flat=True))


def ids_by_code() -> dict[str, int]:
    return dict(Organisation.objects.values_list("code", "id"))


def notices_for(organisations: tuple[int, ...]) -> QuerySet[Notice]:
    return Notice.objects.filter(organisation__in=organisations).order_by("-created_at")

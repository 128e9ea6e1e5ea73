"""Reads of suspensions: what stands in force for gates, and whose page it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from samphao.accounts.models import Membership, Orchard, Organisation, Registration
from samphao.accounts.queries.parties import Viewer
from samphao.accounts.suspension_models import Suspension
from samphao.accounts.types import OrchardSpec
from samphao.core import clock

AUTHORITY = "suspending_authority"
"""Scheme of the registration of an office that may suspend: dated as every other."""
KINDS = (Organisation.Kind.PACKING_HOUSE, Organisation.Kind.LABORATORY)


@dataclass(frozen=True, slots=True)
class SuspensionTime:
    """A suspension as a gate sees it: of which party or orchard, for which country, from when to when."""

    kind: str
    """packing_house, laboratory or orchard."""
    subject: str
    scope: str
    from_on: date
    until_on: date | None

    def is_in_force(self, on: date) -> bool:
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)

    def is_for(self, country: str) -> bool:
        return self.scope in (Suspension.Scope.EVERYWHERE, country)

    @property
    def ends_on(self) -> date | None:
        return self.until_on + timedelta(days=1) if self.until_on else None


def suspensions_of(parties: Collection[str], orchards: Collection[str]) -> list[SuspensionTime]:
    """Return the suspensions of parties and orchards that nobody has lifted; one query."""
    rows = Suspension.objects.filter(
        Q(organisation__code__in=parties) | Q(orchard__code__in=orchards), lifted_at=None
    ).order_by("id")
    return [
        SuspensionTime(kind or "orchard", subject, scope, from_on, until_on)
        for kind, subject, scope, from_on, until_on in rows.values_list(
            "organisation__kind", Coalesce("organisation__code", "orchard__code"), "scope", "from_on", "until_on"
        )
    ]


def orchards_sharing(codes: Collection[str]) -> dict[str, OrchardSpec]:
    """Return orchards, and those that stand under the same GAP number; one query."""
    numbers = Orchard.objects.filter(code__in=codes).exclude(gap_number="").values("gap_number")
    return _orchards(Q(code__in=codes) | Q(gap_number__in=numbers))


def orchards_all() -> dict[str, OrchardSpec]:
    return _orchards(Q())


def _orchards(condition: Q) -> dict[str, OrchardSpec]:
    rows = Orchard.objects.filter(condition).order_by("id").values_list(
        "code", "producer__code", "name_en", "name_th", "province_iso", "district_code", "area_rai", "trees", "gap_number", "gap_valid_from",
        "gap_valid_to", "lat", "lon",
    )  # fmt: skip
    return {row[0]: OrchardSpec(*row) for row in rows}


def may_suspend(who: Viewer) -> bool:
    """The hub's people, and offices that hold the authority today."""
    if who.is_hub:
        return True
    today = clock.today()
    held = Registration.objects.filter(
        organisation__in=who.organisations, organisation__kind=Organisation.Kind.OFFICE, scheme=AUTHORITY, status=Registration.Status.VALID
    )  # fmt: skip
    return held.exclude(valid_from__gt=today).exclude(valid_to__lt=today).exists()


def suspensions(*, in_force: bool) -> QuerySet[Suspension]:
    """Return suspensions that nobody has lifted, or those that are over, the latest first; one query."""
    today = clock.today()
    over = Q(lifted_at__isnull=False) | Q(until_on__lt=today)
    rows = Suspension.objects.select_related("organisation", "orchard__producer")
    return (rows.exclude(over) if in_force else rows.filter(over)).order_by("-made_at", "-id")


def suspension_for(code: str, who: Viewer) -> Suspension | None:
    """Return a suspension to those who may suspend, and to the people of whom it suspends."""
    found = Suspension.objects.select_related("organisation", "orchard__producer").filter(code=code).first()
    if found is None or may_suspend(who) or _owner_of(found) in who.organisations:
        return found
    return None


def suspensions_for(who: Viewer) -> QuerySet[Suspension]:
    """Return the suspensions of one's own organisations and orchards, those in force first."""
    own = Q(organisation__in=who.organisations) | Q(orchard__producer__in=who.organisations)
    rows = Suspension.objects.select_related("organisation", "orchard__producer").filter(own)
    return rows.order_by(F("lifted_at").asc(nulls_first=True), "-id")


def may_appeal(suspension: Suspension, username: str) -> bool:
    """An owner of who was suspended, once, until the clock has run down."""
    if suspension.appealed_at or suspension.lifted_at or clock.now() > suspension.appeal_until:
        return False
    return owns(suspension, username)


def owns(suspension: Suspension, username: str) -> bool:
    return Membership.objects.filter(
        user__username=username, user__is_active=True, role=Membership.Role.OWNER, organisation=_owner_of(suspension)
    ).exists()


def _owner_of(suspension: Suspension) -> int:
    owner = suspension.organisation_id or (suspension.orchard.producer_id if suspension.orchard else None)
    assert owner is not None  # noqa: S101 the database's word: a suspension is of one
    return owner


@dataclass(frozen=True, slots=True)
class Subject:
    """Who may be suspended, as a form offers it."""

    kind: str
    code: str
    name_en: str
    name_th: str
    name_zh: str
    number: str


def subject(kind: str, code: str) -> Subject | None:
    """Return a packing house, laboratory or orchard by its code."""
    if kind == "orchard":
        found = Orchard.objects.filter(code=code).first()
        return Subject(kind, code, found.name_en, found.name_th, "", found.gap_number) if found else None
    party = Organisation.objects.filter(kind=kind, code=code).first() if kind in KINDS else None
    return Subject(kind, code, party.name_en, party.name_th, party.name_zh, "") if party else None


def subjects(query: str, limit: int) -> list[Subject]:
    """Return packing houses, laboratories and orchards whose code, name or number holds some words, by their codes; two queries."""
    words = Q(code__icontains=query) | Q(name_en__icontains=query) | Q(name_th__icontains=query)
    parties = Organisation.objects.filter(words | Q(name_zh__icontains=query), kind__in=KINDS).order_by("kind", "code")
    orchards = Orchard.objects.filter(words | Q(gap_number__icontains=query)).order_by("code")
    found = [Subject(row.kind, row.code, row.name_en, row.name_th, row.name_zh, "") for row in parties[:limit]]
    found += [Subject("orchard", row.code, row.name_en, row.name_th, "", row.gap_number) for row in orchards[:limit]]
    return found[:limit]


def people_who_sign(organisation: int) -> list[tuple[int, str]]:
    """Return the log-ins of an organisation that can sign for it, (id, name); one query."""
    rows = Membership.objects.filter(organisation=organisation, user__is_active=True).order_by("user__username")
    return list(rows.values_list("user_id", "user__username"))


def numbers_of(organisation: int | None, schemes: Collection[str]) -> dict[str, str]:
    """Return the valid numbers that an organisation holds in registers, by register; one query."""
    rows = Registration.objects.filter(organisation=organisation, scheme__in=schemes, status=Registration.Status.VALID)
    return dict(rows.order_by("-id").values_list("scheme", "number"))

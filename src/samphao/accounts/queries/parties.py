"""Reads of accounts: who somebody is, and what he may do."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, Signer
from django.db.models import Case, F, Prefetch, QuerySet, When

from samphao.accounts.models import (
    Channel,
    Delivery,
    Invitation,
    Membership,
    Notice,
    NoticePreference,
    Orchard,
    Organisation,
    Registration,
    User,
)
from samphao.accounts.types import INVITATION_SALT, OrchardSpec, PartyRegistration
from samphao.core import clock


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: the organisations he belongs to and their kinds; the hub's own people see all.

    `offices` are the codes of those that are offices: whoever belongs to the organisation of a customs office is its officer.
    `in_review` are organisations that may not act: they registered and wait, or were refused. What they are told they may read.
    """

    organisations: tuple[int, ...]
    codes: tuple[str, ...]
    kinds: frozenset[str]
    is_hub: bool
    offices: frozenset[str] = frozenset()
    username: str = ""
    in_review: tuple[int, ...] = ()
    kinds_in_review: frozenset[str] = frozenset()

    @property
    def is_signed_in(self) -> bool:
        return bool(self.organisations) or self.is_hub or bool(self.username)


SIGNED_IN = """
SELECT u.*, (SELECT count(*) FROM accounts_delivery d WHERE d.user_id = u.id AND d.channel = 'page' AND d.read_at IS NULL) AS unread,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(o.id, o.code, o.kind, o.standing) ORDER BY m.id), '[]')
        FROM accounts_membership m JOIN accounts_organisation o ON o.id = m.organisation_id WHERE m.user_id = u.id) AS belongs_to
FROM accounts_user u WHERE u.id = %s AND u.is_active
"""


def signed_in(user_id: int) -> User | None:
    """Return who is signed in, with what every page asks of him: where he belongs and how many notices wait; one query."""
    return next(iter(User.objects.raw(SIGNED_IN, [user_id])), None)


def _belongs_to(user: User) -> list[tuple[int, str, str, str]]:
    if (found := getattr(user, "belongs_to", None)) is not None:
        return [tuple(row) for row in json.loads(found)]
    rows = Membership.objects.filter(user=user).order_by("id")
    return list(
        rows.values_list("organisation_id", "organisation__code", "organisation__kind", "organisation__standing")
    )


def viewer(user: User | AnonymousUser) -> Viewer:
    if not user.is_authenticated:
        return Viewer((), (), frozenset(), is_hub=False)
    rows = _belongs_to(user)
    acting = [row for row in rows if row[3] == Organisation.Standing.OPEN]
    waiting = [row for row in rows if row[3] != Organisation.Standing.OPEN]
    kinds = frozenset(row[2] for row in acting)
    return Viewer(
        tuple(row[0] for row in acting), tuple(row[1] for row in acting), kinds,
        is_hub=user.is_superuser or Organisation.Kind.HUB in kinds,
        offices=frozenset(row[1] for row in acting if row[2] == Organisation.Kind.OFFICE),
        username=user.get_username(),
        in_review=tuple(row[0] for row in waiting),
        kinds_in_review=frozenset(row[2] for row in waiting if row[3] == Organisation.Standing.REVIEW),
    )  # fmt: skip


def ids_of_kind(kind: str, *, demo_households: bool = False) -> list[int]:
    """Return ids in the order of codes; the households of a demo stand apart from organisations that buy."""
    rows = Organisation.objects.filter(kind=kind, standing=Organisation.Standing.OPEN)
    rows = rows.filter(legal_form="person", is_demo=True) if demo_households else rows.exclude(legal_form="person")
    return list(rows.order_by("code").values_list("id", flat=True))


def ids_by_code() -> dict[str, int]:
    return dict(Organisation.objects.values_list("code", "id"))


def province_of(code: str) -> str:
    """Return the province (ISO 3166-2) of an organisation, empty where none is known."""
    return Organisation.objects.filter(code=code).values_list("province_iso", flat=True).first() or ""


def holders_of(scheme: str) -> list[int]:
    """Return the organisations that hold a registration of a scheme today."""
    today = clock.today()
    rows = Registration.objects.filter(scheme=scheme, status=Registration.Status.VALID).exclude(valid_to__lt=today)
    return list(
        rows.exclude(valid_from__gt=today).order_by("organisation").values_list("organisation", flat=True).distinct()
    )


def names_by_code(codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the names, in three languages, of organisations that are known by their codes."""
    rows = Organisation.objects.filter(code__in=set(codes)).values("code", "name_en", "name_th", "name_zh")
    return {row["code"]: {name: row[name] for name in ("name_en", "name_th", "name_zh")} for row in rows}


@dataclass(frozen=True, slots=True)
class OwnOrganisation:
    """An organisation as somebody who belongs to it sees it."""

    code: str
    name_en: str
    name_th: str
    name_zh: str
    role: str

    @property
    def is_owner(self) -> bool:
        return self.role == Membership.Role.OWNER


def organisations_of(username: str) -> list[OwnOrganisation]:
    rows = Membership.objects.filter(user__username=username).order_by("id")
    fields = ("code", "name_en", "name_th", "name_zh")
    return [OwnOrganisation(*row) for row in rows.values_list(*(f"organisation__{field}" for field in fields), "role")]


def owns_hub(username: str) -> bool:
    """Tell whether somebody is an owner of the hub itself, who invites the first owners of others."""
    return Membership.objects.filter(
        user__username=username, user__is_active=True, role=Membership.Role.OWNER, organisation__kind=Organisation.Kind.HUB
    ).exists()  # fmt: skip


def people_of(organisation: str) -> QuerySet[Membership]:
    """Return who belongs to an organisation, owners first; one query."""
    return (
        Membership.objects.select_related("user")
        .filter(organisation__code=organisation)
        .order_by(Case(When(role="owner", then=0), default=1), "user__username")
    )


def person_of(organisation: str, username: str) -> Membership | None:
    return people_of(organisation).filter(user__username=username).first()


def log_in_of(username: str) -> User:
    """Return the log-in that a service has just made, for the session that begins with it."""
    return User.objects.get(username=username)


def invitations_waiting(organisation: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(organisation__code=organisation, state="waiting").order_by("-invited_at", "-id")


def invitation_behind(token: str) -> Invitation | None:
    """Return the invitation that a signed address names, whatever became of it."""
    try:
        secret = Signer(salt=INVITATION_SALT).unsign(token)
    except BadSignature:
        return None
    return Invitation.objects.select_related("organisation").filter(secret=secret).first()


def notices_for(organisations: Sequence[int], username: str, *, unread: bool = False) -> QuerySet[Notice]:
    """Return the notices of organisations, newest first, each with how it reached this person; two queries."""
    own = Delivery.objects.filter(user__username=username)
    rows = Notice.objects.filter(organisation__in=list(organisations)).select_related("organisation")
    if unread:
        rows = rows.filter(pk__in=own.filter(channel=Channel.PAGE, read_at=None).values("notice"))
    return rows.prefetch_related(Prefetch("deliveries", own, "own_deliveries")).order_by("-created_at", "-id")


def unread_count(user: User | AnonymousUser) -> int:
    if not user.is_authenticated:
        return 0
    if (unread := getattr(user, "unread", None)) is not None:
        return int(unread)
    return Delivery.objects.filter(user=user, channel=Channel.PAGE, read_at=None).count()


def wants_email(username: str) -> bool:
    return not NoticePreference.objects.filter(user__username=username, channel=Channel.EMAIL, is_on=False).exists()


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


def registrations_of(organisations: Collection[str]) -> list[PartyRegistration]:
    """Return the registrations of organisations, in a fixed order; one query."""
    rows = Registration.objects.filter(organisation__code__in=organisations)
    return [
        PartyRegistration(*row)
        for row in rows.order_by(F("valid_to").asc(nulls_last=True), "id").values_list(
            "organisation__code", "scheme", "number", "status", "valid_from", "valid_to", "source"
        )
    ]


def orchards_by_code(codes: Collection[str]) -> dict[str, OrchardSpec]:
    rows = Orchard.objects.filter(code__in=codes).values_list(
        "code", "producer__code", "name_en", "name_th", "province_iso", "district_code", "area_rai", "trees", "gap_number", "gap_valid_from",
        "gap_valid_to", "lat", "lon",
    )  # fmt: skip
    return {row[0]: OrchardSpec(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class PartyChoice:
    """An organisation as somebody chooses it; `papers` are its registrations by scheme, the status of today."""

    id: int
    code: str
    name_en: str
    name_th: str
    name_zh: str
    province_iso: str
    is_demo: bool
    papers: dict[str, str]


def parties_of_kind(kind: str) -> list[PartyChoice]:
    """Return the organisations of a kind that may act, with what they hold today, by their names; two queries."""
    return _choices(Organisation.objects.filter(kind=kind, standing=Organisation.Standing.OPEN))


def parties_by_id(ids: Collection[int], kind: str = "") -> list[PartyChoice]:
    rows = Organisation.objects.filter(pk__in=ids)
    return _choices(rows.filter(kind=kind) if kind else rows)


def _choices(rows: QuerySet[Organisation]) -> list[PartyChoice]:
    today = clock.today()
    found = []
    for row in rows.order_by("name_en", "code").prefetch_related("registrations"):
        papers: dict[str, str] = {}
        for paper in row.registrations.all():
            is_over = paper.valid_to is not None and paper.valid_to < today
            papers[paper.scheme] = "expired" if is_over else paper.status
        found.append(
            PartyChoice(row.pk, row.code, row.name_en, row.name_th, row.name_zh, row.province_iso, row.is_demo, papers)
        )
    return found


def codes_of_kind(kind: str) -> set[str]:
    """Return the organisations of a kind that may act."""
    rows = Organisation.objects.filter(kind=kind, standing=Organisation.Standing.OPEN)
    return set(rows.values_list("code", flat=True))


def places_of(codes: Collection[str]) -> dict[str, str]:
    """Return the province of organisations; one query."""
    return dict(Organisation.objects.filter(code__in=codes).values_list("code", "province_iso"))


def own_orchards(organisation: int) -> list[OrchardSpec]:
    """Return an organisation's orchards by their codes, with GAP number and dates."""
    codes = list(Orchard.objects.filter(producer=organisation).values_list("code", flat=True))
    return [spec for _, spec in sorted(orchards_by_code(codes).items())]

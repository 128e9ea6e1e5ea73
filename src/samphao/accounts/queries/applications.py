"""Reads of registrations: one's own, and the queue of the hub's people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from samphao.accounts import onboarding
from samphao.accounts.application_models import Application, ApplicationEntry
from samphao.accounts.models import Membership, Organisation, Registration
from samphao.accounts.numbers import RULES, Checked, check_number
from samphao.accounts.queries.parties import Viewer


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a registration: whether it is answered, and whether it can be asked yet."""

    step: str
    is_answered: bool
    can_start: bool


@dataclass(frozen=True, slots=True)
class ToldNumber:
    """A number that an applicant told, with what its rule says of it; `scheme` is the register."""

    scheme: str
    number: str
    checked: Checked
    rule: str
    valid_from: date | None
    valid_to: date | None
    area_rai: Decimal | None
    trees: int | None
    registration: int | None = None
    """The row that the hub's people confirm."""
    status: str = ""
    also: tuple[str, ...] = ()
    """Codes of other organisations that hold the same number."""


def registration_of(username: str) -> Application | None:
    """Return the registration that somebody is at, or the last one that was decided."""
    rows = Application.objects.select_related("organisation", "applicant").prefetch_related("numbers")
    rows = rows.filter(applicant__username=username)
    return rows.order_by(F("decided_at").desc(nulls_first=True), "-id").first()


def registration_for(code: str, viewer: Viewer) -> Application | None:
    """Return a registration to who may see it: its applicant, owners of its organisation; what was sent, to the hub's people."""
    rows = Application.objects.select_related("organisation", "applicant").prefetch_related("numbers").filter(code=code)
    owned = Membership.objects.filter(
        user__username=viewer.username, role=Membership.Role.OWNER, organisation=OuterRef("organisation")
    )
    is_own = Q(applicant__username=viewer.username) | Q(Exists(owned))
    seen = is_own | ~Q(state=Application.State.DRAFT) if viewer.is_hub else is_own
    return rows.filter(seen).first() if viewer.username else None


def has_unsent_registration(username: str) -> bool:
    return Application.objects.filter(applicant__username=username, state__in=Application.OPEN_TO_CHANGE).exists()


def questions_of(row: Application) -> list[Question]:
    numbers = {number.scheme: number for number in row.numbers.all()}
    return [
        Question(step, onboarding.is_answered(step, row, numbers), onboarding.can_start(step, row))
        for step in onboarding.steps(row, numbers)
    ]


def forms_of(kind: str) -> tuple[str, ...]:
    """Return the legal forms that somebody who does this may have."""
    return onboarding.FORMS.get(kind, ())


def identity_of(row: Application) -> str:
    """Return the register that must know an applicant, or nothing."""
    return onboarding.identity_scheme(row.country, row.legal_form)


def schemes_of(row: Application) -> tuple[str, ...]:
    """Return the other registers that may know an applicant."""
    return onboarding.offered_schemes(row.kind, row.country, row.legal_form)


def told_numbers(row: Application) -> list[ToldNumber]:
    """Return the numbers of a registration, each checked anew, with who else holds it; two queries."""
    numbers = sorted((number for number in row.numbers.all() if number.number), key=lambda number: number.pk)
    own, others = _holders(row, [number.number for number in numbers])
    if row.state == Application.State.APPROVED:
        own.setdefault(onboarding.GAP, (None, "valid"))  # it became an orchard
    return [
        ToldNumber(
            number.scheme, number.number, check_number(number.scheme, number.number), RULES[number.scheme].source, number.valid_from, number.valid_to,
            number.area_rai, number.trees, *own.get(number.scheme, (None, "")), also=others.get(number.number, ()),
        )
        for number in numbers
    ]  # fmt: skip


def _holders(
    row: Application, numbers: Sequence[str]
) -> tuple[dict[str, tuple[int | None, str]], dict[str, tuple[str, ...]]]:
    """Return what became of an organisation's own numbers by register, and which others have the same, registered or for their taxes."""
    own: dict[str, tuple[int | None, str]] = {}
    others: dict[str, set[str]] = {}
    mine = row.organisation.code if row.organisation else ""
    registered = Registration.objects.filter(number__in=numbers)
    for pk, scheme, status, number, code in registered.values_list(
        "pk", "scheme", "status", "number", "organisation__code"
    ):
        if code == mine:
            own[scheme] = (pk, status)
        else:
            others.setdefault(number, set()).add(code)
    for number, code in (
        Organisation.objects.filter(tax_id__in=numbers).exclude(code=mine).values_list("tax_id", "code")
    ):
        others.setdefault(number, set()).add(code)
    return own, {number: tuple(sorted(codes)) for number, codes in others.items()}


def entries_of(row: Application) -> QuerySet[ApplicationEntry]:
    return row.entries.all()


def registrations_waiting(viewer: Viewer, state: str = "waiting") -> QuerySet[Application]:
    """Return the queue of the hub's people, oldest first; one query. To others it is empty."""
    if not viewer.is_hub:
        return Application.objects.none()
    rows = Application.objects.select_related("organisation", "applicant").filter(state=state)
    order = "sent_at" if state in Application.UNDECIDED else "-decided_at"
    return rows.annotate(number_count=Count("numbers")).order_by(order, "id")


def registration_counts(viewer: Viewer) -> dict[str, int]:
    """Return how many registrations are in each state that the hub's people see."""
    if not viewer.is_hub:
        return {}
    rows = Application.objects.exclude(state=Application.State.DRAFT).values_list("state").annotate(Count("id"))
    return dict(rows)


def kinds() -> tuple[str, ...]:
    """Return what somebody new can register to do."""
    return tuple(onboarding.FORMS)

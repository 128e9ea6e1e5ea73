"""What the hub's people decide about a registration, each with its audit row and a notice to the applicant."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from samphao.accounts import onboarding
from samphao.accounts.application_models import Application, ApplicationEntry
from samphao.accounts.events import EvidenceChanged
from samphao.accounts.models import Membership, Orchard, Organisation, Registration, User
from samphao.accounts.services.notify import in_three_languages, notify
from samphao.core import clock
from samphao.core.codes import encode
from samphao.core.errors import Conflict, NotAllowed, NotFound, Refused
from samphao.core.events import publish
from samphao.core.models import AuditEntry

State, What = Application.State, ApplicationEntry.What
WRITE_WHY = gettext_noop("Write a sentence that the applicant can act on.")
TEXT_MAX = 1000


def ask_applicant(code: str, question: str, *, by: str) -> None:
    """Ask for more: the applicant may change his answers and send them again."""
    question = _sentence(question)
    with _case(code, by, (State.WAITING,)) as row:
        row.state, row.question = State.ASKED, question
        _close(row, What.ASKED, question, by)
        _tell(row, gettext_noop("The hub's people ask about your registration: %(text)s"), question)


def refuse_application(code: str, reason: str, *, by: str) -> None:
    reason = _sentence(reason)
    with _case(code, by, (State.WAITING, State.ASKED)) as row:
        row.state, row.reason, row.question = State.REFUSED, reason, ""
        row.decided_at, row.decided_by = clock.now(), by
        _stand(row, Organisation.Standing.REFUSED)
        _close(row, What.REFUSED, reason, by)
        _tell(row, gettext_noop("Your registration was refused: %(text)s"), reason)


def approve_application(code: str, confirmed: Collection[int], *, by: str, text: str = "") -> None:
    """Let an organisation in. The numbers that somebody has looked up are confirmed; the others go on waiting.

    The number by which it is known, where its form has one, must be among them.
    """
    with _case(code, by, (State.WAITING,)) as row:
        identity = onboarding.identity_scheme(row.country, row.legal_form)
        waiting = _waiting(row)
        if identity and not waiting.filter(scheme=identity, pk__in=confirmed).exists():
            raise Refused(gettext_noop("Confirm the number by which the applicant is known, or ask about it."))
        row.state, row.question = State.APPROVED, ""
        row.decided_at, row.decided_by = clock.now(), by
        party = _stand(row, Organisation.Standing.OPEN)
        _confirm(row, party, confirmed)
        _close(row, What.APPROVED, text.strip()[:TEXT_MAX], by)
        _tell(row, gettext_noop("Your registration was approved: %(text)s"), party.code)


def confirm_numbers(code: str, confirmed: Collection[int], *, by: str) -> None:
    """Confirm numbers of an approved registration that went on waiting."""
    with _case(code, by, (State.APPROVED,)) as row:
        if numbers := _confirm(row, row.party, confirmed):
            _close(row, What.CONFIRMED, ", ".join(numbers)[:TEXT_MAX], by)
            _tell(row, gettext_noop("The hub's people have confirmed: %(text)s"), ", ".join(numbers))


def _sentence(text: str) -> str:
    text = text.strip()[:TEXT_MAX]
    if not text:
        raise Refused(WRITE_WHY, field="text")
    return text


@contextmanager
def _case(code: str, by: str, states: Collection[str]) -> Iterator[Application]:
    """Lock a case for somebody of the hub, and keep what he made of it. Nobody decides about himself."""
    with transaction.atomic():
        _require_hub(by)
        row = Application.objects.select_for_update(of=("self",)).filter(code=code).exclude(state=State.DRAFT).first()
        if row is None:
            raise NotFound(gettext_noop("There is no such registration."))
        if row.state not in states:
            raise Conflict(gettext_noop("Somebody has decided this meanwhile. Look at it again."))
        if Membership.objects.filter(user__username=by, organisation=row.organisation_id).exists():
            raise NotAllowed(gettext_noop("Nobody decides about an organisation of his own."))
        yield row
        row.save()


def _require_hub(by: str) -> None:
    is_hub = Membership.objects.filter(
        user__username=by, user__is_active=True, organisation__kind=Organisation.Kind.HUB
    ).exists()
    if not is_hub and not User.objects.filter(username=by, is_active=True, is_superuser=True).exists():
        raise NotAllowed(gettext_noop("Only the hub's people decide about registrations."))


def _stand(row: Application, standing: str) -> Organisation:
    party = Organisation.objects.select_for_update().get(pk=row.party.pk)
    party.standing = standing
    party.save(update_fields=["standing"])
    return party


def _waiting(row: Application) -> QuerySet[Registration]:
    return Registration.objects.filter(organisation=row.organisation_id, status=Registration.Status.PENDING)


def _confirm(row: Application, party: Organisation, confirmed: Collection[int]) -> list[str]:
    """Make waiting numbers valid; a GAP number becomes the orchard that it is about, which the gates read. Return the numbers."""
    rows = list(_waiting(row).select_for_update().filter(pk__in=confirmed).order_by("id"))
    orchards = [_orchard(row, party, held) for held in rows if held.scheme == onboarding.GAP]
    valid = [held.pk for held in rows if held.scheme != onboarding.GAP]
    Registration.objects.filter(pk__in=valid).update(
        status=Registration.Status.VALID, source=f"looked up by the hub's people, {row.code}"
    )
    if rows:
        publish(EvidenceChanged([party.code], orchards))
    return [held.number for held in rows]


def _orchard(row: Application, party: Organisation, held: Registration) -> str:
    told = row.numbers.get(scheme=onboarding.GAP)
    assert told.area_rai and told.trees  # noqa: S101, PT018 the database said so
    made = Orchard.objects.create(
        code=encode("ORC", held.pk), producer=party, name_en=party.name_en, name_th=party.name_th, province_iso=party.province_iso,
        district_code=party.district_code, area_rai=told.area_rai, trees=told.trees, gap_number=held.number,
        gap_valid_from=held.valid_from, gap_valid_to=held.valid_to,
    )  # fmt: skip
    held.delete()
    return made.code


def _close(row: Application, what: str, text: str, by: str) -> None:
    now = clock.now()
    row.entries.create(at=now, actor=by, what=what, text=text)
    AuditEntry.objects.create(
        at=now, actor=by, action=f"registration.{what}", subject=row.code, detail={"organisation": row.party.code, "text": text}
    )  # fmt: skip


def _tell(row: Application, message: str, text: str) -> None:
    notify(
        [row.party.pk], subject=row.code, key=f"registration:{row.code}:{row.entries.count()}",
        **in_three_languages(message, text=text),
    )  # fmt: skip

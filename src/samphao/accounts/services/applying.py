"""Registering: a log-in of one's own, every answer kept as it is given, and the sending to the hub's people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_noop

from samphao.accounts import onboarding
from samphao.accounts.application_models import Application, ApplicationEntry
from samphao.accounts.models import Membership, Organisation, Registration, User
from samphao.accounts.services.answers import ANSWERS
from samphao.accounts.services.attempts import REGISTRATIONS, SENDINGS
from samphao.accounts.services.letters import offered
from samphao.accounts.services.notify import in_three_languages, notify
from samphao.accounts.types import NewApplicant
from samphao.core import clock, files
from samphao.core.codes import encode
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.core.limits import take
from samphao.core.models import AuditEntry

DRAFT_DAYS = 90
State, What = Application.State, ApplicationEntry.What
NOT_OPEN = gettext_noop("This registration was sent: it can be changed when the hub's people ask for more.")


def begin_registration(person: NewApplicant, *, network: str) -> str:
    """Make a log-in for somebody new and his empty registration; return its code. The password is his own: nobody is invited."""
    take(REGISTRATIONS, network)
    taken = Conflict(gettext_noop("Somebody has this user name already."), field="username")
    if User.objects.filter(username__iexact=person.username).exists():
        raise taken
    with transaction.atomic():
        try:
            with transaction.atomic():
                user = User.objects.create(
                    username=person.username, password=make_password(person.password), email=person.email, phone=person.phone,
                    language=offered(person.language),
                )  # fmt: skip
        except IntegrityError:  # somebody took the name between the look and the write
            raise taken from None
        return _begin(user)


def begin_another(*, by: str, network: str) -> str:
    """Begin a registration for somebody who has a log-in, or return the one that he has not finished."""
    if known := _undecided(by):
        return known.code
    take(REGISTRATIONS, network)
    with transaction.atomic():
        user = User.objects.select_for_update().get(username=by, is_active=True)
        known = _undecided(by)  # pressed twice, the first press made it
        return known.code if known else _begin(user)


def _begin(user: User) -> str:
    number = _next_number()
    row = Application.objects.create(id=number, code=encode("RG", number), applicant=user, language=user.language)
    AuditEntry.objects.create(at=clock.now(), actor=user.username, action="registration.begin", subject=row.code)
    return row.code


def save_answer(step: str, given: Mapping[str, Any], *, by: str) -> None:
    """Keep the answer to one question; what an earlier answer decided and no longer holds is forgotten.

    Raises Refused with the name of the `field` that is wrong.
    """
    with _open_application(by) as row:
        numbers = {number.scheme: number for number in row.numbers.all()}
        if step not in onboarding.steps(row, numbers):
            raise NotFound(gettext_noop("There is no such question."))
        name, _dash, scheme = step.partition("-")
        ANSWERS[name](row, {**given, "scheme": scheme} if scheme else given)
        row.touched_at = clock.now()
        row.save()
        row.numbers.exclude(scheme__in=onboarding.schemes_asked(row)).delete()


@contextmanager
def _open_application(by: str) -> Iterator[Application]:
    with transaction.atomic():
        row = _undecided(by, lock=True)
        if row is None:
            raise NotFound(gettext_noop("There is no registration that you have begun."))
        if not row.is_open_to_change:
            raise Conflict(NOT_OPEN)
        yield row


def _undecided(by: str, *, lock: bool = False) -> Application | None:
    rows = Application.objects.filter(applicant__username=by, state__in=Application.UNDECIDED)
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def send_registration(*, by: str, text: str = "") -> str:
    """Send a complete registration to the hub's people; return its code. Pressed twice it is sent once.

    The organisation is made here, in review: it may do nothing until it is approved. Its numbers wait with it.
    """
    known = _undecided(by)
    if known and known.state == State.WAITING:
        return known.code
    take(SENDINGS, by)
    with _open_application(by) as row:
        numbers = {number.scheme: number for number in row.numbers.all()}
        if onboarding.open_steps(row, numbers):
            raise Refused(gettext_noop("Some questions are not answered yet."))
        is_again = row.state == State.ASKED
        row.organisation = _keep_organisation(row, onboarding.identity_scheme(row.country, row.legal_form))
        _keep_registrations(row)
        now = clock.now()
        row.state, row.question, row.sent_at, row.touched_at = State.WAITING, "", now, now
        row.save()
        row.entries.create(at=now, actor=by, what=What.ANSWERED if is_again else What.SENT, text=text.strip()[:1000])
        AuditEntry.objects.create(
            at=now, actor=by, action="registration.send", subject=row.code, detail={"organisation": row.organisation.code}
        )  # fmt: skip
        _tell_hub(row)
    return row.code


def _keep_organisation(row: Application, identity: str) -> Organisation:
    party = row.organisation or Organisation(
        code=encode(onboarding.CODE_OF_KIND[row.kind], row.pk), standing=Organisation.Standing.REVIEW, language=row.language
    )  # fmt: skip
    party.kind, party.legal_form, party.country = row.kind, row.legal_form, row.country
    party.name_th, party.name_zh = row.name_th, row.name_zh
    party.name_en = row.name_en or row.name_th or row.name_zh
    party.province_iso, party.district_code = row.province_iso, row.district_code
    held = row.numbers.filter(scheme=identity).first()
    party.tax_id = held.number[:30] if held and identity != "community_enterprise" else ""
    party.save()
    Membership.objects.get_or_create(
        user=row.applicant, organisation=party, defaults={"role": Membership.Role.OWNER}
    )  # fmt: skip
    return party


def _keep_registrations(row: Application) -> None:
    """Write the numbers as registrations that wait for the hub's people; those that were taken out are forgotten."""
    party = row.party
    party.registrations.all().delete()  # all of them are of this registration: nobody has confirmed any
    Registration.objects.bulk_create(
        Registration(
            organisation=party, scheme=number.scheme, number=number.number, status=Registration.Status.PENDING,
            valid_from=number.valid_from, valid_to=number.valid_to, source=f"told by its holder, {row.code}",
        )
        for number in row.numbers.order_by("id")
    )  # fmt: skip


def _tell_hub(row: Application) -> None:
    hubs = Organisation.objects.filter(kind=Organisation.Kind.HUB).order_by("id").values_list("id", flat=True)
    party = row.party
    notify(
        list(hubs), subject=row.code, key=f"registration:{row.code}:{row.entries.count()}",
        **in_three_languages(
            gettext_noop("A registration waits for you: %(name)s."),
            name={"text_th": party.name_th or party.name_en, "text_zh": party.name_zh or party.name_en, "text_en": party.name_en},
        ),
    )  # fmt: skip


def forget_drafts() -> int:
    """Delete what was begun, never sent and not touched for long, with its files: it holds numbers of people. Return how many."""
    limit = clock.now() - timedelta(days=DRAFT_DAYS)
    forgotten = 0
    for code in Application.objects.filter(state=State.DRAFT, touched_at__lt=limit).values_list("code", flat=True):
        with transaction.atomic():
            row = (
                Application.objects.select_for_update(skip_locked=True).filter(code=code, touched_at__lt=limit).first()
            )
            if row is None or row.state != State.DRAFT:
                continue
            for file in files.files_of([code]):
                files.remove(file.code, by="worker")
            row.delete()
            AuditEntry.objects.create(at=clock.now(), actor="worker", action="registration.forget", subject=code)
            forgotten += 1
    return forgotten


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_application', 'id'))")
        return int(cursor.fetchone()[0])

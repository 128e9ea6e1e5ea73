"""The first hour of a hub: a one-time address for whoever started it, and five answers written all at once."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext_noop

from samphao.accounts.models import Membership, Organisation, User
from samphao.accounts.services.attempts import SET_UP
from samphao.accounts.types import SetUpAnswers
from samphao.core import clock
from samphao.core.errors import Conflict, NotAllowed, Refused
from samphao.core.limits import take
from samphao.core.models import AuditEntry, HubSettings
from samphao.reference import services as reference

HUB_CODE = "HUB"


def make_set_up_token() -> str | None:
    """Return a fresh one-time token while the hub is not set up; the one before it no longer works."""
    with transaction.atomic():
        row = _locked()
        if row.finished_at:
            return None
        token = secrets.token_urlsafe(24)
        row.token_digest = _digest(token)
        row.save(update_fields=["token_digest"])
    return token


def begin_set_up(token: str, *, network: str) -> str | None:
    """Take the one-time token; return the claim that the browser keeps in its session, or None."""
    take(SET_UP, network)
    with transaction.atomic():
        row = _locked()
        if row.finished_at or not row.token_digest or not secrets.compare_digest(row.token_digest, _digest(token)):
            return None
        claim = secrets.token_urlsafe(24)
        row.token_digest, row.claim_digest = "", _digest(claim)
        row.save(update_fields=["token_digest", "claim_digest"])
    return claim


def may_set_up(claim: str) -> bool:
    row = HubSettings.objects.filter(finished_at=None).exclude(claim_digest="").first()
    return row is not None and secrets.compare_digest(row.claim_digest, _digest(claim))


def require_known_payment(payment: str) -> None:
    """Refuse what this version cannot do: nobody shall believe that a bank is connected, or take money that nobody counts."""
    if payment == HubSettings.Payment.SELF:
        raise Refused(
            gettext_noop(
                "Whoever holds other people's money needs a licence for it, in Thailand under the Payment Systems Act "
                "B.E. 2560 (2017). Try the hub with the simulator."
            )
        )
    if payment != HubSettings.Payment.SIMULATOR:
        raise Refused(
            gettext_noop(
                "No bank and no payment service is connected to this version of the hub: real money cannot be taken. "
                "Choose the simulator to try it out."
            )
        )


def finish_set_up(answers: SetUpAnswers, *, claim: str) -> str:
    """Write administrator, hub and its cities, all or nothing; return the administrator's user name."""
    require_known_payment(answers.payment)
    with transaction.atomic():
        row = _locked()
        if row.finished_at:
            raise Conflict(gettext_noop("This hub has been set up already."))
        if not row.claim_digest or not secrets.compare_digest(row.claim_digest, _digest(claim)):
            raise NotAllowed(
                gettext_noop("Another browser has begun the setup: start the hub again for a new address.")
            )
        if User.objects.filter(username=answers.username).exists():
            raise Conflict(gettext_noop("Somebody has this user name already."))
        user = User.objects.create(
            username=answers.username, email=answers.email, password=answers.password_hash, language=answers.language,
            is_staff=True, is_superuser=True,
        )  # fmt: skip
        office = Organisation.objects.create(
            code=HUB_CODE, kind=Organisation.Kind.HUB, legal_form="company", name_en=answers.name, country="TH",
            language=answers.language,
        )  # fmt: skip
        Membership.objects.create(user=user, organisation=office, role=Membership.Role.OWNER)
        reference.publish_cities(answers.corridors)
        row.name, row.payment = answers.name, answers.payment
        row.languages, row.corridors = list(answers.languages), list(answers.corridors)
        row.token_digest = row.claim_digest = ""
        row.finished_at = clock.now()
        row.save()
        AuditEntry.objects.create(
            actor=user.username, action="hub.set_up", subject=HUB_CODE,
            detail={"languages": row.languages, "corridors": row.corridors, "payment": row.payment},
        )  # fmt: skip
    return user.username


def set_up_demo(name: str, languages: list[str]) -> None:
    """Let a demo's hub be set up; a hub of somebody's own is left alone and no demo is put into it."""
    with transaction.atomic():
        row = _locked()
        if row.finished_at and not row.is_demo:
            raise Refused("This database is a hub of your own: a demo needs another, such as SAMPHAO_SERVER=demo.")
        row.name, row.languages = name, languages
        row.corridors = sorted({city.country for city in reference.cities()})
        row.payment, row.is_demo, row.finished_at = HubSettings.Payment.SIMULATOR, True, clock.now()
        row.save()


def _locked() -> HubSettings:
    HubSettings.objects.bulk_create([HubSettings(id=1)], ignore_conflicts=True)
    return HubSettings.objects.select_for_update().get(id=1)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

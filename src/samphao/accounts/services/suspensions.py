"""Suspensions as rows: opened with reasons, appealed in time, lifted or kept. Gates and orders follow in `workflows.suspending`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from samphao.accounts.events import EvidenceChanged
from samphao.accounts.models import Orchard, Organisation
from samphao.accounts.queries.suspensions import KINDS, may_appeal
from samphao.accounts.suspension_models import Suspension
from samphao.accounts.types import SuspensionSpec
from samphao.core import clock
from samphao.core.codes import encode
from samphao.core.errors import Conflict, NotAllowed, NotFound, Refused
from samphao.core.events import publish
from samphao.core.models import AuditEntry

# After the Administrative Procedure Act B.E. 2539 of Thailand, sections 44 and 45, from memory.
APPEAL_WITHIN = timedelta(days=15)
DECIDE_WITHIN = timedelta(days=30)
BACKDATED_MOST = timedelta(days=90)
NO_SUCH = _("There is no such packing house, laboratory or orchard.")
GONE = _("There is no such suspension.")
ALREADY = _("It is suspended already: lift that suspension first.")
SAY_WHY = _("Say what was found and which rule it breaks, and on whose word.")
WRONG_DAYS = _("A suspension begins today or up to 90 days ago, and ends on a day to come.")
TOO_LATE = _("This suspension can no longer be appealed against.")
OVER = _("This suspension was lifted already.")
NO_APPEAL = _("There is no appeal that waits for a decision.")
ANOTHER = _("Somebody else than who suspended must decide to dismiss the appeal.")


def open_suspension(spec: SuspensionSpec, *, by: str) -> Suspension:
    """Suspend somebody; what follows for lots and orders is the caller's, in the same transaction."""
    today = clock.today()
    if not spec.reasons.strip() or not spec.source.strip():
        raise Refused(SAY_WHY)
    if not today - BACKDATED_MOST <= spec.from_on <= today or (spec.until_on and spec.until_on < today):
        raise Refused(WRONG_DAYS)
    with transaction.atomic(), connection.cursor() as cursor:
        organisation, orchard = _subject(spec)
        _refuse_a_second(organisation, orchard, spec.scope)
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_suspension', 'id'))")
        number, now = cursor.fetchone()[0], clock.now()
        made = Suspension.objects.create(
            id=number, code=encode("SU", number), organisation=organisation, orchard=orchard, scope=spec.scope, reasons=spec.reasons.strip(),
            source=spec.source.strip(), from_on=spec.from_on, until_on=spec.until_on, made_by=by, made_at=now, appeal_until=now + APPEAL_WITHIN,
        )  # fmt: skip
        _noted(made, by, "suspension.make")
        publish(EvidenceChanged([organisation.code] if organisation else [], [orchard.code] if orchard else []))
    return made


def _subject(spec: SuspensionSpec) -> tuple[Organisation | None, Orchard | None]:
    """Lock who is to be suspended, so that two who do it at once come one after the other."""
    organisation = orchard = None
    if spec.kind == "orchard":
        orchard = Orchard.objects.select_for_update(no_key=True).filter(code=spec.code).first()
    elif spec.kind in KINDS:
        organisation = (
            Organisation.objects.select_for_update(no_key=True).filter(kind=spec.kind, code=spec.code).first()
        )
    if organisation is None and orchard is None:
        raise NotFound(NO_SUCH)
    return organisation, orchard


def _refuse_a_second(organisation: Organisation | None, orchard: Orchard | None, scope: str) -> None:
    standing = Suspension.objects.filter(organisation=organisation, orchard=orchard, lifted_at=None)
    standing = standing.filter(Q(until_on=None) | Q(until_on__gte=clock.today()))
    if scope != Suspension.Scope.EVERYWHERE:
        standing = standing.filter(scope__in=(scope, Suspension.Scope.EVERYWHERE))
    else:
        standing = standing.filter(scope=scope)
    if standing.exists():
        raise Conflict(ALREADY)


def keep_touched(code: str, touched: Mapping[str, Any]) -> None:
    """Keep what a suspension touched when it was made, as its page shows it."""
    Suspension.objects.filter(code=code).update(touched=dict(touched))


def appeal_suspension(code: str, text: str, *, by: str) -> Suspension:
    """Appeal for who was suspended, once, until the clock has run down; somebody else than who suspended may dismiss it."""
    with transaction.atomic():
        found = _locked(code)
        if not may_appeal(found, by):
            raise NotAllowed(TOO_LATE)
        if not text.strip():
            raise Refused(_("Say why the suspension is wrong."))
        now = clock.now()
        found.appeal, found.appealed_by, found.appealed_at = text.strip(), by, now
        found.decide_until = now + DECIDE_WITHIN
        found.save(update_fields=["appeal", "appealed_by", "appealed_at", "decide_until"])
        _noted(found, by, "suspension.appeal")
    return found


def dismiss_appeal(code: str, why: str, *, by: str) -> Suspension:
    """Keep a suspension against its appeal, with the reason. Nobody dismisses the appeal against what he did himself."""
    with transaction.atomic():
        found = _locked(code)
        if found.lifted_at or not found.appealed_at or found.decided_at:
            raise Conflict(NO_APPEAL)
        if found.made_by == by:
            raise NotAllowed(ANOTHER)
        if not why.strip():
            raise Refused(_("Give the reason."))
        _decide(found, Suspension.Outcome.DISMISSED, why.strip(), by)
        found.save()
        _noted(found, by, "suspension.dismiss")
    return found


def lift_suspension(code: str, why: str, *, by: str) -> Suspension:
    """End a suspension with its reason; an appeal that waited is upheld by it."""
    with transaction.atomic():
        found = _locked(code)
        if found.lifted_at:
            raise Conflict(OVER)
        if not why.strip():
            raise Refused(_("Give the reason."))
        found.lifted_at, found.lifted_by, found.lifted_because = clock.now(), by, why.strip()
        if found.appealed_at and not found.decided_at:
            _decide(found, Suspension.Outcome.UPHELD, why.strip(), by)
        found.save()
        _noted(found, by, "suspension.lift")
        publish(
            EvidenceChanged(
                [found.organisation.code] if found.organisation else [], [found.orchard.code] if found.orchard else []
            )
        )
    return found


def _decide(found: Suspension, outcome: str, why: str, by: str) -> None:
    found.outcome, found.decision, found.decided_by, found.decided_at = outcome, why, by, clock.now()


def _locked(code: str) -> Suspension:
    rows = Suspension.objects.select_for_update(of=("self",)).select_related("organisation", "orchard__producer")
    found = rows.filter(code=code).first()
    if found is None:
        raise NotFound(GONE)
    return found


def _noted(row: Suspension, by: str, action: str) -> None:
    party = row.organisation or row.orchard
    AuditEntry.objects.create(
        at=clock.now(), actor=by, action=action, subject=row.code, detail={"of": party.code if party else ""}
    )

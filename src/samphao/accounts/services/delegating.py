"""A producer lets an exporter sell for it: asked for by one side, accepted by the other, ended by either."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from samphao.accounts.delegation_models import Delegation
from samphao.accounts.models import Membership, Organisation
from samphao.accounts.queries import DelegationHeld, delegation
from samphao.accounts.services.attempts import DELEGATIONS
from samphao.accounts.services.notify import Spoken, in_three_languages, notify
from samphao.accounts.types import DelegationTerms
from samphao.core import clock
from samphao.core.codes import encode
from samphao.core.errors import Conflict, NotAllowed, NotFound, Refused
from samphao.core.limits import take
from samphao.core.models import AuditEntry
from samphao.reference import queries as reference

State, Side = Delegation.State, Delegation.Side


def ask_delegation(own: str, other: str, terms: DelegationTerms, *, by: str) -> str:
    """Ask the other side, by its code, to agree to terms; return the delegation's code. Asking again replaces what waits."""
    take(DELEGATIONS, by)
    with transaction.atomic():
        mine, theirs = _locked(own, other)
        _require_owner(mine, by)
        if {mine.kind, theirs.kind} != {Side.PRODUCER, Side.EXPORTER}:
            raise Refused(gettext_noop("A delegation is between a producer and an exporter."), field="other")
        _require_terms(terms)
        producer, exporter = (mine, theirs) if mine.kind == Side.PRODUCER else (theirs, mine)
        waiting = Delegation.objects.filter(producer=producer, exporter=exporter, state=State.ASKED).first()
        if waiting and waiting.asked_by_side != mine.kind:
            raise Conflict(gettext_noop("The other side has asked already: accept that or decline it first."))
        if waiting:
            _end(waiting, State.WITHDRAWN, by)
        number = _next_number()
        row = Delegation.objects.create(
            id=number, code=encode("DG", number), producer=producer, exporter=exporter, goods=sorted(set(terms.goods)), month_kg_max=terms.month_kg_max,
            month_amount_max_minor=terms.month_amount_max_minor, currency=terms.currency, valid_from=terms.valid_from,
            valid_to=terms.valid_to, asked_by_side=mine.kind, asked_by=by, asked_at=clock.now(),
        )  # fmt: skip
        _audit(by, "ask", row)
        _tell(row, theirs, mine, gettext_noop("asks you to agree that the exporter sells for the producer"), "asked")
    return row.code


def accept_delegation(code: str, *, by: str) -> None:
    """Agree: by an owner of the side that was asked. What the two had agreed before is replaced."""
    with _between(code, by, (State.ASKED,)) as (row, mine, theirs):
        if row.asked_by_side == mine.kind:
            raise NotAllowed(gettext_noop("The other side has to agree."))
        if row.valid_to < clock.today():
            raise Refused(gettext_noop("Its time is over already: ask for another one."))
        for earlier in Delegation.objects.filter(
            producer=row.producer, exporter=row.exporter, state=State.ACCEPTED
        ).select_for_update():
            _end(earlier, State.REPLACED, by)
        row.state, row.accepted_by, row.accepted_at = State.ACCEPTED, by, clock.now()
        row.save(update_fields=["state", "accepted_by", "accepted_at"])
        _audit(by, "accept", row)
        _tell(row, theirs, mine, gettext_noop("has agreed that the exporter sells for the producer"), "accepted")


def end_delegation(code: str, *, by: str) -> None:
    """Decline what was asked, withdraw what one asked oneself, or revoke what was agreed; it holds from this moment."""
    with _between(code, by, (State.ASKED, State.ACCEPTED)) as (row, mine, theirs):
        if row.state == State.ACCEPTED:
            state, told = State.REVOKED, gettext_noop("has ended that the exporter sells for the producer")
        elif row.asked_by_side == mine.kind:
            state, told = State.WITHDRAWN, gettext_noop("no longer asks that the exporter sells for the producer")
        else:
            state, told = State.DECLINED, gettext_noop("does not agree that the exporter sells for the producer")
        _end(row, state, by)
        _tell(row, theirs, mine, told, state)


def lock_delegation(producer: str, exporter: str, good: str, on: date) -> DelegationHeld | None:
    """Return what holds between two for a good, locked: two who offer at once count each other's goods."""
    agreed = Delegation.objects.filter(producer__code=producer, exporter__code=exporter, state=State.ACCEPTED)
    list(agreed.select_for_update().values_list("pk"))
    return delegation(producer, exporter, good, on)


def _require_terms(terms: DelegationTerms) -> None:
    if not terms.goods or not set(terms.goods) <= set(reference.goods()):
        raise Refused(gettext_noop("Choose at least one good."), field="goods")
    limits = (terms.month_kg_max, terms.month_amount_max_minor)
    if limits == (None, None):
        raise Refused(gettext_noop("Set a limit: kilograms or an amount a month."), field="month_kg_max")
    if any(limit is not None and limit <= 0 for limit in limits):
        raise Refused(gettext_noop("A limit is more than nothing."), field="month_kg_max")
    if terms.valid_to < max(terms.valid_from, clock.today()):
        raise Refused(gettext_noop("It cannot end before it begins, nor before today."), field="valid_to")


def _locked(own: str, other: str) -> tuple[Organisation, Organisation]:
    """Lock both sides in one order, so that two who ask at once wait for each other."""
    rows = Organisation.objects.filter(code__in=(own, other), standing=Organisation.Standing.OPEN)
    found = {row.code: row for row in rows.select_for_update().order_by("id")}
    if own not in found or other not in found:
        raise NotFound(gettext_noop("There is no such organisation."), field="other")
    return found[own], found[other]


def _owns(party: Organisation, by: str) -> bool:
    owners = Membership.objects.filter(organisation=party, role=Membership.Role.OWNER, user__is_active=True)
    return owners.filter(user__username=by).exists()


def _require_owner(party: Organisation, by: str) -> None:
    if not _owns(party, by):
        raise NotAllowed(
            gettext_noop("Only an owner of the organisation decides who sells for it, and for whom it sells.")
        )


@contextmanager
def _between(code: str, by: str, states: tuple[str, ...]) -> Iterator[tuple[Delegation, Organisation, Organisation]]:
    """Lock a delegation; yield it with the side of whoever acts and the other. To outsiders it does not exist."""
    with transaction.atomic():
        row = (
            Delegation.objects.select_for_update(of=("self",))
            .select_related("producer", "exporter")
            .filter(code=code)
            .filter(Q(producer__memberships__user__username=by) | Q(exporter__memberships__user__username=by))
            .first()
        )
        if row is None:
            raise NotFound(gettext_noop("There is no such delegation."))
        sides = [(row.producer, row.exporter), (row.exporter, row.producer)]
        owned = [pair for pair in sides if _owns(pair[0], by)]
        if not owned:
            _require_owner(row.producer, by)
        if row.state not in states:
            raise Conflict(gettext_noop("This was ended meanwhile."))
        # Who owns both sides agrees with himself: the side that was asked acts.
        asked_last = sorted(owned, key=lambda pair: pair[0].kind == row.asked_by_side)
        yield (row, *asked_last[0])


def _end(row: Delegation, state: str, by: str) -> None:
    row.state, row.ended_by, row.ended_at = state, by, clock.now()
    row.save(update_fields=["state", "ended_by", "ended_at"])
    _audit(by, str(state), row)


def _audit(by: str, what: str, row: Delegation) -> None:
    AuditEntry.objects.create(
        at=clock.now(), actor=by, action=f"delegation.{what}", subject=row.code,
        detail={
            "producer": row.producer.code, "exporter": row.exporter.code, "goods": row.goods, "kg": row.month_kg_max,
            "amount": row.month_amount_max_minor, "from": row.valid_from.isoformat(), "to": row.valid_to.isoformat(),
        },
    )  # fmt: skip


def _tell(row: Delegation, to: Organisation, sender: Organisation, what: str, key: str) -> None:
    name = {
        "text_th": sender.name_th or sender.name_en,
        "text_zh": sender.name_zh or sender.name_en,
        "text_en": sender.name_en,
    }
    notify(
        [to.pk], subject=row.code, key=f"delegation:{row.code}:{key}",
        **in_three_languages(gettext_noop("%(name)s %(what)s (%(code)s)."), name=name, what=Spoken(what), code=row.code),
    )  # fmt: skip


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_delegation', 'id'))")
        return int(cursor.fetchone()[0])

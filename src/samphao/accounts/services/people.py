"""Who belongs to an organisation: inviting, accepting, roles, leaving. An organisation with an owner keeps one who can sign in."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from samphao.accounts.models import Invitation, Membership, Organisation, User
from samphao.accounts.queries import owns_hub
from samphao.accounts.services.attempts import INVITATIONS_BY, INVITATIONS_TO
from samphao.accounts.services.letters import language_of, write_letter
from samphao.accounts.services.notify import in_three_languages, notify
from samphao.accounts.types import INVITATION_SALT, NewPerson
from samphao.core import clock
from samphao.core.errors import Conflict, NotAllowed, NotFound, Refused
from samphao.core.limits import take
from samphao.core.models import AuditEntry

INVITATION_DAYS = 7
OTHER_ADDRESS = gettext_noop("This invitation was sent to another e-mail address than that of your log-in.")
ROLES = (Membership.Role.OWNER, Membership.Role.MEMBER)
SIGNER = Signer(salt=INVITATION_SALT)
State = Invitation.State


def invitation_token(secret: str) -> str:
    """Return what the address of an invitation ends in; its signature keeps guesses away from the database."""
    return SIGNER.sign(secret)


def invite(organisation: str, email: str, role: str, *, by: str, address: str) -> Invitation:
    """Invite an e-mail address; `address` is the page of invitations with `{token}` in it. Inviting again renews."""
    if role not in ROLES:
        raise Refused(gettext_noop("People are invited as owner or as member."))
    with transaction.atomic():
        return _invite(_locked_by_owner(organisation, by), email, role, by=by, address=address)


def invite_first_owner(organisation: str, email: str, *, by: str, address: str) -> Invitation:
    """Invite the first owner of an organisation that has none: a grower, a firm or a customs office that the hub has registered."""
    with transaction.atomic():
        party = _locked(organisation)
        if not owns_hub(by):
            raise NotAllowed(gettext_noop("Only an owner of the hub invites the first owner of an organisation."))
        if party.memberships.filter(role=Membership.Role.OWNER, user__is_active=True).exists():
            raise Conflict(gettext_noop("This organisation has an owner already, who decides who belongs to it."))
        return _invite(party, email, Membership.Role.OWNER, by=by, address=address)


def _invite(party: Organisation, email: str, role: str, *, by: str, address: str) -> Invitation:
    email = User.objects.normalize_email(email.strip()).lower()
    if party.memberships.filter(user__email__iexact=email).exists():
        raise Conflict(gettext_noop("This person belongs to the organisation already."))
    take(INVITATIONS_BY, by)
    take(INVITATIONS_TO, email)
    now = clock.now()
    party.invitations.filter(email=email, state=State.WAITING).update(state=State.WITHDRAWN, ended_at=now)
    made = Invitation.objects.create(
        organisation=party, email=email, role=role, secret=secrets.token_urlsafe(18), invited_by=by, invited_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )  # fmt: skip
    _write_invitation(made, address.replace("{token}", invitation_token(made.secret)))
    _audit(by, "organisation.invite", party, email=email, role=role)
    return made


def _write_invitation(made: Invitation, address: str) -> None:
    party = made.organisation
    language = language_of(made.email, party.language)
    with override(language):
        names = {"th": party.name_th, "zh-hans": party.name_zh}
        name = names.get(language) or party.name_en
        subject = _("Invitation to %(organisation)s") % {"organisation": name}
        text = _(
            "%(by)s invites you to work for %(organisation)s on this hub.\n\nOpen this address within %(days)s days; it works once:\n%(address)s"
            "\n\nIf you do not know why you got this, do nothing."
        ) % {"by": made.invited_by, "organisation": name, "days": INVITATION_DAYS, "address": address}
    write_letter("invitation", made.email, language=language, subject=subject, text=text)


def accept_invitation(token: str, *, by: str) -> str:
    """Let a person who has a log-in join; return the organisation's code.

    The letter proves one e-mail address, so it is for the log-in with that address: whoever opened it in somebody else's browser
    does not let him in by mistake.
    """
    with transaction.atomic():
        user = User.objects.get(username=by, is_active=True)
        if not _waiting(token).is_for(user):
            raise Refused(OTHER_ADDRESS)
        return _accept(token, user)


def accept_as_new(token: str, person: NewPerson) -> str:
    """Make a log-in and let it join; return the organisation's code. The invitation proved the e-mail address."""
    with transaction.atomic():
        made = _waiting(token)
        if User.objects.filter(username__iexact=person.username).exists():
            raise Conflict(gettext_noop("Somebody has this user name already."))
        try:
            with transaction.atomic():
                user = User.objects.create(
                    username=person.username, email=made.email, password=make_password(person.password),
                    language=person.language,
                )  # fmt: skip
        except IntegrityError:  # somebody took the name between the look and the write
            raise Conflict(gettext_noop("Somebody has this user name already.")) from None
        return _accept(token, user)


def _accept(token: str, user: User) -> str:
    made = _waiting(token)
    party = Organisation.objects.select_for_update().get(pk=made.organisation_id)
    if party.memberships.filter(user=user).exists():
        raise Conflict(gettext_noop("You belong to this organisation already."))
    Membership.objects.create(user=user, organisation=party, role=made.role)
    made.state, made.accepted_by, made.ended_at = State.ACCEPTED, user.username, clock.now()
    made.save(update_fields=["state", "accepted_by", "ended_at"])
    _audit(user.username, "organisation.join", party, role=made.role, invited_by=made.invited_by)
    notify(
        [party.pk], subject=party.code, key=f"joined:{made.pk}",
        **in_three_languages(gettext_noop("%(name)s has joined the organisation, invited by %(by)s."), name=user.username, by=made.invited_by),
    )  # fmt: skip
    return party.code


def _waiting(token: str) -> Invitation:
    """Lock the invitation behind a token, or say why it cannot be used."""
    try:
        secret = SIGNER.unsign(token)
    except BadSignature:
        raise NotFound(gettext_noop("There is no such invitation.")) from None
    made = Invitation.objects.select_for_update().filter(secret=secret).first()
    if made is None:
        raise NotFound(gettext_noop("There is no such invitation."))
    if made.state == State.ACCEPTED:
        raise Conflict(gettext_noop("This invitation has been used: it works once."))
    if made.state == State.WITHDRAWN:
        raise Conflict(gettext_noop("This invitation was withdrawn."))
    if made.state == State.EXPIRED or made.expires_at <= clock.now():
        raise Conflict(gettext_noop("This invitation has run out: ask for a new one."))
    return made


def withdraw_invitation(organisation: str, invitation: int, *, by: str) -> None:
    with transaction.atomic():
        party = _locked_by_owner(organisation, by)
        row = party.invitations.select_for_update().filter(pk=invitation, state=State.WAITING).first()
        if row is None:
            raise NotFound(gettext_noop("There is no such invitation."))
        row.state, row.ended_at = State.WITHDRAWN, clock.now()
        row.save(update_fields=["state", "ended_at"])
        _audit(by, "organisation.withdraw", party, email=row.email)


def expire_invitations() -> int:
    """End the invitations that ran out; return how many."""
    with transaction.atomic():
        now = clock.now()
        rows = list(
            Invitation.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("organisation")
            .filter(state=State.WAITING, expires_at__lte=now)
        )
        Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.EXPIRED, ended_at=now)
        AuditEntry.objects.bulk_create(
            AuditEntry(
                at=now,
                actor="worker",
                action="organisation.expire",
                subject=row.organisation.code,
                detail={"email": row.email},
            )
            for row in rows
        )
    return len(rows)


def change_role(organisation: str, username: str, role: str, *, by: str) -> None:
    if role not in ROLES:
        raise Refused(gettext_noop("People are invited as owner or as member."))
    with transaction.atomic():
        party = _locked_by_owner(organisation, by)
        row = _membership(party, username)
        if row.role == role:
            return
        if role != Membership.Role.OWNER:
            _require_another_owner(party, row)
            _end_invitations_of(party, username)
        before, row.role = row.role, role
        row.save(update_fields=["role"])
        _audit(by, "organisation.change_role", party, person=username, before=before, after=role)


def remove_person(organisation: str, username: str, *, by: str) -> None:
    with transaction.atomic():
        party = _locked_by_owner(organisation, by)
        row = _membership(party, username)
        _require_another_owner(party, row)
        row.delete()
        _end_invitations_of(party, username)
        _audit(by, "organisation.remove", party, person=username, role=row.role)


def leave(organisation: str, *, by: str) -> None:
    with transaction.atomic():
        party = _locked(organisation)
        row = _membership(party, by)
        _require_another_owner(party, row)
        row.delete()
        _end_invitations_of(party, by)
        _audit(by, "organisation.leave", party, role=row.role)


def _end_invitations_of(party: Organisation, username: str) -> None:
    """Withdraw what somebody invited who decides here no longer: a second address of his must not bring him back."""
    waiting = party.invitations.filter(invited_by=username, state=State.WAITING)
    waiting.update(state=State.WITHDRAWN, ended_at=clock.now())


def _locked(organisation: str) -> Organisation:
    """Lock the organisation: whoever changes its people waits here, so that two last owners cannot go at once."""
    party = Organisation.objects.select_for_update().filter(code=organisation).first()
    if party is None:
        raise NotFound(gettext_noop("There is no such organisation."))
    return party


def _locked_by_owner(organisation: str, by: str) -> Organisation:
    party = _locked(organisation)
    if not party.memberships.filter(user__username=by, user__is_active=True, role=Membership.Role.OWNER).exists():
        raise NotAllowed(gettext_noop("Only an owner of the organisation decides who belongs to it."))
    return party


def _membership(party: Organisation, username: str) -> Membership:
    row = party.memberships.select_related("user").filter(user__username=username).first()
    if row is None:
        raise NotFound(gettext_noop("This person does not belong to the organisation."))
    return row


def _require_another_owner(party: Organisation, leaving: Membership) -> None:
    if leaving.role == Membership.Role.OWNER and not party.has_owner_besides(leaving.user):
        raise Refused(gettext_noop("An organisation keeps at least one owner: make somebody else an owner first."))


def _audit(actor: str, action: str, party: Organisation, **detail: str) -> None:
    AuditEntry.objects.create(at=clock.now(), actor=actor, action=action, subject=party.code, detail=detail)

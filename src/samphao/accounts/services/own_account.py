"""What a person changes of his own log-in, and how a forgotten password is replaced."""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from samphao.accounts.models import Channel, NoticePreference, User
from samphao.accounts.services.attempts import RESETS_ASKED, RESETS_SENT, own_password_attempt
from samphao.accounts.services.letters import offered, write_letter
from samphao.accounts.types import AccountSpec
from samphao.core import clock
from samphao.core.errors import NotAllowed, Refused
from samphao.core.limits import TooMany, take
from samphao.core.models import AuditEntry


def change_account(spec: AccountSpec, *, by: str, password: str = "") -> None:
    """Keep a person's language, e-mail, phone and channels. Another e-mail address needs the password: by it a log-in is recovered."""
    known = User.objects.get(username=by)
    is_new_address = spec.email.lower() != known.email.lower()
    if is_new_address:
        require_password(known, password)
    with transaction.atomic():
        user = User.objects.select_for_update().get(username=by)
        before = user.email
        user.language, user.email, user.phone = spec.language, spec.email, spec.phone
        user.save(update_fields=["language", "email", "phone"])
        NoticePreference.objects.update_or_create(
            user=user, channel=Channel.EMAIL, defaults={"is_on": spec.wants_email}
        )
        if is_new_address:
            AuditEntry.objects.create(at=clock.now(), actor=by, action="account.change_email", subject=by)
            if before:
                _tell_old_address(user, before)


def require_password(user: User, password: str) -> None:
    """Refuse whoever does not know the password of his own log-in; counted outside any transaction, so that a refusal counts."""
    with own_password_attempt(user.username):
        if not user.check_password(password):
            raise NotAllowed(gettext_noop("To change the e-mail address, write your password."))


def confirm_password(username: str, password: str) -> int:
    """Let somebody confirm by his password what he signs on another's telephone; return his log-in. Counted outside any transaction."""
    user = User.objects.filter(username=username, is_active=True).first()
    with own_password_attempt(username):
        if user is None or not user.check_password(password):
            raise Refused(gettext_noop("The password is wrong: nothing was signed."), name=username)
    return user.pk


def _tell_old_address(user: User, before: str) -> None:
    with override(offered(user.language)):
        subject = _("Your e-mail address was changed")
        text = _(
            "The e-mail address of the log-in %(name)s was changed. If that was not you, tell whoever looks after this hub at once."
        ) % {"name": user.username}
    write_letter("address_changed", before, language=user.language, subject=subject, text=text)


def send_reset_letters(email: str, *, address: str, network: str) -> int:
    """Write to everybody with this address how to set a new password; nobody learns here whether there is one.

    `address` is the page that takes it, with `{uid}` and `{token}` in it; `network` is where it was asked from.
    """
    email = email.strip()
    take(RESETS_ASKED, network)
    written = 0
    with transaction.atomic():
        for user in User.objects.filter(email__iexact=email, is_active=True).order_by("id"):
            if user.has_usable_password() and _may_get_another(email):
                _write_reset(user, address)
                written += 1
    return written


def _may_get_another(email: str) -> bool:
    """Whether a mailbox has had few letters lately. One too many is left out in silence: to tell would say that there is a log-in."""
    try:
        take(RESETS_SENT, email.lower())
    except TooMany:
        return False
    return True


def _write_reset(user: User, address: str) -> None:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    link = address.replace("{uid}", uid).replace("{token}", default_token_generator.make_token(user))
    with override(offered(user.language)):
        subject = _("A new password")
        text = _(
            "Somebody asked for a new password for the log-in %(name)s. Open this address to set it:\n%(link)s\n\n"
            "If that was not you, do nothing: the old password goes on working."
        ) % {"name": user.username, "link": link}
    write_letter("reset", user.email, language=user.language, subject=subject, text=text)

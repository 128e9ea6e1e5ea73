"""Writes of accounts, one use case a function."""

from samphao.accounts.services.attempts import own_password_attempt
from samphao.accounts.services.notify import (
    LANGUAGES,
    Message,
    Spoken,
    in_three_languages,
    mark_read,
    notify,
    notify_each,
    spoken_day,
    spoken_moment,
)
from samphao.accounts.services.own_account import change_account, confirm_password, send_reset_letters
from samphao.accounts.services.parties import open_login, register_households, register_missing, register_parties
from samphao.accounts.services.people import (
    accept_as_new,
    accept_invitation,
    change_role,
    expire_invitations,
    invitation_token,
    invite,
    invite_first_owner,
    leave,
    remove_person,
    withdraw_invitation,
)
from samphao.accounts.services.send_mail import send_waiting_mail
from samphao.accounts.services.set_up import (
    begin_set_up,
    finish_set_up,
    make_set_up_token,
    may_set_up,
    require_known_payment,
    set_up_demo,
)
from samphao.accounts.services.suspensions import (
    appeal_suspension,
    dismiss_appeal,
    keep_touched,
    lift_suspension,
    open_suspension,
)

__all__ = [
    "LANGUAGES",
    "Message",
    "Spoken",
    "accept_as_new",
    "accept_invitation",
    "appeal_suspension",
    "begin_set_up",
    "change_account",
    "change_role",
    "confirm_password",
    "dismiss_appeal",
    "expire_invitations",
    "finish_set_up",
    "in_three_languages",
    "invitation_token",
    "invite",
    "invite_first_owner",
    "keep_touched",
    "leave",
    "lift_suspension",
    "make_set_up_token",
    "mark_read",
    "may_set_up",
    "notify",
    "notify_each",
    "open_login",
    "open_suspension",
    "own_password_attempt",
    "register_households",
    "register_missing",
    "register_parties",
    "remove_person",
    "require_known_payment",
    "send_reset_letters",
    "send_waiting_mail",
    "set_up_demo",
    "spoken_day",
    "spoken_moment",
    "withdraw_invitation",
]

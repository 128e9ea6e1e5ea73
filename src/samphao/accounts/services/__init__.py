"""Writes of accounts, one use case a function."""

from samphao.accounts.services.applying import (
    DRAFT_DAYS,
    begin_another,
    begin_registration,
    forget_drafts,
    save_answer,
    send_registration,
)
from samphao.accounts.services.attempts import own_password_attempt
from samphao.accounts.services.deciding import (
    approve_application,
    ask_applicant,
    confirm_numbers,
    refuse_application,
)
from samphao.accounts.services.delegating import accept_delegation, ask_delegation, end_delegation, lock_delegation
from samphao.accounts.services.letters import write_letter
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
from samphao.accounts.services.visitors import register_visitor

__all__ = [
    "DRAFT_DAYS",
    "LANGUAGES",
    "Message",
    "Spoken",
    "accept_as_new",
    "accept_delegation",
    "accept_invitation",
    "appeal_suspension",
    "approve_application",
    "ask_applicant",
    "ask_delegation",
    "begin_another",
    "begin_registration",
    "begin_set_up",
    "change_account",
    "change_role",
    "confirm_numbers",
    "confirm_password",
    "dismiss_appeal",
    "end_delegation",
    "expire_invitations",
    "finish_set_up",
    "forget_drafts",
    "in_three_languages",
    "invitation_token",
    "invite",
    "invite_first_owner",
    "keep_touched",
    "leave",
    "lift_suspension",
    "lock_delegation",
    "make_set_up_token",
    "mark_read",
    "may_set_up",
    "notify",
    "notify_each",
    "open_login",
    "open_suspension",
    "own_password_attempt",
    "refuse_application",
    "register_households",
    "register_missing",
    "register_parties",
    "register_visitor",
    "remove_person",
    "require_known_payment",
    "save_answer",
    "send_registration",
    "send_reset_letters",
    "send_waiting_mail",
    "set_up_demo",
    "spoken_day",
    "spoken_moment",
    "withdraw_invitation",
    "write_letter",
]

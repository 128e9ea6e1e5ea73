"""Writes of accounts, one use case a function."""

from samphao.accounts.services.notify import notify
from samphao.accounts.services.parties import open_login, register_households, register_parties
from samphao.accounts.services.set_up import begin_set_up, finish_set_up, make_set_up_token, may_set_up, set_up_demo

__all__ = [
    "begin_set_up",
    "finish_set_up",
    "make_set_up_token",
    "may_set_up",
    "notify",
    "open_login",
    "register_households",
    "register_parties",
    "set_up_demo",
]

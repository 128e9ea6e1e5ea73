"""How often the same person, name, e-mail or network may try what can be guessed or used to flood others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from samphao.core.limits import Limit, TooMany, give_back, take

# Wrong passwords only: a right one gives its use back. Who guesses one name from one place is stopped soon; from many places, later.
# One place gets a fifth of what a name gets, for a stranger must not be able to shut somebody out; who tries many names from one place, in between: a school is one network.
NAME_AND_NETWORK = Limit("sign-in: name and network", 5, timedelta(minutes=15))
NETWORK = Limit("sign-in: network", 30, timedelta(minutes=10))
NAME = Limit("sign-in: name", 100, timedelta(hours=1))
OWN_PASSWORD = Limit("own password", 5, timedelta(minutes=5))
SET_UP = Limit("setup: network", 10, timedelta(minutes=10))
RESETS_ASKED = Limit("new password: network", 20, timedelta(hours=1))
RESETS_SENT = Limit("new password: e-mail", 3, timedelta(hours=1))
INVITATIONS_BY = Limit("invitations: person", 30, timedelta(hours=1))
INVITATIONS_TO = Limit("invitations: e-mail", 5, timedelta(days=1))
REGISTRATIONS = Limit("registrations: network", 20, timedelta(hours=1))
SENDINGS = Limit("registrations: person", 10, timedelta(days=1))
DELEGATIONS = Limit("delegations: person", 30, timedelta(days=1))
CHECKOUTS = Limit("checkout: network", 20, timedelta(hours=1))
CHECKOUTS_TO = Limit("checkout: e-mail", 10, timedelta(days=1))


def count_sign_in(username: str, network: str) -> None:
    """Count a try, or raise TooMany and count nothing: what was refused has cost neither the name nor the office anything."""
    taken: list[tuple[Limit, str]] = []
    for limit, key in _sign_in(username, network):
        try:
            take(limit, key)
        except TooMany:
            for earlier, its_key in taken:
                give_back(earlier, its_key)
            raise
        taken.append((limit, key))


def forget_sign_in(username: str, network: str) -> None:
    for limit, key in _sign_in(username, network):
        give_back(limit, key)


def _sign_in(username: str, network: str) -> tuple[tuple[Limit, str], ...]:
    name = username.lower()
    return (NAME_AND_NETWORK, f"{name} {network}"), (NETWORK, network), (NAME, name)


@contextmanager
def own_password_attempt(username: str) -> Iterator[None]:
    """Count a try at one's own password, asked for again by a page: whoever found an open session may not guess it. What raises was wrong."""
    take(OWN_PASSWORD, username)
    yield
    give_back(OWN_PASSWORD, username)

"""Signing in by name and password, with limits on guessing, whichever page asks: the hub's own or the back office's."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from samphao.accounts.models import User
from samphao.accounts.queries import signed_in
from samphao.accounts.services.attempts import count_sign_in, forget_sign_in
from samphao.core.limits import network_of


class LimitedSignIn(ModelBackend):
    """Counts a try before it looks at the password, so that many at once are not let through together."""

    def get_user(self, user_id: int) -> User | None:
        return signed_in(user_id)

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        network = network_of(request.META.get("REMOTE_ADDR", "") if request else "")
        count_sign_in(username, network)
        user = super().authenticate(request, username=username, password=password, **more)
        if user is not None:
            forget_sign_in(username, network)
        return user

"""Signed buyer tokens: who orders, checked without a database read.

A token is `BUYER.EXPIRES.SIGNATURE`: the organisation's id, a Unix time and an HMAC over both. It is what a signed-in page or
an API key exchange hands to a client for the order counter.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time


class TokenSigner:
    def __init__(self, secret: str) -> None:
        key = hashlib.sha256(b"samphao order counter\0" + secret.encode()).digest()
        self._signer = hmac.new(key, digestmod=hashlib.sha256)

    def make(self, buyer: int, *, lives_s: int = 3600) -> str:
        body = f"{buyer}.{int(time.time()) + lives_s}"
        return f"{body}.{self._sign(body)}"

    def buyer(self, token: str) -> int | None:
        """Return the organisation's id, or None when the token is not ours or has expired."""
        body, _, signature = token.rpartition(".")
        if not body or not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return None
        buyer, _, expires = body.partition(".")
        return int(buyer) if int(expires) > time.time() else None

    def _sign(self, body: str) -> str:
        signer = self._signer.copy()
        signer.update(body.encode())
        return base64.urlsafe_b64encode(signer.digest()[:18]).decode()

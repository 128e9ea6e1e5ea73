"""Signed passes to the order counter: who orders, in which sale, until when; checked without a database read.

A pass is `BUYER.SALE.EXPIRES.SIGNATURE`: the organisation's id, the id of the sale (0 where a sale has no queue), a Unix time, and
an HMAC over the three. A page or the interface for programs hands it to a buyer who is signed in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass

ANY_SALE = 0
KNOWN_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Pass:
    """What a signed token says."""

    buyer: int
    sale: int
    expires: int


class TokenSigner:
    """Makes and reads passes. One that was read before is looked up: a signature costs more than all else of a request's reading."""

    def __init__(self, secret: str) -> None:
        key = hashlib.sha256(b"samphao order counter pass\0" + secret.encode()).digest()
        self._signer = hmac.new(key, digestmod=hashlib.sha256)
        self._known: dict[str, Pass] = {}

    def make(self, buyer: int, *, sale: int = ANY_SALE, lives_s: int = 3600) -> str:
        body = f"{buyer}.{sale}.{int(time.time()) + lives_s}"
        return f"{body}.{self._sign(body)}"

    def read(self, token: str) -> Pass | None:
        """Return what a token says, or None when it is not ours or has expired."""
        found = self._known.get(token) or self._verify(token)
        return found if found is not None and found.expires > time.time() else None

    def _verify(self, token: str) -> Pass | None:
        body, _, signature = token.rpartition(".")
        if not body or not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return None
        found = Pass(*map(int, body.split(".")))
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()  # a rush of one sale is far smaller; whoever comes again is read again
        self._known[token] = found
        return found

    def _sign(self, body: str) -> str:
        signer = self._signer.copy()
        signer.update(body.encode())
        return base64.urlsafe_b64encode(signer.digest()[:18]).decode()

"""Messages of those who hold the money: signed, taken once, kept until what they tell of is known."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_noop

from samphao.core import clock
from samphao.core.errors import NotAllowed, Refused
from samphao.payments.adapters import adapter_of, simulator
from samphao.payments.models import PartnerEvent
from samphao.payments.types import PartnerMessage

KINDS = ("payment.received", "payment.charged_back", "payout.returned")
TOLERANCE_S = 300
"""How far a message's time may be from ours: an old one cannot be played again after the keys were changed."""


def secret_of(method: str) -> bytes:
    """Return the key that signs a method's messages: the partner's from the settings, the simulator's from the hub's own."""
    if method == simulator.METHOD:
        return salted_hmac("samphao.payments.simulator", method).digest()
    return settings.PARTNER_SECRET.encode()


def signed(method: str, event_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message, as the Standard Webhooks specification writes it."""
    key = secret_of(method)
    digest = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def keep_message(method: str, headers: Mapping[str, str], body: bytes, *, at_s: int) -> PartnerMessage | None:
    """Verify a message and keep it; return it, or None if it was kept before.

    Raises
    ------
    NotAllowed
        If it is not signed by the method's key, or its time is more than five minutes away.
    Refused
        If it is signed and cannot be understood.
    """
    adapter_of(method)
    event_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not secret_of(method) or not event_id or not stamp.isdigit() or abs(int(stamp) - at_s) > TOLERANCE_S:
        raise NotAllowed(gettext_noop("The message is not signed, or too old."))
    right = signed(method, event_id, int(stamp), body)
    if not any(hmac.compare_digest(right, given) for given in headers.get("webhook-signature", "").split()):
        raise NotAllowed(gettext_noop("The message is not signed, or too old."))
    kind, data = _read(body)
    about = str(data.get("payout" if kind == "payout.returned" else "reference", ""))[:120]
    row, is_new = PartnerEvent.objects.get_or_create(
        method=method, event_id=event_id[:80], defaults={"kind": kind, "about": about, "payload": data, "received_at": clock.now()}
    )  # fmt: skip
    return PartnerMessage(row.pk, method, kind, about, data) if is_new else None


def waiting_messages(method: str, about: str) -> list[PartnerMessage]:
    """Return what waits for news of a payment, the oldest first."""
    rows = PartnerEvent.objects.filter(method=method, about=about, state=PartnerEvent.State.WAITING).order_by("id")
    return [PartnerMessage(row.pk, row.method, row.kind, row.about, row.payload) for row in rows]


def mark_done(message: PartnerMessage) -> None:
    PartnerEvent.objects.filter(pk=message.id).update(state=PartnerEvent.State.DONE)


def _read(body: bytes) -> tuple[str, dict[str, object]]:
    try:
        told = json.loads(body)
        kind, data = told["type"], told["data"]
    except (ValueError, KeyError, TypeError):
        raise Refused(gettext_noop("The message cannot be read.")) from None
    if kind not in KINDS or not isinstance(data, dict):
        raise Refused(gettext_noop("The message tells of nothing that the hub knows."))
    return kind, data

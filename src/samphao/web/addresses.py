"""Addresses that leave the hub, in e-mails and on paper, and the one that a request came from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from samphao.core.limits import network_of


def absolute(request: HttpRequest, name: str, *arguments: str) -> str:
    """Return a page's whole address: below SAMPHAO_URL where it is set, else as this request came."""
    path = reverse(name, args=arguments)
    return f"{settings.HUB_URL}{path}" if settings.HUB_URL else request.build_absolute_uri(path)


def network_behind(request: HttpRequest) -> str:
    """Return where a request came from, as limits count it: with SAMPHAO_BEHIND_PROXY what the proxy said, which uvicorn has read already."""
    return network_of(request.META.get("REMOTE_ADDR", ""))

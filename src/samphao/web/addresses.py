"""Addresses that leave the hub, in e-mails and on paper."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def absolute(request: HttpRequest, name: str, *arguments: str) -> str:
    """Return a page's whole address: below SAMPHAO_URL where it is set, else as this request came."""
    path = reverse(name, args=arguments)
    return f"{settings.HUB_URL}{path}" if settings.HUB_URL else request.build_absolute_uri(path)

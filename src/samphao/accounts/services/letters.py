"""E-mails to one address: written in the caller's transaction, sent by the worker after its commit."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language

from samphao.accounts.models import Letter, User
from samphao.core.events import wake_worker


def write_letter(purpose: str, address: str, *, language: str, subject: str, text: str) -> None:
    Letter.objects.create(purpose=purpose, address=address, language=language, subject=subject[:200], text=text)
    wake_worker()


def language_of(address: str, otherwise: str) -> str:
    """Return the language of whoever has this address, or another one."""
    known = User.objects.filter(email__iexact=address, is_active=True).values_list("language", flat=True).first()
    return offered(known or otherwise)


def offered(language: str) -> str:
    codes = [code for code, _ in settings.LANGUAGES]
    return language if language in codes else (get_language() or settings.LANGUAGE_CODE)

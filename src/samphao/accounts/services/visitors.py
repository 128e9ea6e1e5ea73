"""Buyers who have no log-in: an organisation of one person, made at the checkout, and a letter with the way back."""

from __future__ import annotations

import secrets

from samphao.accounts.models import Organisation
from samphao.accounts.services.attempts import CHECKOUTS, CHECKOUTS_TO
from samphao.accounts.services.letters import offered
from samphao.core.limits import take


def register_visitor(name: str, country: str, email: str, *, language: str, network: str) -> int:
    """Make the buyer for a visitor's purchase; return its id. Raises TooMany where one network or address makes too many."""
    take(CHECKOUTS, network)
    take(CHECKOUTS_TO, email.casefold())
    code = f"VIS-{secrets.token_hex(6).upper()}"
    row = Organisation.objects.create(
        code=code,
        kind=Organisation.Kind.BUYER,
        legal_form="person",
        name_en=name,
        country=country,
        language=offered(language),
    )
    return int(row.pk)

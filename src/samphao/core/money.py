"""Minor units and what people read: satang and baht, fen and yuan, yen and yen."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision


@lru_cache(maxsize=64)
def minor_units(currency: str) -> int:
    """Return how many minor units make one of a currency (ISO 4217): 100 for THB, 1 for JPY."""
    digits: int = get_currency_precision(currency)
    return int(10**digits)


def major(minor: int, currency: str) -> Decimal:
    return Decimal(minor) / minor_units(currency)


def amount_text(minor: int, currency: str) -> str:
    """Write an amount for a message in any language: `THB 1,234.50`."""
    digits = len(str(minor_units(currency))) - 1
    return f"{currency} {major(minor, currency):,.{digits}f}"

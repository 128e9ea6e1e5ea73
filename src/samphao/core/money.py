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

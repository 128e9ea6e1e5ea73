"""Minor units and what people read: satang and baht, fen and yuan, yen and yen."""

from __future__ import annotations

from decimal import Decimal

NOT_TWO_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DIGITS = {code: digits for digits, codes in NOT_TWO_DIGITS.items() for code in codes.split()}
"""The currencies of ISO 4217 whose minor unit is not a hundredth. The standard counts, not custom: kip, kyat and riel have hundredths that
nobody hands over, and every bank, payment firm and customs office writes amounts with them (decision 8)."""


def minor_digits(currency: str) -> int:
    """Return how many digits the minor unit of a currency has (ISO 4217): 2 for THB and LAK, 0 for VND and JPY."""
    return DIGITS.get(currency, 2)


def minor_units(currency: str) -> int:
    """Return how many minor units make one of a currency: 100 for THB, 1 for JPY."""
    return int(10 ** minor_digits(currency))


def major(minor: int, currency: str) -> Decimal:
    return Decimal(minor) / minor_units(currency)


def amount_text(minor: int, currency: str) -> str:
    """Write an amount for a message in any language: `THB 1,234.50`."""
    return f"{currency} {major(minor, currency):,.{minor_digits(currency)}f}"

"""Whole numbers that come in addresses and forms: what no column holds is none."""

from __future__ import annotations

INTEGER_MAX, BIGINT_MAX = 2**31 - 1, 2**63 - 1
DIGITS_MAX = 20  # Python itself refuses to read some thousands of digits


def whole_number(text: str, most: int = BIGINT_MAX) -> int | None:
    """Return a number from 0 to `most`, or None for anything else."""
    text = text.strip()
    if not text.isdecimal() or len(text) > DIGITS_MAX:
        return None
    number = int(text)
    return number if number <= most else None

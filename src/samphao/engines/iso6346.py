"""Container numbers by ISO 6346: owner and category, six digits, a check digit."""

from __future__ import annotations

import string

# Letters count from 10 upwards, passing over multiples of 11 (ISO 6346, annex A).
VALUES = dict(zip(string.ascii_uppercase, (value for value in range(10, 39) if value % 11), strict=False))


def check_digit(first_ten: str) -> int:
    """Return the check digit of owner code and serial number.

    Parameters
    ----------
    first_ten : str
        Four capital letters and six digits, such as ``CSQU305438``.

    Raises
    ------
    ValueError
        If it is not of that shape.

    References
    ----------
    ISO 6346:2022, annex A: values weighted by powers of two, modulo 11, modulo 10.
    """
    head, tail = first_ten[:4], first_ten[4:]
    if len(first_ten) != 10 or not tail.isdecimal() or any(letter not in VALUES for letter in head):
        raise ValueError(f"{first_ten!r} is not four letters and six digits")
    values = [VALUES[letter] for letter in head] + [int(digit) for digit in tail]
    return sum(value << place for place, value in enumerate(values)) % 11 % 10


def container_number(owner: str, serial: int) -> str:
    """Return the full number of a container: `container_number("CSQU", 305438)` is ``CSQU3054383``."""
    first_ten = f"{owner}{serial:06d}"
    return f"{first_ten}{check_digit(first_ten)}"

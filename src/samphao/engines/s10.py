"""Numbers of postal items by UPU S10: service indicator, eight digits, a check digit, the country that issued it."""

from __future__ import annotations

import re
from typing import Final

WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
SHAPE: Final = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")


def check_digit(serial: int) -> int:
    """Return the check digit of a serial number.

    Parameters
    ----------
    serial : int
        0 to 99,999,999.

    Raises
    ------
    ValueError
        If the serial has more than eight digits or is negative.

    References
    ----------
    UPU standard S10: weighted sum modulo 11, taken from 11; 10 becomes 0 and 11 becomes 5.
    """
    if not 0 <= serial <= 99_999_999:
        raise ValueError(f"{serial} has not one to eight digits")
    total = sum(int(digit) * weight for digit, weight in zip(f"{serial:08d}", WEIGHTS, strict=True))
    return {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)


def item_number(indicator: str, serial: int, country: str) -> str:
    """Return the full number of an item: `item_number("RA", 47312482, "GB")` is ``RA473124829GB``.

    Raises
    ------
    ValueError
        If indicator or country are not two capital letters.
    """
    number = f"{indicator}{serial:08d}{check_digit(serial)}{country}"
    if not SHAPE.fullmatch(number):
        raise ValueError(f"{indicator!r} and {country!r} are not two capital letters each")
    return number


def is_valid(number: str) -> bool:
    """Return whether a number has the shape of S10 and the right check digit."""
    return bool(SHAPE.fullmatch(number)) and int(number[10]) == check_digit(int(number[2:10]))

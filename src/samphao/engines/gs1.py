"""Numbers of GS1: check digits, cartons (SSCC), trade items (GTIN), their bar code and their web address.

References
----------
GS1 General Specifications, sections 2.1, 3.2 and 5.4 (structure of the numbers, GS1-128), 7.9 (check digit); GS1 Digital Link
standard, URI syntax. From memory; the check digit and the bars are tested against numbers worked out by hand.
"""

from __future__ import annotations

DEMONSTRATION = "952"
"""GS1 keeps this prefix for examples: a number that begins with it belongs to nobody."""

# Widths of bars and spaces of Code 128, one string a symbol; 105 starts with set C, 102 is the function character 1.
WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221 "
    "223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 "
    "112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 "
    "311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 "
    "122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 "
    "214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232"
).split()
START_C, FUNCTION_1, STOP = 105, 102, "2331112"


def check_digit(digits: str) -> str:
    """Return the digit that ends a GS1 number: weights 3 and 1 from the right, up to the next ten."""
    if not digits.isascii() or not digits.isdigit():
        raise ValueError(f"{digits!r} is not a row of digits")
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def is_number(digits: str) -> bool:
    """Tell whether a row of digits ends with its check digit."""
    return len(digits) > 1 and digits.isascii() and digits.isdigit() and check_digit(digits[:-1]) == digits[-1]


def sscc(prefix: str, serial: int) -> str:
    """Return the serial shipping container code of a carton: 18 digits; `prefix` is the company's, 7 to 10 digits.

    Raises
    ------
    ValueError
        If the prefix is no company prefix, or its serials are used up: a number is never given twice.
    """
    room = 17 - len(_prefix(prefix))
    if not 0 <= serial < 10**room:
        raise ValueError(f"serial {serial} does not fit behind the company prefix {prefix}")
    body = f"{serial // 10 ** (room - 1)}{prefix}{serial % 10 ** (room - 1):0{room - 1}}"
    return body + check_digit(body)


def gtin(prefix: str, item: int) -> str:
    """Return the GTIN-14 of a carton of an item (indicator 1): 14 digits."""
    room = 12 - len(_prefix(prefix))
    if not 0 <= item < 10**room:
        raise ValueError(f"item {item} does not fit behind the company prefix {prefix}")
    body = f"1{prefix}{item:0{room}}"
    return body + check_digit(body)


def _prefix(prefix: str) -> str:
    if not (prefix.isascii() and prefix.isdigit() and 7 <= len(prefix) <= 10):
        raise ValueError(f"{prefix!r} is no company prefix of GS1: 7 to 10 digits")
    return prefix


def bars(application_identifier: str, digits: str) -> list[int]:
    """Return the widths of bars and spaces, in modules and beginning with a bar, of a GS1-128 symbol of an even row of digits."""
    text = application_identifier + digits
    if len(text) % 2 or not text.isdigit():
        raise ValueError("set C writes pairs of digits")
    symbols = [START_C, FUNCTION_1, *(int(text[at : at + 2]) for at in range(0, len(text), 2))]
    check = (symbols[0] + sum(place * symbol for place, symbol in enumerate(symbols[1:], 1))) % 103
    return [int(width) for symbol in [*symbols, check] for width in WIDTHS[symbol]] + [int(width) for width in STOP]

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
SYMBOLS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221"
    "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321"
    "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131"
    "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114"
    "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"
)
WIDTHS = [SYMBOLS[at : at + 6] for at in range(0, len(SYMBOLS), 6)]
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

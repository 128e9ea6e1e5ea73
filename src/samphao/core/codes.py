"""Reference codes that people read aloud: `SO-7F3K-2QJ9`.

A code is a number from a sequence, scrambled so that it tells nothing about how many came before, in Crockford's base 32
(no I, L, O, U), with a last character that catches every single wrong one and every swap of neighbours.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUE = {character: value for value, character in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
BITS = 35  # seven characters
MASK = (1 << BITS) - 1
MULTIPLIER = 0x2_545F_4915 | 1
INVERSE = pow(MULTIPLIER, -1, 1 << BITS)
SHIFT = 18
WEIGHTS = (1, 3, 5, 7, 9, 11, 13)  # odd and distinct modulo 32: one wrong character always changes the sum


def _scramble(number: int) -> int:
    mixed = (number * MULTIPLIER) & MASK
    mixed ^= mixed >> SHIFT
    return (mixed * MULTIPLIER) & MASK


def _unscramble(mixed: int) -> int:
    number = (mixed * INVERSE) & MASK
    number ^= number >> SHIFT
    return (number * INVERSE) & MASK


def encode(prefix: str, number: int) -> str:
    """Return the code of a positive number below 2**35."""
    mixed = _scramble(number)
    digits = [(mixed >> shift) & 31 for shift in (30, 25, 20, 15, 10, 5, 0)]
    check = sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=True)) & 31
    text = "".join(ALPHABET[digit] for digit in digits) + ALPHABET[check]
    return f"{prefix}-{text[:4]}-{text[4:]}"


def decode(prefix: str, code: str) -> int | None:
    """Return the number behind a code, or None when it was mistyped; case, O for 0 and I or L for 1 are forgiven."""
    head, _, rest = code.strip().upper().partition("-")
    text = rest.replace("-", "")
    if head != prefix or len(text) != 8 or any(character not in VALUE for character in text):
        return None
    digits = [VALUE[character] for character in text]
    if sum(weight * digit for weight, digit in zip(WEIGHTS, digits[:7], strict=True)) & 31 != digits[7]:
        return None
    mixed = 0
    for digit in digits[:7]:
        mixed = mixed << 5 | digit
    return _unscramble(mixed)

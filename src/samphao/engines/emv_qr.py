"""QR codes that a bank's application pays: fields of EMVCo's merchant-presented mode, and Thai bill payment in them.

A code is a row of fields: two digits that name it, two that count its letters, the letters. The last one, 63, is a checksum of
all that stands before it. Fields can hold fields of their own, as tag 30 holds the biller and his references. KHQR of Cambodia and
VietQR are read by the same functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

CRC_TAG: Final = "63"
BILL_PAYMENT_TAG: Final = "30"
BILL_PAYMENT: Final = "A000000677010112"  # the application of PromptPay that pays bills
BAHT: Final = "764"  # ISO 4217, as a number
SATANG_DIGITS: Final = 2
AMOUNT_LENGTH_MAX: Final = 13
REFERENCE: Final = re.compile(r"[A-Z0-9]{1,20}")
BILLER: Final = re.compile(r"\d{15}")
PLAIN: Final = re.compile(r"[ -~]+")
POLYNOMIAL: Final = 0x1021


class BadCode(ValueError):
    """A code that no bank's application would read, or a bill that cannot be written as one."""


@dataclass(frozen=True, slots=True)
class BillPayment:
    """A bill in baht: whom to pay, by which two references he knows it again, how much.

    Parameters
    ----------
    biller : str
        15 digits: the tax number of the biller and two of his own.
    ref1, ref2 : str
        1 to 20 capital letters and digits each.
    amount_minor : int or None
        Satang; None lets the payer write the amount.
    name, city : str
        Printable ASCII, at most 25 and 15 letters; what the payer's application shows.
    category : str
        Merchant category code, ISO 18245.
    label : str
        What field 62 shows on the terminal's side, at most 25 letters; may be empty.
    """

    biller: str
    ref1: str
    ref2: str
    amount_minor: int | None
    name: str
    city: str
    category: str = "0000"
    label: str = ""


def crc16(text: str) -> int:
    """Return CRC-16 with polynomial 0x1021 from 0xFFFF, nothing reflected (CCITT, "false"), over UTF-8."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ POLYNOMIAL if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def written(fields: Iterable[tuple[str, str]]) -> str:
    """Return fields as text, without a checksum.

    Raises
    ------
    BadCode
        If a value has no letter or more than 99.
    """
    parts = []
    for tag, value in fields:
        if not 1 <= len(value) <= 99:
            raise BadCode(f"field {tag} has {len(value)} letters; 1 to 99 can be written")
        parts.append(f"{tag}{len(value):02d}{value}")
    return "".join(parts)


def fields_of(text: str) -> dict[str, str]:
    """Return the fields of a text in their order.

    Raises
    ------
    BadCode
        If a length is no number, a field is cut off, or a tag stands twice.
    """
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        tag, count = text[at : at + 2], text[at + 2 : at + 4]
        if not (tag.isascii() and tag.isdigit() and len(count) == 2 and count.isascii() and count.isdigit()):
            raise BadCode(f"no field begins at letter {at + 1}")
        value = text[at + 4 : at + 4 + int(count)]
        if len(value) < int(count):
            raise BadCode(f"field {tag} is cut off")
        if tag in found:
            raise BadCode(f"field {tag} stands twice")
        found[tag] = value
        at += 4 + int(count)
    return found


def sealed(fields: Iterable[tuple[str, str]]) -> str:
    """Return fields as a whole code, with its checksum."""
    text = f"{written(fields)}{CRC_TAG}04"
    return f"{text}{crc16(text):04X}"


def opened(code: str) -> dict[str, str]:
    """Return the fields of a whole code without its checksum, which is verified.

    Raises
    ------
    BadCode
        If the checksum is missing or another, or the fields cannot be read.
    """
    body, given = code[:-4], code[-4:]
    if not body.endswith(f"{CRC_TAG}04") or f"{crc16(body):04X}" != given.upper():
        raise BadCode("the checksum is missing or wrong")
    fields = fields_of(code)
    fields.pop(CRC_TAG, None)
    if fields.get("00") != "01":
        raise BadCode("it does not begin as a payment code of version 01")
    return fields


def bill_payment_code(bill: BillPayment) -> str:
    """Return the code of a bill, to be paid once.

    Raises
    ------
    BadCode
        If a number, reference, name or amount cannot be written.

    References
    ----------
    EMVCo, QR Code Specification for Payment Systems: Merchant-Presented Mode, tables 3.3 to 3.7. Bank of Thailand, Thai QR Payment:
    tag 30 with 00 (application), 01 (biller), 02 and 03 (references).
    """
    if not BILLER.fullmatch(bill.biller):
        raise BadCode(f"{bill.biller!r} is no biller: 15 digits")
    for reference in (bill.ref1, bill.ref2):
        if not REFERENCE.fullmatch(reference):
            raise BadCode(f"{reference!r} is no reference: 1 to 20 capital letters and digits")
    for value, longest in ((bill.name, 25), (bill.city, 15)):
        if not PLAIN.fullmatch(value) or len(value) > longest:
            raise BadCode(f"{value!r} cannot be shown: 1 to {longest} letters of ASCII")
    merchant = written((("00", BILL_PAYMENT), ("01", bill.biller), ("02", bill.ref1), ("03", bill.ref2)))
    fields = [("00", "01"), ("01", "12"), (BILL_PAYMENT_TAG, merchant), ("52", bill.category), ("53", BAHT)]
    if bill.amount_minor is not None:
        fields.append(("54", _amount(bill.amount_minor)))
    fields += [("58", "TH"), ("59", bill.name), ("60", bill.city)]
    if bill.label:
        fields.append(("62", written((("07", bill.label),))))
    return sealed(fields)


def bill_of(code: str) -> BillPayment:
    """Return the bill that a code asks to pay.

    Raises
    ------
    BadCode
        If it is no Thai bill payment in baht, or its amount is no whole number of satang.
    """
    fields = opened(code)
    merchant = fields_of(fields.get(BILL_PAYMENT_TAG, ""))
    if merchant.get("00") != BILL_PAYMENT or fields.get("53") != BAHT:
        raise BadCode("it is no Thai bill payment in baht")
    more = fields_of(fields.get("62", ""))
    return BillPayment(
        merchant.get("01", ""), merchant.get("02", ""), merchant.get("03", ""), _satang(fields), fields.get("59", ""),
        fields.get("60", ""), fields.get("52", "0000"), more.get("07", ""),
    )  # fmt: skip


def _amount(minor: int) -> str:
    text = f"{Decimal(minor).scaleb(-SATANG_DIGITS):.{SATANG_DIGITS}f}"
    if minor <= 0 or len(text) > AMOUNT_LENGTH_MAX:
        raise BadCode(f"{minor} satang cannot be asked for by a code")
    return text


def _satang(fields: Mapping[str, str]) -> int | None:
    if "54" not in fields:
        return None
    try:
        minor = Decimal(fields["54"]).scaleb(SATANG_DIGITS)
    except InvalidOperation:
        raise BadCode(f"{fields['54']!r} is no amount") from None
    if not minor.is_finite() or minor != minor.to_integral_value() or minor <= 0:
        raise BadCode(f"{fields['54']!r} is no whole number of satang")
    return int(minor)

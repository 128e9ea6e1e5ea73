"""Payment codes: what others published is read, what is written here others read, and nothing is lost on the way."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from vietqr_emvco import VietQRGenerator, VietQRParser

from samphao.engines.emv_qr import BadCode, BillPayment, bill_of, bill_payment_code, crc16, fields_of, opened

# Codes that others published with their checksums: two of a bank's, one of a shop's, one of a library's tests.
PUBLISHED = {
    "00020101021230710016A00000067701011201150112345678912330212REF1234567890312REF98765432153037645406200.005802TH5906THAIQR6304F528": (
        "011234567891233", "REF123456789", "REF987654321", 20_000,
    ),
    "00020101021130750016A00000067701011201150107537000882050219ZY010556UP8013305E80309MDMBEN38J53037645406900.045802TH622407200000yJMlWBD1ltXF6zJf6304858E": (
        "010753700088205", "ZY010556UP8013305E8", "MDMBEN38J", 90_004,
    ),
    "00020101021230540016A0000006770101120115010556207402702021125062781065520412345303764540510.005802TH5902NA6304CE42": (
        "010556207402702", "25062781065", "", 1_000,
    ),
}  # fmt: skip
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
REFERENCES = st.text(LETTERS, min_size=1, max_size=20)
BILLS = st.builds(
    BillPayment,
    biller=st.text("0123456789", min_size=15, max_size=15),
    ref1=REFERENCES,
    ref2=REFERENCES,
    amount_minor=st.none() | st.integers(1, 10**12 - 1),
    name=st.text([chr(code) for code in range(32, 127)], min_size=1, max_size=25),
    city=st.text(LETTERS + " ", min_size=1, max_size=15),
    category=st.text("0123456789", min_size=4, max_size=4),
    label=st.text(LETTERS, max_size=25),
)


def bill(**changed: object) -> BillPayment:
    given = {
        "biller": "099400016550100", "ref1": "SO51VG7ZHG", "ref2": "R000123", "amount_minor": 58_434, "name": "SAMPHAO", "city": "CHACHOENGSAO",
        **changed,
    }  # fmt: skip
    return BillPayment(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_codes_are_read(code: str) -> None:
    found = bill_of(code)
    assert (found.biller, found.ref1, found.ref2, found.amount_minor) == PUBLISHED[code]


def test_the_checksum_is_that_of_the_standard() -> None:
    assert crc16("123456789") == 0x29B1, "the check value of CRC-16/CCITT-FALSE"


@given(BILLS)
def test_a_bill_comes_back_as_it_was_written(asked: BillPayment) -> None:
    assert bill_of(bill_payment_code(asked)) == asked


@given(BILLS)
def test_an_outside_decoder_reads_the_same(asked: BillPayment) -> None:
    code = bill_payment_code(asked)
    assert VietQRParser.verify_checksum(code)
    fields = VietQRParser.parse_raw(code)
    merchant = VietQRParser.parse_raw(fields["30"])
    assert merchant == {"00": "A000000677010112", "01": asked.biller, "02": asked.ref1, "03": asked.ref2}
    shown = (fields["52"], fields["53"], fields["58"], fields["59"], fields["60"])
    assert shown == (asked.category, "764", "TH", asked.name, asked.city)
    if asked.amount_minor is not None:
        assert Decimal(fields["54"]) * 100 == asked.amount_minor
        assert len(fields["54"].partition(".")[2]) == 2


def test_the_picture_is_read_by_a_decoder_of_pictures() -> None:
    code = bill_payment_code(bill())
    drawn = io.BytesIO()
    segno.make(code, error="m", micro=False).save(drawn, kind="png", scale=4, border=4)
    found = zxingcpp.read_barcodes(Image.open(drawn))
    assert [one.text for one in found] == [code]


def test_codes_of_the_neighbours_are_read_by_the_same_functions() -> None:
    vietnamese = VietQRGenerator("Vietcombank", "0011002233445").generate(amount=150_000, memo="SO51VG7ZHG")
    fields = opened(vietnamese)
    account = fields_of(fields_of(fields["38"])["01"])
    assert (fields["53"], fields["54"], fields["58"], account["01"]) == ("704", "150000", "VN", "0011002233445")
    with pytest.raises(BadCode, match="no Thai bill payment"):
        bill_of(vietnamese)


@pytest.mark.parametrize("at", range(0, 100, 7))
def test_one_wrong_letter_is_found(at: int) -> None:
    code = bill_payment_code(bill())
    wrong = code[:at] + ("X" if code[at] != "X" else "Y") + code[at + 1 :]
    with pytest.raises(BadCode):
        bill_of(wrong)


@pytest.mark.parametrize(
    "changed",
    [
        {"biller": "12345"}, {"ref1": ""}, {"ref1": "SO-51VG"}, {"ref2": "x" * 21}, {"amount_minor": 0}, {"amount_minor": -5},
        {"amount_minor": 10**13}, {"name": "สำเภา"}, {"name": ""}, {"city": "A" * 16},
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(BadCode):
        bill_payment_code(bill(**changed))


@pytest.mark.parametrize("amount", ["10.005", "x", "NaN", "-1.00", "0.00"])
def test_an_amount_that_is_no_whole_satang_is_refused(amount: str) -> None:
    fields = opened(bill_payment_code(bill()))
    from samphao.engines.emv_qr import sealed

    with pytest.raises(BadCode):
        bill_of(sealed([(tag, amount if tag == "54" else value) for tag, value in fields.items()]))

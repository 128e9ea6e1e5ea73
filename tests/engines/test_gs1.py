"""Numbers of GS1 against numbers worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samphao.engines import gs1


@pytest.mark.parametrize(("digits", "check"), [("629104150021", "3"), ("37610425002123456", "9"), ("0", "0")])
def test_check_digits_of_published_examples(digits: str, check: str) -> None:
    assert gs1.check_digit(digits) == check


def test_a_carton_number_has_eighteen_digits_and_says_whose_it_is() -> None:
    assert gs1.sscc("9521234", 1) == "095212340000000013"
    assert gs1.sscc("9521234", 10**9 - 1)[:8] == "09521234"
    assert gs1.sscc("9521234", 10**9)[:8] == "19521234", "the first digit is the tenth of the serial"
    with pytest.raises(ValueError, match="does not fit"):
        gs1.sscc("9521234", 10**10)


def test_an_item_number_has_fourteen_digits() -> None:
    assert gs1.gtin("9521234", 7) == "19521234000072"
    assert gs1.is_number("19521234000072")
    assert not gs1.is_number("19521234000073")
    with pytest.raises(ValueError, match="does not fit"):
        gs1.gtin("9521234", 100_000)


@pytest.mark.parametrize("prefix", ["123456", "12345678901", "95212x4", ""])
def test_a_prefix_that_is_none_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="company prefix"):
        gs1.sscc(prefix, 1)


@given(st.integers(0, 10**10 - 1), st.integers(0, 17), st.integers(1, 9))
def test_a_wrong_digit_is_found(serial: int, at: int, off: int) -> None:
    number = gs1.sscc("9521234", serial)
    wrong = number[:at] + str((int(number[at]) + off) % 10) + number[at + 1 :]
    assert gs1.is_number(number)
    assert not gs1.is_number(wrong)


@given(st.integers(0, 10**10 - 1))
def test_bars_can_be_read_back(serial: int) -> None:
    number = gs1.sscc("9521234", serial)
    widths = gs1.bars("00", number)
    assert widths[-7:] == [2, 3, 3, 1, 1, 1, 2], "stop"
    symbols = [gs1.WIDTHS.index("".join(map(str, widths[at : at + 6]))) for at in range(0, len(widths) - 7, 6)]
    start, function, *pairs, check = symbols
    assert (start, function) == (105, 102)
    assert "".join(f"{pair:02}" for pair in pairs) == "00" + number
    assert check == (start + sum(place * symbol for place, symbol in enumerate([function, *pairs], 1))) % 103


def test_every_symbol_is_eleven_modules_wide() -> None:
    assert len(gs1.WIDTHS) == len(set(gs1.WIDTHS)) == 106
    assert {sum(map(int, widths)) for widths in gs1.WIDTHS} == {11}

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samphao.engines.s10 import check_digit, is_valid, item_number

SERIALS = st.integers(0, 99_999_999)


def test_the_standards_own_example() -> None:
    assert check_digit(47312482) == 9
    assert item_number("RA", 47312482, "GB") == "RA473124829GB"


@given(SERIALS)
def test_every_number_that_is_made_is_valid(serial: int) -> None:
    assert is_valid(item_number("EE", serial, "TH"))


@given(SERIALS, st.integers(2, 9), st.integers(1, 9))
def test_one_wrong_digit_is_found_but_where_the_check_digit_stands_for_two_remainders(
    serial: int, at: int, more: int
) -> None:
    number = item_number("EE", serial, "TH")
    wrong = number[:at] + str((int(number[at]) + more) % 10) + number[at + 1 :]
    if number[10] != "5":  # the standard gives 5 to two remainders, every other digit to one
        assert not is_valid(wrong)


@pytest.mark.parametrize("wrong", ["RA473124828GB", "RA47312482GB", "ra473124829GB", "RA473124829G", ""])
def test_what_is_no_item_number_is_refused(wrong: str) -> None:
    assert not is_valid(wrong)


@pytest.mark.parametrize(("indicator", "country"), [("R", "TH"), ("RA", "Thailand"), ("12", "TH")])
def test_letters_that_are_none_are_refused(indicator: str, country: str) -> None:
    with pytest.raises(ValueError, match="two capital letters"):
        item_number(indicator, 1, country)


@pytest.mark.parametrize("serial", [-1, 100_000_000])
def test_a_serial_has_eight_digits(serial: int) -> None:
    with pytest.raises(ValueError, match="eight digits"):
        check_digit(serial)

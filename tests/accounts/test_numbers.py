"""Numbers that pass their check and numbers that do not; where no rule is known, nothing is claimed. All are invented or examples of a library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.th import moa, pin

from samphao.accounts.numbers import RULES, UNKNOWN, check_number

SOUND = (
    ("th_pin", "1-2345-45678-78-1", "1234545678781"),
    ("th_pin", "๑๒๓๔๕๔๕๖๗๘๗๘๑", "1234545678781"),
    ("th_tin", "1234545678781", "1234545678781"),
    ("th_tin", "0 99 4 000 61772 1", "0994000617721"),
    ("dbd", "0-99-4-000-61772-1", "0994000617721"),
    ("cn_uscc", "91110000600037341l", "91110000600037341L"),
    ("vn_mst", "0100233488", "0100233488"),
    ("vn_mst", "0314409058-002", "0314409058002"),
    ("gi", "สช 66100207", "สช 66100207"),
    ("gi", "๖๖๑๐๐๒๐๗", "สช 66100207"),
    ("gacc", "ctha 0101 2201 010001", "CTHA01012201010001"),
)
WRONG = (
    ("th_pin", "1234545678789", "check"),
    ("th_pin", "123454567878", "length"),
    ("th_pin", "12345456787x1", "shape"),
    ("th_pin", "0994000617721", "first"),
    ("th_pin", "9994000617721", "first"),
    ("th_tin", "1234545678780", "check"),
    ("th_tin", "0994000617723", "check"),
    ("dbd", "0994000617723", "check"),
    ("dbd", "1234545678781", "first"),
    ("cn_uscc", "911100006000373410", "check"),
    ("cn_uscc", "A1110000600037341L", "shape"),
    ("cn_uscc", "91110000", "length"),
    ("vn_mst", "0100233480", "check"),
    ("vn_mst", "0000000001", "first"),
    ("vn_mst", "0314409058000", "first"),
    ("gi", "สช 6610020", "length"),
    ("gi", "สช 40100207", "first"),
    ("gacc", "CTHA0101", "length"),
    ("gacc", "CTHA0101220101000ก", "shape"),
    *((scheme, "  ", "empty") for scheme in RULES),
)


@pytest.mark.parametrize(("scheme", "written", "kept"), SOUND)
def test_a_number_that_fits_its_rule_is_kept_plainly(scheme: str, written: str, kept: str) -> None:
    found = check_number(scheme, written)
    assert (found.number, found.is_sound, found.fault) == (kept, True, "")


@pytest.mark.parametrize(("scheme", "written", "fault"), WRONG)
def test_a_number_that_cannot_be_one_is_told_why(scheme: str, written: str, fault: str) -> None:
    found = check_number(scheme, written)
    assert (found.is_sound, found.fault) == (False, fault)


@pytest.mark.parametrize("scheme", [scheme for scheme, rule in RULES.items() if rule.check is None])
def test_where_no_rule_is_known_nothing_is_claimed(scheme: str) -> None:
    found = check_number(scheme, "  ab  ๑๒ ")
    assert (found.number, found.is_sound, found.fault) == ("AB 12", None, "")
    assert RULES[scheme].source == UNKNOWN


def test_every_rule_names_its_source_and_has_an_example_of_both_kinds() -> None:
    checked = {scheme for scheme, rule in RULES.items() if rule.check}
    assert checked == {scheme for scheme, _, _ in SOUND}
    assert checked <= {scheme for scheme, _, fault in WRONG if fault != "empty"}
    assert all(RULES[scheme].source != UNKNOWN for scheme in checked)


def test_an_unknown_register_is_no_register() -> None:
    with pytest.raises(KeyError):
        check_number("horoscope", "1")


@given(st.integers(1, 8), st.integers(0, 10**11 - 1), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_of_a_thai_number_is_found_in_all_but_one_case(first: int, rest: int, at: int, by: int) -> None:
    """Modulo 11 folded to ten digits: sums 0 and 10 share a check digit, so a wrong digit may pass; the rule claims no more."""
    start = f"{first}{rest:011}"
    number = start + pin.calc_check_digit(start)
    assert check_number("th_pin", number).is_sound
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    found = check_number("th_pin", wrong)
    expected = wrong[0] not in "09" and pin.calc_check_digit(wrong) == wrong[-1]
    assert found.is_sound == expected


@given(st.integers(0, 10**11 - 1))
def test_a_juristic_number_is_no_personal_one(rest: int) -> None:
    number = f"0{rest:011}"
    number += moa.calc_check_digit(number)
    assert check_number("dbd", number).is_sound
    assert check_number("th_tin", number).is_sound
    assert check_number("th_pin", number).fault == "first"

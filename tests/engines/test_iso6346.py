import pytest
from stdnum import iso6346

from samphao.engines.iso6346 import check_digit, container_number


def test_the_standards_own_example() -> None:
    assert container_number("CSQU", 305438) == "CSQU3054383"


def test_every_number_that_is_made_passes_another_checker() -> None:
    assert all(iso6346.is_valid(container_number("SMPU", serial)) for serial in range(0, 999_999, 7919))


@pytest.mark.parametrize("wrong", ["CSQU30543", "CSQ13054381", "csqu305438"])
def test_what_is_not_a_container_number_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="four letters"):
        check_digit(wrong)

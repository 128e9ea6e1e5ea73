from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samphao.engines.duty import DutyExpression, duty_minor, half_up, import_tax_minor

RUBBER = DutyExpression(
    "by_value", Decimal(20), Decimal(150), Decimal(750)
)  # 20 % up to 7.5 yuan a kg, else 1.5 yuan a kg
values, masses = st.integers(0, 10**12), st.decimals(0, 10**6, places=3, allow_nan=False)


def test_halves_go_up() -> None:
    assert [half_up(Decimal(text)) for text in ("0.5", "1.5", "2.4999", "2.5")] == [1, 2, 2, 3]


def test_ad_valorem_on_a_customs_value() -> None:
    assert duty_minor(DutyExpression("ad_valorem", Decimal(20)), 270_758, Decimal(72)) == 54_152


def test_rubber_changes_its_rule_at_seven_and_a_half_yuan() -> None:
    assert duty_minor(RUBBER, 75_000, Decimal(100)) == 15_000
    assert duty_minor(RUBBER, 75_001, Decimal(100)) == 15_000
    assert duty_minor(RUBBER, 200_000, Decimal(100)) == 15_000


def test_vat_of_china_lands_on_the_duty_and_on_the_consumption_tax() -> None:
    assert import_tax_minor(Decimal(9), 270_758, 0) == 24_368
    assert import_tax_minor(Decimal(13), 10_000, 0, Decimal(15)) == 1_529


def test_a_duty_without_its_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks a number"):
        DutyExpression("ad_valorem")


@given(values, masses)
def test_the_lower_of_two_is_never_above_either(value: int, mass: Decimal) -> None:
    both = DutyExpression("lower_of", Decimal(20), Decimal(150))
    assert duty_minor(both, value, mass) <= min(
        duty_minor(DutyExpression("ad_valorem", Decimal(20)), value, mass),
        duty_minor(DutyExpression("specific", None, Decimal(150)), value, mass),
    )


@given(values, st.integers(0, 10**9))
def test_more_value_never_pays_less(value: int, more: int) -> None:
    rate = DutyExpression("ad_valorem", Decimal("8.8"))
    assert duty_minor(rate, value + more, Decimal(1)) >= duty_minor(rate, value, Decimal(1))

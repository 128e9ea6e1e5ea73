from hypothesis import given
from hypothesis import strategies as st

from samphao.core.codes import ALPHABET, BITS, decode, encode

numbers = st.integers(0, (1 << BITS) - 1)


@given(numbers)
def test_a_code_gives_its_number_back(number: int) -> None:
    assert decode("SO", encode("SO", number)) == number


@given(numbers, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_caught(number: int, place: int, character: str) -> None:
    code = encode("SO", number)
    at = 3 + place + (place > 3)
    wrong = code[:at] + character + code[at + 1 :]
    assert (wrong == code) or decode("SO", wrong) is None


def test_letters_that_look_like_digits_are_forgiven() -> None:
    code = next(code for code in (encode("SO", number) for number in range(500)) if "0" in code[3:] and "1" in code[3:])
    assert decode("SO", code[:3] + code[3:].replace("0", "o").replace("1", "l")) == decode("SO", code)


def test_neighbours_tell_nothing_of_each_other() -> None:
    one, two = encode("SO", 1000), encode("SO", 1001)
    assert sum(a != b for a, b in zip(one, two, strict=True)) >= 5


def test_another_kind_of_code_is_not_taken() -> None:
    assert decode("OF", encode("SO", 7)) is None

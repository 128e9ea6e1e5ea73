"""Addresses as each country writes them."""

from __future__ import annotations

import pytest

from samphao.trade.services import address_faults, address_parts


def names(country: str, language: str) -> list[str]:
    return [part.name for part in address_parts(country, language)]


def test_a_chinese_reader_is_asked_from_the_province_down_and_an_english_one_from_the_street_up() -> None:
    chinese, english = names("CN", "zh-hans"), names("CN", "en")
    assert chinese.index("country_area") < chinese.index("city") < chinese.index("street_address")
    assert english.index("street_address") < english.index("city") < english.index("country_area")


def test_provinces_are_named_in_the_readers_language() -> None:
    def provinces(language: str) -> dict[str, str]:
        return dict(next(part.choices for part in address_parts("CN", language) if part.name == "country_area"))

    assert provinces("zh-hans")["云南省"] == "云南省"
    assert provinces("en")["云南省"] == "Yunnan Sheng"
    assert len(provinces("en")) == len(provinces("zh-hans")) > 30


@pytest.mark.parametrize(("country", "good", "bad"), [
    ("TH", "22120", "2212"), ("CN", "650000", "65000"), ("LA", "01000", "010000"), ("KH", "120101", "1201"), ("MM", "11181", "1118"), ("VN", "70010", "700"),
])  # fmt: skip
def test_a_post_code_is_that_of_its_country(country: str, good: str, bad: str) -> None:
    address = {
        "street_address": "1 Test Road",
        "city": "Somewhere",
        "country_area": "云南省" if country == "CN" else "",
    }
    assert address_faults(country, address | {"postal_code": good}) == {}
    assert address_faults(country, address | {"postal_code": bad}) == {"postal_code": "invalid"}


def test_a_city_that_no_list_knows_is_taken_as_it_is_written_and_an_empty_one_is_not() -> None:
    address = {"street_address": "1 Test Road", "city": "A village", "country_area": "云南省", "postal_code": "650000"}
    assert address_faults("CN", address) == {}
    assert address_faults("CN", address | {"city": ""}) == {"city": "required"}

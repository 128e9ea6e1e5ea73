"""Places of Thailand as geothai carries them: complete, and agreeing with the provinces that are published."""

from __future__ import annotations

import pytest

from samphao.reference import queries, services

pytestmark = pytest.mark.django_db


def test_every_published_province_has_its_districts_and_they_their_sub_districts() -> None:
    services.publish()
    provinces = queries.province_codes()
    districts = {iso: queries.thai_districts(iso) for iso in provinces}
    within = {place.code: queries.thai_subdistricts(place.code) for places in districts.values() for place in places}
    assert (len(provinces), len(within), sum(map(len, within.values()))) == (77, 928, 7_436)
    assert all(districts.values())
    assert all(within.values())


def test_a_provinces_iso_code_is_its_administrative_code() -> None:
    services.publish()
    names = {row.code_iso: row.name_th for row in queries.province_names()}
    capitals = {iso: queries.thai_districts(iso)[0].name_th for iso in names}
    # The first district of nearly every province is its capital's, which bears the province's name.
    same = [iso for iso, name in names.items() if name in capitals[iso]]
    assert len(same) >= 70


def test_an_address_goes_up_and_a_sub_district_may_have_several_post_codes() -> None:
    found = queries.thai_address("100608")
    assert found
    assert (found.province_iso, found.district.code, found.post_codes) == ("TH-10", "1006", ("10240", "10250"))
    assert found.subdistrict.name_th == "หัวหมาก"


def test_what_is_not_there_is_nothing() -> None:
    assert queries.thai_address("999999") is None
    assert queries.thai_districts("TH-99") == queries.thai_subdistricts("9999") == []

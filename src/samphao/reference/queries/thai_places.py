"""Thailand's provinces, districts and sub-districts with their post codes, as geothai carries them.

The data lies in the package and is read from memory: no query. A province's ISO 3166-2 code is `TH-` and the two digits of its
administrative code, which a test holds against the published provinces.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import geothai
from geothai.types import District, Subdistrict


@dataclass(frozen=True, slots=True)
class ThaiPlace:
    """A district or sub-district; there is no Chinese name for it, and none is made up."""

    code: str
    name_th: str
    name_en: str
    name_zh: str = ""


@dataclass(frozen=True, slots=True)
class ThaiAddress:
    """A sub-district with what it lies in."""

    province_iso: str
    district: ThaiPlace
    subdistrict: ThaiPlace
    post_codes: tuple[str, ...]


def thai_districts(province_iso: str) -> list[ThaiPlace]:
    return _places(geothai.districts(province_iso.removeprefix("TH-")))


def thai_subdistricts(district: str) -> list[ThaiPlace]:
    return _places(geothai.subdistricts(district))


def thai_address(subdistrict: str) -> ThaiAddress | None:
    found = geothai.address(subdistrict)
    if found is None:
        return None
    district, within = _places([found.district, found.subdistrict])
    return ThaiAddress(f"TH-{found.province.code}", district, within, tuple(found.subdistrict.postal_codes))


def _places(areas: Iterable[District | Subdistrict]) -> list[ThaiPlace]:
    return [ThaiPlace(area.code, area.name_th, area.name_en) for area in areas]

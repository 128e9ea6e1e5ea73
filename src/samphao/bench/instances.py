"""Made consolidation instances, shaped like the freight between Thailand, China and their neighbours.

Distances, durations and costs are round estimates for measuring planners, no tariff.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from samphao.engines.consolidation import Departures, Instance, Orders

PROFILES = ("lanes", "sparse", "trucks")
_DAYS, _RELEASE_DAYS = 14, 7
_TOTAL_M3 = {"lanes": 24_000.0, "trucks": 24_000.0, "sparse": 8_000.0}
# Thai origins: distance factor from the gateways, share of the orders
_ORIGINS = {
    "BKK": (0.5, 0.20),
    "CTI": (1.0, 0.25),
    "RYG": (0.6, 0.12),
    "CNX": (2.2, 0.10),
    "CPN": (1.8, 0.08),
    "KOR": (1.0, 0.05),
    "KKN": (1.6, 0.05),
    "HDY": (3.0, 0.05),
    "PLK": (1.4, 0.05),
    "SRT": (2.2, 0.05),
}
# Gateways: cost of a truck there from the nearest origin in USD, extra hours of the road
_GATEWAYS = {"LCH": (120, 0), "UTP": (100, 0), "NKI": (420, 8), "MUK": (430, 8), "NPM": (470, 8), "CKG": (520, 8)}
_DESTINATIONS = {
    "KMG": 0.10,
    "NNG": 0.10,
    "CAN": 0.17,
    "SZX": 0.10,
    "SHA": 0.14,
    "HGH": 0.10,
    "CKQ": 0.05,
    "CTU": 0.05,
    "PEK": 0.07,
    "WUH": 0.05,
    "VTE": 0.02,
    "PNH": 0.02,
    "SGN": 0.02,
    "RGN": 0.01,
}
_INLAND_KM = {
    "XKM": {"KMG": 30, "CKQ": 1100, "CTU": 1050, "NNG": 800, "CAN": 1350, "PEK": 2700, "WUH": 1600, "SHA": 2300},
    "NSA": {"CAN": 60, "SZX": 80, "WUH": 1000, "PEK": 2150, "SHA": 1450, "NNG": 600},
    "QZH": {"NNG": 120, "CKQ": 1100, "CTU": 1350, "CAN": 560},
    "YSN": {"SHA": 60, "HGH": 180, "WUH": 830, "PEK": 1200},
    "PXG": {"NNG": 220, "CAN": 780, "SZX": 880, "HGH": 2000, "SHA": 2100, "PEK": 2550, "WUH": 1500, "CKQ": 1300},
    "XCK": {"CKQ": 30, "CTU": 300, "WUH": 850, "PEK": 1750},
    "PVG": {"SHA": 50, "HGH": 190, "PEK": 1250, "WUH": 850},
    "CAI": {"CAN": 40, "SZX": 130, "WUH": 1000, "PEK": 2150, "CKQ": 1350, "CTU": 1650},
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A recurring service across a border: weekdays and hours of departure, cost of a dry box in USD."""

    start: str
    end: str
    weekdays: tuple[int, ...]
    hours: tuple[int, ...]
    duration_h: int
    cost: float
    boxes: int
    premium: float
    is_air: bool = False


_DAILY = (0, 1, 2, 3, 4, 5, 6)
_LINES = (
    _Line("LCH", "NSA", (1, 4), (22,), 96, 1500, 60, 1.5),
    _Line("LCH", "QZH", (2, 5), (22,), 110, 1350, 60, 1.5),
    _Line("LCH", "YSN", (0, 3, 6), (22,), 170, 1700, 80, 1.5),
    _Line("NKI", "XKM", _DAILY, (9,), 60, 3600, 12, 1.4),
    _Line("NKI", "XCK", (2, 6), (9,), 90, 4300, 12, 1.4),
    _Line("MUK", "PXG", _DAILY, (7, 14), 44, 4200, 25, 1.4),
    _Line("NPM", "PXG", _DAILY, (7, 14), 38, 4500, 25, 1.4),
    _Line("CKG", "XKM", _DAILY, (7, 14), 40, 4300, 25, 1.4),
    _Line("UTP", "PVG", _DAILY, (1, 9), 8, 1200, 40, 1.3, is_air=True),
    _Line("UTP", "CAI", _DAILY, (1, 9), 7, 1100, 40, 1.3, is_air=True),
)
# Roads and short sea to the neighbours: start, end, hours, cost of a truck or container
_NEIGHBOURS = (
    ("NKI", "VTE", 8, 300),
    ("LCH", "PNH", 30, 1100),
    ("LCH", "SGN", 70, 1200),
    ("UTP", "RGN", 60, 1900),
)

# start, end, depart_h, hours, is_cold, box cost, m3, kg, boxes_max, loose cost, loose_max
_Row = tuple[str, str, int, int, bool, float, float, float, int, float, float]


def make_instance(profile: str, orders: int, seed: int) -> Instance:
    """Make an instance of one of `PROFILES`.

    ``lanes`` has whole boxes on the services across the border and pays for every other road by the cubic metre,
    ``sparse`` the same with a third of the volume, ``trucks`` whole trucks on every road.
    """
    if profile not in PROFILES:
        raise ValueError(f"profile must be one of {', '.join(PROFILES)}, not {profile}")
    rows = list(_timetable(is_whole=profile == "trucks"))
    start, end, depart, hours, cold, *numbers = zip(*rows, strict=True)
    names = tuple(dict.fromkeys((*_ORIGINS, *_DESTINATIONS, *start, *end)))
    node = {name: k for k, name in enumerate(names)}
    box_cost, box_m3, box_kg, boxes_max, loose_cost, loose_max = numbers
    depart_h = np.array(depart, dtype=np.float64)
    departures = Departures(
        tuple(f"D{k:05d}" for k in range(len(rows))),
        np.array([node[name] for name in start]),
        np.array([node[name] for name in end]),
        depart_h,
        depart_h + np.array(hours),
        np.array(cold),
        np.asarray(np.round(np.array(box_cost, dtype=np.float64), 2), dtype=np.float64),
        np.array(box_m3, dtype=np.float64),
        np.array(box_kg, dtype=np.float64),
        np.array(boxes_max, dtype=np.int64),
        np.asarray(np.round(np.array(loose_cost, dtype=np.float64), 4), dtype=np.float64),
        np.array(loose_max, dtype=np.float64),
    )
    made = _orders(orders, _TOTAL_M3[profile], node, np.random.default_rng(seed))
    return Instance(names, departures, made, transfer_h=2, legs_max=5, unserved_cost_m3=2000)


def _orders(count: int, total_m3: float, node: dict[str, int], rng: np.random.Generator) -> Orders:
    size = rng.lognormal(0.0, 0.8, count)
    volume = np.maximum(np.round(size * (total_m3 / size.sum()), 5), 0.001)
    origins = np.array([node[name] for name in _ORIGINS])
    destinations = np.array([node[name] for name in _DESTINATIONS])
    release = np.asarray(rng.integers(0, _RELEASE_DAYS, count) * 24.0 + 12.0, dtype=np.float64)
    return Orders(
        tuple(f"O{i:07d}" for i in range(count)),
        rng.choice(origins, count, p=[share for _, share in _ORIGINS.values()]),
        rng.choice(destinations, count, p=list(_DESTINATIONS.values())),
        release,
        release + rng.choice([120.0, 192.0, 288.0], count, p=[0.3, 0.5, 0.2]),
        volume,
        np.round(volume * rng.uniform(120, 380, count), 3),
        rng.random(count) < 0.35,
    )


def _timetable(*, is_whole: bool) -> Iterator[_Row]:
    for day in range(_DAYS):
        for name, (far, _) in _ORIGINS.items():
            for gateway, (base, extra_h) in _GATEWAYS.items():
                cost = (base + far * 140) * 0.9
                yield _truck(name, gateway, 24 * day + 18, round(6 + far * 5 + extra_h), cost, 1.5, is_whole=is_whole)
        for line in _LINES:
            if day % 7 in line.weekdays:
                for hour in line.hours:
                    yield from _across(line, 24 * day + hour)
        for start, end, hours, cost in _NEIGHBOURS:
            yield _truck(start, end, 24 * day + 8, hours, cost, 1.4, is_whole=is_whole)
        for start, roads in _INLAND_KM.items():
            for end, km in roads.items():
                yield _truck(start, end, 24 * day + 12, round(4 + km / 45), 90 + km * 0.95, 1.35, is_whole=is_whole)


def _truck(start: str, end: str, depart: int, hours: int, cost: float, premium: float, *, is_whole: bool) -> _Row:
    if is_whole:
        return (start, end, depart, hours, True, cost, 60, 22_000, 99, cost / 60 * premium, 600)
    return (start, end, depart, hours, True, 0, 60, 22_000, 0, cost / 60 * premium, 6000)


def _across(line: _Line, depart: int) -> Iterator[_Row]:
    """A dry and a cold departure, or one by air that takes both."""
    kinds = [(True, 1.0, 8, 1600, 40)] if line.is_air else [(False, 1.0, 66, 26_500, 130), (True, 1.3, 60, 22_000, 130)]
    for is_cold, factor, m3, kg, loose_max in kinds:
        cost = line.cost * factor
        loose = cost / m3 * line.premium
        yield (line.start, line.end, depart, line.duration_h, is_cold, cost, m3, kg, line.boxes, loose, loose_max)

"""The freight reference files, read into typed rows and into the columns of the itinerary engine.

Nothing here reads prose: every measure has a column of its own, and the sentence it came from stands beside it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, TypeVar

from samphao.engines.itineraries.timetable import TEMPERATURES, minute_of
from samphao.reference.freight_rows import (
    Charge,
    CrossingState,
    Dated,
    EmissionFactorRow,
    Equipment,
    FirstMileRule,
    FreightReference,
    Link,
    Node,
    RateRule,
    TimetableRule,
)

FOLDER: Final = Path(__file__).parent / "data" / "freight"
CURRENCIES: Final = ("THB", "USD", "CNY")
MODES: Final = ("road", "rail", "sea", "air", "river")
KINDS: Final = (
    "seaport",
    "dry_port",
    "airport",
    "city",
    "origin_hub",
    "border",
    "rail_border",
    "river_port",
    "rail_terminal",
)
RATE_UNITS: Final = ("container_40_reefer", "truck", "kg")
DERIVED_UNITS: Final = ("container_40_dry", "m3_ambient", "m3_chilled", "m3", "kg")
ESTIMATED_PARTS: Final = ("transit", "rate", "distance")
SCOPES: Final = ("all", "fruit_cn", "fruit_kh")
YES_NO: Final = ("yes", "no")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell, and how to mend it. `row` counts as a spreadsheet does: 1 is the heading."""

    file: str
    row: int
    column: str
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file} row {self.row}, {self.column}: {self.problem}; {self.mend}"


class FreightFileError(ValueError):
    """The files hold faults; nothing was read."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class _Row:
    """One row of a file; a cell that does not read is noted as a fault and a stand-in returned."""

    def __init__(self, file: str, number: int, cells: Mapping[str, str], faults: list[Fault]) -> None:
        self.file, self.number, self.cells, self.faults = file, number, cells, faults

    def wrong(self, column: str, problem: str, mend: str) -> None:
        self.faults.append(Fault(self.file, self.number, column, problem, mend))

    def text(self, column: str, *, required: bool = False) -> str:
        value = self.cells[column]
        if value != value.strip():
            self.wrong(column, "spaces at an end", "take them away")
        if required and not value:
            self.wrong(column, "is empty", "fill it in")
        return value

    def one_of(self, column: str, choices: Sequence[str], *, required: bool = True) -> str:
        value = self.text(column, required=required)
        if value and value not in choices:
            self.wrong(column, f"{value!r} is not known", f"use one of {', '.join(choices)}")
        return value

    def words(self, column: str, choices: Sequence[str]) -> tuple[str, ...]:
        found = tuple(self.text(column).split())
        for word in found:
            if word not in choices:
                self.wrong(column, f"{word!r} is not known", f"use words of {', '.join(choices)}")
        return found

    def flag(self, column: str) -> bool:
        return self.one_of(column, YES_NO) == "yes"

    def number_of(self, column: str) -> Decimal | None:
        value = self.text(column)
        if not value:
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number < 0:
            self.wrong(column, f"{value!r} is no number from 0", "write digits with a point")
            return None
        return number

    def decimal(self, column: str) -> Decimal:
        number = self.number_of(column)
        if number is None:
            if not self.cells[column]:
                self.wrong(column, "is empty", "write a number")
            return Decimal(1)
        return number

    def whole(self, column: str) -> int | None:
        number = self.number_of(column)
        if number is not None and number != int(number):
            self.wrong(column, f"{number} is not whole", "write a whole number")
        return None if number is None else int(number)

    def integer(self, column: str) -> int:
        return int(self.decimal(column)) if self.whole(column) is None else self.whole(column) or 0

    def day(self, column: str) -> date | None:
        value = self.text(column)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.wrong(column, f"{value!r} is no date", "write it as 2026-11-23, or leave it empty when undated")
            return None

    def degrees(self, column: str, limit: int) -> float:
        value = self.text(column, required=True)
        try:
            number = float(value)
        except ValueError:
            number = 999.0
        if abs(number) > limit:
            self.wrong(column, f"{value!r} is no angle within {limit} degrees", "write decimal degrees")
        return number

    def clock(self, column: str) -> str:
        value = self.text(column)
        try:
            if value:
                minute_of(value, role="closes")
        except ValueError:
            self.wrong(column, f"{value!r} is no time of day", "write it as 06:00")
            return ""
        return value

    def dated(self) -> Dated:
        dated = Dated(self.day("valid_from"), self.day("valid_to"), self.day("checked_on"))
        if dated.valid_from and dated.valid_to and dated.valid_to < dated.valid_from:
            self.wrong("valid_to", "lies before valid_from", "correct one of them")
        return dated


def _node(row: _Row) -> Node:
    node = Node(
        code=row.text("code", required=True),
        unlocode=row.text("unlocode"),
        name_en=row.text("name_en", required=True),
        name_th=row.text("name_th"),
        name_zh=row.text("name_zh"),
        country=row.text("country", required=True),
        kind=row.one_of("kind", KINDS),
        lat=row.degrees("lat", 90),
        lon=row.degrees("lon", 180),
        coordinates_source=row.text("coordinates_source", required=True),
        is_fruit_exit=row.flag("is_fruit_exit"),
        is_fruit_entry=row.flag("is_fruit_entry"),
        fruit_role_from=row.day("fruit_role_from"),
        fruit_role_source=row.text("fruit_role_source"),
        opens_at=row.clock("opens_at"),
        closes_at=row.clock("closes_at"),
        hours_source=row.text("hours_source"),
        timezone=row.text("timezone", required=True),
        dated=row.dated(),
        note=row.text("note"),
    )
    if (node.is_fruit_exit or node.is_fruit_entry) and not node.fruit_role_source:
        row.wrong("fruit_role_source", "is empty", "name the source of the fruit role")
    if bool(node.opens_at) != bool(node.closes_at) or (node.opens_at and not node.hours_source):
        row.wrong("hours_source", "hours come with an end and a source", "fill in opens_at, closes_at, hours_source")
    return node


def _link(row: _Row) -> Link:
    link = Link(
        code=row.text("code", required=True),
        from_node=row.text("from_node", required=True),
        to_node=row.text("to_node", required=True),
        mode=row.one_of("mode", MODES),
        corridor=row.text("corridor"),
        distance_km=row.decimal("distance_km"),
        distance_source=row.text("distance_source", required=True),
        transit_h=row.decimal("transit_h"),
        transit_source=row.text("transit_source", required=True),
        departures_per_week=row.whole("departures_per_week"),
        frequency_source=row.text("frequency_source", required=True),
        border_opens_at=row.clock("border_opens_at"),
        border_closes_at=row.clock("border_closes_at"),
        border_clock_node=row.text("border_clock_node"),
        border_after_h=row.number_of("border_after_h"),
        border_hours_source=row.text("border_hours_source"),
        via_exit=row.text("via_exit"),
        via_entry=row.text("via_entry"),
        via_source=row.text("via_source"),
        rate_low_minor=row.whole("rate_low_minor"),
        rate_high_minor=row.whole("rate_high_minor"),
        rate_unit=row.one_of("rate_unit", RATE_UNITS, required=False),
        currency=row.one_of("currency", CURRENCIES, required=False),
        rate_year=row.whole("rate_year"),
        rate_source=row.text("rate_source", required=True),
        rate_from_kg=row.whole("rate_from_kg"),
        payload_limit_kg=row.whole("payload_limit_kg"),
        is_estimate=row.flag("is_estimate"),
        estimated_parts=row.words("estimated_parts", ESTIMATED_PARTS),
        dated=row.dated(),
        note=row.text("note"),
    )
    _check_link(row, link)
    return link


def _check_link(row: _Row, link: Link) -> None:
    if link.transit_h <= 0:
        row.wrong("transit_h", "takes no time", "write the hours of the journey")
    rate = (link.rate_low_minor, link.rate_high_minor, link.rate_unit or None, link.currency or None)
    if any(part is None for part in rate) and any(part is not None for part in rate):
        row.wrong("rate_high_minor", "half a rate", "give both ends, unit and currency, or none of them")
    elif link.rate_low_minor is not None and link.rate_low_minor > (link.rate_high_minor or 0):
        row.wrong("rate_low_minor", "is above rate_high_minor", "swap the ends")
    if link.is_estimate != bool(link.estimated_parts):
        row.wrong("is_estimate", "does not agree with estimated_parts", "say yes where a part is an estimate")
    hours = (link.border_opens_at, link.border_closes_at, link.border_clock_node, link.border_hours_source)
    if any(hours) and (not all(hours) or link.border_after_h is None):
        row.wrong("border_hours_source", "half of a border's hours", "give opening, closing, clock, place and source")
    if bool(link.via_exit or link.via_entry) != bool(link.via_source):
        row.wrong("via_source", "does not agree with via_exit and via_entry", "name the source of the way")


def _crossing_state(row: _Row) -> CrossingState:
    state = row.one_of("state", ("open", "closed"))
    return CrossingState(
        row.text("link", required=True),
        state == "open",
        row.one_of("scope", SCOPES),
        row.dated(),
        row.text("source", required=True),
        row.text("note"),
    )


def _rate_rule(row: _Row) -> RateRule:
    return RateRule(
        row.text("code", required=True),
        row.one_of("mode", MODES),
        row.one_of("derived_unit", DERIVED_UNITS),
        row.one_of("base_unit", (*RATE_UNITS, "m3")),
        row.decimal("factor_low"),
        row.decimal("factor_high"),
        row.text("meaning", required=True),
        row.dated(),
        row.text("source", required=True),
    )


def _charge(row: _Row) -> Charge:
    return Charge(
        row.text("code", required=True),
        row.one_of("mode", MODES),
        row.text("at_node", required=True),
        row.text("equipment"),
        row.one_of("basis", ("container", "bill_of_lading")),
        row.integer("amount_minor"),
        row.one_of("currency", CURRENCIES),
        row.dated(),
        row.text("source", required=True),
    )


def _first_mile(row: _Row) -> FirstMileRule:
    return FirstMileRule(
        row.text("code", required=True),
        row.text("country", required=True),
        row.decimal("distance_factor"),
        row.integer("per_km_minor"),
        row.integer("fixed_minor"),
        row.one_of("currency", CURRENCIES),
        row.decimal("speed_km_h"),
        row.dated(),
        row.text("source", required=True),
    )


def _emission_factor(row: _Row) -> EmissionFactorRow:
    return EmissionFactorRow(
        row.text("code", required=True),
        row.one_of("mode", MODES),
        row.text("vehicle_class", required=True),
        row.decimal("kgco2e_per_tkm"),
        row.one_of("scope", ("tank-to-wheel",)),
        row.flag("is_default"),
        row.dated(),
        row.text("source", required=True),
        row.text("note"),
    )


def _equipment(row: _Row) -> Equipment:
    return Equipment(
        row.text("code", required=True),
        row.text("name_en", required=True),
        row.text("name_th"),
        row.text("name_zh"),
        row.words("temperature_classes", TEMPERATURES),
        row.decimal("volume_m3"),
        row.integer("payload_kg"),
        row.dated(),
        row.text("source", required=True),
    )


def _timetable_rule(row: _Row) -> TimetableRule:
    departs_at = tuple(row.text("departs_at", required=True).split())
    for clock in departs_at:
        try:
            minute_of(clock)
        except ValueError:
            row.wrong("departs_at", f"{clock!r} is no time of day", "write times as 06:00 with a space between")
    return TimetableRule(
        row.one_of("mode", MODES),
        departs_at,
        row.integer("cut_off_min"),
        row.integer("customs_dwell_min"),
        row.words("temperature_classes", TEMPERATURES),
        row.integer("default_departures_per_week"),
        row.dated(),
        row.text("source", required=True),
        row.text("note"),
    )


class _NeedsColumnsError(KeyError):
    """A cell was asked for that the file has no column for."""


class _Cells(dict[str, str]):
    def __missing__(self, column: str) -> str:
        raise _NeedsColumnsError(column)


def _read(path: Path, make: Callable[[_Row], _T], faults: list[Fault]) -> tuple[_T, ...]:
    if not path.is_file():
        faults.append(Fault(path.name, 0, "", "the file is not there", "put it into the folder"))
        return ()
    rows: list[_T] = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, cells in enumerate(csv.DictReader(file), start=2):
            if None in cells or None in cells.values():
                faults.append(Fault(path.name, number, "", "too many or too few cells", "quote cells with commas"))
                continue
            try:
                rows.append(make(_Row(path.name, number, _Cells(cells), faults)))
            except _NeedsColumnsError as missing:
                faults.append(Fault(path.name, 1, str(missing.args[0]), "the column is not there", "add it"))
                return ()
    return tuple(rows)


def _check_references(reference: FreightReference, faults: list[Fault]) -> None:
    nodes = {node.code for node in reference.nodes}
    links = {link.code for link in reference.links}
    equipment = {item.code for item in reference.equipment}
    named = [
        ("links.csv", number, column, getattr(link, column), nodes)
        for number, link in enumerate(reference.links, start=2)
        for column in ("from_node", "to_node", "border_clock_node", "via_exit", "via_entry")
    ]
    named += [
        ("crossing_states.csv", number, "link", state.link, links)
        for number, state in enumerate(reference.crossing_states, start=2)
    ]
    for number, charge in enumerate(reference.charges, start=2):
        named.append(("charges.csv", number, "at_node", charge.at_node, nodes))
        named.append(("charges.csv", number, "equipment", charge.equipment, equipment))
    faults += [
        Fault(file, number, column, f"{value!r} names nothing", "use a code that is listed")
        for file, number, column, value, known in named
        if value and value not in known
    ]
    ruled = {rule.mode for rule in reference.timetable_rules}
    factored = {factor.mode for factor in reference.emission_factors if factor.is_default}
    for number, link in enumerate(reference.links, start=2):
        if link.from_node == link.to_node:
            faults.append(Fault("links.csv", number, "to_node", "leads to its own start", "name another node"))
        if link.mode not in ruled & factored:
            faults.append(Fault("links.csv", number, "mode", f"no rule or factor for {link.mode}", "add that row"))


def _check_codes(reference: FreightReference, faults: list[Fault]) -> None:
    for file, codes in (
        ("nodes.csv", [node.code for node in reference.nodes]),
        ("links.csv", [link.code for link in reference.links]),
        ("rate_rules.csv", [rule.code for rule in reference.rate_rules]),
        ("charges.csv", [charge.code for charge in reference.charges]),
        ("emission_factors.csv", [factor.code for factor in reference.emission_factors]),
        ("equipment.csv", [item.code for item in reference.equipment]),
        ("timetable_rules.csv", [rule.mode for rule in reference.timetable_rules]),
    ):
        first: dict[str, int] = {}
        for number, code in enumerate(codes, start=2):
            if first.setdefault(code, number) != number:
                faults.append(Fault(file, number, "code", f"{code!r} stands in row {first[code]} too", "keep one"))


def read_freight(folder: Path = FOLDER) -> FreightReference:
    """Read the freight files of a folder.

    Raises
    ------
    FreightFileError
        With every fault that was found; then nothing is returned.
    """
    faults: list[Fault] = []
    reference = FreightReference(
        nodes=_read(folder / "nodes.csv", _node, faults),
        links=_read(folder / "links.csv", _link, faults),
        crossing_states=_read(folder / "crossing_states.csv", _crossing_state, faults),
        rate_rules=_read(folder / "rate_rules.csv", _rate_rule, faults),
        charges=_read(folder / "charges.csv", _charge, faults),
        first_mile=_read(folder / "first_mile.csv", _first_mile, faults),
        emission_factors=_read(folder / "emission_factors.csv", _emission_factor, faults),
        equipment=_read(folder / "equipment.csv", _equipment, faults),
        timetable_rules=_read(folder / "timetable_rules.csv", _timetable_rule, faults),
    )
    if not faults:  # row numbers hold only when every row was read
        _check_references(reference, faults)
        _check_codes(reference, faults)
    if faults:
        raise FreightFileError(faults)
    return reference

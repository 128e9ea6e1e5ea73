"""CSV files that people give us: typed rows, and all faults at once with row, column and mend."""

from __future__ import annotations

import csv
import dataclasses
import io
import math
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from samphao.core.errors import BadRows, Fault

Row = TypeVar("Row")
Day = TypeVar("Day", bound=date)
BUDDHIST_YEARS = 2400  # no date of trade is so late in the common era: such a year is of the Buddhist one
SEPARATORS = (",", ";", "\t")
AS_CSV = "Save it from the spreadsheet as `CSV UTF-8 (comma delimited)`"


class Unreadable(ValueError):
    """A text that is no such value; the message says how to write it."""


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise InvalidOperation
    return value


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _flag(text: str) -> bool:
    return {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False}[text.lower()]


def _date(text: str) -> date:
    return _of_the_common_era(date.fromisoformat(text), text)


def _moment(text: str) -> datetime:
    return _of_the_common_era(datetime.fromisoformat(text), text)


def _of_the_common_era(day: Day, text: str) -> Day:
    if day.year > BUDDHIST_YEARS:
        raise Unreadable(f"The year is of the Buddhist era: write {day.year - 543}{text[4:]}")
    return day


NUMBER = "with a point, no thousands separator and no unit"
PARSERS: dict[type, tuple[Callable[[str], Any], str]] = {
    str: (str, "Write text"),
    int: (int, "Write a whole number such as 120"),
    float: (_float, f"Write a number such as 12.5, {NUMBER}"),
    Decimal: (_decimal, f"Write a number such as 12.50, {NUMBER}"),
    bool: (_flag, "Write 1 or 0"),
    date: (_date, "Write a date such as 2026-04-24"),
    datetime: (_moment, "Write a time with its zone such as 2026-04-24T09:00:00+07:00"),
}


def read_rows(path: Path, row_type: type[Row]) -> list[Row]:
    """Return the rows of a CSV file as `row_type` (a dataclass); raise BadRows with every fault of the file."""
    rows, faults = read_rows_and_faults(path, row_type)
    if faults:
        raise BadRows(tuple(faults))
    return rows


def read_rows_and_faults(path: Path, row_type: type[Row]) -> tuple[list[Row], list[Fault]]:
    """Return the good rows and the faults; row 1 is the header, as a spreadsheet numbers it."""
    numbered, faults = read_numbered_rows(path, row_type)
    return [row for _, row in numbered], faults


def read_numbered_rows(path: Path, row_type: type[Row]) -> tuple[list[tuple[int, Row]], list[Fault]]:
    """Return the good rows with their numbers, for faults that show only later, and the faults.

    Cells may be parted by commas, semicolons or tabs. Names of columns are read without regard to case and blanks.
    """
    columns = _columns(row_type)
    rows: list[tuple[int, Row]] = []
    faults: list[Fault] = []
    try:
        records = _records(path)
        _number, cells = next(records, (1, []))
        header = [cell.strip().casefold() for cell in cells]
        if faults := _faults_of_header(path.name, header, columns):
            return [], faults
        for number, cells in records:
            if any(cell.strip() for cell in cells):
                values, wrong = _values(path.name, number, header, cells, columns)
                faults += wrong
                if not wrong:
                    rows.append((number, row_type(**values)))
    except _Spoiled as spoiled:
        faults.append(Fault(path.name, *spoiled.args))
    return rows, faults


class _Spoiled(Exception):
    """A file that cannot be read from some row on: row, column, what is wrong, how to mend it."""


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield rows by the numbers that a spreadsheet gives them, empty ones too."""
    text = _text(path)
    first, _, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep=") and len(first.strip()) > len("sep="):
        separator, text = first.strip()[4], rest  # what Excel writes for itself and shows to nobody
    else:
        separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                raise _Spoiled(
                    number, "", "a cell is too long to be read; nothing from here on was read", "Shorten it"
                ) from None
            mend = 'Write a quotation mark inside a cell twice, and close each: "so ""called"" fruit"'
            raise _Spoiled(
                number,
                "",
                "a quotation mark is not closed or stands inside a cell; nothing from here on was read",
                mend,
            ) from None
        yield number, cells


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _Spoiled(0, "", "the file is missing", f"Put it at {path}") from None
    except OSError as error:
        raise _Spoiled(0, "", f"it cannot be read: {error.strerror}", "Name a CSV file that you may read") from None
    if raw.startswith((b"PK", b"\xd0\xcf")):
        raise _Spoiled(0, "", "this is a workbook of a spreadsheet, not a CSV file", AS_CSV)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise _Spoiled(row, "", "letters are not written as UTF-8", AS_CSV) from None


def _faults_of_header(file: str, header: list[str], columns: dict[str, tuple[type, bool, bool]]) -> list[Fault]:
    twice = [name for name in dict.fromkeys(header) if name in columns and header.count(name) > 1]
    faults = [Fault(file, 1, name, "the column stands twice", "Take one of them out") for name in twice]
    for name, (_, _, is_needed) in columns.items():
        if is_needed and name not in header:
            near = get_close_matches(name, [found for found in header if found not in columns], n=1, cutoff=0.6)
            mend = f"Is it `{near[0]}`? Then rename that" if near else "Add it to the header, the first row"
            faults.append(Fault(file, 1, name, "the column is missing", mend))
    return faults


def _columns(row_type: type) -> dict[str, tuple[type, bool, bool]]:
    """Return for each field its plain type, whether it may be empty, and whether the column must exist."""
    hints = typing.get_type_hints(row_type)
    columns = {}
    for field in dataclasses.fields(row_type):
        hint = hints[field.name]
        options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        plain = next(option for option in options if option is not types.NoneType)
        has_default = field.default is not dataclasses.MISSING
        columns[field.name] = (plain, types.NoneType in options or plain is str, not has_default)
    return columns


def _values(
    file: str, number: int, header: list[str], cells: list[str], columns: dict[str, tuple[type, bool, bool]]
) -> tuple[dict[str, Any], list[Fault]]:
    record = dict(zip(header, (cell.strip() for cell in cells), strict=False))
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    if any(cell.strip() for cell in cells[len(header) :]):
        mend = "Put a text that holds the separator into quotation marks"
        faults.append(Fault(file, number, "", "the row has more cells than the header", mend))
    for name, (plain, may_be_empty, is_needed) in columns.items():
        text = record.get(name, "")
        if name not in header or (not text and not is_needed and not may_be_empty):
            continue
        if not text and may_be_empty:
            values[name] = "" if plain is str else None
            continue
        parse, mend = PARSERS[plain]
        if not text:
            faults.append(Fault(file, number, name, "the cell is empty", mend))
            continue
        try:
            values[name] = parse(text)
        except Unreadable as error:
            faults.append(Fault(file, number, name, f"`{text}` cannot be read", str(error)))
        except (ValueError, KeyError, InvalidOperation):
            faults.append(Fault(file, number, name, f"`{text[:60]}` cannot be read", mend))
    return values, faults


def unknown_references(file: str, column: str, values: Iterable[str], known: set[str], where: str) -> list[Fault]:
    """Return a fault for each value that names nothing; values stand in the order of the file's rows."""
    return [
        Fault(file, number, column, f"`{value}` is not in {where}", "Add it there or correct it here")
        for number, value in enumerate(values, 2)
        if value and value not in known
    ]

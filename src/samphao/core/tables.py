"""CSV files that people give us: typed rows, and all faults at once with row, column and mend."""

from __future__ import annotations

import csv
import dataclasses
import types
import typing
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from samphao.core.errors import BadRows, Fault

Row = TypeVar("Row")


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise InvalidOperation
    return value


def _flag(text: str) -> bool:
    return {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False}[text.lower()]


PARSERS: dict[type, tuple[Callable[[str], Any], str]] = {
    str: (str, "write text"),
    int: (int, "write a whole number such as 120"),
    float: (float, "write a number such as 12.5"),
    Decimal: (_decimal, "write a number such as 12.50, with a point and no thousands separator"),
    bool: (_flag, "write 1 or 0"),
    date: (date.fromisoformat, "write a date such as 2026-04-24"),
    datetime: (datetime.fromisoformat, "write a time with its zone such as 2026-04-24T09:00:00+07:00"),
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
    """Return the good rows with their numbers, for faults that show only later, and the faults."""
    if not path.exists():
        return [], [Fault(path.name, 0, "", "the file is missing", f"Put it at {path}")]
    columns = _columns(row_type)
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        header = reader.fieldnames or []
        missing = [name for name, (_, _, is_needed) in columns.items() if is_needed and name not in header]
        if missing:
            return [], [Fault(path.name, 1, name, "the column is missing", "Add it to the header") for name in missing]
        rows: list[tuple[int, Row]] = []
        faults: list[Fault] = []
        for number, record in enumerate(reader, 2):
            values, wrong = _values(path.name, number, record, columns)
            faults += wrong
            if not wrong:
                rows.append((number, row_type(**values)))
    return rows, faults


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
    file: str, number: int, record: dict[str | Any, str | Any], columns: dict[str, tuple[type, bool, bool]]
) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    if None in record:
        faults.append(Fault(file, number, "", "the row has more cells than the header", "Quote texts that hold commas"))
    for name, (plain, may_be_empty, _) in columns.items():
        text = (record.get(name) or "").strip()
        if name not in record:
            continue
        if not text and may_be_empty:
            values[name] = "" if plain is str else None
            continue
        parse, mend = PARSERS[plain]
        try:
            values[name] = parse(text)
        except (ValueError, KeyError, InvalidOperation):
            faults.append(Fault(file, number, name, f"`{text}` cannot be read", mend.capitalize()))
    return values, faults


def unknown_references(file: str, column: str, values: Iterable[str], known: set[str], where: str) -> list[Fault]:
    """Return a fault for each value that names nothing; values stand in the order of the file's rows."""
    return [
        Fault(file, number, column, f"`{value}` is not in {where}", "Add it there or correct it here")
        for number, value in enumerate(values, 2)
        if value and value not in known
    ]

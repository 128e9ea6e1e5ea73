from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from samphao.core.errors import BadRows
from samphao.core.tables import read_rows


@dataclass(frozen=True)
class Row:
    code: str
    kg: Decimal
    harvest_on: date | None
    note: str = ""


def write(folder: Path, text: str) -> Path:
    path = folder / "lots.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_good_rows_are_typed(tmp_path: Path) -> None:
    rows = read_rows(write(tmp_path, "code,kg,harvest_on\nA,12.50,2026-04-24\nB,1,\n"), Row)
    assert rows == [Row("A", Decimal("12.50"), date(2026, 4, 24)), Row("B", Decimal(1), None)]


def test_all_faults_are_told_at_once_with_row_and_mend(tmp_path: Path) -> None:
    with pytest.raises(BadRows) as caught:
        read_rows(write(tmp_path, "code,kg,harvest_on\nA,much,2026-04-24\nB,1,tomorrow\n"), Row)
    told = str(caught.value).split("\n")
    assert (
        told[0]
        == "lots.csv:2 kg: `much` cannot be read. Write a number such as 12.50, with a point and no thousands separator"
    )
    assert told[1].startswith("lots.csv:3 harvest_on: `tomorrow`")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRows, match="kg: the column is missing"):
        read_rows(write(tmp_path, "code,harvest_on\nA,\n"), Row)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRows, match="the file is missing"):
        read_rows(tmp_path / "none.csv", Row)


def test_not_a_number_is_no_number(tmp_path: Path) -> None:
    with pytest.raises(BadRows, match="NaN"):
        read_rows(write(tmp_path, "code,kg,harvest_on\nA,NaN,\n"), Row)

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
        == "lots.csv:2 kg: `much` cannot be read. Write a number such as 12.50, with a point, no thousands separator and no unit"
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


ROW = "A,12.5,2026-04-24\n"
HEAD = "code,kg,harvest_on\n"
GOOD = [Row("A", Decimal("12.5"), date(2026, 4, 24))]


@pytest.mark.parametrize(
    "content",
    [
        ("\ufeff" + HEAD + ROW).encode(),
        (HEAD + ROW).replace(",", ";").encode(),
        (HEAD + ROW).replace(",", "\t").encode("utf-16"),
        ("sep=;\n" + (HEAD + ROW).replace(",", ";")).encode(),
        (HEAD + ROW).replace("\n", "\r\n").encode(),
        (HEAD + ROW).replace("\n", "\r").encode(),
        ('" Code","KG ","Harvest_On"\n' + ROW).encode(),
        (HEAD + "A,๑๒.๕,2026-04-24\n").encode(),
        (HEAD + "\n,,\n" + ROW + "\n").encode(),
        (HEAD.strip() + ",more\n" + ROW).encode(),
    ],
    ids=["mark of Excel", "semicolons", "tabs in UTF-16", "sep", "Windows", "old Mac", "capitals and blanks", "Thai digits", "empty rows", "a column of one's own"],
)  # fmt: skip
def test_what_spreadsheets_write_is_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lots.csv"
    path.write_bytes(content)
    assert read_rows(path, Row) == GOOD


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04\x14", "lots.csv: this is a workbook of a spreadsheet, not a CSV file. Save it from the spreadsheet as `CSV UTF-8 (comma delimited)`"),
        ((HEAD + ROW + "สวน,1,2026-04-24\n").encode("cp874"), "lots.csv:3: letters are not written as UTF-8. Save it from the spreadsheet as `CSV UTF-8 (comma delimited)`"),
        (b"", "lots.csv:1 code: the column is missing. Add it to the header, the first row\nlots.csv:1 kg: the column is missing. Add it to the header, the first row\nlots.csv:1 harvest_on: the column is missing. Add it to the header, the first row"),
        (b"code,kgs,harvest_on\n", "lots.csv:1 kg: the column is missing. Is it `kgs`? Then rename that"),
        (b"code,kg,kg,harvest_on\n", "lots.csv:1 kg: the column stands twice. Take one of them out"),
        ((HEAD + "A,,2026-04-24\n").encode(), "lots.csv:2 kg: the cell is empty. Write a number such as 12.50, with a point, no thousands separator and no unit"),
        ((HEAD + 'A,"1,200",2026-04-24\n').encode(), "lots.csv:2 kg: `1,200` cannot be read. Write a number such as 12.50, with a point, no thousands separator and no unit"),
        ((HEAD + "A,1,2569-04-24\n").encode(), "lots.csv:2 harvest_on: `2569-04-24` cannot be read. The year is of the Buddhist era: write 2026-04-24"),
        ((HEAD + "A,1,24/4/2026\n").encode(), "lots.csv:2 harvest_on: `24/4/2026` cannot be read. Write a date such as 2026-04-24"),
        ((HEAD + "A,1,2026-04-24,x\n").encode(), "lots.csv:2: the row has more cells than the header. Put a text that holds the separator into quotation marks"),
        ((HEAD + '\nA,"1,2026-04-24\n' + ROW).encode(), 'lots.csv:3: a quotation mark is not closed or stands inside a cell; nothing from here on was read. Write a quotation mark inside a cell twice, and close each: "so ""called"" fruit"'),
        ((HEAD + f"{'x' * 200_000},1,2026-04-24\n").encode(), "lots.csv:2: a cell is too long to be read; nothing from here on was read. Shorten it"),
    ],
    ids=["workbook", "another encoding", "empty", "misspelt column", "column twice", "empty cell", "thousands", "Buddhist era", "slashes", "more cells", "open quote", "long cell"],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_row_column_and_mend(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "lots.csv"
    path.write_bytes(content)
    with pytest.raises(BadRows) as caught:
        read_rows(path, Row)
    assert str(caught.value) == told


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "lots.csv").mkdir()
    with pytest.raises(BadRows, match="cannot be read: Is a directory"):
        read_rows(tmp_path / "lots.csv", Row)

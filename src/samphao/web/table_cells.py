"""Rows of tables as HTML. Pages have thousands of cells: a template included for each took most of the time of such a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Column = Mapping[str, Any]
Write = Callable[[Any], str]


def classes(column: Column) -> str:
    """Return the classes of a table's cell: n for numbers, w for long words, k for codes and dates, which are kept whole."""
    return " ".join(name for name, kind in (("n", "numeric"), ("w", "wide"), ("k", "whole")) if column.get(kind))


def is_deck(columns: Sequence[Column]) -> bool:
    """Say whether a table becomes a list of cards on a telephone: two columns of words and their numbers still fit."""
    words = sum(not column.get("numeric") for column in columns)
    return len(columns) > 3 or (len(columns) == 3 and words > 1)


def rows_html(
    rows: Iterable[Sequence[Any]], columns: Sequence[Column], write: Write, *, is_foot: bool = False
) -> SafeString:
    """Return the rows; `write` makes the content of a cell. The first cell of a row is its head."""
    deck = is_deck(columns)
    frames = [_frame(column, deck=deck, head=at == 0, is_foot=is_foot) for at, column in enumerate(columns)]
    bare = _frame({}, deck=deck, head=False, is_foot=is_foot)
    start = '<tr role="row">' if deck else "<tr>"
    parts = []
    for row in rows:
        parts.append(start)
        for at, cell in enumerate(row):
            opening, closing = frames[at] if at < len(frames) else bare
            parts += (opening, write(cell), closing)
        parts.append("</tr>")
    return mark_safe("".join(parts))  # noqa: S308 - `write` and `_frame` escape


def _frame(column: Column, *, deck: bool, head: bool, is_foot: bool) -> tuple[str, str]:
    """Return what stands before and behind the content of each cell of a column; a card names its column in every cell."""
    opening = '<th scope="row"' if head else "<td"
    if kind := classes(column):
        opening += f' class="{kind}"'
    if deck:
        opening += f' role="{"rowheader" if head else "cell"}"'
        if column.get("numeric") or not (head or is_foot):
            opening += f' data-label="{conditional_escape(column.get("label", ""))}"'
    return f"{opening}>", "</th>" if head else "</td>"

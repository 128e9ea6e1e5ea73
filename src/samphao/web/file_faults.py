"""What is wrong with a file, in the reader's language: the words of the reader of files and of the rules of a lot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# What `core.tables` says; a test holds the two against each other.
SAID = (
    gettext_noop("the file is missing"), gettext_noop("this is a workbook of a spreadsheet, not a CSV file"),
    gettext_noop("letters are not written as UTF-8"), gettext_noop("the column stands twice"), gettext_noop("the column is missing"),
    gettext_noop("the row has more cells than the header"), gettext_noop("the cell is empty"),
    gettext_noop("a cell is too long to be read; nothing from here on was read"),
    gettext_noop("a quotation mark is not closed or stands inside a cell; nothing from here on was read"),
)  # fmt: skip
MENDS = (
    gettext_noop("Save it from the spreadsheet as `CSV UTF-8 (comma delimited)`"), gettext_noop("Take one of them out"),
    gettext_noop("Add it to the header, the first row"), gettext_noop("Put a text that holds the separator into quotation marks"),
    gettext_noop("Shorten it"), gettext_noop("Write text"), gettext_noop("Write a whole number such as 120"), gettext_noop("Write 1 or 0"),
    gettext_noop("Write a number such as 12.50, with a point, no thousands separator and no unit"),
    gettext_noop("Write a date such as 2026-04-24"), gettext_noop("Send it in parts"),
)  # fmt: skip
# What they say with a word of the file in it.
WITH_WORDS = (
    (re.compile(r"`(?P<value>.*)` cannot be read", re.DOTALL), gettext_noop("`%(value)s` cannot be read")),
    (re.compile(r"Is it `(?P<value>.*)`\? Then rename that"), gettext_noop("Is it `%(value)s`? Then rename that")),
    (
        re.compile(r"The year is of the Buddhist era: write (?P<value>.*)"),
        gettext_noop("The year is of the Buddhist era: write %(value)s"),
    ),
    (re.compile(r"the file has more than (?P<value>.*) rows"), gettext_noop("the file has more than %(value)s rows")),
)


def fault_text(fault: Any) -> str:
    """Say what is wrong and how to mend it, of a fault as it is met or as it was kept."""
    row = (
        fault
        if isinstance(fault, Mapping)
        else {name: getattr(fault, name, "") for name in ("wrong", "mend", "text", "values")}
    )
    if row.get("text"):
        return _(row["text"]) % row["values"]
    return ". ".join(filter(None, (_said(row["wrong"]), _said(row.get("mend", "")))))


def _said(text: str) -> str:
    if not text or text in SAID or text in MENDS:
        return _(text) if text else ""
    for pattern, said in WITH_WORDS:
        if found := pattern.fullmatch(text):
            return _(said) % found.groupdict()
    return _(text)

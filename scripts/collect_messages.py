"""Collect every text of the pages into the catalogues and compile them, without GNU gettext.

Python files and Django templates are read as Django's own `makemessages` reads them (its lexer turns a template into
calls of gettext); babel then finds the calls, keeps the translations that stand in the catalogues and compiles them.
A text that is gone leaves the catalogues; a new one enters them empty and is named, so that somebody translates it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "samphao"
LOCALES = PACKAGE / "web" / "locale"
# Which arguments of a call are its context, text and plural.
CALLS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
CALLS |= {f"{name}_lazy": places for name, places in CALLS.items()}
KEYWORDS = {**DEFAULT_KEYWORDS, "gettext_noop": None}
Text = tuple[str | tuple[str, str], str | None]


def texts_of_python(source: str) -> Iterator[Text]:
    """Yield the texts of a Python file. Only the syntax tree shows the calls that stand inside an f-string too."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in CALLS:
            continue
        context, text, plural = (
            None if place is None else _constant(node.args[place : place + 1]) for place in CALLS[name]
        )
        if text and (plural or CALLS[name][2] is None):
            yield ((text, plural) if plural else text), context


def _constant(argument: list[ast.expr]) -> str | None:
    found = argument[0].value if argument and isinstance(argument[0], ast.Constant) else None
    return found if isinstance(found, str) else None


def texts_of_template(source: str) -> Iterator[Text]:
    """Yield the texts of a template: Django's lexer leaves only calls, whose indentation would mean something."""
    if not settings.configured:
        settings.configure()
    calls = "\n".join(line.strip() for line in templatize(source).split("\n"))
    for _line, text, _comments, context in extract("python", BytesIO(calls.encode()), keywords=KEYWORDS):
        if text:
            yield text, context


def collected(package: Path = PACKAGE) -> Catalog:
    """Return every text of the package's Python files and templates with the files in which it stands."""
    found = Catalog(fuzzy=False)
    for path in sorted([*package.rglob("*.py"), *package.rglob("*.html")]):
        source = path.read_text(encoding="utf-8")
        for text, context in texts_of_python(source) if path.suffix == ".py" else texts_of_template(source):
            found.add(text, None, [(path.relative_to(package).as_posix(), None)], context=context)
    return found


def catalogues() -> dict[str, Path]:
    """Return the file of texts of each language that is translated into."""
    return {path.parents[1].name: path for path in sorted(LOCALES.glob("*/LC_MESSAGES/django.po"))}


def read(locale: str, path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def merged(old: Catalog, found: Catalog) -> Catalog:
    """Return the catalogue with the texts found: old translations kept, nothing guessed, nothing that is gone."""
    found.creation_date = old.creation_date  # otherwise every run would change the files
    old.update(found, no_fuzzy_matching=True, update_header_comment=False)
    return old


def untranslated(catalogue: Catalog) -> list[Message]:
    """Return the texts that are empty in any of their forms or only guessed."""
    forms = (
        (message, [message.string] if isinstance(message.string, str) else message.string) for message in catalogue
    )
    return [message for message, strings in forms if message.id and (message.fuzzy or not strings or not all(strings))]


def write(path: Path, catalogue: Catalog) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    compile_one(path, catalogue)


def compile_one(path: Path, catalogue: Catalog) -> None:
    """Write the file that the pages read. (pybabel's own compiling takes `20 % off` for a broken placeholder.)"""
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def main(arguments: list[str]) -> int:
    if "--compile" in arguments:
        for locale, path in catalogues().items():
            compile_one(path, read(locale, path))
        return 0
    missing = 0
    for locale, path in catalogues().items():
        catalogue = merged(read(locale, path), collected())
        empty = untranslated(catalogue)
        missing += len(empty)
        print(f"{locale}: {len(catalogue)} texts, {len(empty)} without a translation")
        for message in empty:
            print(f"  {message.locations[0][0] if message.locations else ''}: {message.id!r}")
        if "--check" not in arguments:
            write(path, catalogue)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Many rows at once: COPY, for what a season writes by the ten thousand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from django.db import connection
from psycopg import sql


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Append rows to a table by COPY in the caller's transaction; constraints and triggers hold as ever."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    ready = list(rows)  # a generator that reads the database would wait for the COPY, and the COPY for it
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in ready:
            copy.write_row(row)
    return len(ready)


def replace_rows(
    table: str,
    key: Sequence[str],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    batch: str = "incoming",
    *,
    unless: LiteralString = "false",
) -> int:
    """Write rows by COPY in the caller's transaction; one whose `key` stands already is replaced. Keys are distinct.

    Where the SQL condition `unless` holds, the row that stands is kept; it may name the new one as `excluded`.
    """
    identifiers = {name: sql.Identifier(name) for name in (table, batch, *columns)}
    listed = sql.SQL(", ").join(identifiers[name] for name in columns)
    changed = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(identifiers[name]) for name in columns if name not in key
    )
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                identifiers[batch], listed, identifiers[table]
            )
        )
        count = copy_rows(batch, columns, rows)
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT ({}) DO UPDATE SET {} WHERE NOT ({})").format(
                identifiers[table], listed, listed, identifiers[batch], sql.SQL(", ").join(map(sql.Identifier, key)), changed, sql.SQL(unless)
            )
        )  # fmt: skip
        cursor.execute(sql.SQL("DROP TABLE {}").format(identifiers[batch]))
    return count

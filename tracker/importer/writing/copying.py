"""Rows to PostgreSQL by COPY, made one after the other while they are sent: no bundle stands in memory as rows."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from django.db import connection
from psycopg2 import sql

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
BLOCK_ROWS = 200  # joined at a time
# The tables stay with the connection, empty: making them anew for each small bundle would cost more than the bundle.
STAGE = "CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({columns}) ON COMMIT DELETE ROWS; DELETE FROM {table}"


def copy_rows(table: str, columns: tuple[str, ...], lines: Iterable[str]) -> None:
    """Send `lines`, each the tab-separated texts of a row, to a table."""
    rows = _Rows(lines)
    if not rows.has_any:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor:
        cursor.copy_expert(statement.as_string(cursor.connection), rows)


def stage_rows(table: str, definition: str, columns: tuple[str, ...], lines: Iterable[str]) -> None:
    """Send `lines` to a temporary table of this transaction, empty it first if an earlier call made it.

    `table` and `definition` (its columns in SQL) are constants of the caller.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(STAGE).format(table=sql.Identifier(table), columns=sql.SQL(definition)).as_string(cursor.connection)
        )  # fmt: skip
    copy_rows(table, columns, lines)


def draw_keys(table: str, count: int) -> list[int]:
    """New primary keys of a table."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]


def as_text(value: str | None) -> str:
    """A text as COPY reads it."""
    return NULL if value is None else value.translate(_ESCAPES)


def as_moment(value: datetime.datetime | None) -> str:
    """A time as COPY reads it."""
    return NULL if value is None else value.isoformat()


def as_key(value: int | None) -> str:
    """A number as COPY reads it."""
    return NULL if value is None else str(value)


def as_json(value: Any) -> str:
    """A JSON value as COPY reads it; orjson has escaped everything but backslashes already."""
    if value is None:
        return NULL
    text = orjson.dumps(value).decode()
    return text.replace("\\", "\\\\") if "\\" in text else text


def as_flag(value: Any) -> str:
    """A boolean as COPY reads it; nothing is false."""
    return "t" if value else "f"


class _Rows:
    """A file of lines that come from an iterator."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines: Iterator[str] = iter(lines)
        self._ready = b""
        self._fill()
        self.has_any = bool(self._ready)

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; nothing at the end."""
        if not self._ready:
            self._fill()
        if size < 0 or len(self._ready) <= size:
            given, self._ready = self._ready, b""
            return given
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    def _fill(self) -> None:
        block = []
        for line in self._lines:
            block.append(line)
            if len(block) >= BLOCK_ROWS:
                break
        if block:
            block.append("")
            self._ready = "\n".join(block).encode()

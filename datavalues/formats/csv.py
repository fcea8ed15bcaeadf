"""Data value sets as CSV: a line of names, then a line each value; columns are known by their place alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from psycopg2 import sql

from datavalues.errors import UNREADABLE
from datavalues.formats.names import Names
from datavalues.records import CHUNK, Chunk, Column, DataValueSet, Header
from dhis2api.errors import ApiError

MAX_FIELD = 1_000_000  # characters; a value that is too long for its column is refused by its index, not the whole
COLUMNS = ("dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo", "value", "storedby",
           "lastupdated", "comment", "followup", "deleted")  # fmt: skip
# As versions up to 37 are documented.
OLD_COLUMNS = ("dataelement", "period", "orgunit", "catoptcombo", "attroptcombo", "value", "storedby", "lastupdated",
               "comment", "flwup", "deleted")  # fmt: skip


def decode(stream: BinaryIO, *, has_header: bool = True, data_set: str | None = None) -> DataValueSet:
    """Decode a body; lines are read as they are asked for. What stands in the first one is never looked at.

    Errors (of the chunks): ApiError 400 with the line of what is no UTF-8 or no CSV.
    """
    return DataValueSet(Header(data_set=data_set), _chunks(_rows(stream, has_header=has_header)))


def _rows(stream: BinaryIO, *, has_header: bool) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD))
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    reader = csv.reader(_lines(text), strict=True)
    try:
        if has_header:
            next(reader, None)
        for row in reader:
            if row:
                yield row
    except (csv.Error, UnicodeDecodeError) as error:
        reason = error.reason if isinstance(error, UnicodeDecodeError) else error
        raise ApiError(UNREADABLE, f"CSV: {reason}, near line {reader.line_num + 1}") from error


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    for line in text:
        if "\x00" in line:
            raise csv.Error("a NUL character is not allowed")
        yield line


def _chunks(rows: Iterator[list[str]]) -> Iterator[Chunk]:
    start = 0
    while records := list(islice(rows, CHUNK)):
        width = len(COLUMNS)
        padded = [row if len(row) == width else (row + [""] * width)[:width] for row in records]
        element, period, unit, combo, attribute_combo, value, stored_by, _, comment, followup, deleted = (
            list(column) for column in zip(*padded, strict=True)
        )
        # An absent value is an empty one here, which deletes; everywhere else empty means absent.
        names = (_absent(column) for column in (element, period, unit, combo, attribute_combo))
        yield Chunk(start, *names, value, _absent(comment), _absent(stored_by), _flags(followup), _flags(deleted))
        start += len(records)


def _absent(column: list[str]) -> Column:
    return [text or None for text in column]


def _flags(column: list[str]) -> list[bool | None]:
    return [text.strip().lower() == "true" if text else None for text in column]


def quoted(text: sql.Composable) -> sql.Composable:
    """An SQL text as a field, in quotes where it needs them."""
    return sql.SQL(
        """CASE WHEN {text} ~ '[,"\\n\\r]' THEN '"' || replace({text}, '"', '""') || '"' ELSE {text} END"""
    ).format(text=text)


def row(names: Names) -> sql.Composable:
    """The line of one value, made by PostgreSQL; absent texts are empty. Without its last column: `old_row`."""
    return _line(names, len(COLUMNS))


def old_row(names: Names) -> sql.Composable:
    """The line as versions up to 37 write it: nobody asked for deleted values, so none is marked."""
    return _line(names, len(COLUMNS) - 1)


def _line(names: Names, width: int) -> sql.Composable:
    fields = (
        names.element, sql.SQL("period.iso"), names.unit, names.combo, names.attribute_combo,
        quoted(sql.SQL("datavalue.value")), quoted(sql.SQL("datavalue.stored_by")),
        sql.SQL("""to_char(datavalue.last_updated AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+0000"')"""),
        quoted(sql.SQL("datavalue.comment")), sql.SQL("datavalue.followup::text"),
        sql.SQL("CASE WHEN datavalue.deleted THEN 'true' ELSE 'null' END"),
    )[:width]  # fmt: skip
    texts = [sql.SQL("coalesce({}, '')").format(field) for field in fields]
    return sql.SQL("{} || E'\\n'").format(sql.SQL(" || ',' || ").join(texts))


def encoder(columns: tuple[str, ...]) -> Callable[[dict[str, Any], Iterable[list[tuple[str]]]], Iterator[bytes]]:
    """An encoder that writes these names; each row is the line of one value."""

    def encode(header: dict[str, Any], batches: Iterable[list[tuple[str]]]) -> Iterator[bytes]:
        yield (",".join(columns) + "\n").encode()
        for rows in batches:
            yield "".join([row[0] for row in rows]).encode()

    return encode

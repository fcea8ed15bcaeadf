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
BLOCK = 1_000  # rows that are turned into columns at a time
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


def _rows(stream: BinaryIO, *, has_header: bool) -> Iterator[list[list[str]]]:
    """The rows that are not empty, in short lists: the collector would look at a hundred thousand again and again."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD))
    text = io.TextIOWrapper(io.BufferedReader(_WithoutNul(stream)), encoding="utf-8-sig", newline="")
    reader = csv.reader(text, strict=True)
    try:
        if has_header:
            next(reader, None)
        while rows := list(islice(filter(None, reader), BLOCK)):
            yield rows
    except (csv.Error, UnicodeDecodeError) as error:
        reason = error.reason if isinstance(error, UnicodeDecodeError) else error
        raise ApiError(UNREADABLE, f"CSV: {reason}, near line {reader.line_num + 1}") from error


class _WithoutNul(io.RawIOBase):
    """Refuses the character that PostgreSQL cannot store, a block at a time: a look at each line costs much more."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._stream.read(len(buffer))
        place = block.find(0)
        if place >= 0:
            line = self._lines + block.count(b"\n", 0, place) + 1
            raise ApiError(UNREADABLE, f"CSV: a NUL character is not allowed, near line {line}")
        self._lines += block.count(b"\n")
        buffer[: len(block)] = block
        return len(block)


def _chunks(blocks: Iterator[list[list[str]]]) -> Iterator[Chunk]:
    start = 0
    columns: list[list[str]] = [[] for _ in COLUMNS]
    for rows in blocks:
        for column, texts in zip(columns, zip(*_padded(rows), strict=True), strict=True):
            column.extend(texts)
        if len(columns[0]) >= CHUNK:
            yield _chunk(start, columns)
            start += len(columns[0])
            columns = [[] for _ in COLUMNS]
    if columns[0]:
        yield _chunk(start, columns)


def _padded(rows: list[list[str]]) -> list[list[str]]:
    """Rows of the full width."""
    width = len(COLUMNS)
    return rows if set(map(len, rows)) == {width} else [(row + [""] * width)[:width] for row in rows]


def _chunk(start: int, columns: list[list[str]]) -> Chunk:
    element, period, unit, combo, attribute_combo, value, stored_by, _, comment, followup, deleted = columns
    # An absent value is an empty one here, which deletes; everywhere else empty means absent.
    names = (_absent(column) for column in (element, period, unit, combo, attribute_combo))
    return Chunk(start, *names, value, _absent(comment), _absent(stored_by), _flags(followup), _flags(deleted))


def _absent(column: list[str]) -> Column:
    return [text or None for text in column]


def _flags(column: list[str]) -> list[bool | None]:
    known = {text: text.strip().lower() == "true" if text else None for text in set(column)}
    return [known[text] for text in column]


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

"""CSV to the payloads that JSON would give: columns by position, one registered reader a kind of file (`classKey`).

The readers know the types and are registered by their app; here stands what all of them share: rows, cells, faults
that name the row. Source: DHIS2 2.42, metadata API, CSV import.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from dhis2api.errors import ApiError
from dhis2api.objects.errors import CSV_CLASS, CSV_UNREADABLE
from dhis2api.objects.importer.convert import convert
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Property, Schema, Shape
from sharing.access import Principal

NAME_COLUMN = 0  # of every file that describes objects

Payload = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file, the first being number 1; cells are trimmed."""

    number: int
    cells: Sequence[str]

    def cell(self, position: int) -> str | None:
        """The cell, None where it is empty or the row too short."""
        return (self.cells[position] if position < len(self.cells) else "") or None

    def fault(self, reason: str) -> ApiError:
        """A refusal of the whole file that names the row."""
        return ApiError(CSV_UNREADABLE, self.number, reason)


Reader = Callable[[list[Row], Principal], Payload]
Default = str | Callable[[Row], str | None] | None

_readers: dict[str, Reader] = {}


def register_csv_class(name: str, reader: Reader) -> None:
    """Have files of the kind `name` read by `reader`; to be called from `AppConfig.ready`."""
    _readers[name] = reader


def csv_class_names() -> list[str]:
    """All kinds of files, in the order of registration."""
    return list(_readers)


def find_reader(name: str) -> Reader:
    """Errors: ApiError 409 for an unknown kind."""
    reader = _readers.get(name)
    if reader is None:
        raise ApiError(CSV_CLASS, name)
    return reader


def read_rows(stream: BinaryIO, *, has_header: bool) -> list[Row]:
    """All rows with content. Errors: ApiError 400 naming the row for what is not UTF-8 or not CSV."""
    lines = csv.reader(io.TextIOWrapper(stream, "utf-8-sig", newline=""), strict=True)
    rows = [row for row in _rows(lines) if any(row.cells)]
    return rows[1:] if has_header else rows


def _rows(lines: Iterator[list[str]]) -> Iterator[Row]:
    number = 0
    try:
        for number, cells in enumerate(lines, 1):
            if any("\0" in cell for cell in cells):
                raise ApiError(CSV_UNREADABLE, number, "a NUL character is not allowed")
            yield Row(number, [cell.strip() for cell in cells])
    except (csv.Error, UnicodeDecodeError) as error:
        reason = f"not UTF-8, {error.reason}" if isinstance(error, UnicodeDecodeError) else str(error)
        raise ApiError(CSV_UNREADABLE, number + 1, reason) from error


@dataclass(frozen=True, slots=True)
class Column:
    """A member by its position in the row; `leftSide.expression` is a member of a complex one, "" is passed over."""

    member: str
    default: Default = None


@dataclass(frozen=True, slots=True)
class Table:
    """Files that describe one object a row."""

    singular: str
    columns: tuple[Column, ...]
    finish: Callable[[dict[str, Any], Row], None] | None = None  # what columns alone do not say

    def __call__(self, rows: list[Row], principal: Principal) -> Payload:
        schema = get_schema(self.singular)
        return {schema.plural: [self.read(row) for row in rows]}

    def read(self, row: Row) -> dict[str, Any]:
        """The object of a row. Errors: ApiError 400 naming the row where it has no name, or a value is unreadable."""
        if row.cell(NAME_COLUMN) is None:
            raise row.fault("the name is empty")
        found: dict[str, Any] = {}
        schema = get_schema(self.singular)
        for position, column in enumerate(self.columns):
            text = row.cell(position) or _default(column, row)
            if column.member and text is not None:
                place = f"row {row.number}, column {position + 1} ({column.member})"
                set_member(found, schema, column.member, text, place)
        if self.finish is not None:
            self.finish(found, row)
        return found


def set_member(found: dict[str, Any], schema: Schema, member: str, text: str, place: str) -> None:
    """Set the member of an object to what a cell says. Errors: ApiError 400 naming `place`."""
    outer, _, inner = member.rpartition(".")
    if outer:
        prop = schema.properties[outer]
        set_member(found.setdefault(outer, {}), get_schema(prop.target), inner, text, place)
    else:
        found[member] = _value(schema, schema.properties[member], text, place)


def reference(uid: str) -> dict[str, str]:
    """A reference as payloads have it."""
    return {"id": uid}


def unique(items: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """References without repeats, in their order."""
    found: Mapping[str, dict[str, str]] = {item["id"]: item for item in items}
    return list(found.values())


def _value(schema: Schema, prop: Property, text: str, place: str) -> Any:
    if prop.shape is Shape.REFERENCE:
        return reference(text)
    convert(schema, prop, text, place)  # for its refusal, which names the place in the file
    return text


def _default(column: Column, row: Row) -> str | None:
    return column.default(row) if callable(column.default) else column.default

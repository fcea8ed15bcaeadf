"""Lists of objects as CSV (DHIS2 2.42, metadata API, CSV): a column a member, collections as identifiers in a cell.

Cells are quoted as RFC 4180 says. A text that a spreadsheet would take for a formula stays as it is: who reads the
list back must find what is stored.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from dhis2api.errors import ApiError
from dhis2api.objects.errors import CSV_PROPERTY, CSV_SEPARATOR
from dhis2api.objects.query.fields import parse_fields
from dhis2api.objects.reading.listing import LIST_FIELDS
from dhis2api.objects.reading.plan import expand
from dhis2api.objects.schema import SIMPLE_KINDS, Kind, Property, Schema
from dhis2api.objects.uids import is_uid
from dhis2api.web.renderers import encode_json
from dhis2api.web.timestamps import format_timestamp

BATCH = 500  # lines that are one piece
ITEM_KINDS = SIMPLE_KINDS | {Kind.REFERENCE}  # of collections that fit in a cell
WHOLE = ("*", ":all")  # read as the default, as in DHIS2: few of all members fit in a cell


@dataclass(frozen=True, slots=True)
class Dialect:
    """What stands between cells, and between the items of one."""

    separator: str
    array_separator: str
    has_header: bool


def dialect_of(separator: str, array_separator: str, *, has_header: bool) -> Dialect:
    """Errors: ApiError 400 for a separator that is no single character, or means something else in CSV."""
    if len(separator) != 1 or separator in '"\r\n':
        raise ApiError(CSV_SEPARATOR, separator)
    return Dialect(separator, array_separator, has_header)


def columns_of(schema: Schema, fields: str) -> list[str]:
    """The members that `fields` names, each once; nested ones, transformers and unknown names are passed over.

    Errors: ApiError 409 where a member is neither simple nor a collection of references or simple values.
    """
    selections = parse_fields(fields if fields.strip(" ,") else LIST_FIELDS)
    removed = {s.name for s in selections if s.excluded}
    columns: dict[str, None] = {}
    for selection in selections:
        if selection.excluded or selection.children is not None:
            continue
        names = LIST_FIELDS.split(",") if selection.name in WHOLE else expand(schema, selection.name)
        is_preset = selection.name.startswith(":")
        columns |= {name: None for name in names if _is_column(schema, name, is_preset=is_preset)}
    found = [name for name in columns if name not in removed]
    return found or [name for name in LIST_FIELDS.split(",") if schema.has(name)]


def csv_chunks(columns: Sequence[str], objects: Iterable[dict[str, Any]], dialect: Dialect) -> Iterator[bytes]:
    """The lines of `objects`, some at a time."""
    if dialect.has_header:
        yield _line(columns, dialect.separator).encode()
    remaining = iter(objects)
    while batch := list(islice(remaining, BATCH)):
        lines = (
            _line([_text(item.get(name), dialect.array_separator) for name in columns], dialect.separator)
            for item in batch
        )
        yield "".join(lines).encode()


def _is_column(schema: Schema, name: str, *, is_preset: bool) -> bool:
    prop = schema.properties.get(name)
    if prop is None or not prop.readable:
        return is_uid(name) and schema.has_attributes
    if _fits(prop):
        return True
    if not is_preset:
        raise ApiError(CSV_PROPERTY)
    return False


def _fits(prop: Property) -> bool:
    return prop.item_kind in ITEM_KINDS if prop.collection else prop.simple


def _text(value: Any, array_separator: str) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return array_separator.join(
            _text(item.get("id") if isinstance(item, dict) else item, array_separator) for item in value
        )
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.datetime):
        return format_timestamp(value)
    return encode_json(value).decode().strip('"')


def _line(cells: Sequence[str], separator: str) -> str:
    if len(cells) == 1 and not cells[0]:
        return '""\n'  # an empty line would be no record
    return separator.join(_quoted(cell, separator) for cell in cells) + "\n"


def _quoted(cell: str, separator: str) -> str:
    if separator in cell or '"' in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell

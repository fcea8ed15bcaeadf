"""Data value sets as DXF 2 XML: the set's members as attributes of the root, a `dataValue` element each value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

from psycopg2 import sql

from datavalues.errors import UNREADABLE
from datavalues.records import CHUNK, Chunk, DataValueSet, Header
from dhis2api.errors import ApiError
from dhis2api.web.xml import DXF, Element, clean_text, iter_elements, local_name, namespace

ROOT = "dataValueSet"
ITEM = "dataValue"

Row = tuple[str | None, ...]
_COLUMNS = ("dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo", "value", "comment",
            "storedBy")  # fmt: skip


def decode(stream: BinaryIO) -> DataValueSet:
    """Decode a body; values are read as they are asked for.

    Errors: ApiError 400 with line and column for what is not well-formed, or has another root.
    """
    events = iter_elements(stream)
    root = next((element for event, element in events if event == "start"), None)
    if root is None or local_name(root) != ROOT or namespace(root) not in (DXF, None):
        name = "nothing" if root is None else f"`{root.tag}`"
        line = "1" if root is None else str(root.sourceline)
        raise ApiError(UNREADABLE, f"The root must be `{ROOT}` of `{DXF}`, but was {name}, at line {line}")
    header = _header(root)
    return DataValueSet(header, _chunks(_rows(events)))


def _header(root: Element) -> Header:
    get = root.get
    return Header(
        data_set=get("dataSet"),
        complete_date=get("completeDate"),
        period=get("period"),
        org_unit=get("orgUnit"),
        attribute_option_combo=get("attributeOptionCombo"),
        dry_run=True if get("dryRun") == "true" else None,
        strategy=get("importStrategy") or get("strategy"),
        id_scheme=get("idScheme"),
        data_element_id_scheme=get("dataElementIdScheme"),
        org_unit_id_scheme=get("orgUnitIdScheme"),
        category_option_combo_id_scheme=get("categoryOptionComboIdScheme"),
        data_set_id_scheme=get("dataSetIdScheme"),
        category_option_id_scheme=get("categoryOptionIdScheme"),
    )


def _rows(events: Iterator[tuple[str, Element]]) -> Iterator[Row]:
    for event, element in events:
        if event == "start" and local_name(element) == ITEM:
            get = element.get
            yield (*(get(name) for name in _COLUMNS), get("followUp") or get("followup"), get("deleted"))


def _chunks(rows: Iterator[Row]) -> Iterator[Chunk]:
    start = 0
    for first in rows:
        records = list(chain((first,), islice(rows, CHUNK - 1)))
        columns = [list(column) for column in zip(*records, strict=True)]
        yield Chunk(start, *columns[:8], _flags(columns[8]), _flags(columns[9]))
        start += len(records)


def _flags(column: list[str | None]) -> list[bool | None]:
    return [None if text is None else text.strip().lower() == "true" for text in column]


# One value as columns, in the order of `ATTRIBUTES`.
ROW = sql.SQL("""
    {element}, period.iso, {unit}, {combo}, {attribute_combo}, datavalue.value, datavalue.stored_by,
    to_char(datavalue.created AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS') || '+0000',
    to_char(datavalue.last_updated AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS') || '+0000',
    datavalue.comment, datavalue.followup::text, CASE WHEN datavalue.deleted THEN 'true' END
""")
ATTRIBUTES = ("dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo", "value", "storedBy",
              "created", "lastUpdated", "comment", "followUp", "deleted")  # fmt: skip


def encode(header: dict[str, Any], batches: Iterable[list[tuple[str | None, ...]]]) -> Iterator[bytes]:
    """The document in pieces; absent members have no attribute."""
    opening = _attributes(header.items())
    yield f"<?xml version='1.0' encoding='UTF-8'?>\n<{ROOT} xmlns={quoteattr(DXF)}{opening}>".encode()
    for rows in batches:
        yield "".join(f"<{ITEM}{_attributes(zip(ATTRIBUTES, row, strict=True))}/>" for row in rows).encode()
    yield f"</{ROOT}>".encode()


def _attributes(members: Iterable[tuple[str, str | None]]) -> str:
    return "".join(f" {name}={quoteattr(clean_text(text), _BREAKS)}" for name, text in members if text is not None)


# A parser reads a raw line break or tab in an attribute as a space.
_BREAKS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}

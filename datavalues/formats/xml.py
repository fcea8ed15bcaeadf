"""Data value sets as DXF 2 XML: the set's members as attributes of the root, a `dataValue` element each value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

from psycopg2 import sql

from datavalues.errors import UNREADABLE
from datavalues.formats.names import Names
from datavalues.records import CHUNK, Chunk, DataValueSet, Header
from dhis2api.errors import ApiError
from dhis2api.web.xml import DXF, clean_text
from dhis2api.web.xml_parsing import Attributes, Tags, XmlBody, as_mapping, split_name

ROOT = "dataValueSet"
ITEM = "dataValue"

# Texts, then marks.
_COLUMNS = ("dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo", "value", "comment",
            "storedBy", "deleted", "followUp", "followup")  # fmt: skip


def decode(stream: BinaryIO) -> DataValueSet:
    """Decode a body; values are read as they are asked for.

    Errors: ApiError 400 with line and column for what is not well-formed, or has another root.
    """
    reader = _Reader(stream)
    for _ in reader.pieces:
        if reader.root is not None:
            return DataValueSet(header_of(reader.root.get), _chunks(reader))
    raise AssertionError("a document without a root is not well-formed")


class _Reader:
    """Collects the attributes of the root and of the values as the body is parsed."""

    def __init__(self, stream: BinaryIO) -> None:
        self.root: dict[str, str] | None = None
        self.values = Tags()
        self._body = XmlBody(stream, self._start)
        self.pieces = self._body.read()

    def _start(self, name: str, attributes: Attributes) -> None:
        check_root(name, ROOT, DXF, self._body)
        self.root = as_mapping(attributes)
        collect = self.values.append
        items = frozenset((ITEM, f"{DXF} {ITEM}"))

        def start(name: str, attributes: Attributes) -> None:
            if name in items:
                collect(attributes)

        self._body.parser.StartElementHandler = start


def check_root(name: str, wanted: str, namespace: str, body: XmlBody) -> None:
    """Errors: ApiError 400 for a root of another name or namespace; none at all is DHIS2's own habit."""
    space, local = split_name(name)
    if local != wanted or space not in (namespace, None):
        shown = f"{{{space}}}{local}" if space else local
        raise ApiError(UNREADABLE, f"The root must be `{wanted}` of `{namespace}`, but was `{shown}`, at {body.place}")


def header_of(get: Callable[[str], str | None]) -> Header:
    """The set's own members from the root's attributes."""
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
        category_id_scheme=get("categoryIdScheme"),
        category_option_id_scheme=get("categoryOptionIdScheme"),
    )


def _chunks(reader: _Reader) -> Iterator[Chunk]:
    start = 0
    for _ in reader.pieces:
        while len(reader.values) >= CHUNK:
            yield _chunk(start, reader.values.take(CHUNK))
            start += CHUNK
    while reader.values:
        yield _chunk(start, reader.values.take(CHUNK))
        start += CHUNK


def _chunk(start: int, values: Tags) -> Chunk:
    *texts, deleted, followup, other_spelling = values.columns(_COLUMNS)
    if any(other_spelling):
        followup = [text or other for text, other in zip(followup, other_spelling, strict=True)]
    return Chunk(start, *texts, flags(followup), flags(deleted))


def flags(column: list[str | None]) -> list[bool | None]:
    """Texts as marks; None where absent, anything but `true` is false."""
    known = {text: None if text is None else text.strip().lower() == "true" for text in set(column)}
    return [known[text] for text in column]


# Characters that XML cannot carry are left out; line breaks and tabs must be references, or a parser reads spaces.
_ESCAPED = r"""
    CASE WHEN {text} !~ '[&<>"\x01-\x1f\ufffe\uffff]' THEN {text} ELSE regexp_replace(
        replace(replace(replace(replace(replace(replace(replace(
            {text}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), E'\n', '&#10;'), E'\r', '&#13;'),
            E'\t', '&#9;'),
        '[\x01-\x1f\ufffe\uffff]', '', 'g') END
"""


def escaped(text: sql.Composable) -> sql.Composable:
    """An SQL text as XML writes it, in attributes and elsewhere; looked at closely only where it must be."""
    return sql.SQL(_ESCAPED).format(text=text)


def attribute(name: str, text: sql.Composable) -> sql.Composable:
    """An SQL text as an attribute, which is absent where the text is null; the text must be escaped."""
    return sql.SQL("coalesce({} || {} || '\"', '')").format(sql.Literal(f' {name}="'), text)


_TIME = "to_char(datavalue.{} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS') || '+0000'"


def row(names: Names) -> sql.Composable:
    """The element of one value, made by PostgreSQL; absent members have no attribute."""
    members = {
        "dataElement": names.element, "period": sql.SQL("period.iso"), "orgUnit": names.unit,
        "categoryOptionCombo": names.combo, "attributeOptionCombo": names.attribute_combo,
        "value": escaped(sql.SQL("datavalue.value")), "storedBy": escaped(sql.SQL("datavalue.stored_by")),
        "created": sql.SQL(_TIME.format("created")), "lastUpdated": sql.SQL(_TIME.format("last_updated")),
        "comment": escaped(sql.SQL("datavalue.comment")), "followUp": sql.SQL("datavalue.followup::text"),
        "deleted": sql.SQL("CASE WHEN datavalue.deleted THEN 'true' END"),
    }  # fmt: skip
    written = [attribute(name, text) for name, text in members.items()]
    return sql.SQL(" || ").join([sql.Literal(f"<{ITEM}"), *written, sql.Literal("/>")])


def encode(header: dict[str, Any], batches: Iterable[list[tuple[str]]]) -> Iterator[bytes]:
    """The document in pieces; each row is the element of one value."""
    opening = "".join(
        f" {name}={quoteattr(clean_text(text), BREAKS)}" for name, text in header.items() if text is not None
    )
    yield f"<?xml version='1.0' encoding='UTF-8'?>\n<{ROOT} xmlns={quoteattr(DXF)}{opening}>".encode()
    for rows in batches:
        yield "".join([row[0] for row in rows]).encode()
    yield f"</{ROOT}>".encode()


# A parser reads a raw line break or tab in an attribute as a space.
BREAKS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}

"""Data value sets as ADX (IHE QRPH): groups of values, whose categories are attributes of their own.

    <group dataSet="MALARIA" period="2015-06-01/P1M" orgUnit="OU_559" PARTNER="HARBOUR">
      <dataValue dataElement="VCCT_0" GENDER="FMLE" HIV_AGE="AGE0-14" value="32"/>

Decoding leaves groups and categories as they are written: what they mean depends on metadata (`importer.groups`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, BinaryIO

from datavalues.errors import UNREADABLE
from datavalues.formats.xml import check_root, flags, header_of
from datavalues.records import CHUNK, Chunk, DataValueSet, Group, Grouping
from dhis2api.errors import ApiError
from dhis2api.web.xml_parsing import Attributes, Tags, XmlBody, as_mapping, is_attribute_name

ADX = "urn:ihe:qrph:adx:2015"
ROOT = "adx"
DEFAULT_ID_SCHEME = "CODE"

# Texts, then marks.
_COLUMNS = ("dataElement", "categoryOptionCombo", "value", "comment", "storedBy", "deleted", "followup", "followUp")


def decode(stream: BinaryIO) -> DataValueSet:
    """Decode a body; groups are read as their values are asked for.

    Errors: ApiError 400 with line and column for what is not well-formed, has another root, or for a value that
    stands in no group.
    """
    reader = _Reader(stream)
    for _ in reader.pieces:
        if reader.root is not None:
            return DataValueSet(_header(reader.root), _chunks(reader))
    raise AssertionError("a document without a root is not well-formed")


def _header(root: dict[str, str]) -> Any:
    """Options and schemes from the root; what a set names of its own stands in the groups."""
    return replace(
        header_of(root.get), data_set=None, complete_date=None, period=None, org_unit=None,
        attribute_option_combo=None, default_id_scheme=DEFAULT_ID_SCHEME,
    )  # fmt: skip


class _Reader:
    """Collects groups and the attributes of their values as the body is parsed."""

    def __init__(self, stream: BinaryIO) -> None:
        self.root: dict[str, str] | None = None
        self.groups: list[Group] = []  # begun since the last chunk
        self.values = Tags()
        self.owners: list[Group] = []  # of each value
        self.annotations: list[str | None] = []
        self._group: Group | None = None
        self._body = XmlBody(stream, self._start)
        self.pieces = self._body.read()

    def _start(self, name: str, attributes: Attributes) -> None:
        check_root(name, ROOT, ADX, self._body)
        self.root = as_mapping(attributes)
        self._body.parser.StartElementHandler = self._start_inside
        self._body.parser.EndElementHandler = self._end

    def _start_inside(self, name: str, attributes: Attributes) -> None:
        if name in _VALUES:
            if self._group is None:
                raise ApiError(UNREADABLE, f"A dataValue must stand in a group, at {self._body.place}")
            self.values.append(attributes)
            self.owners.append(self._group)
            self.annotations.append(None)
        elif name in _GROUPS:
            self._group = Group(as_mapping(attributes))
            self.groups.append(self._group)
        elif name in _ANNOTATIONS and self.annotations:
            self.annotations[-1] = ""
            self._body.parser.CharacterDataHandler = self._read_annotation

    def _end(self, name: str) -> None:
        if name in _GROUPS:
            self._group = None
        elif name in _ANNOTATIONS:
            self._body.parser.CharacterDataHandler = None

    def _read_annotation(self, text: str) -> None:
        self.annotations[-1] = (self.annotations[-1] or "") + text


def _both(name: str) -> frozenset[str]:
    return frozenset((name, f"{ADX} {name}"))


_GROUPS, _VALUES, _ANNOTATIONS = _both("group"), _both("dataValue"), _both("annotation")


def _chunks(reader: _Reader) -> Iterator[Chunk]:
    """The last value is kept back until the body ends: its annotation may still come."""
    start = 0
    for _ in reader.pieces:
        while len(reader.values) > CHUNK:
            yield _chunk(start, reader, CHUNK)
            start += CHUNK
    while reader.values or reader.groups:
        size = min(CHUNK, len(reader.values))
        yield _chunk(start, reader, size)
        start += size


def _chunk(start: int, reader: _Reader, size: int) -> Chunk:
    values = reader.values.take(size)
    owners, annotations, groups = reader.owners[:size], reader.annotations[:size], reader.groups[:]
    del reader.owners[:size], reader.annotations[:size], reader.groups[:]
    element, combo, value, comment, stored_by, deleted, followup, other_spelling = values.columns(_COLUMNS)
    if any(other_spelling):
        followup = [text or other for text, other in zip(followup, other_spelling, strict=True)]
    return Chunk(
        start, element, [group.period for group in owners], [group.org_unit for group in owners], combo,
        [group.attribute_option_combo for group in owners], value, comment, stored_by, flags(followup),
        flags(deleted), data_set=[group.data_set for group in owners],
        grouping=Grouping(groups, owners, values.columns, annotations),
    )  # fmt: skip


# What attributes of groups and values mean already.
RESERVED = frozenset({
    "dataSet", "period", "orgUnit", "attributeOptionCombo", "completeDate", "dataElement", "categoryOptionCombo",
    "value", "comment", "storedBy", "followup", "followUp", "deleted",
})  # fmt: skip


def can_be_attribute(identifier: str) -> bool:
    """Whether a category can be written as an attribute called so."""
    return identifier not in RESERVED and is_attribute_name(identifier)


def encode(header: dict[str, Any], batches: Iterable[list[tuple[str]]]) -> Iterator[bytes]:
    """The document in pieces; each row is a group. What the set as a whole has in common stands in its groups."""
    exported = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{ROOT} xmlns="{ADX}" exported="{exported}">'.encode()
    for rows in batches:
        yield "".join([row[0] for row in rows]).encode()
    yield f"</{ROOT}>".encode()

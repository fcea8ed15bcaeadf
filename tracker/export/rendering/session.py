"""What the rendering of one answer shares: who reads, how, and whom objects name as authors.

Authors and relationships are filled in at the end, each by one query for all objects: until then an object holds the
empty dict that will be its author, the empty list that will be its relationships.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection
from django.utils.timezone import get_default_timezone

from tracker.access.predicates import Window, own_window
from tracker.access.reader import ReadableProgram, Reader
from tracker.export.fields import Plan

AUTHORS = "SELECT id, uid, username, first_name, surname FROM tracker_author WHERE id = ANY(%(keys)s)"


@dataclass(frozen=True, slots=True)
class Style:
    """What differs by version: items of relationships and assigned users as uids, the separator of options.

    `is_csv`: moments are in UTC with their zone. `reads_geometry`: geometries are values, not JSON to be passed on.
    """

    is_flat: bool = False
    option_separator: str = ","
    is_csv: bool = False
    reads_geometry: bool = False


def style_of(version: int) -> Style:
    """The style of an API version."""
    return Style(is_flat=version <= 37, option_separator=";" if version <= 40 else ",")


@dataclass(slots=True)
class Awaiting:
    """Objects of one kind whose relationships are yet to be read: their lists by key, and what will be shown."""

    plan: Plan
    lists: dict[int, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass(slots=True)
class Session:
    """`program` is the one that a tracked entity was asked for with, which widens and narrows what it shows.

    `checks_elements`: values of data elements that the reader may not read are left out, as DHIS2 does of one event.
    """

    reader: Reader
    style: Style = Style()
    include_deleted: bool = False
    program: ReadableProgram | None = None
    checks_elements: bool = False
    zone: Any = field(default_factory=get_default_timezone)
    authors: dict[int, dict[str, Any]] = field(default_factory=dict)
    unnamed: set[int] = field(default_factory=set)
    option_combos: dict[int, tuple[str, str | None]] = field(default_factory=dict)  # uids of these, and their options
    awaiting: dict[str, Awaiting] = field(default_factory=dict)  # by the column of the kind of object

    @property
    def window(self) -> Window:
        return own_window(self.reader)

    def author(self, key: int | None) -> dict[str, Any] | None:
        """The author of this key, to be filled by `name_authors`."""
        if key is None:
            return None
        if key not in self.authors:
            self.authors[key] = {}
            self.unnamed.add(key)
        return self.authors[key]

    def authors_of(self, plan: Plan) -> Callable[[int | None], dict[str, Any] | None]:
        """What makes a key the author that is shown: nobody where the plan shows none."""
        return self.author if plan.shows("createdBy", "updatedBy") else _nobody

    def name_authors(self) -> None:
        """Fill the authors that objects were given. One query, none where all are known."""
        if not self.unnamed:
            return
        for key, uid, username, first_name, surname in rows(AUTHORS, {"keys": sorted(self.unnamed)}):
            self.authors[key].update(uid=uid, username=username, firstName=first_name, surname=surname)
        self.unnamed.clear()

    def relationships_of(self, kind: str, key: int, plan: Plan) -> list[dict[str, Any]] | None:
        """The list of the relationships of an object, to be filled by `relationships.fill`; None if not shown."""
        if not plan.shows("relationships"):
            return None
        return self.awaiting.setdefault(kind, Awaiting(plan.part("relationships"))).lists.setdefault(key, [])

    def moment(self, value: datetime | None) -> str | None:
        """A moment in the server's time, without zone."""
        if value is None:
            return None
        if self.style.is_csv:
            text = value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
            return text.removesuffix(".000") + "Z"
        return value.astimezone(self.zone).replace(tzinfo=None).isoformat(timespec="milliseconds")

    def geometry(self, text: str | None) -> Any:
        """GeoJSON as the database wrote it; CSV reads it, JSON passes it on."""
        if text is None:
            return None
        is_read = self.style.is_csv or self.style.reads_geometry
        return orjson.loads(text) if is_read else orjson.Fragment(text)

    def only_shown(self, alias: str) -> str:
        """The condition that leaves deleted rows out, unless they were asked for."""
        return "TRUE" if self.include_deleted else f"NOT {alias}.deleted"


def _nobody(key: int | None) -> None:
    return None


def rows(statement: str, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    """All rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def without_nulls(members: dict[str, Any]) -> dict[str, Any]:
    """What has no value is not shown."""
    return {name: value for name, value in members.items() if value is not None}

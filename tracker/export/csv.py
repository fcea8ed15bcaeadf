"""Tracked entities and events as CSV: a row for each attribute or data value, one with blanks where there is none.

A text stands in quotes if it is longer than 24 letters or has one that sorts before the comma or is it. Moments are
instants in UTC. Source: DHIS2 2.42, tracker export, CSV. DHIS2 leaves the client's times and the assigned user out of
rows with a data value; they are in all rows here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tracker.formats.wkt import format_wkt

Cells = Mapping[str, Any]
LONGEST_BARE = 24
NEEDS_QUOTES = re.compile(r"[\x00-,]")

ENTITY_COLUMNS = (
    "trackedEntity", "trackedEntityType", "createdAt", "createdAtClient", "updatedAt", "updatedAtClient", "orgUnit",
    "inactive", "deleted", "potentialDuplicate", "geometry", "latitude", "longitude", "storedBy", "createdBy",
    "updatedBy", "attrCreatedAt", "attrUpdatedAt", "attribute", "displayName", "value", "valueType",
)  # fmt: skip


def header(columns: Sequence[str]) -> bytes:
    """The line of names."""
    return ",".join(columns).encode() + b"\n"


def lines(objects: Sequence[dict[str, Any]], columns: Sequence[str], cells: Callable[[Any], Iterator[Cells]]) -> bytes:
    """The rows of these objects."""
    return "".join(
        ",".join([_cell(row.get(name)) for name in columns]) + "\n" for shown in objects for row in cells(shown)
    ).encode()


def entity_cells(shown: Mapping[str, Any]) -> Iterator[Cells]:
    """The rows of a tracked entity."""
    common = {**shown, **_place(shown), "createdBy": _username(shown, "createdBy"),
              "updatedBy": _username(shown, "updatedBy")}  # fmt: skip
    for one in shown["attributes"] or [{}]:
        yield {
            **common, "attrCreatedAt": one.get("createdAt"), "attrUpdatedAt": one.get("updatedAt"),
            "attribute": one.get("attribute"), "displayName": one.get("displayName"), "value": one.get("value"),
            "valueType": one.get("valueType"),
        }  # fmt: skip


def event_cells(shown: Mapping[str, Any]) -> Iterator[Cells]:
    """The rows of an event; `storedBy` is the data value's where there is one."""
    common = {**shown, **_place(shown), "updatedBy": _username(shown, "updatedBy"),
              "assignedUser": _username(shown, "assignedUser")}  # fmt: skip
    if not shown["dataValues"]:
        yield common
    for one in shown["dataValues"]:
        yield {
            **common, "dataElement": one["dataElement"], "value": one.get("value"), "storedBy": one.get("storedBy"),
            "providedElsewhere": one["providedElsewhere"], "updatedAtDataValue": one["updatedAt"],
            "createdAtDataValue": one["createdAt"],
        }  # fmt: skip


def _username(shown: Mapping[str, Any], member: str) -> str | None:
    return (shown.get(member) or {}).get("username")


def _place(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Geometry as text; a point also by its coordinates."""
    geometry = shown.get("geometry")
    if geometry is None:
        return {}
    place: dict[str, Any] = {"geometry": format_wkt(geometry)}
    if geometry.get("type") == "Point":
        place["longitude"], place["latitude"] = geometry["coordinates"][:2]
    return place


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if len(text) > LONGEST_BARE or NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text

"""Events as CSV: a line a data value; lines of one event that follow each other are one.

The first line names the columns, in any order; without it they stand in the order of the export. Source: DHIS2 2.42,
tracker import, CSV.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec

from dhis2api.errors import ApiError
from dhis2api.objects.uids import is_uid
from tracker.errors import BODY_CSV, CSV_UID
from tracker.formats.wkt import parse_wkt
from tracker.records import EventRecord, Payload

COLUMNS = (
    "event", "status", "program", "programStage", "enrollment", "orgUnit", "occurredAt", "scheduledAt", "geometry",
    "latitude", "longitude", "followUp", "deleted", "createdAt", "createdAtClient", "updatedAt", "updatedAtClient",
    "completedBy", "completedAt", "updatedBy", "attributeOptionCombo", "attributeCategoryOptions", "assignedUser",
    "dataElement", "value", "storedBy", "providedElsewhere", "storedByDataValue", "updatedAtDataValue",
    "createdAtDataValue",
)  # fmt: skip
# Columns that are members of an event under the same name.
MEMBERS = {
    "status": "status", "program": "program", "programStage": "program_stage", "enrollment": "enrollment",
    "orgUnit": "org_unit", "occurredAt": "occurred_at", "scheduledAt": "scheduled_at",
    "createdAtClient": "created_at_client", "updatedAtClient": "updated_at_client", "completedBy": "completed_by",
    "completedAt": "completed_at", "attributeOptionCombo": "attribute_option_combo",
    "attributeCategoryOptions": "attribute_category_options", "storedBy": "stored_by",
}  # fmt: skip
MAX_FIELD = 1_000_000  # characters
_TRUE = frozenset({"true", "1"})


def decode(data: bytes, *, has_header: bool) -> Payload:
    """Decode a body.

    Errors: ApiError 400 with the line of what is no UTF-8, no CSV, no geometry, or in a column that nobody knows;
        400 for a malformed uid.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD))
    if b"\x00" in data:
        raise ApiError(BODY_CSV, "a NUL character is not allowed", data.count(b"\n", 0, data.find(b"\x00")) + 1)
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        return Payload(events=_events(reader, has_header=has_header))
    except UnicodeDecodeError as error:
        raise ApiError(BODY_CSV, error.reason, data.count(b"\n", 0, error.start) + 1) from error
    except csv.Error as error:
        raise ApiError(BODY_CSV, error, reader.line_num) from error


def _events(reader: Any, *, has_header: bool) -> list[EventRecord]:
    names = [name.strip() for name in next(reader, [])] if has_header else list(COLUMNS)
    unknown = [name for name in names if name and name not in COLUMNS]
    if unknown:
        raise ApiError(BODY_CSV, f"unknown column `{unknown[0]}`", 1)
    found: list[EventRecord] = []
    values: list[list[dict[str, Any]]] = []
    current: str | None = None
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            raise ApiError(BODY_CSV, f"{len(cells)} cells for {len(names)} columns", reader.line_num)
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
        uid = row.get("event")
        if uid is None or uid != current:
            found.append(_event(row, reader.line_num))
            values.append([])
            current = uid
        if "dataElement" in row:
            values[-1].append(_value(row))
    for event, sent in zip(found, values, strict=True):
        event.data_values = msgspec.Raw(msgspec.json.encode(sent))
    return found


def _event(row: dict[str, str], line: int) -> EventRecord:
    for name in ("event", "enrollment"):
        if name in row and not is_uid(row[name]):
            raise ApiError(CSV_UID, row[name])
    record = EventRecord(event=row.get("event"))
    for column, member in MEMBERS.items():
        setattr(record, member, row.get(column))
    record.follow_up = row.get("followUp", "").lower() in _TRUE
    if "assignedUser" in row:
        record.assigned_user = {"username": row["assignedUser"]}
    try:
        if "geometry" in row:
            record.geometry = parse_wkt(row["geometry"])
        elif "latitude" in row and "longitude" in row:
            record.geometry = {"type": "Point", "coordinates": [float(row["longitude"]), float(row["latitude"])]}
    except ValueError as error:
        raise ApiError(BODY_CSV, error, line) from error
    return record


def _value(row: dict[str, str]) -> dict[str, Any]:
    return {
        "dataElement": row["dataElement"], "value": row.get("value"),
        "storedBy": row.get("storedByDataValue") or row.get("storedBy"),
        "providedElsewhere": row.get("providedElsewhere", "").lower() in _TRUE,
    }  # fmt: skip

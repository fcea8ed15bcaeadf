"""Events into their table, with their data values as one document each.

Data values are merged by data element: nothing for a value takes it away, what is the same already keeps its times.
What a change replaces is kept in the change log, of values and of the fields that DHIS2 logs.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings

from dhis2api.value_types import FILE_TYPES
from tracker.importer.items import EventItem
from tracker.importer.known import StoredEvent
from tracker.importer.raw_values import decode_values
from tracker.importer.writing.copying import (
    as_flag,
    as_json,
    as_key,
    as_moment,
    as_text,
)
from tracker.importer.writing.event_changes import Change, field_changes, log_changes
from tracker.importer.writing.writer import Staging, Writer

COLUMNS = (
    "id", "uid", "enrollment_id", "tracked_entity_id", "program_id", "program_stage_id", "organisation_unit_id",
    "status", "occurred_at", "scheduled_at", "completed_at", "completed_by", "attribute_option_combo_id",
    "assigned_user_id", "follow_up", "geometry", "data_values", "deleted", "created_at", "created_at_client",
    "updated_at", "updated_at_client", "stored_by", "created_by_id", "updated_by_id",
)  # fmt: skip
STAGED = Staging("staged_event", """
    id bigint, organisation_unit_id bigint, status text, occurred_at timestamptz, scheduled_at timestamptz,
    completed_at timestamptz, completed_by text, attribute_option_combo_id bigint, assigned_user_id bigint,
    follow_up boolean, geometry jsonb, data_values jsonb, created_at_client timestamptz, updated_at_client timestamptz
""")  # fmt: skip

UPDATE = """
    -- `stored_by` stays: data values that name nobody were stored by whoever stored the event
    UPDATE event stored SET
        organisation_unit_id = staged.organisation_unit_id, status = staged.status, occurred_at = staged.occurred_at,
        scheduled_at = staged.scheduled_at, completed_at = staged.completed_at, completed_by = staged.completed_by,
        attribute_option_combo_id = staged.attribute_option_combo_id, assigned_user_id = staged.assigned_user_id,
        follow_up = staged.follow_up, geometry = staged.geometry, data_values = staged.data_values,
        created_at_client = coalesce(staged.created_at_client, stored.created_at_client),
        updated_at_client = staged.updated_at_client, updated_at = %(now)s, updated_by_id = %(author)s
    FROM staged_event staged WHERE staged.id = stored.id
"""


def write_events(writer: Writer) -> None:
    """Create and update."""
    items = writer.context.bundle.events
    created = writer.create(items, "event", COLUMNS, _new)
    changes: list[Change] = []
    updated = writer.stage(items, STAGED, lambda writer, item: _changed(writer, item, changes))
    if updated:
        if settings.TRACKER_CHANGE_LOG and changes:
            log_changes(changes, now=writer.now, author=writer.author)
        writer.execute(UPDATE)
    for item in (*created, *updated):
        key = tracked_entity_key(writer, item)
        if key is not None and ("trackedEntity", _tracked_entity_uid(writer, item)) not in writer.keys:
            writer.touched.add(key)


def _enrollment_key(writer: Writer, item: EventItem) -> int:
    new = writer.keys.get(("enrollment", item.enrollment or ""))
    if new is not None:
        return new
    if not item.program.has_registration:
        return item.program.placeholder
    return writer.context.known.enrollments[item.enrollment].pk


def _tracked_entity_uid(writer: Writer, item: EventItem) -> str | None:
    """A stored enrollment counts as it is stored: what the payload says of it may have been refused."""
    stored = writer.context.known.enrollments.get(item.enrollment or "")
    if stored is not None:
        return stored.tracked_entity_uid
    return item.parent.tracked_entity if item.parent is not None else None


def tracked_entity_key(writer: Writer, item: EventItem) -> int | None:
    """The key of the tracked entity that an event is about; None for the event of an event program."""
    if not item.program.has_registration:
        return None
    uid = _tracked_entity_uid(writer, item) or ""
    new = writer.keys.get(("trackedEntity", uid))
    return new if new is not None else writer.context.known.tracked_entities[uid].pk


def _new(writer: Writer, item: EventItem) -> str:
    record, now, author = item.record, writer.now.isoformat(), str(writer.author)
    completed_at, completed_by = _completion(writer, item)
    stored_by = record.stored_by or writer.username
    return "\t".join((
        str(item.pk), item.uid, str(_enrollment_key(writer, item)), as_key(tracked_entity_key(writer, item)),
        str(item.program.pk), str(item.stage.pk), str(item.org_unit.pk), item.status, as_moment(item.occurred_at),
        as_moment(item.scheduled_at), as_moment(completed_at), as_text(completed_by), str(item.option_combo.pk),
        as_key(item.assigned_user and item.assigned_user.pk), as_flag(record.follow_up), as_json(record.geometry),
        as_json(_new_values(writer, item, stored_by)), "f", now, as_moment(record.created_at_client), now,
        as_moment(record.updated_at_client), as_text(stored_by), author, author,
    ))  # fmt: skip


def _new_values(writer: Writer, item: EventItem, stored_by: str) -> dict[str, Any]:
    """The document of a new event; what goes without saying is not said (see `tracker.models.events`)."""
    elements = writer.context.known.data_elements
    values: dict[str, Any] = {}
    for record in decode_values(item.record.data_values):
        element = elements[record.data_element]
        if record.value is None:
            values.pop(element.uid, None)
            continue
        entry = values[element.uid] = {"value": record.value}
        if record.provided_elsewhere:
            entry["providedElsewhere"] = True
        if record.stored_by and record.stored_by != stored_by:
            entry["storedBy"] = record.stored_by
        if element.value_type in FILE_TYPES:
            writer.files.append((record.value, None, None, item.pk, element.pk))
    for key, value in (item.assigned or {}).items():
        element = writer.context.known.data_elements_by_pk[key]
        if value is None:
            values.pop(element.uid, None)
            continue
        values[element.uid] = {"value": value}
        if element.value_type in FILE_TYPES:
            writer.files.append((value, None, None, item.pk, key))
    return values


def _changed(writer: Writer, item: EventItem, changes: list[Change]) -> str:
    record = item.record
    completed_at, completed_by = _completion(writer, item)
    changes += field_changes(item)
    return "\t".join((
        str(item.pk), str(item.org_unit.pk), item.status, as_moment(item.occurred_at), as_moment(item.scheduled_at),
        as_moment(completed_at), as_text(completed_by), str(item.option_combo.pk),
        as_key(item.assigned_user and item.assigned_user.pk), as_flag(record.follow_up), as_json(record.geometry),
        as_json(_merged_values(writer, item, changes)), as_moment(record.created_at_client),
        as_moment(record.updated_at_client),
    ))  # fmt: skip


def _merged_values(writer: Writer, item: EventItem, changes: list[Change]) -> dict[str, Any]:
    known, stored = writer.context.known, item.stored
    values = dict(stored.data_values)
    last = {record.data_element: record for record in decode_values(item.record.data_values)}
    for record in last.values():
        element = known.data_elements[record.data_element]
        _put(writer, stored, values, (element.uid, element.pk), record.value, changes,
             stored_by=record.stored_by, elsewhere=bool(record.provided_elsewhere))  # fmt: skip
        if element.value_type in FILE_TYPES:
            writer.files.append((record.value, None, None, item.pk, element.pk))
    for key, value in (item.assigned or {}).items():
        element = known.data_elements_by_pk[key]
        _put(writer, stored, values, (element.uid, key), value, changes)
        if element.value_type in FILE_TYPES:
            writer.files.append((value, None, None, item.pk, key))
    return values


def _put(
    writer: Writer, stored: StoredEvent, values: dict[str, Any], element: tuple[str, int], value: str | None,
    changes: list[Change], *, stored_by: str | None = None, elsewhere: bool = False,
) -> None:  # fmt: skip
    uid, pk = element
    old = values.get(uid)
    previous = old["value"] if old is not None else None
    if value == previous:
        return
    changes.append(Change(stored.pk, pk, uid, None, previous, value))
    if value is None:
        del values[uid]
        return
    now = writer.now.isoformat()
    entry = {"value": value, "storedBy": stored_by or writer.username}
    if old is None:
        entry |= {"createdAt": now, "createdBy": writer.author}
    else:
        entry |= {name: old[name] for name in ("createdAt", "createdBy") if name in old}
        entry |= {"updatedAt": now, "updatedBy": writer.author}
    if elsewhere:
        entry["providedElsewhere"] = True
    values[uid] = entry


def _completion(writer: Writer, item: EventItem) -> tuple[datetime.datetime | None, str | None]:
    """When and by whom it was completed; what is completed already stays as it was."""
    if item.status != "COMPLETED":
        return None, None
    if item.stored is not None and item.stored.status == "COMPLETED":
        return item.stored.completed_at, item.stored.completed_by
    return item.completed_at or writer.now, item.record.completed_by or writer.username

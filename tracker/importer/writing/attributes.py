"""Attribute values: those of a tracked entity and those of its enrollments are one store.

Only what was sent is touched; nothing for a value takes it away; what is the same already is not written. What an
update replaces is kept in the change log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from dhis2api.ciphers import encrypt_text
from dhis2api.value_types import FILE_TYPES
from tracker.importer.items import Action, EnrollmentItem, TrackedEntityItem
from tracker.importer.known import Attribute
from tracker.importer.raw_values import decode_attributes, unique_key
from tracker.importer.writing.copying import NULL, as_text, copy_rows, stage_rows
from tracker.importer.writing.writer import Writer
from tracker.pieces import as_array, pieces_of

TABLE = "tracked_entity_attribute_value"
COLUMNS = ("tracked_entity_id", "attribute_id", "pieces", "created_at", "updated_at", "value", "stored_by",
           "created_by_id", "unique_key")  # fmt: skip
STAGED = ("tracked_entity_id", "attribute_id", "pieces", "value", "stored_by", "unique_key")
STAGED_TYPES = """
    tracked_entity_id bigint, attribute_id bigint, pieces integer[], value text, stored_by text, unique_key text
"""

_LOGGED = """
    EXISTS (SELECT 1 FROM tracked_entity_change_log log
            WHERE log.tracked_entity_id = staged.tracked_entity_id AND log.attribute_id = staged.attribute_id)
"""
LOG_CREATION = f"""
    -- a value that changes for the first time brings its creation along
    INSERT INTO tracked_entity_change_log (
        tracked_entity_id, attribute_id, type, current_value, created_at, created_by_id
    )
    SELECT stored.tracked_entity_id, stored.attribute_id, 'CREATE', stored.value, stored.created_at,
           stored.created_by_id
    FROM staged_attribute_value staged JOIN {TABLE} stored USING (tracked_entity_id, attribute_id)
    WHERE NOT {_LOGGED}
"""
LOG_CHANGE = f"""
    -- new values without a past need no entry: they tell of their creation themselves
    INSERT INTO tracked_entity_change_log (
        tracked_entity_id, attribute_id, type, previous_value, current_value, created_at, created_by_id
    )
    SELECT staged.tracked_entity_id, staged.attribute_id,
           CASE WHEN staged.value IS NULL THEN 'DELETE' WHEN stored.value IS NULL THEN 'CREATE' ELSE 'UPDATE' END,
           stored.value, staged.value, %(now)s, %(author)s
    FROM staged_attribute_value staged LEFT JOIN {TABLE} stored USING (tracked_entity_id, attribute_id)
    WHERE (stored.value IS NOT NULL OR staged.value IS NOT NULL) AND {_LOGGED}
"""
DELETE = f"""
    DELETE FROM {TABLE} stored USING staged_attribute_value staged
    WHERE staged.value IS NULL AND staged.tracked_entity_id = stored.tracked_entity_id
      AND staged.attribute_id = stored.attribute_id
"""
UPSERT = f"""
    INSERT INTO {TABLE} AS stored (
        tracked_entity_id, attribute_id, pieces, created_at, updated_at, value, stored_by, created_by_id, unique_key
    )
    SELECT tracked_entity_id, attribute_id, pieces, %(now)s, %(now)s, value, stored_by, %(author)s, unique_key
    FROM staged_attribute_value WHERE value IS NOT NULL
    ON CONFLICT (tracked_entity_id, attribute_id) DO UPDATE SET
        pieces = excluded.pieces, updated_at = excluded.updated_at, value = excluded.value,
        stored_by = excluded.stored_by, unique_key = excluded.unique_key
"""
MOVE_KEYS = f"""
    -- values that are unique within an org unit follow their tracked entity to another one
    UPDATE {TABLE} stored SET unique_key = staged.unique_key
    FROM staged_attribute_value staged
    WHERE staged.tracked_entity_id = stored.tracked_entity_id AND staged.attribute_id = stored.attribute_id
"""

# attribute key → value (None: taken away) and who stored it
Values = dict[int, tuple[str | None, str | None]]


def write_attribute_values(writer: Writer) -> None:
    """Write those of new tracked entities as rows, compare those of stored ones first."""
    below = _enrollments_by_entity(writer)
    bundle = writer.context.bundle
    copy_rows(TABLE, COLUMNS, _new_lines(writer, writer.written(bundle.tracked_entities, Action.CREATE), below))
    lines = list(_changed_lines(writer, below))
    if lines:
        _apply(writer, lines)
    moved = list(_moved_lines(writer, below))
    if moved:
        stage_rows("staged_attribute_value", STAGED_TYPES, STAGED, moved)
        with connection.cursor() as cursor:
            cursor.execute(MOVE_KEYS)


def _apply(writer: Writer, lines: list[str]) -> None:
    stage_rows("staged_attribute_value", STAGED_TYPES, STAGED, lines)
    parameters = {"now": writer.now, "author": writer.author}
    with connection.cursor() as cursor:
        if settings.TRACKER_CHANGE_LOG:
            cursor.execute(LOG_CREATION)
            cursor.execute(LOG_CHANGE, parameters)
        cursor.execute(DELETE)
        cursor.execute(UPSERT, parameters)


def _enrollments_by_entity(writer: Writer) -> dict[str, list[EnrollmentItem]]:
    found: dict[str, list[EnrollmentItem]] = defaultdict(list)
    for item in writer.context.bundle.enrollments:
        has_values = item.assigned or len(bytes(item.record.attributes)) > 2
        if not item.is_ignored and item.action is not Action.DELETE and has_values:
            found[item.tracked_entity or ""].append(item)
    return found


def _sent(writer: Writer, entity: TrackedEntityItem | None, enrollments: list[EnrollmentItem]) -> Values:
    """What was sent for one tracked entity; the last word counts."""
    values: Values = {}
    attributes = writer.context.known.attributes
    for item in (entity, *enrollments):
        if item is None:
            continue
        for record in decode_attributes(item.record.attributes):
            attribute = attributes.get(record.attribute)
            if attribute is not None:
                values[attribute.pk] = record.value, record.stored_by
        if getattr(item, "assigned", None):
            for key, value in item.assigned.items():
                values[key] = value, None
    return values


def _new_lines(writer: Writer, items: list[TrackedEntityItem], below: dict[str, list[EnrollmentItem]]) -> Iterator[str]:
    now, author, by_pk = writer.now.isoformat(), str(writer.author), writer.context.known.attributes_by_pk
    default = as_text(writer.username)
    for item in items:
        key = str(item.pk)
        for pk, (value, stored_by) in _sent(writer, item, below.get(item.uid, ())).items():
            if value is None:
                continue
            attribute = by_pk[pk]
            yield "\t".join((
                key, str(pk), _pieces(attribute, value), now, now, as_text(_stored_text(attribute, value)),
                as_text(stored_by) if stored_by else default, author,
                as_text(unique_key(attribute, value, item.org_unit.pk)) if attribute.unique else NULL,
            ))  # fmt: skip
            if attribute.value_type in FILE_TYPES:
                writer.files.append((value, item.pk, pk, None, None))


def _changed_lines(writer: Writer, below: dict[str, list[EnrollmentItem]]) -> Iterator[str]:
    context = writer.context
    by_pk, default = context.known.attributes_by_pk, writer.username
    updated = {item.uid: item for item in writer.written(context.bundle.tracked_entities, Action.UPDATE)}
    for uid in updated.keys() | (below.keys() & context.known.tracked_entities.keys()):
        stored, item = context.known.tracked_entities[uid], updated.get(uid)
        org_unit = item.org_unit.pk if item is not None else stored.org_unit
        for pk, (value, stored_by) in _sent(writer, item, below.get(uid, ())).items():
            if value == stored.attributes.get(pk):
                continue
            attribute = by_pk[pk]
            if attribute.value_type in FILE_TYPES:
                writer.files.append((value, stored.pk, pk, None, None))
            writer.touched.add(stored.pk)
            yield "\t".join((
                str(stored.pk), str(pk), NULL if value is None else _pieces(attribute, value),
                as_text(None if value is None else _stored_text(attribute, value)), as_text(stored_by or default),
                as_text(unique_key(attribute, value, org_unit)) if attribute.unique and value is not None else NULL,
            ))  # fmt: skip


def _moved_lines(writer: Writer, below: dict[str, list[EnrollmentItem]]) -> Iterator[str]:
    """Stored values that are unique within an org unit, of tracked entities that go to another one."""
    context = writer.context
    for item in writer.written(context.bundle.tracked_entities, Action.UPDATE):
        stored = item.stored
        if stored.org_unit == item.org_unit.pk:
            continue
        sent = _sent(writer, item, below.get(item.uid, []))
        for pk, value in stored.attributes.items():
            attribute = context.known.attributes_by_pk.get(pk)
            stays = pk not in sent or sent[pk][0] == value
            if attribute is not None and attribute.unique and attribute.orgunit_scope and stays:
                yield "\t".join((
                    str(stored.pk), str(pk), NULL, "", NULL, as_text(unique_key(attribute, value, item.org_unit.pk)),
                ))  # fmt: skip


def _pieces(attribute: Attribute, value: str) -> str:
    """What finds parts of the value; an encrypted one is found by nothing."""
    if not attribute.searchable or attribute.confidential:
        return NULL
    return as_array(pieces_of(attribute.pk, value))


def _stored_text(attribute: Attribute, value: str) -> str:
    return encrypt_text(value) if attribute.confidential else value

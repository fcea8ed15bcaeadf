"""Deletion: objects and what lies below them are marked, so that synchronisation sees them go.

Relationships first, then events, enrollments, tracked entities. An event takes its relationships along; an enrollment
its events; a tracked entity its enrollments, and its attribute values with their log for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from tracker.importer.items import TrackerType
from tracker.importer.writing.writer import Writer

ENROLLMENTS_OF = (
    "SELECT id FROM enrollment WHERE tracked_entity_id = ANY(%(keys)s) AND NOT deleted ORDER BY id FOR UPDATE"
)
EVENTS_OF = "SELECT id FROM event WHERE enrollment_id = ANY(%(keys)s) AND NOT deleted ORDER BY id FOR UPDATE"
DELETE_RELATIONSHIPS = (
    "UPDATE relationship SET deleted = true, updated_at = %(now)s WHERE id = ANY(%(keys)s) AND NOT deleted"
)
DELETE_RELATIONSHIPS_OF = """
    UPDATE relationship SET deleted = true, updated_at = %(now)s
    WHERE NOT deleted AND (
        from_tracked_entity_id = ANY(%(tracked_entities)s) OR to_tracked_entity_id = ANY(%(tracked_entities)s)
        OR from_enrollment_id = ANY(%(enrollments)s) OR to_enrollment_id = ANY(%(enrollments)s)
        OR from_event_id = ANY(%(events)s) OR to_event_id = ANY(%(events)s)
    )
"""
DELETE_EVENTS = """
    UPDATE event SET deleted = true, updated_at = %(now)s, updated_by_id = %(author)s
    WHERE id = ANY(%(keys)s) AND NOT deleted
"""
FORGET_EVENT_CHANGES = "DELETE FROM event_change_log WHERE event_id = ANY(%(keys)s)"
DELETE_ENROLLMENTS = """
    -- a deleted enrollment is a cancelled one
    UPDATE enrollment SET deleted = true, status = 'CANCELLED', updated_at = %(now)s, updated_by_id = %(author)s
    WHERE id = ANY(%(keys)s) AND NOT deleted
"""
DELETE_TRACKED_ENTITIES = """
    UPDATE tracked_entity SET deleted = true, updated_at = %(now)s, updated_by_id = %(author)s
    WHERE id = ANY(%(keys)s) AND NOT deleted
"""
FORGET_VALUES = "DELETE FROM tracked_entity_attribute_value WHERE tracked_entity_id = ANY(%(keys)s)"
FORGET_VALUE_CHANGES = "DELETE FROM tracked_entity_change_log WHERE tracked_entity_id = ANY(%(keys)s)"


def delete_objects(writer: Writer) -> None:
    """Delete what the payload names and what lies below. Constant number of statements."""
    bundle = writer.context.bundle
    keys = {
        type: sorted({item.stored.pk for item in items if not item.is_ignored})
        for type, items in bundle.items().items()
    }
    entities = keys[TrackerType.TRACKED_ENTITY]
    enrollments = sorted({*keys[TrackerType.ENROLLMENT], *_select(ENROLLMENTS_OF, entities)})
    events = sorted({*keys[TrackerType.EVENT], *_select(EVENTS_OF, enrollments)})
    with connection.cursor() as cursor:

        def run(statement: str, keys: Sequence[int], **more: Any) -> None:
            if keys or more:
                cursor.execute(statement, {"now": writer.now, "author": writer.author, "keys": list(keys), **more})

        run(DELETE_RELATIONSHIPS, keys[TrackerType.RELATIONSHIP])
        if entities or enrollments or events:
            run(DELETE_RELATIONSHIPS_OF, (), tracked_entities=entities, enrollments=enrollments, events=events)
        run(DELETE_EVENTS, events)
        run(FORGET_EVENT_CHANGES, events)
        run(DELETE_ENROLLMENTS, enrollments)
        run(FORGET_VALUES, entities)
        run(FORGET_VALUE_CHANGES, entities)
        run(DELETE_TRACKED_ENTITIES, entities)
    for item in (*bundle.enrollments, *bundle.events):
        if not item.is_ignored and item.stored.tracked_entity is not None:
            writer.touched.add(item.stored.tracked_entity)
    for item in bundle.relationships:
        kind, key, uid = item.stored.from_side if not item.is_ignored else ("", 0, "")
        if kind == "trackedEntity":
            writer.touched.add(key)
    writer.touched -= set(entities)


def _select(statement: str, keys: Sequence[int]) -> list[int]:
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, {"keys": list(keys)})
        return [row[0] for row in cursor.fetchall()]

"""Stored tracker objects: what a payload writes, and what stands above it, is locked; what it points at is held."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import orjson
from django.db import connection

from tracker.collisions import Overtaken
from tracker.importer.context import Context
from tracker.importer.known import (
    StoredEnrollment,
    StoredEvent,
    StoredRelationship,
    StoredTrackedEntity,
)
from tracker.importer.preheat_names import Uids, texts

# Rows are found by subqueries that no concurrent change can turn, so that a row which another import changed while this
# one waited is read as it is then, and is not lost. {side} is the side of stored relationships that goes along.
TRACKED_ENTITIES = """
    SELECT id, uid, tracked_entity_type_id, organisation_unit_id, deleted
    FROM tracked_entity WHERE id IN (
        SELECT id FROM tracked_entity WHERE uid = ANY(%(tracked_entities)s)
        UNION SELECT tracked_entity_id FROM enrollment WHERE uid = ANY(%(enrollments)s)
        UNION SELECT tracked_entity_id FROM event WHERE uid = ANY(%(events)s)
        UNION SELECT coalesce({side}_tracked_entity_id, enrollment.tracked_entity_id, event.tracked_entity_id)
            FROM relationship
            LEFT JOIN enrollment ON enrollment.id = {side}_enrollment_id
            LEFT JOIN event ON event.id = {side}_event_id
            WHERE relationship.uid = ANY(%(relationships)s)
    ) ORDER BY id {lock}
"""
# The enrollments that hold the events of event programs are not locked: every import of such events would wait.
ENROLLMENTS = """
    SELECT id, uid, tracked_entity_id, program_id, organisation_unit_id, status, completed_at, completed_by, deleted
    FROM enrollment WHERE tracked_entity_id IS NOT NULL AND id IN (
        SELECT id FROM enrollment WHERE uid = ANY(%(enrollments)s)
        UNION SELECT enrollment_id FROM event WHERE uid = ANY(%(events)s)
        UNION SELECT {side}_enrollment_id FROM relationship WHERE uid = ANY(%(relationships)s)
    ) ORDER BY id {lock}
"""
EVENTS = """
    SELECT event.id, event.uid, event.enrollment_id, enrollment.uid, event.tracked_entity_id, tracked_entity.uid,
        event.program_id, event.program_stage_id, event.organisation_unit_id, event.status, event.occurred_at,
        event.scheduled_at, event.completed_at, event.completed_by, event.attribute_option_combo_id, event.geometry,
        event.deleted, event.data_values
    FROM event
    JOIN enrollment ON enrollment.id = event.enrollment_id
    LEFT JOIN tracked_entity ON tracked_entity.id = event.tracked_entity_id
    WHERE event.id IN (
        SELECT id FROM event WHERE uid = ANY(%(events)s)
        UNION SELECT {side}_event_id FROM relationship WHERE uid = ANY(%(relationships)s)
    ) ORDER BY event.id {lock} OF event
"""
RELATIONSHIPS = """
    SELECT relationship.id, relationship.uid, relationship_type_id, relationship.deleted,
        from_entity.id, from_entity.uid, from_enrollment.id, from_enrollment.uid, from_event.id, from_event.uid,
        to_entity.id, to_entity.uid, to_enrollment.id, to_enrollment.uid, to_event.id, to_event.uid
    FROM relationship
    LEFT JOIN tracked_entity AS from_entity ON from_entity.id = from_tracked_entity_id
    LEFT JOIN enrollment AS from_enrollment ON from_enrollment.id = from_enrollment_id
    LEFT JOIN event AS from_event ON from_event.id = from_event_id
    LEFT JOIN tracked_entity AS to_entity ON to_entity.id = to_tracked_entity_id
    LEFT JOIN enrollment AS to_enrollment ON to_enrollment.id = to_enrollment_id
    LEFT JOIN event AS to_event ON to_event.id = to_event_id
    WHERE relationship.uid = ANY(%(relationships)s) ORDER BY relationship.id FOR UPDATE OF relationship
"""
PATHS = "SELECT id, path FROM metadata_organisationunit WHERE id = ANY(%(keys)s)"
NOTES = "SELECT uid FROM tracker_note WHERE uid = ANY(%(uids)s)"
SIDE_KINDS = ("trackedEntity", "enrollment", "event")


def rows(query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement; collections go as arrays."""
    arrays = {name: list(value) if isinstance(value, set | frozenset) else value for name, value in parameters.items()}
    with connection.cursor() as cursor:
        cursor.execute(query, arrays)
        return cursor.fetchall()


def execute(statement: str, **parameters: Any) -> None:
    """Run a statement that gives no rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def lock_objects(context: Context, uids: Uids) -> None:
    """Load what is stored of the payload's objects, of their parents and of what relationships point at."""
    # Who points at a row holds it by FOR KEY SHARE, which only a deletion has to wait for.
    lock = "FOR UPDATE" if context.is_delete else "FOR NO KEY UPDATE"
    _load(context, "from", lock, uids.tracked_entities, uids.enrollments, uids.events, uids.relationships)
    known = context.known
    known.touched = set(known.tracked_entities_by_pk)
    if uids.relationships:
        for row in rows(RELATIONSHIPS, relationships=uids.relationships):
            relationship = StoredRelationship(*row[:4], _side(row[4:10]), _side(row[10:16]))
            known.relationships[relationship.uid] = relationship
    shown = uids.shown
    # What stands at the other side is not written: it only must not go away.
    _load(
        context, "to", "FOR KEY SHARE", shown["trackedEntity"], shown["enrollment"], shown["event"],
        uids.relationships if known.relationships else (),
    )  # fmt: skip
    _add_paths(context)


def _load(
    context: Context, side: str, lock: str, entities: Collection[str], enrollments: Collection[str],
    events: Collection[str], relationships: Collection[str],
) -> None:  # fmt: skip
    known = context.known
    named: dict[str, Any] = {
        "tracked_entities": list(entities), "enrollments": list(enrollments), "events": list(events),
        "relationships": list(relationships),
    }  # fmt: skip
    words = {"side": side, "lock": lock}
    if any(named.values()):
        for row in rows(TRACKED_ENTITIES.format(**words), **named):
            if row[0] not in known.tracked_entities_by_pk:
                entity = StoredTrackedEntity(*row[:4], "", row[4])
                known.tracked_entities[entity.uid] = known.tracked_entities_by_pk[entity.pk] = entity
    if enrollments or events or relationships:
        for row in rows(ENROLLMENTS.format(**words), **named):
            if row[2] not in known.tracked_entities_by_pk:
                raise Overtaken
            known.enrollments.setdefault(row[1], _enrollment(context, row))
    if events or relationships:
        for row in rows(EVENTS.format(**words), **named):
            is_above_missing = row[4] not in known.tracked_entities_by_pk or row[3] not in known.enrollments
            if row[4] is not None and row[1] in events and is_above_missing:
                raise Overtaken
            known.events.setdefault(row[1], _event(row))


def _enrollment(context: Context, row: Sequence[Any]) -> StoredEnrollment:
    pk, uid, entity, program, org_unit, *rest = row
    parent = context.known.tracked_entities_by_pk.get(entity)
    return StoredEnrollment(pk, uid, entity, parent.uid if parent else None, program, org_unit, None, *rest)


def _event(row: Sequence[Any]) -> StoredEvent:
    *members, geometry, deleted, values = row
    members.insert(9, "")  # the path of its org unit
    return StoredEvent(*members, orjson.loads(geometry) if geometry else None, deleted, orjson.loads(values))


def _side(columns: Sequence[Any]) -> tuple[str, int, str]:
    for place, kind in enumerate(SIDE_KINDS):
        if columns[2 * place] is not None:
            return kind, columns[2 * place], columns[2 * place + 1]
    return SIDE_KINDS[0], 0, ""  # what it pointed at was removed for good


def _add_paths(context: Context) -> None:
    known = context.known
    stored: list[Any] = [*known.tracked_entities.values(), *known.enrollments.values(), *known.events.values()]
    keys = {item.org_unit for item in stored if item.org_unit}
    if keys:
        paths = dict(rows(PATHS, keys=keys))
        for item in stored:
            item.org_unit_path = paths.get(item.org_unit) or ""


def load_notes(context: Context) -> None:
    """Which of the payload's notes are stored already."""
    bundle = context.bundle
    uids = texts(
        str(note.note) for items in (bundle.enrollments, bundle.events) for item in items for note in item.notes
    )
    if uids:
        context.known.note_uids = {uid for (uid,) in rows(NOTES, uids=uids)}

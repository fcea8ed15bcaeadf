"""Enrollments with their events, attributes, notes and relationships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tracker.access.predicates import enrollment_is_readable
from tracker.access.statements import Values
from tracker.export.fields import Plan
from tracker.export.rendering.attributes import load_enrollment_attributes
from tracker.export.rendering.events import load_events
from tracker.export.rendering.notes import load_notes
from tracker.export.rendering.session import Session, rows, without_nulls

ENROLLMENTS = """
    -- enrollments in the order they were made
    SELECT en.id, en.tracked_entity_id, en.uid, en.created_at, en.created_at_client, en.updated_at,
        en.updated_at_client, te.uid, te.tracked_entity_type_id, en.program_id, en.status, place.uid, place.name,
        en.enrolled_at,
        en.occurred_at, en.follow_up, en.completed_by, en.completed_at, en.deleted, en.stored_by, en.created_by_id,
        en.updated_by_id, en.geometry
    FROM enrollment en
    JOIN tracked_entity te ON te.id = en.tracked_entity_id
    LEFT JOIN metadata_organisationunit place ON place.id = en.organisation_unit_id
    WHERE {conditions}
    ORDER BY en.id
"""


def load_enrollments(
    session: Session, condition: str, values: Values, plan: Plan, *, are_readable: bool = False
) -> list[tuple[int, int, dict[str, Any]]]:
    """(key, key of the tracked entity, enrollment) of those that meet a condition on `en` and that the reader may see.

    `are_readable`: that was asked already.
    """
    if not are_readable:
        allowed = enrollment_is_readable(session.reader, session.window, values)
        condition = f"{condition} AND {session.only_shown('en')} AND {allowed}"
    found = rows(ENROLLMENTS.format(conditions=condition), values)
    keys = [row[0] for row in found]
    events = _load_events(session, keys, plan.part("events")) if plan.shows("events") else {}
    attributes = load_enrollment_attributes(session, keys) if plan.shows("attributes") else {}
    notes = load_notes(session, "enrollment", keys) if plan.shows("notes") else {}
    return [
        (row[0], row[1], _show(session, row, plan) | without_nulls({
            "events": events.get(row[0], []), "relationships": session.relationships_of("enrollment", row[0], plan),
            "attributes": attributes.get(row[0], []), "notes": notes.get(row[0], []),
        })) for row in found
    ]  # fmt: skip


def _show(session: Session, row: Sequence[Any], plan: Plan) -> dict[str, Any]:
    moment, reader, author = session.moment, session.reader, session.authors_of(plan)
    return without_nulls({
        "enrollment": row[2], "createdAt": moment(row[3]), "createdAtClient": moment(row[4]),
        "updatedAt": moment(row[5]), "updatedAtClient": moment(row[6]), "trackedEntity": row[7],
        "trackedEntityType": reader.type_uid(row[8]), "program": reader.programs[row[9]].uid, "status": row[10],
        "orgUnit": row[11], "orgUnitName": row[12],
        "enrolledAt": moment(row[13]), "occurredAt": moment(row[14]), "followUp": row[15], "completedBy": row[16],
        "completedAt": moment(row[17]), "deleted": row[18], "storedBy": row[19],
        "createdBy": author(row[20]), "updatedBy": author(row[21]),
        "geometry": session.geometry(row[22]),
    })  # fmt: skip


def _load_events(session: Session, keys: Sequence[int], plan: Plan) -> dict[int, list[dict[str, Any]]]:
    if not keys:
        return {}
    values = Values()
    condition = f"ev.enrollment_id = ANY({values.bind(list(keys))})"
    of: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for _, enrollment, shown in load_events(session, condition, values, plan):
        of[enrollment].append(shown)
    return of

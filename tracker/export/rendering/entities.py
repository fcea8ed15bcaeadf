"""Tracked entities with their attributes, enrollments, owners and relationships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from tracker.access.statements import Values
from tracker.export.fields import Plan
from tracker.export.rendering.attributes import load_entity_attributes
from tracker.export.rendering.enrollments import load_enrollments
from tracker.export.rendering.session import Session, rows, without_nulls

ENTITIES = """
    -- tracked entities by their keys
    SELECT te.id, te.uid, te.tracked_entity_type_id, te.created_at, te.created_at_client, te.updated_at,
        te.updated_at_client, place.uid,
        te.inactive, te.deleted, te.potential_duplicate, te.geometry, te.stored_by, te.created_by_id, te.updated_by_id
    FROM tracked_entity te
    LEFT JOIN metadata_organisationunit place ON place.id = te.organisation_unit_id
    WHERE te.id = ANY(%(keys)s)
"""
OWNERS = """
    -- which org units own them; those of programs that the reader does not know stay hidden
    SELECT owner.tracked_entity_id, owner.program_id, place.uid
    FROM program_owner owner JOIN metadata_organisationunit place ON place.id = owner.organisation_unit_id
    WHERE owner.tracked_entity_id = ANY(%(keys)s) AND owner.program_id = ANY(%(programs)s)
    ORDER BY owner.id
"""


def load_entities(session: Session, keys: Collection[int], plan: Plan) -> dict[int, dict[str, Any]]:
    """Tracked entities by key, with the collections that the plan shows."""
    if not keys:
        return {}
    found = rows(ENTITIES, {"keys": list(keys)})
    attributes = load_entity_attributes(session, keys) if plan.shows("attributes") else {}
    enrollments = _load_enrollments(session, keys, plan) if plan.shows("enrollments") else {}
    owners = _load_owners(session, {row[0]: row[1] for row in found}) if plan.shows("programOwners") else {}
    moment, reader, author = session.moment, session.reader, session.authors_of(plan)
    return {
        row[0]: without_nulls({
            "trackedEntity": row[1], "trackedEntityType": reader.type_uid(row[2]), "createdAt": moment(row[3]),
            "createdAtClient": moment(row[4]), "updatedAt": moment(row[5]), "updatedAtClient": moment(row[6]),
            "orgUnit": row[7], "inactive": row[8], "deleted": row[9], "potentialDuplicate": row[10],
            "geometry": session.geometry(row[11]), "storedBy": row[12], "createdBy": author(row[13]),
            "updatedBy": author(row[14]),
            "relationships": session.relationships_of("tracked_entity", row[0], plan),
            "attributes": attributes.get(row[0], []), "enrollments": enrollments.get(row[0], []),
            "programOwners": owners.get(row[0], []),
        }) for row in found
    }  # fmt: skip


def _load_enrollments(session: Session, keys: Collection[int], plan: Plan) -> dict[int, list[dict[str, Any]]]:
    values = Values()
    condition = f"en.tracked_entity_id = ANY({values.bind(list(keys))})"
    if session.program is not None:
        condition += f" AND en.program_id = {values.bind(session.program.pk)}"
    of: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for _, entity, shown in load_enrollments(session, condition, values, plan.part("enrollments")):
        of[entity].append(shown)
    return of


def _load_owners(session: Session, uids: dict[int, str]) -> dict[int, list[dict[str, Any]]]:
    programs = session.reader.programs
    shown = [pk for pk in programs if session.program is None or pk == session.program.pk]
    of: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for entity, program, org_unit in rows(OWNERS, {"keys": list(uids), "programs": shown}):
        of[entity].append({
            "orgUnit": org_unit, "trackedEntity": uids[entity], "program": programs[program].uid,
        })  # fmt: skip
    return of

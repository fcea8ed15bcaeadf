"""What is stored around the payload's objects: attribute values, owners, enrollments and events beside them, and the
relationships that they would repeat."""

from __future__ import annotations

from tracker.confidential import decrypt_value
from tracker.importer.context import Context
from tracker.importer.items import relationship_key
from tracker.importer.known import Owner, StoredEnrollment
from tracker.importer.preheat_objects import rows

VALUES = """
    SELECT tracked_entity_id, attribute_id, value, CASE WHEN confidential THEN attribute.uid END
    FROM tracked_entity_attribute_value
    JOIN metadata_trackedentityattribute AS attribute ON attribute.id = attribute_id
    WHERE tracked_entity_id = ANY(%(entities)s)
"""
OWNERS = """
    SELECT tracked_entity_id, program_id, organisation_unit_id, path
    FROM program_owner JOIN metadata_organisationunit AS org_unit ON org_unit.id = organisation_unit_id
    WHERE tracked_entity_id = ANY(%(entities)s)
"""
TEMPORARY = """
    SELECT tracked_entity_id, program_id FROM temporary_owner
    WHERE user_id = %(user)s AND tracked_entity_id = ANY(%(entities)s) AND valid_till > %(now)s
"""
ENROLLMENTS_OF = """
    SELECT id, uid, tracked_entity_id, program_id, organisation_unit_id, status, completed_at, completed_by
    FROM enrollment
    WHERE tracked_entity_id = ANY(%(entities)s) AND program_id = ANY(%(programs)s) AND NOT deleted
"""
EVENTS_OF = """
    SELECT enrollment_id, program_stage_id, id FROM event
    WHERE enrollment_id = ANY(%(enrollments)s) AND program_stage_id = ANY(%(stages)s)
        AND NOT deleted AND status <> 'SKIPPED'
"""
WITH_ENROLLMENTS = """
    SELECT DISTINCT tracked_entity_id FROM enrollment WHERE tracked_entity_id = ANY(%(entities)s) AND NOT deleted
"""
WITH_EVENTS = "SELECT DISTINCT enrollment_id FROM event WHERE enrollment_id = ANY(%(enrollments)s) AND NOT deleted"
KEYS = "SELECT key FROM relationship WHERE key = ANY(%(keys)s) AND NOT deleted"


def load_values(context: Context) -> None:
    """The attribute values of the tracked entities that the payload writes, readable."""
    known = context.known
    if context.is_delete or not known.touched:
        return
    for key, attribute, value, confidential in rows(VALUES, entities=known.touched):
        entity = known.tracked_entities_by_pk[key]
        # What cannot be read is a value all the same: a mandatory attribute has it, and whatever is sent replaces it.
        text = decrypt_value(value, entity.uid, confidential) if confidential else None
        entity.attributes[attribute] = value if text is None else text


def load_owners(context: Context) -> None:
    """Who owns the stored tracked entities, and which the user may look at for a while all the same."""
    known = context.known
    if not known.tracked_entities_by_pk:
        return
    entities = set(known.tracked_entities_by_pk)
    for entity, program, org_unit, path in rows(OWNERS, entities=entities):
        known.owners[entity, program] = Owner(org_unit, path or "")
    if not context.viewer.is_superuser:
        found = rows(TEMPORARY, user=context.viewer.pk, entities=entities, now=context.now)
        known.temporary = {(entity, program) for entity, program in found}


def load_family(context: Context) -> None:
    """Other enrollments and events beside the payload's; on a deletion, those that hang on what goes."""
    known, bundle = context.known, context.bundle
    stored = {
        known.tracked_entities[item.uid].pk for item in bundle.tracked_entities if item.uid in known.tracked_entities
    }
    enrollments = {known.enrollments[item.uid].pk for item in bundle.enrollments if item.uid in known.enrollments}
    if context.is_delete:
        if stored:
            known.with_enrollments = {key for (key,) in rows(WITH_ENROLLMENTS, entities=stored)}
        if enrollments:
            known.with_events = {key for (key,) in rows(WITH_EVENTS, enrollments=enrollments)}
        return
    _load_enrollments(context)
    _load_events(context)


def _load_enrollments(context: Context) -> None:
    known = context.known
    found = (known.tracked_entities.get(item.tracked_entity or "") for item in context.bundle.enrollments)
    entities = {entity.pk for entity in found if entity}
    programs = {program.pk for program in known.programs.values() if program}
    if not entities or not programs:
        return
    for pk, uid, entity, program, *rest in rows(ENROLLMENTS_OF, entities=entities, programs=programs):
        parent = known.tracked_entities_by_pk[entity]
        enrollment = StoredEnrollment(pk, uid, entity, parent.uid, program, rest[0], None, *rest[1:], False)
        known.enrollments_of.setdefault((entity, program), []).append(enrollment)


def _load_events(context: Context) -> None:
    known = context.known
    once = {stage.pk for stage in known.stages_by_pk.values() if not stage.repeatable}
    found = (known.enrollments.get(item.enrollment or "") for item in context.bundle.events) if once else ()
    enrollments = {enrollment.pk for enrollment in found if enrollment and enrollment.tracked_entity}
    if enrollments:
        for enrollment, stage, event in rows(EVENTS_OF, enrollments=enrollments, stages=once):
            known.events_of.setdefault((enrollment, stage), set()).add(event)


def load_relationship_keys(context: Context) -> None:
    """Which of the payload's relationships are stored already, under whatever uid."""
    if context.is_delete or not context.bundle.relationships:
        return
    keys = set()
    for item in context.bundle.relationships:
        type = context.known.relationship_types.get(item.record.relationship_type or "")
        if type is not None and item.from_side and item.to_side:
            keys.add(relationship_key(type, item.from_side, item.to_side))
    if keys:
        context.known.relationship_keys = {key for (key,) in rows(KEYS, keys=keys)}

"""Values of attributes: of a tracked entity those of its types, of an enrollment those of its program."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from tracker.confidential import HOLDER, decrypt_value
from tracker.export.rendering.session import Session, rows, without_nulls

VALUE = f"""value.created_at, value.updated_at, value.stored_by, value.value, attribute.uid, attribute.code,
        attribute.name, attribute.value_type, {HOLDER}"""
# Attributes that belong to a type, or to the program that is looked at.
IS_SHOWN = """(
    EXISTS (SELECT FROM metadata_trackedentitytypeattribute part WHERE part.tracked_entity_attribute_id = attribute.id)
    OR EXISTS (SELECT FROM metadata_programtrackedentityattribute part
               WHERE part.tracked_entity_attribute_id = attribute.id AND part.program_id = %(program)s)
)"""
OF_ENTITIES = f"""
    SELECT value.tracked_entity_id, {VALUE}
    FROM tracked_entity_attribute_value value
    JOIN metadata_trackedentityattribute attribute ON attribute.id = value.attribute_id
    WHERE value.tracked_entity_id = ANY(%(keys)s)
        AND {IS_SHOWN}
    ORDER BY value.created_at, attribute.id
"""
OF_ENROLLMENTS = f"""
    -- values of attributes that belong to the programs of enrollments
    SELECT en.id, {VALUE}
    FROM enrollment en
    JOIN metadata_programtrackedentityattribute part ON part.program_id = en.program_id
    JOIN tracked_entity_attribute_value value
        ON value.tracked_entity_id = en.tracked_entity_id AND value.attribute_id = part.tracked_entity_attribute_id
    JOIN metadata_trackedentityattribute attribute ON attribute.id = value.attribute_id
    WHERE en.id = ANY(%(keys)s)
    ORDER BY value.created_at, attribute.id
"""


def load_entity_attributes(session: Session, keys: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The attributes of tracked entities, in the order they got them."""
    program = None if session.program is None else session.program.pk
    return _grouped(session, rows(OF_ENTITIES, {"keys": list(keys), "program": program}))


def load_enrollment_attributes(session: Session, keys: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The attributes of enrollments."""
    return _grouped(session, rows(OF_ENROLLMENTS, {"keys": list(keys)})) if keys else {}


def _grouped(session: Session, found: Iterable[Sequence[Any]]) -> dict[int, list[dict[str, Any]]]:
    of: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for key, created, updated, stored_by, value, uid, code, name, value_type, holder in found:
        text = value if holder is None else decrypt_value(value, holder, uid)
        if text is None:
            continue  # as a whole: an attribute that a client sends back without a value would be taken away
        of[key].append(without_nulls({
            "attribute": uid, "code": code, "displayName": name, "createdAt": session.moment(created),
            "updatedAt": session.moment(updated), "storedBy": stored_by, "valueType": value_type,
            "value": text,
        }))  # fmt: skip
    return of

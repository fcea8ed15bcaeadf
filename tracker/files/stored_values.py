"""Attribute values one by one; their table has no model."""

from __future__ import annotations

from django.db import connection

from tracker.confidential import HOLDER, decrypt_value
from tracker.export.rendering.attributes import IS_SHOWN

FIND = f"""
    SELECT value.value, attribute.uid, {HOLDER}
    FROM tracked_entity_attribute_value value
    JOIN metadata_trackedentityattribute attribute ON attribute.id = value.attribute_id
    WHERE value.tracked_entity_id = %(entity)s AND attribute.id = %(attribute)s AND {IS_SHOWN}
"""


def find_shown_value(entity: int, attribute: int, program: int | None) -> str | None:
    """The value, decrypted; None without one that can be read, or where it is not shown. All are keys."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"entity": entity, "attribute": attribute, "program": program})
        found = cursor.fetchone()
    if found is None:
        return None
    value, uid, holder = found
    return value if holder is None else decrypt_value(value, holder, uid)

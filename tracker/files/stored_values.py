"""Attribute values one by one; their table has no model."""

from __future__ import annotations

from django.db import connection

from dhis2api.ciphers import decrypt_text

FIND = """
    SELECT stored.value, attribute.confidential
    FROM tracked_entity_attribute_value stored
    JOIN metadata_trackedentityattribute attribute ON attribute.id = stored.attribute_id
    WHERE stored.tracked_entity_id = %(entity)s AND stored.attribute_id = %(attribute)s
"""


def find_attribute_value(entity: int, attribute: int) -> str | None:
    """The value, decrypted; None without one."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"entity": entity, "attribute": attribute})
        found = cursor.fetchone()
    if found is None:
        return None
    value, is_confidential = found
    return decrypt_text(value) if is_confidential else value

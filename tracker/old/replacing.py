"""`PUT` of old replaces: values that are not sent are taken away. Today's import takes only away what is sent empty."""

from __future__ import annotations

from typing import Any

from django.db import connection

from tracker.models import Event
from tracker.old.bodies import Object

# Attributes with a value that belong to the type of the tracked entity, or to the program.
HAS = """
    SELECT attribute.uid FROM tracked_entity entity
    JOIN tracked_entity_attribute_value value ON value.tracked_entity_id = entity.id
    JOIN metadata_trackedentityattribute attribute ON attribute.id = value.attribute_id
    WHERE entity.uid = %(entity)s AND (
        EXISTS (SELECT FROM metadata_trackedentitytypeattribute part
                WHERE part.tracked_entity_attribute_id = attribute.id
                  AND part.tracked_entity_type_id = entity.tracked_entity_type_id)
        OR EXISTS (SELECT FROM metadata_programtrackedentityattribute part
                   JOIN metadata_program program ON program.id = part.program_id
                   WHERE part.tracked_entity_attribute_id = attribute.id AND program.uid = %(program)s)
    )
"""


def empty_unsent_values(event: Object) -> None:
    """Send the data values of a stored event that are not sent as nothing."""
    stored = Event.objects.filter(uid=event["event"]).values_list("data_values", flat=True).first() or {}
    _empty(event, "dataValues", "dataElement", stored)


def empty_unsent_attributes(entity: Object, program: str) -> None:
    """The same of the attributes of a stored tracked entity, those of a program if it is named."""
    with connection.cursor() as cursor:
        cursor.execute(HAS, {"entity": entity["trackedEntity"], "program": program})
        _empty(entity, "attributes", "attribute", [uid for (uid,) in cursor.fetchall()])


def _empty(item: Object, member: str, name: str, stored: Any) -> None:
    sent = item.get(member) or []
    if isinstance(sent, list):  # the import refuses anything else
        named = [value.get(name) for value in sent if isinstance(value, dict)]
        item[member] = [*sent, *({name: uid, "value": None} for uid in stored if uid not in named)]

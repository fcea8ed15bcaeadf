"""`PUT` of old in terms of today's import, which keeps values that are not sent and clears all else that is not.

Old ones did the opposite: an object lost the values that were not sent, and a single value left its event as it was.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from tracker.access.elements import readable_elements
from tracker.access.reader import reader_of
from tracker.access.reading import find_readable_entity, find_readable_event, get_readable_program
from tracker.confidential import HOLDER, decrypt_value
from tracker.export.identifiers import EVENT_REFERENCES, identifier
from tracker.models import Event, TrackedEntity
from tracker.old.bodies import Object
from tracker.old.names import to_new
from tracker.old.params import OldImportParams

# Attributes with a value that belong to the type of the tracked entity, or to the program.
HAS = f"""
    SELECT attribute.uid, value.value, {HOLDER} FROM tracked_entity entity
    JOIN tracked_entity_attribute_value value ON value.tracked_entity_id = entity.id
    JOIN metadata_trackedentityattribute attribute ON attribute.id = value.attribute_id
    WHERE entity.id = %(entity)s AND (
        EXISTS (SELECT FROM metadata_trackedentitytypeattribute part
                WHERE part.tracked_entity_attribute_id = attribute.id
                  AND part.tracked_entity_type_id = entity.tracked_entity_type_id)
        OR EXISTS (SELECT FROM metadata_programtrackedentityattribute part
                   JOIN metadata_program program ON program.id = part.program_id
                   WHERE part.tracked_entity_attribute_id = attribute.id AND program.uid = %(program)s)
    )
"""
# Where the members of a stored event lie. Its option combo goes without those that name it by its options.
EVENT_MEMBERS = {
    "program": "program__uid", "programStage": "program_stage__uid", "enrollment": "enrollment__uid",
    "orgUnit": "organisation_unit__uid", "status": "status", "occurredAt": "occurred_at",
    "scheduledAt": "scheduled_at", "completedAt": "completed_at", "completedBy": "completed_by",
    "followUp": "follow_up", "geometry": "geometry", "attributeOptionCombo": "attribute_option_combo__uid",
    "assignedUser": "assigned_user__uid", "updatedAtClient": "updated_at_client",
}  # fmt: skip


def with_stored_members(event: str, body: Object, params: OldImportParams, user: Any) -> Object:
    """A body about an event that the user may read, with the members that it does not name as they are stored.

    They stay so until the transaction ends: tracked entity and event are locked, in the order in which imports lock.
    Errors: 422 where a scheme is named by which stored metadata has no identifier.
    """
    sent = to_new(body)
    key = find_readable_event(reader_of(user), event)
    if key is None:
        return sent  # the import tells why
    stored = Event.objects.filter(pk=key)
    for model, keys in ((TrackedEntity, stored.values("tracked_entity_id")), (Event, [key])):
        list(model._default_manager.select_for_update(no_key=True).filter(pk__in=keys).values_list("pk"))
    row = stored.values_list(*EVENT_MEMBERS.values()).get()
    unsent = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in zip(EVENT_MEMBERS, row, strict=True)
        if name not in sent and not (name == "attributeOptionCombo" and "attributeCategoryOptions" in sent)
    }
    identify = identifier(EVENT_REFERENCES, params, ";")
    if identify is not None:
        identify([unsent])
    return unsent | sent


def empty_unsent_values(event: Object, user: Any) -> None:
    """Send the data values of a stored event that are not sent as nothing, as far as the user was shown them."""
    key = find_readable_event(reader_of(user), event["event"])
    if key is not None:
        stored = Event.objects.values_list("data_values", flat=True).get(pk=key)
        shown = readable_elements(user.principal).filter(uid__in=stored)
        _empty(event, "dataValues", "dataElement", shown.values_list("uid", flat=True))


def empty_unsent_attributes(entity: Object, program: str, user: Any) -> None:
    """The same of the attributes of a stored tracked entity, those of a program if it is named.

    Errors: 404 and 403 for a program that the user may not read.
    """
    reader = reader_of(user)
    chosen = get_readable_program(reader, program) if program else None
    key = find_readable_entity(reader, entity["trackedEntity"])
    if chosen is not None and find_readable_entity(reader, entity["trackedEntity"], chosen) is None:
        program = ""  # somebody else owns it there
    with connection.cursor() as cursor:
        cursor.execute(HAS, {"entity": key, "program": program})
        stored = cursor.fetchall()
    shown = [uid for uid, value, holder in stored if holder is None or decrypt_value(value, holder, uid) is not None]
    _empty(entity, "attributes", "attribute", shown)


def _empty(item: Object, member: str, name: str, stored: Any) -> None:
    sent = item.get(member) or []
    if isinstance(sent, list):  # the import refuses anything else
        named = [value.get(name) for value in sent if isinstance(value, dict)]
        item[member] = [*sent, *({name: uid, "value": None} for uid in stored if uid not in named)]

"""What is sent of tracker objects: what an import reads, as the export shows it to somebody who may see everything.

A value that was taken away here is sent as null, since an import keeps what is not mentioned. Attributes and data
elements with `skipSynchronization` are left out. Source: DHIS2 2.42, synchronization; the nulls are this server's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from metadata.hierarchy import Scope
from metadata.models import OrganisationUnit, TrackedEntityAttribute
from sharing.access import SUPERUSER, Principal
from tracker.access.reader import Reader, make_reader
from tracker.access.viewer import Viewer
from tracker.export.objects import ENTITIES, EVENTS, Kind, load_objects
from tracker.export.rendering.session import Session

_NOTES = "notes[note,value,storedBy]"
_COMMON = "orgUnit,geometry,storedBy,createdAtClient,updatedAtClient"
_ATTRIBUTES = "attributes[attribute,value,storedBy]"
EVENT_FIELDS = (
    f"event,status,program,programStage,enrollment,occurredAt,scheduledAt,followUp,attributeOptionCombo,completedBy,"
    f"completedAt,assignedUser[uid,username],{_COMMON},{_NOTES},"
    "dataValues[dataElement,value,providedElsewhere,storedBy]"
)
ENROLLMENT_FIELDS = (
    f"enrollment,trackedEntity,program,status,enrolledAt,occurredAt,followUp,completedBy,completedAt,{_COMMON},"
    f"{_NOTES},{_ATTRIBUTES},events[{EVENT_FIELDS}]"
)
ENTITY_FIELDS = (
    f"trackedEntity,trackedEntityType,inactive,potentialDuplicate,{_COMMON},{_ATTRIBUTES},"
    f"enrollments[{ENROLLMENT_FIELDS}]"
)
TAKES_VALUES = frozenset({"ACTIVE", "COMPLETED"})  # statuses of events that may have values

OPTIONAL = """
    -- fields that may be empty, by the type, program or stage that asks for them, and those that are never sent
    SELECT owner.uid, field.uid, part.skip_synchronization, coalesce(part.compulsory, false)
    FROM metadata_programstagedataelement part
    JOIN metadata_programstage owner ON owner.id = part.program_stage_id
    JOIN metadata_dataelement field ON field.id = part.data_element_id
    UNION ALL
    SELECT owner.uid, field.uid, field.skip_synchronization, coalesce(part.mandatory, false)
    FROM metadata_programtrackedentityattribute part
    JOIN metadata_program owner ON owner.id = part.program_id
    JOIN metadata_trackedentityattribute field ON field.id = part.tracked_entity_attribute_id
    UNION ALL
    SELECT owner.uid, field.uid, field.skip_synchronization, coalesce(part.mandatory, false)
    FROM metadata_trackedentitytypeattribute part
    JOIN metadata_trackedentitytype owner ON owner.id = part.tracked_entity_type_id
    JOIN metadata_trackedentityattribute field ON field.id = part.tracked_entity_attribute_id
"""


class Payloads:
    """Makes them for one run of a job, with the metadata as it was when the run began."""

    def __init__(self) -> None:
        self._reader = everything()
        self._entities, self._events = ENTITIES.plan([ENTITY_FIELDS]), EVENTS.plan([EVENT_FIELDS])
        self._optional: dict[str, list[str]] = defaultdict(list)
        self._skipped: dict[str, set[str]] = defaultdict(set)
        self._skipped_attributes = set(
            TrackedEntityAttribute.objects.filter(skip_synchronization=True).values_list("uid", flat=True)
        )
        with connection.cursor() as cursor:
            cursor.execute(OPTIONAL)
            for owner, uid, is_skipped, is_needed in cursor.fetchall():
                if is_skipped:
                    self._skipped[owner].add(uid)
                elif not is_needed:
                    self._optional[owner].append(uid)

    def entities(self, keys: Sequence[int]) -> list[dict[str, Any]]:
        """Tracked entities with their enrollments and events."""
        found = self._load(ENTITIES, keys)
        for entity in found:
            self._complete(entity, "attributes", "attribute", entity["trackedEntityType"])
            for enrollment in entity["enrollments"]:
                self._complete(enrollment, "attributes", "attribute", enrollment["program"])
                for event in enrollment["events"]:
                    self._complete_event(event)
        return found

    def events(self, keys: Sequence[int]) -> list[dict[str, Any]]:
        """Events of event programs; the enrollment that holds them together is the remote's own."""
        found = self._load(EVENTS, keys)
        for event in found:
            event.pop("enrollment", None)
            self._complete_event(event)
        return found

    def _load(self, kind: Kind, keys: Sequence[int]) -> list[dict[str, Any]]:
        plan = self._entities if kind is ENTITIES else self._events
        shown: list[dict[str, Any]] = plan.apply(load_objects(kind, Session(self._reader), keys, plan))
        return shown

    def _complete_event(self, event: dict[str, Any]) -> None:
        if event["status"] in TAKES_VALUES:
            self._complete(event, "dataValues", "dataElement", event["programStage"])

    def _complete(self, holder: dict[str, Any], member: str, name: str, owner: str) -> None:
        """Take out what is not synchronized, and name what has no value."""
        skipped = self._skipped[owner] | (self._skipped_attributes if name == "attribute" else set())
        values = [value for value in holder[member] if value[name] not in skipped]
        present = {value[name] for value in values}
        missing = [uid for uid in self._optional[owner] if uid not in present]
        holder[member] = values + [{name: uid, "value": None} for uid in missing]


def everything() -> Reader:
    """The reader that sees all there is: the push is the server's, not of the user who scheduled it."""
    tops = OrganisationUnit.objects.filter(parent=None).values_list("path", flat=True)
    scope = Scope(tuple(sorted(path for path in tops if path)))
    principal = Principal(uid="", authorities=frozenset({SUPERUSER}))
    return make_reader(Viewer(0, principal, scope, scope, Scope(())))

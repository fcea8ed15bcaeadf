"""The objects of a bundle, flattened: what was sent, what it means here, and whether it may go in."""

from __future__ import annotations

import datetime
from enum import StrEnum

from tracker.importer.known import (
    AssignedUser,
    OptionCombo,
    OrgUnit,
    Program,
    ProgramStage,
    RelationshipType,
    StoredEnrollment,
    StoredEvent,
    StoredRelationship,
    StoredTrackedEntity,
    TrackedEntityType,
)
from tracker.records import (
    EnrollmentRecord,
    EventRecord,
    NoteRecord,
    RelationshipRecord,
    TrackedEntityRecord,
)


class TrackerType(StrEnum):
    """The four types, in the order in which everything is done; the names are those of reports."""

    TRACKED_ENTITY = "TRACKED_ENTITY"
    ENROLLMENT = "ENROLLMENT"
    EVENT = "EVENT"
    RELATIONSHIP = "RELATIONSHIP"


KIND = {
    TrackerType.TRACKED_ENTITY: "trackedEntity",
    TrackerType.ENROLLMENT: "enrollment",
    TrackerType.EVENT: "event",
    TrackerType.RELATIONSHIP: "relationship",
}


class Action(StrEnum):
    """What is to be done with one object."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


class TrackedEntityItem:
    """A tracked entity of the payload. `pk` is known before it is written: keys are drawn in one go."""

    __slots__ = ("action", "index", "is_ignored", "is_invalid", "org_unit", "pk", "record", "stored", "type", "uid")
    tracker_type = TrackerType.TRACKED_ENTITY

    def __init__(self, record: TrackedEntityRecord, uid: str, index: int) -> None:
        self.record = record
        self.uid = uid
        self.index = index  # among all objects of the type, in payload order
        self.action = Action.CREATE
        self.is_invalid = False  # it has an error of its own
        self.is_ignored = False  # it will not be written: invalid, or below something that is
        self.pk = 0
        self.stored: StoredTrackedEntity | None = None
        self.type: TrackedEntityType | None = None
        self.org_unit: OrgUnit | None = None


class EnrollmentItem:
    """An enrollment of the payload. `parent` is the tracked entity's item, if that is in the payload, too."""

    __slots__ = (
        "action", "assigned", "completed_at", "enrolled_at", "index", "is_ignored", "is_invalid", "notes",
        "occurred_at", "org_unit", "parent", "pk", "program", "record", "status", "stored", "tracked_entity", "uid",
    )  # fmt: skip
    tracker_type = TrackerType.ENROLLMENT

    def __init__(self, record: EnrollmentRecord, uid: str, index: int, tracked_entity: str | None) -> None:
        self.record = record
        self.uid = uid
        self.index = index
        self.tracked_entity = tracked_entity  # a uid
        self.parent: TrackedEntityItem | None = None
        self.action = Action.CREATE
        self.is_invalid = self.is_ignored = False
        self.pk = 0
        self.stored: StoredEnrollment | None = None
        self.program: Program | None = None
        self.org_unit: OrgUnit | None = None
        self.status = "ACTIVE"
        self.enrolled_at: datetime.datetime | None = None
        self.occurred_at: datetime.datetime | None = None
        self.completed_at: datetime.datetime | None = None  # as sent
        self.notes: list[NoteRecord] = []  # with uid and value; those that exist already are taken out by a check
        # values that rules assigned, by attribute key; over what was sent; None: taken away
        self.assigned: dict[int, str | None] | None = None


class EventItem:
    """An event of the payload. `parent` is the enrollment's item, if that is in the payload, too."""

    __slots__ = (
        "action", "assigned", "assigned_user", "completed_at", "enrollment", "index", "is_ignored", "is_invalid",
        "notes", "occurred_at", "option_combo", "org_unit", "parent", "pk", "program", "record", "scheduled_at",
        "sent_user", "stage", "status", "stored", "uid",
    )  # fmt: skip
    tracker_type = TrackerType.EVENT

    def __init__(self, record: EventRecord, uid: str, index: int, enrollment: str | None) -> None:
        self.record = record
        self.uid = uid
        self.index = index
        self.enrollment = enrollment  # a uid; of event programs the one that holds their events
        self.parent: EnrollmentItem | None = None
        self.action = Action.CREATE
        self.is_invalid = self.is_ignored = False
        self.pk = 0
        self.stored: StoredEvent | None = None
        self.program: Program | None = None
        self.stage: ProgramStage | None = None
        self.org_unit: OrgUnit | None = None
        self.option_combo: OptionCombo | None = None
        self.sent_user: tuple[str | None, str | None] | None = None  # uid and username, as sent
        self.assigned_user: AssignedUser | None = None  # who is to be assigned, None for nobody
        self.status = "ACTIVE"  # VISITED is ACTIVE by then
        self.occurred_at: datetime.datetime | None = None
        self.scheduled_at: datetime.datetime | None = None
        self.completed_at: datetime.datetime | None = None  # as sent
        self.notes: list[NoteRecord] = []
        # values that rules assigned, by data element key; over what was sent; None: taken away
        self.assigned: dict[int, str | None] | None = None


# kind (`trackedEntity`, `enrollment`, `event`) and uid
Side = tuple[str, str]


def relationship_key(type: RelationshipType, from_side: Side, to_side: Side) -> str:
    """What two relationships share that are the same: type and sides, those of a bidirectional type in one order."""
    sides = [":".join(from_side), ":".join(to_side)]
    return ":".join([type.uid, *(sorted(sides) if type.bidirectional else sides)])


class RelationshipItem:
    """A relationship of the payload. A side is None where it does not name exactly one object."""

    __slots__ = (
        "action", "from_side", "index", "is_ignored", "is_invalid", "pk", "record", "stored", "to_side", "type", "uid",
    )  # fmt: skip
    tracker_type = TrackerType.RELATIONSHIP

    def __init__(
        self, record: RelationshipRecord, uid: str, index: int, from_side: Side | None, to_side: Side | None
    ) -> None:
        self.record = record
        self.uid = uid
        self.index = index
        self.from_side = from_side
        self.to_side = to_side
        self.action = Action.CREATE
        self.is_invalid = self.is_ignored = False
        self.pk = 0
        self.stored: StoredRelationship | None = None
        self.type: RelationshipType | None = None


Item = TrackedEntityItem | EnrollmentItem | EventItem | RelationshipItem

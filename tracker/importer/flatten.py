"""Second stage: a nested or flat payload becomes four lists of objects, every one with a uid, in payload order.

What cannot be read ends here, with 400: a malformed uid of a tracker object, a date, a status, a geometry. Texts are
normalised on the way: an empty one means nothing, a number or boolean is its JSON text. Nested enrollments and events
belong to the object around them, whatever they say. Source: DHIS2 2.42, tracker import, payload.
"""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from dhis2api.errors import ApiError
from dhis2api.objects.uids import generate_uids, is_uid
from dhis2api.web.timestamps import parse_timestamp
from tracker.errors import BODY_MEMBER, BODY_UID
from tracker.importer.context import Bundle
from tracker.importer.geometry import check_geometry
from tracker.importer.items import EnrollmentItem, EventItem, RelationshipItem, Side, TrackedEntityItem
from tracker.importer.profile import WireProfile
from tracker.models import EnrollmentStatus
from tracker.records import (
    EnrollmentRecord,
    EventRecord,
    NoteRecord,
    Payload,
    RelationshipRecord,
    TrackedEntityRecord,
)

ENROLLMENT_STATUSES = tuple(EnrollmentStatus.values)
EVENT_STATUSES = ("ACTIVE", "COMPLETED", "VISITED", "SCHEDULE", "OVERDUE", "SKIPPED")
SIDES = ("trackedEntity", "enrollment", "event")
UIDS_AT_ONCE = 200


def flatten(payload: Payload, profile: WireProfile) -> Bundle:
    """The objects of a payload.

    Errors: ApiError 400 naming the member. A malformed uid is kept for the report where the version wants it there.
    """
    flattener = _Flattener(profile)
    for entity in payload.tracked_entities or ():
        flattener.add_tracked_entity(entity)
    for enrollment in payload.enrollments or ():
        flattener.add_enrollment(enrollment, text(enrollment.tracked_entity), None)
    for event in payload.events or ():
        flattener.add_event(event, text(event.enrollment), None)
    for relationship in payload.relationships or ():
        flattener.add_relationship(relationship)
    return flattener.finish()


class _Flattener:
    """Walks a payload. Objects inside others come before their top-level siblings."""

    def __init__(self, profile: WireProfile) -> None:
        self.bundle = Bundle()
        self.reports_malformed_uids = profile.reports_malformed_uids
        self._moments: dict[Any, datetime.datetime | None] = {}
        self._new_uids: list[str] = []

    def finish(self) -> Bundle:
        bundle = self.bundle
        bundle.sent = {type: len(items) for type, items in bundle.items().items()}
        return bundle

    def add_tracked_entity(self, record: TrackedEntityRecord) -> None:
        bundle = self.bundle
        item = TrackedEntityItem(record, self._uid(record.tracked_entity), len(bundle.tracked_entities))
        record.tracked_entity_type = text(record.tracked_entity_type)
        record.org_unit = text(record.org_unit)
        self._common(record)
        bundle.tracked_entities.append(item)
        bundle.tracked_entity.setdefault(item.uid, item)
        for enrollment in record.enrollments or ():
            self.add_enrollment(enrollment, item.uid, item)
        for relationship in record.relationships or ():
            self.add_relationship(relationship)
        record.enrollments = record.relationships = None  # they have items of their own now

    def add_enrollment(
        self, record: EnrollmentRecord, tracked_entity: str | None, parent: TrackedEntityItem | None
    ) -> None:
        bundle = self.bundle
        if parent is None and tracked_entity is not None:
            self._checked(tracked_entity)
        item = EnrollmentItem(record, self._uid(record.enrollment), len(bundle.enrollments), tracked_entity)
        record.program = text(record.program)
        record.org_unit = text(record.org_unit)
        record.completed_by = text(record.completed_by)
        self._common(record)
        item.status = _status(record.status, ENROLLMENT_STATUSES)
        item.enrolled_at = self._moment(record.enrolled_at)
        item.occurred_at = self._moment(record.occurred_at)
        item.completed_at = self._moment(record.completed_at)
        if record.notes:
            item.notes = self._notes(record.notes)
        bundle.enrollments.append(item)
        bundle.enrollment.setdefault(item.uid, item)
        for event in record.events or ():
            self.add_event(event, item.uid, item)
        for relationship in record.relationships or ():
            self.add_relationship(relationship)
        record.events = record.relationships = record.notes = None

    def add_event(self, record: EventRecord, enrollment: str | None, parent: EnrollmentItem | None) -> None:
        bundle = self.bundle
        if parent is None and enrollment is not None:
            self._checked(enrollment)
        item = EventItem(record, self._uid(record.event), len(bundle.events), enrollment)
        record.program = text(record.program)
        record.program_stage = text(record.program_stage)
        record.org_unit = text(record.org_unit)
        record.completed_by = text(record.completed_by)
        record.attribute_option_combo = text(record.attribute_option_combo)
        record.attribute_category_options = text(record.attribute_category_options)
        self._common(record)
        item.status = _status(record.status, EVENT_STATUSES)
        item.occurred_at = self._moment(record.occurred_at)
        item.scheduled_at = self._moment(record.scheduled_at)
        item.completed_at = self._moment(record.completed_at)
        if record.assigned_user is not None:
            item.sent_user = _sent_user(record.assigned_user)
        if record.notes:
            item.notes = self._notes(record.notes)
        bundle.events.append(item)
        bundle.event.setdefault(item.uid, item)
        for relationship in record.relationships or ():
            self.add_relationship(relationship)
        record.relationships = record.notes = None

    def add_relationship(self, record: RelationshipRecord) -> None:
        bundle = self.bundle
        uid = self._uid(record.relationship)
        record.relationship_type = text(record.relationship_type)
        record.created_at_client = self._moment(record.created_at_client)
        sides = self._side(record.from_), self._side(record.to)
        bundle.relationships.append(RelationshipItem(record, uid, len(bundle.relationships), *sides))

    def _common(self, record: TrackedEntityRecord | EnrollmentRecord | EventRecord) -> None:
        record.stored_by = text(record.stored_by)
        if record.created_at_client is not None:
            record.created_at_client = self._moment(record.created_at_client)
        if record.updated_at_client is not None:
            record.updated_at_client = self._moment(record.updated_at_client)
        if record.geometry is not None:
            record.geometry = check_geometry(record.geometry) if record.geometry != "" else None

    def _notes(self, records: list[NoteRecord]) -> list[NoteRecord]:
        """Those that say something; what is blank is dropped."""
        kept = []
        for record in records:
            value = text(record.value)
            if value is not None and value.strip():
                record.note, record.value = self._uid(record.note), value
                record.stored_by = text(record.stored_by)
                kept.append(record)
        return kept

    def _side(self, sent: Any) -> Side | None:
        """A side names exactly one object, flat or inside an object of its own."""
        if not isinstance(sent, dict):
            return None
        named = []
        for kind in SIDES:
            value = sent.get(kind)
            uid = text(value.get(kind) if isinstance(value, dict) else value)
            if uid is not None:
                named.append((kind, self._checked(uid)))
        return named[0] if len(named) == 1 else None

    def _uid(self, sent: Any) -> str:
        """The uid that was sent, or a new one."""
        uid = text(sent)
        if uid is not None:
            return self._checked(uid)
        if not self._new_uids:
            self._new_uids = generate_uids(UIDS_AT_ONCE)
        return self._new_uids.pop()

    def _checked(self, uid: str) -> str:
        if not is_uid(uid) and not self.reports_malformed_uids:
            raise ApiError(BODY_UID, uid)
        return uid

    def _moment(self, sent: Any) -> datetime.datetime | None:
        """A time; the same text, which is frequent, is read once."""
        if sent is None or sent == "":
            return None
        try:
            known = self._moments.get(sent)
            if known is None:
                known = self._moments[sent] = parse_timestamp(sent)
        except (ValueError, TypeError) as error:
            raise ApiError(BODY_MEMBER, error) from error
        return known


def text(sent: Any) -> str | None:
    """A member as text: nothing for an empty one, the JSON text of a number or boolean."""
    if type(sent) is str:
        return sent or None
    if sent is None:
        return None
    if isinstance(sent, bool | int | float):
        return msgspec.json.encode(sent).decode()
    raise ApiError(BODY_MEMBER, f"Expected a text, but was: {type(sent).__name__}")


def _status(sent: Any, statuses: tuple[str, ...]) -> str:
    status = text(sent)
    if status is None:
        return "ACTIVE"
    if status in statuses:
        return status
    if status.upper() in statuses:
        return status.upper()
    raise ApiError(BODY_MEMBER, f"Value '{status}' is not a valid status. Valid values are: [{', '.join(statuses)}]")


def _sent_user(sent: Any) -> tuple[str | None, str | None] | None:
    """Uid and username; early versions send the uid alone. None where neither is given."""
    if not isinstance(sent, dict):
        uid = text(sent)
        return (uid, None) if uid else None
    user = text(sent.get("uid")), text(sent.get("username"))
    return user if any(user) else None

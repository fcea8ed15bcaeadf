"""Checks of enrollments, but for their values and who may write them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from dhis2api.objects.uids import is_uid
from tracker.errors import (
    E1012,
    E1014,
    E1015,
    E1016,
    E1020,
    E1021,
    E1022,
    E1023,
    E1025,
    E1041,
    E1048,
    E1052,
    E1068,
    E1069,
    E1070,
    E1074,
    E1119,
    E1122,
    E1127,
)
from tracker.importer.checks.tracked_entities import is_blank
from tracker.importer.context import Context
from tracker.importer.geometry import suits
from tracker.importer.items import EnrollmentItem, EventItem


def mandatory_members(item: EnrollmentItem, context: Context) -> None:
    """E1122."""
    if item.org_unit is None and is_blank(item.record.org_unit):
        context.error(E1122, item, "orgUnit")
    if item.program is None and is_blank(item.record.program):
        context.error(E1122, item, "program")
    if item.tracked_entity is None:
        context.error(E1122, item, "trackedEntity")


def metadata(item: EnrollmentItem, context: Context) -> None:
    """E1070, E1069, E1068."""
    if item.org_unit is None:
        context.error(E1070, item, item.record.org_unit)
    if item.program is None:
        context.error(E1069, item, item.record.program)
    if item.parent is None:
        stored = context.known.tracked_entities.get(item.tracked_entity)
        if stored is None or stored.deleted:
            context.error(E1068, item, item.tracked_entity)


def immutable_members(item: EnrollmentItem, context: Context) -> None:
    """E1127."""
    if item.program.pk != item.stored.program:
        context.error(E1127, item, "program")
    if item.tracked_entity != item.stored.tracked_entity_uid:
        context.error(E1127, item, "trackedEntity")


def relations(item: EnrollmentItem, context: Context) -> None:
    """E1014, E1041, E1022."""
    program = item.program
    if not program.has_registration:
        context.error(E1014, item, program)
    if item.org_unit.pk not in program.org_units:
        context.error(E1041, item, item.org_unit, program)
    if program.tracked_entity_type is not None:
        stored = context.known.tracked_entities.get(item.tracked_entity)
        if stored is not None:  # as it is stored, whatever the payload says: that may be refused
            type = stored.type
        else:  # one without a type is refused itself, and the enrollment with it
            type = item.parent.type.pk if item.parent.type is not None else program.tracked_entity_type
        if type != program.tracked_entity_type:
            context.error(E1022, item, item.tracked_entity, program)


def notes(item: EnrollmentItem | EventItem, context: Context) -> None:
    """E1119, a warning: notes are only added, one that is there already is passed over. E1048 in early versions."""
    if not item.notes:
        return
    kept = []
    for note in item.notes:
        if not is_uid(note.note):
            context.error(E1048, item, "note", note.note)
        elif note.note in context.known.note_uids or note.note in context.memo.note_uids:
            context.warn(E1119, item, note.note)
        else:
            context.memo.note_uids.add(note.note)
            kept.append(note)
    item.notes = kept


def gather_enrolled(context: Context) -> None:
    """Note which enrollments of the payload stand beside each other."""
    enrolled = context.memo.enrolled
    for item in context.bundle.enrollments:
        if item.program is not None and item.status != "CANCELLED":
            enrolled.setdefault((item.tracked_entity, item.program.pk), []).append(item)


def enrolled_once(item: EnrollmentItem, context: Context) -> None:
    """E1015, E1016. What the payload says of an enrollment counts more than what is stored, unless it is cancelled."""
    program = item.program
    if item.status == "CANCELLED":
        return
    sent = context.memo.enrolled[item.tracked_entity, program.pk]
    statuses = {other.uid: other.status for other in sent} if len(sent) > 1 else {}
    entity = context.known.tracked_entities.get(item.tracked_entity)
    if entity is not None:
        for stored in context.known.enrollments_of.get((entity.pk, program.pk), ()):
            if stored.status != "CANCELLED":
                statuses.setdefault(stored.uid, stored.status)
    statuses.pop(item.uid, None)
    if not statuses:
        return
    if item.status == "ACTIVE" and "ACTIVE" in statuses.values():
        context.error(E1015, item, item.tracked_entity, program)
    if program.only_enroll_once:
        context.error(E1016, item, item.tracked_entity, program)


def geometry(item: EnrollmentItem, context: Context) -> None:
    """E1074, E1012."""
    if item.record.geometry is not None:
        _suits(item, item.program.feature_type, context)


def event_geometry(item: EventItem, context: Context) -> None:
    """E1074, E1012."""
    if item.record.geometry is not None:
        _suits(item, item.stage.feature_type, context)


def _suits(item: EnrollmentItem | EventItem, feature_type: str | None, context: Context) -> None:
    if feature_type is None:
        context.error(E1074, item)
    elif not suits(item.record.geometry, feature_type):
        context.error(E1012, item, feature_type)


def dates(item: EnrollmentItem, context: Context) -> None:
    """E1025, E1020, E1023, E1021, E1052."""
    program, limit = item.program, context.memo.tomorrow or _tomorrow(context)
    if item.enrolled_at is None:
        context.error(E1025, item)
    elif item.enrolled_at >= limit and not program.enrollment_dates_in_future:
        context.error(E1020, item, item.enrolled_at)
    if item.occurred_at is None:
        if program.display_incident_date:
            context.error(E1023, item)
    elif item.occurred_at >= limit and not program.incident_dates_in_future:
        context.error(E1021, item, item.occurred_at)
    if item.completed_at is not None and item.status == "ACTIVE":
        context.error(E1052, item, item, item.status)


def _tomorrow(context: Context) -> datetime:
    day = timezone.localdate(context.now) + timedelta(days=1)
    context.memo.tomorrow = timezone.make_aware(datetime.combine(day, time.min))
    return context.memo.tomorrow

"""Events, of tracker and of event programs in one table: docs/decisions.md says why."""

from __future__ import annotations

from django.db import models

from tracker.models.columns import LoggedChange, TrackerObject, pointer


class EventStatus(models.TextChoices):
    """VISITED is accepted, and stored as ACTIVE."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    SCHEDULE = "SCHEDULE"
    OVERDUE = "OVERDUE"
    SKIPPED = "SKIPPED"


class Event(TrackerObject):
    """What happened, or is to happen. `program` and `tracked_entity` are its enrollment's, kept here for lists.

    `data_values` is `{data element uid: {"value": …, "providedElsewhere"?: true, "createdAt"?, "updatedAt"?,
    "storedBy"?, "createdBy"?, "updatedBy"?}}`, keys of authors in the last two. What is missing is what the event
    itself was created with: `createdAt` its own, `updatedAt` the value's `createdAt`, `storedBy` the event's,
    `createdBy` the event's, `updatedBy` the value's `createdBy`.
    """

    enrollment = pointer("tracker.Enrollment")
    tracked_entity = pointer("tracker.TrackedEntity", null=True)
    program = pointer("metadata.Program")
    program_stage = pointer("metadata.ProgramStage")
    status = models.CharField(max_length=9, choices=EventStatus.choices, default=EventStatus.ACTIVE)
    occurred_at = models.DateTimeField(null=True)
    scheduled_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    completed_by = models.TextField(null=True)
    attribute_option_combo = pointer("metadata.CategoryOptionCombo")
    assigned_user = pointer("users.User", null=True)
    follow_up = models.BooleanField(default=False)
    data_values = models.JSONField(default=dict)

    class Meta:
        db_table = "event"
        indexes = [
            models.Index(fields=["enrollment"], name="event_enrollment"),
            models.Index(fields=["program", "id"], name="event_program"),
            models.Index(fields=["program_stage", "id"], name="event_program_stage"),
            # Only events of event programs are found by their own org unit, the others by their owner's.
            models.Index(
                fields=["organisation_unit", "program"], name="event_org_unit",
                condition=models.Q(tracked_entity=None),
            ),
            models.Index(
                fields=["assigned_user"], name="event_assigned_user", condition=models.Q(assigned_user__isnull=False)
            ),
            models.Index(fields=["updated_at"], name="event_updated"),
        ]  # fmt: skip


class EventChangeLog(LoggedChange):
    """A change of a data value, or of a field of an event (`occurredAt`, `scheduledAt`, `geometry`).

    As of attribute values, what never changed has no row.
    """

    event = pointer("tracker.Event")
    data_element = pointer("metadata.DataElement", null=True)
    field = models.CharField(max_length=11, null=True)

    class Meta:
        db_table = "event_change_log"
        indexes = [models.Index(fields=["event"], name="event_change_log_of")]

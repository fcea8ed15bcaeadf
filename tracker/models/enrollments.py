"""Enrollments of tracked entities in programs."""

from __future__ import annotations

from django.db import models

from tracker.models.columns import TrackerObject, pointer


class EnrollmentStatus(models.TextChoices):
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class Enrollment(TrackerObject):
    """That a tracked entity takes part in a program. The one of an event program has no tracked entity: it only holds
    that program's events together, and no answer shows it as an enrollment."""

    tracked_entity = pointer("tracker.TrackedEntity", null=True)
    program = pointer("metadata.Program")
    # Null in the enrollments of event programs alone.
    organisation_unit = pointer("metadata.OrganisationUnit", null=True)
    status = models.CharField(max_length=9, choices=EnrollmentStatus.choices, default=EnrollmentStatus.ACTIVE)
    enrolled_at = models.DateTimeField()
    occurred_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    completed_by = models.TextField(null=True)
    follow_up = models.BooleanField(default=False)

    class Meta:
        db_table = "enrollment"
        indexes = [
            models.Index(fields=["tracked_entity", "program"], name="enrollment_tracked_entity"),
            models.Index(fields=["program", "id"], name="enrollment_program"),
            models.Index(fields=["updated_at"], name="enrollment_updated"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["program"], condition=models.Q(tracked_entity=None), name="enrollment_of_event_program"
            )
        ]

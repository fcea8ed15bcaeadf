"""Notes on enrollments and events; they are only ever added."""

from __future__ import annotations

from django.db import models

from tracker.models.columns import pointer


class Note(models.Model):
    """A note on an enrollment or on an event."""

    uid = models.CharField(max_length=11, unique=True)
    enrollment = pointer("tracker.Enrollment", null=True)
    event = pointer("tracker.Event", null=True)
    value = models.TextField()
    stored_at = models.DateTimeField()
    stored_by = models.TextField(null=True)
    created_by = pointer("tracker.Author", null=True)

    class Meta:
        db_table = "tracker_note"
        indexes = [
            models.Index(fields=["enrollment"], name="note_enrollment", condition=models.Q(enrollment__isnull=False)),
            models.Index(fields=["event"], name="note_event", condition=models.Q(event__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(enrollment=None) ^ models.Q(event=None), name="note_of_one_object"
            )
        ]

    def __str__(self) -> str:
        return self.uid

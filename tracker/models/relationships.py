"""Relationships between tracked entities, enrollments and events."""

from __future__ import annotations

from django.db import models

from tracker.models.columns import pointer

SIDES = tuple(f"{side}_{kind}" for side in ("from", "to") for kind in ("tracked_entity", "enrollment", "event"))


class Relationship(models.Model):
    """A relationship; of each side exactly one column is set.

    `key` names type and sides, those of a bidirectional type in one order, so that there is one of each.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.CharField(max_length=11, unique=True)
    relationship_type = pointer("metadata.RelationshipType")
    from_tracked_entity = pointer("tracker.TrackedEntity", null=True)
    from_enrollment = pointer("tracker.Enrollment", null=True)
    from_event = pointer("tracker.Event", null=True)
    to_tracked_entity = pointer("tracker.TrackedEntity", null=True)
    to_enrollment = pointer("tracker.Enrollment", null=True)
    to_event = pointer("tracker.Event", null=True)
    key = models.TextField()
    deleted = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_at_client = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    created_by = pointer("tracker.Author", null=True)

    class Meta:
        db_table = "relationship"
        indexes = [
            models.Index(fields=[side], name=f"related_{side}", condition=models.Q(**{f"{side}__isnull": False}))
            for side in SIDES
        ] + [models.Index(fields=["updated_at"], name="relationship_updated")]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(deleted=False), name="relationship_once")
        ]

    def __str__(self) -> str:
        return self.uid

"""Tracked entities. Their attribute values are a table without a model: see `migrations/0001_initial`."""

from __future__ import annotations

from django.db import models

from tracker.models.columns import LoggedChange, TrackerObject, pointer


class TrackedEntity(TrackerObject):
    """Somebody or something that is tracked; `organisation_unit` is where it was registered."""

    tracked_entity_type = pointer("metadata.TrackedEntityType")
    inactive = models.BooleanField(default=False)
    potential_duplicate = models.BooleanField(default=False)

    class Meta:
        db_table = "tracked_entity"
        indexes = [
            models.Index(fields=["tracked_entity_type", "id"], name="tracked_entity_type"),
            models.Index(fields=["organisation_unit"], name="tracked_entity_org_unit"),
            models.Index(fields=["updated_at"], name="tracked_entity_updated"),
        ]


class AttributeChangeLog(LoggedChange):
    """A change of an attribute value; the first one of a value also brings the CREATE that came before it.

    Values that were never changed have no row: their CREATE is read off the value itself (see `tracker.change_logs`).
    """

    tracked_entity = pointer("tracker.TrackedEntity")
    attribute = pointer("metadata.TrackedEntityAttribute")

    class Meta:
        db_table = "tracked_entity_change_log"
        indexes = [models.Index(fields=["tracked_entity", "attribute"], name="tracked_entity_change_log_of")]

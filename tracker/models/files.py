"""Which attribute value or data value a file belongs to: one value each."""

from __future__ import annotations

from django.db import models

from tracker.models.columns import pointer


class TrackerFile(models.Model):
    """The owner of a file resource: an attribute of a tracked entity, or a data element of an event."""

    file = models.OneToOneField("files.FileResource", models.PROTECT, related_name="+")
    tracked_entity = pointer("tracker.TrackedEntity", null=True)
    attribute = pointer("metadata.TrackedEntityAttribute", null=True)
    event = pointer("tracker.Event", null=True)
    data_element = pointer("metadata.DataElement", null=True)

    class Meta:
        db_table = "tracker_file"
        constraints = [
            models.UniqueConstraint(fields=["tracked_entity", "attribute"], name="tracker_file_of_attribute"),
            models.UniqueConstraint(fields=["event", "data_element"], name="tracker_file_of_data_element"),
        ]

"""Generated attribute values: which are promised to somebody, and how far the sequences have counted."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower


class ReservedValue(models.Model):
    """A random value that was handed out. `key` is the pattern with its fixed parts resolved.

    Values that differ in case alone are one, as they are to unique attributes.
    """

    attribute = models.ForeignKey("metadata.TrackedEntityAttribute", models.CASCADE, related_name="+", db_index=False)
    key = models.TextField()
    value = models.TextField()
    created_at = models.DateTimeField()
    expiry_date = models.DateTimeField()

    class Meta:
        db_table = "reserved_value"
        constraints = [models.UniqueConstraint("attribute", Lower("value"), name="reserved_value_once")]
        indexes = [models.Index(fields=["expiry_date"], name="reserved_value_expiry")]


class SequentialCounter(models.Model):
    """The last number that a sequence gave."""

    attribute = models.ForeignKey("metadata.TrackedEntityAttribute", models.CASCADE, related_name="+", db_index=False)
    key = models.TextField()
    counter = models.BigIntegerField()

    class Meta:
        db_table = "sequential_counter"
        constraints = [models.UniqueConstraint(fields=["attribute", "key"], name="sequential_counter_once")]

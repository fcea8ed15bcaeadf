"""Columns that several tables of tracker data share.

Columns that point at other rows have no constraints: see docs/decisions.md for what protects references instead.
"""

from __future__ import annotations

from typing import Any

from django.db import models


def pointer(to: str, **options: Any) -> Any:
    """A foreign key that the database does not check and that nothing follows on deletion."""
    options = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"} | options
    return models.ForeignKey(to, **options)


class LoggedChange(models.Model):
    """What change logs keep of a change; no previous value where something was made, no current one where it went."""

    type = models.CharField(max_length=6)  # CREATE, UPDATE, DELETE
    previous_value = models.TextField(null=True)
    current_value = models.TextField(null=True)
    created_at = models.DateTimeField()
    created_by = pointer("tracker.Author", null=True)

    class Meta:
        abstract = True


class TrackerObject(models.Model):
    """What tracked entities, enrollments and events have in common.

    `created_at` and `updated_at` are the server's, the others the client's. `stored_by` is the client's word for who
    stored it. `geometry` is GeoJSON. `deleted` rows stay, so that synchronisation sees them go.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.CharField(max_length=11, unique=True)
    organisation_unit = pointer("metadata.OrganisationUnit")
    geometry = models.JSONField(null=True)
    deleted = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_at_client = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    updated_at_client = models.DateTimeField(null=True)
    stored_by = models.TextField(null=True)
    created_by = pointer("tracker.Author", null=True)
    updated_by = pointer("tracker.Author", null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.uid

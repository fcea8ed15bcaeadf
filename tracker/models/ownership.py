"""Which org unit a tracked entity belongs to in a program, and who may look past that for a while."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tracker.models.columns import pointer


class ProgramOwner(models.Model):
    """The org unit that owns a tracked entity in a program; made by the first enrollment."""

    tracked_entity = pointer("tracker.TrackedEntity")
    program = pointer("metadata.Program")
    organisation_unit = pointer("metadata.OrganisationUnit")
    created_at = models.DateTimeField()
    created_by = models.TextField(null=True)

    class Meta:
        db_table = "program_owner"
        constraints = [models.UniqueConstraint(fields=["tracked_entity", "program"], name="program_owner_once")]
        indexes = [models.Index(fields=["program", "organisation_unit"], name="program_owner_org_unit")]


class ProgramOwnerHistory(models.Model):
    """An owner that was replaced by a transfer."""

    tracked_entity = pointer("tracker.TrackedEntity")
    program = pointer("metadata.Program")
    organisation_unit = pointer("metadata.OrganisationUnit")
    start_date = models.DateTimeField()
    end_date = models.DateTimeField()
    created_by = models.TextField(null=True)

    class Meta:
        db_table = "program_owner_history"
        indexes = [models.Index(fields=["tracked_entity", "program"], name="program_owner_history_of")]


class TemporaryOwner(models.Model):
    """A user who broke the glass: he has access to the tracked entity in the program until `valid_till`."""

    tracked_entity = pointer("tracker.TrackedEntity")
    program = pointer("metadata.Program")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    reason = models.TextField()
    valid_till = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "temporary_owner"
        indexes = [models.Index(fields=["user", "tracked_entity", "program"], name="temporary_owner_of")]


class TemporaryOwnerAudit(models.Model):
    """That somebody broke the glass, kept for types that allow an audit log."""

    tracked_entity_uid = models.CharField(max_length=11)
    program_uid = models.CharField(max_length=11)
    username = models.CharField(max_length=255)
    reason = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "temporary_owner_audit"
        indexes = [models.Index(fields=["tracked_entity_uid"], name="temporary_owner_audit_of")]

"""Forms, their versions, and what was submitted with them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from metadata.models import OrganisationUnit
from orgunit_changes.models.projects import Project


class Form(models.Model):
    """A form of a mobile app. One with `deleted_at` is gone, its submissions with it."""

    name = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "orgunit_form"

    def __str__(self) -> str:
        return self.name


class FormVersion(models.Model):
    """The questions of a form at one time.

    `questions` is `[{"name", "label", "type"}]`; a label is a text, or an object of texts by language.
    """

    form = models.ForeignKey(Form, models.CASCADE, related_name="versions")
    version_id = models.CharField(max_length=255)
    questions = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "orgunit_form_version"
        unique_together = (("form", "version_id"),)

    def __str__(self) -> str:
        return f"{self.form} {self.version_id}"


class Instance(models.Model):
    """A submission: `json` is question → answer. The device's times are those of the phone that sent it.

    `updated_at` is set by `orgunit_changes.stamps` alone.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4)
    form = models.ForeignKey(Form, models.PROTECT, related_name="instances")
    form_version = models.ForeignKey(FormVersion, models.PROTECT, null=True, blank=True, related_name="+")
    org_unit = models.ForeignKey(OrganisationUnit, models.SET_NULL, null=True, blank=True, related_name="+")
    project = models.ForeignKey(Project, models.SET_NULL, null=True, blank=True, related_name="+")
    json = models.JSONField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_index=True)
    device_created_at = models.DateTimeField(null=True, blank=True)
    device_updated_at = models.DateTimeField(null=True, blank=True)
    deleted = models.BooleanField(default=False)

    class Meta:
        db_table = "orgunit_instance"

    def __str__(self) -> str:
        return f"{self.uuid}"


class ReferenceInstance(models.Model):
    """The submission that stands for an org unit in one form."""

    org_unit = models.ForeignKey(OrganisationUnit, models.CASCADE, related_name="reference_instances")
    form = models.ForeignKey(Form, models.CASCADE, related_name="+")
    instance = models.ForeignKey(Instance, models.CASCADE, related_name="references")

    class Meta:
        db_table = "orgunit_reference_instance"
        unique_together = (("org_unit", "form"),)

    def __str__(self) -> str:
        return f"{self.instance}"

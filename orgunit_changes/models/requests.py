"""Change requests, and what became of them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from metadata.models import OrganisationUnit, OrganisationUnitGroup
from orgunit_changes.models.forms import Instance
from orgunit_changes.models.projects import OrgUnitType


class Status(models.TextChoices):
    """Where a request is; clients may say `approved` for `validated`."""

    NEW = "new"
    VALIDATED = "validated"
    REJECTED = "rejected"


class OrgUnitChangeRequest(models.Model):
    """What somebody proposes for one org unit.

    `requested_fields` names what is proposed, `approved_fields` what a reviewer took of it; a `new_…` that is not
    among the former means nothing. The `old_…` are the unit as it was when the request was made. `updated_at` is set
    by `orgunit_changes.stamps` alone. `new_group_count`: how many groups were asked for, since groups may be deleted.
    """

    uuid = models.UUIDField(unique=True)
    org_unit = models.ForeignKey(OrganisationUnit, models.CASCADE, related_name="change_requests")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.NEW)
    requested_fields = ArrayField(models.CharField(max_length=40), default=list)
    approved_fields = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    rejection_comment = models.TextField(default="", blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_index=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField(db_index=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    new_parent = models.ForeignKey(OrganisationUnit, models.SET_NULL, null=True, blank=True, related_name="+")
    new_name = models.CharField(max_length=230, null=True, blank=True)
    new_org_unit_type = models.ForeignKey(OrgUnitType, models.SET_NULL, null=True, blank=True, related_name="+")
    new_groups = models.ManyToManyField(
        OrganisationUnitGroup, blank=True, related_name="+", db_table="orgunit_change_request_new_groups"
    )
    new_group_count = models.PositiveIntegerField(default=0)
    new_latitude = models.FloatField(null=True, blank=True)
    new_longitude = models.FloatField(null=True, blank=True)
    new_altitude = models.FloatField(null=True, blank=True)
    new_location_accuracy = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    new_opening_date = models.DateField(null=True, blank=True)
    new_closed_date = models.DateField(null=True, blank=True)
    new_reference_instances = models.ManyToManyField(
        Instance, blank=True, related_name="+", db_table="orgunit_change_request_new_instances"
    )

    old_parent = models.ForeignKey(OrganisationUnit, models.SET_NULL, null=True, blank=True, related_name="+")
    old_name = models.CharField(max_length=230, null=True, blank=True)
    old_org_unit_type = models.ForeignKey(OrgUnitType, models.SET_NULL, null=True, blank=True, related_name="+")
    old_groups = models.ManyToManyField(
        OrganisationUnitGroup, blank=True, related_name="+", db_table="orgunit_change_request_old_groups"
    )
    old_latitude = models.FloatField(null=True, blank=True)
    old_longitude = models.FloatField(null=True, blank=True)
    old_altitude = models.FloatField(null=True, blank=True)
    old_opening_date = models.DateField(null=True, blank=True)
    old_closed_date = models.DateField(null=True, blank=True)
    old_reference_instances = models.ManyToManyField(
        Instance, blank=True, related_name="+", db_table="orgunit_change_request_old_instances"
    )

    class Meta:
        db_table = "orgunit_change_request"

    def __str__(self) -> str:
        return f"{self.uuid}"


class AppliedChange(models.Model):
    """What an approval did to an org unit: `before` and `after` are the unit's members that change requests know."""

    # The history outlives its request: a unit that is deleted takes its requests along.
    request = models.ForeignKey(
        OrgUnitChangeRequest, models.SET_NULL, null=True, blank=True, related_name="applied_changes"
    )
    request_uuid = models.UUIDField()
    org_unit_uid = models.CharField(max_length=11, db_index=True)
    fields = ArrayField(models.CharField(max_length=40), default=list)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField()

    class Meta:
        db_table = "orgunit_applied_change"

    def __str__(self) -> str:
        return f"{self.request_uuid} on {self.org_unit_uid}"

"""Data approvals and what was done to them (DHIS2 2.42, data approval)."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class DataApproval(models.Model):
    """That the data of an org unit and of what lies below is approved at a level of a workflow.

    `accepted` says that the level above has taken it over, or that nobody needs to.
    """

    level = models.ForeignKey("metadata.DataApprovalLevel", models.PROTECT, related_name="+")
    workflow = models.ForeignKey("metadata.DataApprovalWorkflow", models.PROTECT, related_name="+")
    period = models.ForeignKey("metadata.Period", models.PROTECT, related_name="+")
    organisation_unit = models.ForeignKey("metadata.OrganisationUnit", models.CASCADE, related_name="+")
    attribute_option_combo = models.ForeignKey("metadata.CategoryOptionCombo", models.PROTECT, related_name="+")
    accepted = models.BooleanField(default=False)
    created = models.DateTimeField()
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    last_updated = models.DateTimeField()
    last_updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "period", "organisation_unit", "attribute_option_combo", "level"],
                name="data_approval_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.workflow} {self.period} {self.organisation_unit} {self.level}"


class DataApprovalAction(models.TextChoices):
    """What was done."""

    APPROVE = "APPROVE"
    UNAPPROVE = "UNAPPROVE"
    ACCEPT = "ACCEPT"
    UNACCEPT = "UNACCEPT"


class DataApprovalAudit(models.Model):
    """One action on an approval. It goes with the metadata that it speaks of."""

    level = models.ForeignKey("metadata.DataApprovalLevel", models.CASCADE, related_name="+")
    workflow = models.ForeignKey("metadata.DataApprovalWorkflow", models.CASCADE, related_name="+")
    period = models.ForeignKey("metadata.Period", models.PROTECT, related_name="+")
    organisation_unit = models.ForeignKey("metadata.OrganisationUnit", models.CASCADE, related_name="+")
    attribute_option_combo = models.ForeignKey("metadata.CategoryOptionCombo", models.CASCADE, related_name="+")
    action = models.CharField(max_length=10, choices=DataApprovalAction.choices)
    created = models.DateTimeField()
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.action} {self.workflow} {self.period} {self.organisation_unit}"

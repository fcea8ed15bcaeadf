"""Completeness: which data sets are complete, for what and where."""

from __future__ import annotations

from django.db import models


class CompleteDataSetRegistration(models.Model):
    """That a data set is complete for a period, an org unit and an attribute option combo."""

    data_set = models.ForeignKey("metadata.DataSet", models.CASCADE, related_name="+")
    period = models.ForeignKey("metadata.Period", models.PROTECT, related_name="+")
    organisation_unit = models.ForeignKey("metadata.OrganisationUnit", models.CASCADE, related_name="+")
    attribute_option_combo = models.ForeignKey("metadata.CategoryOptionCombo", models.PROTECT, related_name="+")
    completed = models.BooleanField(default=True)
    date = models.DateField()
    stored_by = models.CharField(max_length=255, null=True)
    last_updated_by = models.CharField(max_length=255, null=True)
    last_updated = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["data_set", "period", "organisation_unit", "attribute_option_combo"],
                name="complete_data_set_registration_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.data_set} {self.period} {self.organisation_unit}"

"""Lock exceptions: where data may be entered although its time has run out."""

from __future__ import annotations

from django.db import models


class LockException(models.Model):
    """That expiry days do not close a data set for one period in one org unit."""

    data_set = models.ForeignKey("metadata.DataSet", models.CASCADE, related_name="+")
    period = models.ForeignKey("metadata.Period", models.PROTECT, related_name="+")
    organisation_unit = models.ForeignKey("metadata.OrganisationUnit", models.CASCADE, related_name="+")
    created = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["data_set", "period", "organisation_unit"], name="lock_exception_once")
        ]

    def __str__(self) -> str:
        return f"{self.data_set} {self.period} {self.organisation_unit}"

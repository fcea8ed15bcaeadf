"""Min-max limits: between which numbers a value is expected to lie."""

from __future__ import annotations

from django.db import models


class MinMaxDataElement(models.Model):
    """The limits of one data element and category option combo in one org unit; `generated` ones nobody typed."""

    data_element = models.ForeignKey("metadata.DataElement", models.CASCADE, related_name="+")
    source = models.ForeignKey("metadata.OrganisationUnit", models.CASCADE, related_name="+")
    option_combo = models.ForeignKey("metadata.CategoryOptionCombo", models.CASCADE, related_name="+")
    min = models.IntegerField()
    max = models.IntegerField()
    generated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["data_element", "source", "option_combo"], name="min_max_once"),
            models.CheckConstraint(condition=models.Q(min__lt=models.F("max")), name="min_max_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.data_element} {self.source} {self.option_combo}"

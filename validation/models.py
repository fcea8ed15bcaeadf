"""What monitoring found: the stored violations of validation rules (DHIS2 2.42, validation results)."""

from __future__ import annotations

from django.db import models


class ValidationResult(models.Model):
    """That a rule was violated, by an org unit in a period under an attribute option combo.

    It goes with any of the metadata that it speaks of, but for the period, which stays as long as a result names it.
    Merges of org units and option combos take it along: of several that come to be of one violation the target's own
    stays.
    """

    validation_rule = models.ForeignKey("metadata.ValidationRule", models.CASCADE, related_name="+")
    period = models.ForeignKey("metadata.Period", models.PROTECT, related_name="+")
    organisation_unit = models.ForeignKey("metadata.OrganisationUnit", models.CASCADE, related_name="+")
    attribute_option_combo = models.ForeignKey("metadata.CategoryOptionCombo", models.CASCADE, related_name="+")
    leftside_value = models.FloatField()
    rightside_value = models.FloatField()
    day_in_period = models.IntegerField(null=True)  # of rules with a sliding window, whose values differ day by day
    notification_sent = models.BooleanField(default=False)
    created = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "validation_rule", "period", "organisation_unit", "attribute_option_combo", "day_in_period",
                ],
                nulls_distinct=False,
                name="validation_result_once",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(notification_sent=False), name="validation_result_unsent"
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.validation_rule} {self.period} {self.organisation_unit}"

"""Which value has a file: a file belongs to one value, and a value to one file."""

from __future__ import annotations

from django.db import models


class DataValueFile(models.Model):
    """The key of the value that a file resource belongs to. The value itself is the file's uid."""

    file = models.OneToOneField("files.FileResource", models.PROTECT, related_name="+")
    data_element = models.ForeignKey("metadata.DataElement", models.PROTECT, related_name="+")
    period = models.ForeignKey("metadata.Period", models.PROTECT, related_name="+")
    organisation_unit = models.ForeignKey("metadata.OrganisationUnit", models.PROTECT, related_name="+")
    category_option_combo = models.ForeignKey("metadata.CategoryOptionCombo", models.PROTECT, related_name="+")
    attribute_option_combo = models.ForeignKey("metadata.CategoryOptionCombo", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "data_element", "period", "organisation_unit", "category_option_combo", "attribute_option_combo",
                ],
                name="data_value_file_once",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.file} of {self.data_element} {self.period} {self.organisation_unit}"

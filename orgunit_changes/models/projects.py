"""What an org unit is to mobile apps: its type, its UUID, its point; and the projects that types belong to.

Rows of these tables follow the metadata by triggers (see the migration), so that a unit has its profile and its type
however it was created.
"""

from __future__ import annotations

from django.db import models

from metadata.models import OrganisationUnit


class SourceVersion(models.Model):
    """A version of the hierarchy. The one that is default holds all of DHIS2's; a parent is of its child's version."""

    number = models.IntegerField(unique=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        db_table = "orgunit_source_version"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_source_version"
            )
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


class Project(models.Model):
    """One mobile application: `app_id` is what its phones send. The default project is meant where none is named."""

    name = models.CharField(max_length=255)
    app_id = models.CharField(max_length=255, unique=True)
    color = models.CharField(max_length=7, default="#2c6693")
    needs_authentication = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    forms = models.ManyToManyField("Form", related_name="projects", blank=True)

    class Meta:
        db_table = "orgunit_project"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_project"
            )
        ]

    def __str__(self) -> str:
        return self.name


class OrgUnitType(models.Model):
    """A kind of org unit. `depth` is the level whose new units are of this type; none: they are given it by hand."""

    name = models.CharField(max_length=255)
    short_name = models.CharField(max_length=255)
    depth = models.PositiveIntegerField(null=True, blank=True)
    projects = models.ManyToManyField(Project, related_name="org_unit_types", blank=True)
    reference_forms = models.ManyToManyField("Form", related_name="+", blank=True)

    class Meta:
        db_table = "orgunit_type"

    def __str__(self) -> str:
        return self.name


class OrgUnitProfile(models.Model):
    """The companion of one org unit; there is one of each, from its first moment.

    `uuid` follows from the unit's uid, and so survives a reload. `latitude`, `longitude` (degrees) and `altitude`
    (metres) are the point that was approved last: the unit's geometry knows no altitude, and may be an area.
    """

    org_unit = models.OneToOneField(OrganisationUnit, models.CASCADE, primary_key=True, related_name="change_profile")
    uuid = models.UUIDField(unique=True)
    org_unit_type = models.ForeignKey(OrgUnitType, models.SET_NULL, null=True, blank=True, related_name="profiles")
    version = models.ForeignKey(SourceVersion, models.PROTECT, related_name="+")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    altitude = models.FloatField(null=True, blank=True)

    class Meta:
        db_table = "orgunit_profile"

    def __str__(self) -> str:
        return f"{self.org_unit}"

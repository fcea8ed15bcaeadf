"""The org unit tree: parent plus materialised `path` and `level`; groups, group sets, levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models

from dhis2api.objects.columns import (
    RefSet,
    date,
    flag,
    integer,
    json,
    long_text,
    optional_flag,
    reference,
    text,
)
from dhis2api.objects.declarations import Computed, ComputedMembers, Declaration, unset
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Named,
    Shared,
    ShortNamed,
    Translated,
    UniquelyNamed,
    UniquelyShortNamed,
)
from metadata.enums import FeatureType
from metadata.models.dimensions import dimension_members, item_members
from sharing.access import TypeRules, named

_FEATURE_TYPES = {
    "Point": FeatureType.POINT, "Polygon": FeatureType.POLYGON, "MultiPolygon": FeatureType.MULTI_POLYGON,
}  # fmt: skip


def _ancestors(ids: list[int]) -> dict[int, list[int]]:
    """Ancestors of each unit, root first."""
    units = dict(OrganisationUnit.objects.filter(pk__in=ids, path__isnull=False).values_list("pk", "path"))
    uids = {uid for path in units.values() for uid in path.split("/")[1:-1]}
    known = dict(OrganisationUnit.objects.filter(uid__in=uids).values_list("uid", "pk"))
    return {pk: [known[uid] for uid in path.split("/")[1:-1]] for pk, path in units.items()}


def _leaf(row: Mapping[str, Any], context: Any) -> bool:
    return not row.get("children")


def _feature_type(row: Mapping[str, Any], context: Any) -> str | None:
    """The kind of geometry, as far as the API has a name for it."""
    kind = (row.get("geometry") or {}).get("type")
    return _FEATURE_TYPES.get(kind, FeatureType.NONE) if kind else None


class OrganisationUnit(ApiObject, Coded, Named, ShortNamed, Described, Attributed, Translated):
    """A node of the hierarchy. `path` is `/uid/uid/…` down to its own uid; `level` counts from 1 at a root."""

    # RESTRICT: a unit with children stays, unless they are deleted together with it.
    parent = reference("self", related_name="children", on_delete=models.RESTRICT)
    path = text(1500, unique=True, read_only=True)
    hierarchy_level = integer(name="level", read_only=True)
    opening_date = date(required=True)
    closed_date = date()
    comment = long_text()
    url = text(kind="URL")
    contact_person = text()
    address = text()
    email = text(150, kind="EMAIL")
    phone_number = text(150, kind="PHONENUMBER")
    geometry = json(null=True, kind="GEOLOCATION", max_length=131_072)
    image = reference("files.FileResource", on_delete=models.SET_NULL)

    class Meta:
        indexes = [models.Index(fields=["path"], opclasses=["text_pattern_ops"], name="organisationunit_path_prefix")]

    class Wire(Declaration):
        klass = "org.hisp.dhis.organisationunit.OrganisationUnit"
        own_views = True
        order = 1100
        access = TypeRules(create=("F_ORGANISATIONUNIT_ADD",), delete=("F_ORGANISATIONUNIT_DELETE",))
        attribute_flag = "organisationUnit"
        computed = {
            "leaf": Computed(_leaf, needs=("children",), kind="BOOLEAN", true_without="children"),
            "ancestors": ComputedMembers("organisationUnit", "organisationUnit", _ancestors),
            "type": unset(),
            "memberCount": unset("INTEGER"),  # counted by the list that is asked for it
            **item_members("ORGANISATION_UNIT"),
        }
        singulars = {"children": "child"}


class OrganisationUnitGroup(
    ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated
):
    """A group of org units."""

    symbol = text()
    color = text(kind="COLOR")
    organisation_units = RefSet(OrganisationUnit, related_name="organisation_unit_groups")
    geometry = json(null=True, kind="GEOLOCATION", max_length=131_072)

    class Wire(Declaration):
        klass = "org.hisp.dhis.organisationunit.OrganisationUnitGroup"
        order = 1120
        access = named("ORGUNITGROUP")
        attribute_flag = "organisationUnitGroup"
        computed = {
            "featureType": Computed(_feature_type, needs=("geometry",), kind="CONSTANT"),
            **item_members("ORGANISATION_UNIT_GROUP"),
        }


class OrganisationUnitGroupSet(
    ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated
):
    """A dimension made of groups of org units."""

    compulsory = flag(marked_required=True)
    include_subhierarchy_in_analytics = optional_flag()
    organisation_unit_groups = RefSet(OrganisationUnitGroup, related_name="group_sets")
    data_dimension = flag(default=True, marked_required=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.organisationunit.OrganisationUnitGroupSet"
        order = 1130
        access = named("ORGUNITGROUPSET")
        attribute_flag = "organisationUnitGroupSet"
        computed = dimension_members("ORGANISATION_UNIT_GROUP_SET", "organisationUnitGroups")


class OrganisationUnitLevel(ApiObject, Coded, Named, Translated):
    """The name of a level of the hierarchy."""

    level = integer(required=True, unique=True, minimum=1)
    offline_levels = integer()

    class Wire(Declaration):
        klass = "org.hisp.dhis.organisationunit.OrganisationUnitLevel"
        order = 1110
        access = TypeRules(
            create=("F_ORGANISATIONUNITLEVEL_UPDATE",),
            update=("F_ORGANISATIONUNITLEVEL_UPDATE",),
            delete=("F_ORGANISATIONUNITLEVEL_UPDATE",),
        )


class _UserOrganisationUnit(models.Model):
    """A user's place in the hierarchy; kept here, so that users know nothing of org units."""

    class Meta:
        abstract = True
        unique_together = (("user", "organisation_unit"),)

    def __str__(self) -> str:
        return f"{self.user} at {self.organisation_unit}"


class CaptureOrganisationUnit(_UserOrganisationUnit):
    """Where a user enters data (`user.organisationUnits`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="organisation_units_rows")
    organisation_unit = models.ForeignKey(OrganisationUnit, models.CASCADE, related_name="users_rows")


class DataViewOrganisationUnit(_UserOrganisationUnit):
    """Where a user reads data (`user.dataViewOrganisationUnits`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="data_view_organisation_units_rows")
    organisation_unit = models.ForeignKey(OrganisationUnit, models.CASCADE, related_name="+")


class SearchOrganisationUnit(_UserOrganisationUnit):
    """Where a user searches tracked entities (`user.teiSearchOrganisationUnits`)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tei_search_organisation_units_rows"
    )
    organisation_unit = models.ForeignKey(OrganisationUnit, models.CASCADE, related_name="+")

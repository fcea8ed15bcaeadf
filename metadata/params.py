"""Query parameters of resources that are no generic lists."""

from __future__ import annotations

from enum import StrEnum

from dhis2api.objects.params import Defaults, ListParams, ObjectParams
from dhis2api.web.paging import PagingParams
from dhis2api.web.params import Params, param, together


class OperandParams(PagingParams, ObjectParams):
    """Parameters of `GET /api/dataElementOperands`."""

    filter: list[str] = param(split=False, repeatable=True, doc="`dataElement.property:operator:value`.")
    query: str = param("", doc="A part of the data element's name.")
    data_set: str = param("", doc="Only the operands of this data set, with its own category combos.")
    totals: bool = param(False, doc="List data elements of several option combos alone, too.")


class PackageParams(Params):
    """Parameters of `GET /api/{type}/{id}/metadata`."""

    skip_sharing: bool = param(False, doc="Leave sharing and users out, as another server does not know them.")
    defaults: Defaults = param(Defaults.INCLUDE, doc="EXCLUDE drops the system's default objects.")
    translate: bool = param(False, doc="Show display names in `locale`.")
    locale: str = param("", doc="Language of display names; needs translate=true.")
    download: bool = param(False, doc="Answer as an attachment.")


class OrgUnitListParams(ListParams):
    """Parameters of `GET /api/organisationUnits`; `parent` and `properties` are of GeoJSON alone."""

    level: list[int] = param(min=1, doc="Only units of these levels; 1 is the root. Of GeoJSON: 1 if not given.")
    max_level: int | None = param(None, min=1, doc="Only units of this level or above it.")
    level_sorted: bool = param(False, doc="Whether the topmost come first.")
    user_only: bool = param(False, doc="Only the caller's units of data capture.")
    user_data_view_only: bool = param(False, doc="Only the caller's units of data view.")
    user_data_view_fallback: bool = param(False, doc="As `userDataViewOnly`; who has none gets the units of level 1.")
    within_user_hierarchy: bool = param(False, doc="Only the caller's units of data capture and what lies below.")
    within_data_view_user_hierarchy: bool = param(False, doc="Only the caller's units of data view and below.")
    within_user_search_hierarchy: bool = param(False, doc="Only the caller's units of search and below.")
    member_object: str = param("", doc="Count the units below each that are members of this object.")
    member_collection: str = param("", doc="The collection of org units that holds the object, such as `dataSets`.")
    parent: list[str] = param(doc="Only units below these.")
    properties: bool = param(True, doc="Whether features have properties.")

    rules = (together("memberObject", "memberCollection"),)


class OrgUnitParams(ListParams):
    """Parameters of `GET /api/organisationUnits/{id}`; the first four make the answer a list.

    Up to version 36 an `include…` counts by being there, whatever it says.
    """

    include_children: str | None = param(None, doc="`true`: list the unit and those directly below it.")
    include_descendants: str | None = param(None, doc="`true`: list the unit and everything below it.")
    include_ancestors: str | None = param(None, doc="`true`: list the unit and everything above it.")
    level: int | None = param(None, min=0, max=1_000, doc="List the units so many levels below.")


class OrgUnitChildrenParams(ListParams):
    """Parameters of `GET /api/organisationUnits/{id}/children`."""

    level: int | None = param(None, min=0, max=1_000, doc="The units so many levels below instead.")


class CategoryOptionAssociationParams(Params):
    """Parameters of `GET /api/categoryOptions/orgUnits`."""

    category_options: list[str] = param(required=True, doc="Identifiers of category options.")


class ProgramAssociationParams(Params):
    """Parameters of `GET /api/programs/orgUnits`."""

    programs: list[str] = param(required=True, doc="Identifiers of programs.")


class OrgUnitProperty(StrEnum):
    ID = "id"
    CODE = "code"
    NAME = "name"


class AttributeParams(Params):
    """Parameters of `DELETE /api/organisationUnits/geometry`."""

    attribute_id: str = param("", doc="A GeoJSON attribute of org units instead of their own geometry.")
    dry_run: bool = param(False, doc="Count; write nothing.")


class GeoJsonImportParams(AttributeParams):
    """Parameters of `POST /api/organisationUnits/geometry`."""

    geo_json_id: bool | None = param(None, doc="Whether a feature's `id` names its unit; true without a property.")
    geo_json_property: str = param("", doc="The property of a feature that names its unit.")
    org_unit_property: OrgUnitProperty = param(OrgUnitProperty.ID, doc="What of the unit is named.")

    @property
    def by_id(self) -> bool:
        return not self.geo_json_property if self.geo_json_id is None else self.geo_json_id


class GmlImportParams(Params):
    """Parameters of `POST /api/metadata/gml`."""

    dry_run: bool = param(False, doc="Count; write nothing.")


class ProgramCopyParams(Params):
    """Parameters of `POST /api/programs/{id}/copy`."""

    prefix: str = param("Copy of ", doc="What goes before the names of the program and its indicators.")

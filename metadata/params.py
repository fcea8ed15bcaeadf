"""Query parameters of resources that are no generic lists."""

from __future__ import annotations

from dhis2api.objects.params import Defaults, ListParams, ObjectParams
from dhis2api.web.paging import PagingParams
from dhis2api.web.params import Params, param


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
    """Parameters of `GET /api/organisationUnits`."""

    level: int | None = param(None, min=1, doc="Only units of this level; 1 is the root.")
    max_level: int | None = param(None, min=1, doc="Only units of this level or above it.")
    user_only: bool = param(False, doc="Only the caller's units of data capture.")
    user_data_view_only: bool = param(False, doc="Only the caller's units of data view.")
    within_user_hierarchy: bool = param(False, doc="Only the caller's units of data capture and what lies below.")


class OrgUnitParams(ListParams):
    """Parameters of `GET /api/organisationUnits/{id}`; the first four make the answer a list."""

    include_children: bool = param(False, doc="List the unit and those directly below it.")
    include_descendants: bool = param(False, doc="List the unit and everything below it.")
    include_ancestors: bool = param(False, doc="List the unit and everything above it.")
    level: int | None = param(None, min=0, max=1_000, doc="List the units so many levels below.")


class OrgUnitChildrenParams(ListParams):
    """Parameters of `GET /api/organisationUnits/{id}/children`."""

    level: int | None = param(None, min=0, max=1_000, doc="The units so many levels below instead.")

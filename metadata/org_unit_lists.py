"""Which org units a list shows: by level, by the caller's places, by their place relative to one unit.

Every function gives a condition on org units; an unknown place gives none of them. Source: DHIS2 2.42, metadata API,
org units.
"""

from __future__ import annotations

from django.db.models import Q

from dhis2api.errors import E1005, ApiError
from metadata.hierarchy import capture_scope
from metadata.models import CaptureOrganisationUnit, DataViewOrganisationUnit, OrganisationUnit
from metadata.params import OrgUnitListParams, OrgUnitParams


def units_of_list(params: OrgUnitListParams, user_pk: int) -> Q:
    """The units that the parameters of a list leave."""
    found = Q()
    if params.level is not None:
        found &= Q(hierarchy_level=params.level)
    if params.max_level is not None:
        found &= Q(hierarchy_level__lte=params.max_level)
    if params.user_only:
        found &= _places(CaptureOrganisationUnit, user_pk)
    if params.user_data_view_only:
        found &= _places(DataViewOrganisationUnit, user_pk)
    if params.within_user_hierarchy:
        found &= capture_scope(user_pk).to_q()
    return found


def units_around(uid: str, params: OrgUnitParams) -> Q | None:
    """The units that the parameters of one unit ask for instead of it alone, or None."""
    if params.include_children:
        return children(uid)
    if params.include_descendants:
        return descendants(uid)
    if params.include_ancestors:
        return ancestors(uid)
    if params.level is not None:
        return below(uid, params.level)
    return None


def children(uid: str) -> Q:
    """The unit and those directly below it."""
    unit = _get(uid)
    return Q(pk=unit.pk) | Q(parent_id=unit.pk)


def descendants(uid: str) -> Q:
    """The unit and everything below it."""
    unit = _get(uid)
    return Q(pk=unit.pk) | Q(path__startswith=f"{unit.path}/")


def ancestors(uid: str) -> Q:
    """The unit and everything above it."""
    return Q(uid__in=_get(uid).path.split("/")[1:])


def parents(uid: str) -> Q:
    """Everything above the unit."""
    return Q(uid__in=_get(uid).path.split("/")[1:-1])


def below(uid: str, levels: int) -> Q:
    """The units so many levels below; 0 is the unit itself."""
    return descendants(uid) & Q(hierarchy_level=_get(uid).hierarchy_level + levels)


def _places(model: type[CaptureOrganisationUnit] | type[DataViewOrganisationUnit], user_pk: int) -> Q:
    return Q(pk__in=model.objects.filter(user_id=user_pk).values("organisation_unit_id"))


def _get(uid: str) -> OrganisationUnit:
    unit = OrganisationUnit.objects.filter(uid=uid).first()
    if unit is None:
        raise ApiError(E1005, "OrganisationUnit", uid)
    return unit

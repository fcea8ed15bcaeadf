"""Which org units a list shows: by level, by the caller's places, by their place relative to one unit.

Every function gives a condition on org units; an unknown place gives none of them. Source: DHIS2 2.42, metadata API,
org units.
"""

from __future__ import annotations

from collections import Counter

from django.db.models import Q

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.errors import INVALID_QUERY
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import readable_rows
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Shape
from dhis2api.web.errors import PARAMETER_INVALID
from dhis2api.web.values import expectation, parse_value
from metadata.hierarchy import capture_scope, data_view_scope, search_scope
from metadata.models import CaptureOrganisationUnit, DataViewOrganisationUnit, OrganisationUnit
from metadata.params import OrgUnitListParams, OrgUnitParams

LAST_BY_PRESENCE = 36  # the last version whose `include…` parameters need no value


def units_of_list(params: OrgUnitListParams, user_pk: int) -> Q:
    """The units that the parameters of a list leave."""
    found = Q()
    if params.level:
        found &= Q(hierarchy_level__in=params.level)
    if params.max_level is not None:
        found &= Q(hierarchy_level__lte=params.max_level)
    return found & units_of_user(params, user_pk)


def units_of_user(params: OrgUnitListParams, user_pk: int) -> Q:
    """The caller's own places, as far as the parameters ask for them."""
    found = Q()
    if params.user_only:
        found &= _places(CaptureOrganisationUnit, user_pk)
    if params.user_data_view_only or params.user_data_view_fallback:
        found &= _data_view_places(user_pk, or_roots=params.user_data_view_fallback)
    for is_asked, scope in (
        (params.within_user_hierarchy, capture_scope),
        (params.within_data_view_user_hierarchy, data_view_scope),
        (params.within_user_search_hierarchy, search_scope),
    ):
        if is_asked:
            found &= scope(user_pk).to_q()
    return found


def count_members(collection: str, uid: str, context: ReadingContext) -> Counter[str]:
    """How many units in and below each unit are in `collection` with the object `uid`, by the uids of the units.

    Errors: E1003 (400) for what is no such collection; an object that the caller may not read has no members.
    """
    prop = get_schema("organisationUnit").properties.get(collection)
    if prop is None or prop.link is None or prop.target is None or prop.shape is not Shape.MEMBERS:
        raise ApiError(INVALID_QUERY, f"Unknown path property: {collection}")
    target = readable_rows(get_schema(prop.target), context).filter(uid=uid).values("pk")
    rows = prop.link.model._base_manager.filter(**{f"{prop.link.member_column}__in": target})
    units = OrganisationUnit.objects.filter(pk__in=rows.values(prop.link.owner_column), path__isnull=False)
    found: Counter[str] = Counter()
    for path in units.values_list("path", flat=True).iterator():
        found.update(path.split("/")[1:])
    return found


def units_around(uid: str, params: OrgUnitParams, version: int) -> Q | None:
    """The units that the parameters of one unit ask for instead of it alone, or None.

    Errors: 400 for an `include…` that is neither true nor false; up to version 36 it counts whatever it says.
    """
    for name, text, relatives in (
        ("includeChildren", params.include_children, children),
        ("includeDescendants", params.include_descendants, descendants),
        ("includeAncestors", params.include_ancestors, ancestors),
    ):
        if text is not None and (version <= LAST_BY_PRESENCE or _is_true(name, text)):
            return relatives(uid)
    if params.level is not None:
        return below(uid, params.level)
    return None


def _is_true(name: str, text: str) -> bool:
    try:
        return parse_value(text, bool)
    except ValueError:
        raise ApiError(PARAMETER_INVALID, text, name, expectation(bool)) from None


def _data_view_places(user_pk: int, *, or_roots: bool) -> Q:
    if or_roots and not DataViewOrganisationUnit.objects.filter(user_id=user_pk).exists():
        return Q(hierarchy_level=1)
    return _places(DataViewOrganisationUnit, user_pk)


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

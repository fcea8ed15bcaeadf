"""Searching beyond the capture scope: only by attributes that are meant for it, and not for too many.

Source: DHIS2 2.42, tracker export, search outside of the capture scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dhis2api.errors import ApiError
from metadata.models import (
    OrganisationUnit,
    Program,
    ProgramTrackedEntityAttribute,
    TrackedEntityType,
    TrackedEntityTypeAttribute,
)
from tracker.access.reader import Reader
from tracker.export import errors as codes
from tracker.export.filters import Field
from tracker.export.listing import Listing
from tracker.export.modes import OrgUnitMode
from tracker.export.windows import Place


@dataclass(frozen=True, slots=True)
class Search:
    """What decides whether a list is a search that needs care. `program` and `type` are keys."""

    reader: Reader
    mode: OrgUnitMode
    places: Sequence[Place]
    program: int | None
    type: int | None
    attributes: Sequence[Field]
    names_entities: bool
    filters_values: bool


def check_search(search: Search, listing: Listing) -> None:
    """Errors: 409 for attributes that are not searched by, for too few of them, and for too many matches."""
    if search.program is None and search.type is None and not search.places:
        _require_unique(search.attributes)
    if _is_local(search):
        return
    least, most = _limits(search)
    _require_searchable(search)
    is_exact = search.names_entities or any(field.is_unique for field in search.attributes)
    if not is_exact and len(search.attributes) < least:
        raise ApiError(codes.TOO_FEW_ATTRIBUTES, least)
    only_names = search.names_entities and not search.filters_values
    if most > 0 and not only_names and listing.exceeds(most):
        raise ApiError(codes.TOO_MANY_FOUND)


def _is_local(search: Search) -> bool:
    """Whether everything that is searched lies where the user enters data."""
    viewer, places = search.reader.viewer, search.places
    if search.mode is OrgUnitMode.CAPTURE:
        return True
    if search.mode is OrgUnitMode.ALL:
        paths = OrganisationUnit.objects.filter(parent=None).values_list("path", flat=True)
        return all(viewer.capture.covers(path) for path in paths)
    if search.mode is OrgUnitMode.ACCESSIBLE or not places:
        return all(viewer.capture.covers(path) for path in viewer.own_search.paths)
    if all(viewer.capture.covers(place.path) for place in places):
        return True
    if search.mode is OrgUnitMode.SELECTED:
        return False
    children = OrganisationUnit.objects.filter(parent__in=[place.pk for place in places])
    paths = list(children.values_list("path", flat=True))
    return bool(paths) and all(viewer.capture.covers(path) for path in paths)


def _limits(search: Search) -> tuple[int, int]:
    if search.type is None and search.program is None:
        return 0, 0
    model, key = (Program, search.program) if search.type is None else (TrackedEntityType, search.type)
    least, most = model.objects.values_list(
        "min_attributes_required_to_search", "max_tei_count_to_return"
    ).get(pk=key)  # fmt: skip
    return least or 0, most or 0


def _require_searchable(search: Search) -> None:
    if search.program is None and search.type is None:
        _require_unique(search.attributes)
        return
    rows = (
        ProgramTrackedEntityAttribute.objects.filter(program_id=search.program)
        if search.program is not None
        else TrackedEntityTypeAttribute.objects.filter(tracked_entity_type_id=search.type)
    )
    searchable = set(rows.filter(searchable=True).values_list("tracked_entity_attribute_id", flat=True))
    refused = [field.uid for field in search.attributes if field.pk not in searchable]
    if refused:
        raise ApiError(codes.NOT_SEARCHABLE, ", ".join(refused))


def _require_unique(attributes: Sequence[Field]) -> None:
    refused = [field.uid for field in attributes if not field.is_unique]
    if refused:
        raise ApiError(codes.NOT_UNIQUE, ", ".join(refused))

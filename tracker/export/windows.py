"""What `orgUnitMode` and the org units of a list mean for this reader. Source: DHIS2 2.42, tracker export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dhis2api.errors import ApiError, Code
from metadata.hierarchy import Scope
from metadata.models import OrganisationUnit
from tracker.access import errors as access_codes
from tracker.access.predicates import Window, own_window
from tracker.access.reader import ReadableProgram, Reader
from tracker.access.reading import require_org_units
from tracker.export import errors as codes
from tracker.export.modes import OrgUnitMode

SEARCH_EVERYWHERE = "F_TRACKED_ENTITY_INSTANCE_SEARCH_IN_ALL_ORGUNITS"


@dataclass(frozen=True, slots=True)
class Place:
    """An org unit that a request names."""

    pk: int
    path: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The codes of a list: they differ where DHIS2's do."""

    missing: Code = codes.MODE_NEEDS_UNIT
    unknown: Code = codes.ORG_UNIT_UNKNOWN
    outside: Code = codes.ORG_UNIT_OUTSIDE
    exempts_superusers: bool = True


OF_ENTITIES = Wording(missing=codes.MODE_NEEDS_UNIT_OR_ENTITY)
OF_ENROLLMENTS = Wording()
OF_EVENTS = Wording(
    unknown=codes.EVENT_ORG_UNIT_UNKNOWN, outside=codes.EVENT_ORG_UNIT_OUTSIDE, exempts_superusers=False
)


def resolve_window(
    reader: Reader, mode: OrgUnitMode | None, uids: Sequence[str], program: ReadableProgram | None, wording: Wording,
    *, may_lack_units: bool = False,
) -> tuple[Window, OrgUnitMode, list[Place]]:  # fmt: skip
    """The window of a list, its mode, and the org units that are named.

    `may_lack_units`: a mode that needs org units looks everywhere without them (tracked entities are named).
    Errors: 400 for a mode that does not go with the org units, or an unknown one; 403 for what is out of reach.
    """
    mode = mode or (OrgUnitMode.SELECTED if uids else OrgUnitMode.ACCESSIBLE)
    if uids and not mode.needs_units:
        raise ApiError(codes.MODE_TAKES_NO_UNIT, mode)
    if not uids and mode.needs_units and not may_lack_units:
        raise ApiError(wording.missing, mode)
    viewer = reader.viewer
    if mode is OrgUnitMode.ALL:
        if not viewer.principal.has_any((SEARCH_EVERYWHERE,)):
            raise ApiError(codes.MODE_ALL_CLOSED)
        return Window(is_everything=True), mode, []
    needs_capture = mode is OrgUnitMode.CAPTURE or (program is not None and not program.is_open)
    if needs_capture and not viewer.capture.paths:
        raise ApiError(access_codes.NO_CAPTURE_ORG_UNITS)
    require_org_units(reader)
    places = _find_places(reader, uids, wording)
    return _window(reader, mode, places), mode, places


def _window(reader: Reader, mode: OrgUnitMode, places: list[Place]) -> Window:
    if mode is OrgUnitMode.CAPTURE:
        return Window(scope=reader.viewer.capture)
    if not places:
        return own_window(reader)
    if mode is OrgUnitMode.DESCENDANTS:
        return Window(scope=Scope(tuple(place.path for place in places)))
    keys = tuple(place.pk for place in places)
    return Window(units=keys, parents=keys if mode is OrgUnitMode.CHILDREN else ())


def _find_places(reader: Reader, uids: Sequence[str], wording: Wording) -> list[Place]:
    if not uids:
        return []
    rows = OrganisationUnit.objects.filter(uid__in=uids).values_list("uid", "pk", "path")
    found = {uid: Place(pk, path or f"/{uid}") for uid, pk, path in rows}
    for uid in uids:
        if uid not in found:
            raise ApiError(wording.unknown, uid)
        is_exempt = wording.exempts_superusers and reader.viewer.is_superuser
        if not is_exempt and not reader.viewer.search.covers(found[uid].path):
            raise ApiError(wording.outside, uid)
    return [found[uid] for uid in uids]

"""Which relationships a list shows: those of one object, on whichever side it stands."""

from __future__ import annotations

from dhis2api.errors import E1005, ApiError
from tracker.access import errors as access_codes
from tracker.access.reader import Reader
from tracker.access.reading import (
    ENROLLMENT,
    ENTITY,
    EVENT,
    SIDES,
    readable_among,
    relationship_is_readable,
    require_org_units,
)
from tracker.export.listing import Listing
from tracker.export.ordering import order_clause, parse_order
from tracker.export.params import RelationshipParams
from tracker.models import Enrollment, Event, TrackedEntity

COLUMNS = {"createdAt": "re.created_at", "createdAtClient": "re.created_at_client"}
MODELS = {ENTITY: TrackedEntity, ENROLLMENT: Enrollment, EVENT: Event}


def list_relationships(reader: Reader, params: RelationshipParams) -> Listing:
    """The relationships of the object that is named.

    Errors: 404 for an object that is not there, 403 for one that the reader may not see.
    """
    given = {ENTITY: params.tracked_entity, ENROLLMENT: params.enrollment, EVENT: params.event}
    kind, uid = next((kind, uid) for kind, uid in given.items() if uid)
    key = _find_object(reader, kind, uid, with_deleted=params.include_deleted)
    listing = Listing("relationship", "re")
    values = listing.values
    column = SIDES[kind]
    bound = values.bind(key)
    listing.where(f"(re.from_{column}_id = {bound} OR re.to_{column}_id = {bound})")
    if not params.include_deleted:
        listing.where("NOT re.deleted")
    listing.where(relationship_is_readable(reader, values, with_deleted=params.include_deleted))
    listing.order = order_clause(parse_order(params.order, tuple(COLUMNS), with_uids=False), COLUMNS, "re")
    return listing


def _find_object(reader: Reader, kind: str, uid: str, *, with_deleted: bool) -> int:
    row = MODELS[kind].objects.filter(uid=uid).values_list("pk", "deleted").first()
    if row is None or (row[1] and not with_deleted):
        raise ApiError(E1005, kind, uid)
    require_org_units(reader)
    if not readable_among(kind, reader, [row[0]], with_deleted=with_deleted):
        raise ApiError(access_codes.NO_ACCESS_TO_OBJECT, kind, uid)
    return row[0]

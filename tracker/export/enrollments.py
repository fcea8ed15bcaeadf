"""Which enrollments a list shows. Source: DHIS2 2.42, tracker export, enrollments."""

from __future__ import annotations

from dhis2api.errors import ApiError
from tracker.access.predicates import enrollment_is_readable
from tracker.access.reader import Reader
from tracker.export import errors as codes
from tracker.export.listing import Listing
from tracker.export.named import get_tracker_program, get_type
from tracker.export.ordering import order_clause, parse_order
from tracker.export.params import EnrollmentParams
from tracker.export.times import between, changed
from tracker.export.windows import OF_ENROLLMENTS, resolve_window
from tracker.models import TrackedEntity

COLUMNS = {
    "completedAt": "en.completed_at", "createdAt": "en.created_at", "createdAtClient": "en.created_at_client",
    "enrolledAt": "en.enrolled_at", "updatedAt": "en.updated_at", "updatedAtClient": "en.updated_at_client",
}  # fmt: skip


def list_enrollments(reader: Reader, params: EnrollmentParams) -> Listing:
    """The enrollments that the parameters ask for.

    Errors: 400 and 403 as the parameters deserve them, before anything is read.
    """
    program = get_tracker_program(reader, params.program) if params.program else None
    type = get_type(reader, params.tracked_entity_type) if params.tracked_entity_type else None
    entity = _find_entity(reader, params) if params.tracked_entity else None
    window, _, _ = resolve_window(reader, params.org_unit_mode, params.org_units, program, OF_ENROLLMENTS)
    listing = Listing("enrollment", "en")
    values = listing.values
    programs = [program] if program else [one for one in reader.tracker_programs if type is None or one.type == type.pk]
    listing.where(enrollment_is_readable(reader, window, values, "en", programs))
    if program is not None:
        listing.follow("program_id", program.pk)
    if not params.include_deleted:
        listing.where("NOT en.deleted")
    if entity is not None:
        listing.where(f"en.tracked_entity_id = {values.bind(entity)}")
    if params.enrollments:
        listing.where(f"en.uid = ANY({values.bind(params.enrollments)})")
    if params.status is not None:
        listing.where(f"en.status = {values.bind(params.status.value)}")
    if params.follow_up is not None:
        listing.where(f"en.follow_up = {values.bind(params.follow_up)}")
    for condition in [
        *changed("en.updated_at", params.updated_after, None, params.updated_within, values),
        *between("en.enrolled_at", params.enrolled_after, params.enrolled_before, values),
    ]:
        listing.where(condition)
    listing.order = order_clause(parse_order(params.order, tuple(COLUMNS), with_uids=False), COLUMNS, "en")
    return listing


def _find_entity(reader: Reader, params: EnrollmentParams) -> int:
    row = (
        TrackedEntity.objects.filter(uid=params.tracked_entity)
        .values_list("pk", "deleted", "tracked_entity_type_id").first()
    )  # fmt: skip
    if row is None or (row[1] and not params.include_deleted):
        raise ApiError(codes.ENTITY_UNKNOWN, params.tracked_entity)
    if row[2] not in reader.types:
        raise ApiError(codes.ENTITY_TYPE_CLOSED, params.tracked_entity)
    return row[0]

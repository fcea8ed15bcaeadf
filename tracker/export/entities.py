"""Which tracked entities a list shows. Source: DHIS2 2.42, tracker export, tracked entities."""

from __future__ import annotations

from configuration.settings import system_setting
from dhis2api.errors import ApiError
from tracker.access.predicates import EVERYWHERE, entity_is_readable, event_is_readable
from tracker.access.reader import ReadableProgram, Reader
from tracker.access.statements import all_of
from tracker.export import errors as codes
from tracker.export.assigned_users import assigned_to
from tracker.export.event_status import event_has_status
from tracker.export.filter_grammar import parse_filters
from tracker.export.filters import IsShown, attribute_conditions, find_attributes, split_candidates
from tracker.export.listing import Listing
from tracker.export.named import get_stage_of, get_tracker_program, get_type, require_any_type
from tracker.export.ordering import attribute_column, order_clause, parse_order
from tracker.export.params import EntityParams
from tracker.export.searching import Search, check_search
from tracker.export.shown_values import ShownValues
from tracker.export.times import between, changed
from tracker.export.windows import OF_ENTITIES, resolve_window

COLUMNS = {
    "trackedEntity": "te.uid", "createdAt": "te.created_at", "createdAtClient": "te.created_at_client",
    "updatedAt": "te.updated_at", "updatedAtClient": "te.updated_at_client", "inactive": "te.inactive",
}  # fmt: skip
ORDERABLE = (*COLUMNS, "enrolledAt")


def most_entities(params: EntityParams) -> int | None:
    """How many tracked entities an answer without pages holds; None: all. Errors: 400 for a page beyond that."""
    limit = system_setting("KeyTrackedEntityMaxLimit")
    if limit <= 0:
        return None
    if params.is_paged and params.size > limit:
        raise ApiError(codes.PAGE_TOO_LARGE, params.size, limit)
    return limit


def list_entities(reader: Reader, params: EntityParams) -> tuple[Listing, ReadableProgram | None]:
    """The tracked entities that the parameters ask for, and the program that they name.

    Errors: 400, 403 and 409 as the parameters deserve them, before anything is read.
    """
    program = get_tracker_program(reader, params.program) if params.program else None
    type = get_type(reader, params.tracked_entity_type) if params.tracked_entity_type else None
    if program is None:
        require_any_type(reader)
    stage = get_stage_of(program, params.program_stage) if params.program_stage else None
    filters = parse_filters(params.filter, "filter")
    fields = find_attributes([one.uid for one in filters])
    window, mode, places = resolve_window(
        reader, params.org_unit_mode, params.org_units, program, OF_ENTITIES,
        may_lack_units=bool(params.tracked_entities),
    )  # fmt: skip
    listing = Listing("tracked_entity", "te")
    values = listing.values
    listing.where(entity_is_readable(reader, window, values, "te", program, with_deleted=params.include_deleted))
    if type is not None:
        listing.follow("tracked_entity_type_id", type.pk)
    if params.tracked_entities:
        listing.where(f"te.uid = ANY({values.bind(params.tracked_entities)})")
    if not params.include_deleted:
        listing.where("NOT te.deleted")
    if params.potential_duplicate is not None:
        listing.where(f"te.potential_duplicate = {values.bind(params.potential_duplicate)}")
    is_shown = ShownValues(reader, window, program, values).condition
    candidates, others = split_candidates(filters, fields, values, is_shown)
    listing.among(candidates)
    for condition in [
        *changed("te.updated_at", params.updated_after, params.updated_before, params.updated_within, values),
        *attribute_conditions(others, fields, "te.id", values, is_shown),
    ]:
        listing.where(condition)
    if program is not None:
        _ask_for_enrollment(reader, listing, params, program, stage)
    listing.order = _order(listing, params, program, is_shown)
    search = Search(
        reader, mode, places, None if program is None else program.pk, None if type is None else type.pk,
        [fields[one.uid] for one in filters], names_entities=bool(params.tracked_entities),
        filters_values=bool(filters),
    )  # fmt: skip
    check_search(search, listing)
    return listing, program


def _ask_for_enrollment(
    reader: Reader, listing: Listing, params: EntityParams, program: ReadableProgram, stage: int | None
) -> None:
    """One enrollment must meet all that is said of enrollments, and have an event that meets all said of events."""
    values = listing.values
    conditions = [
        *between("en.enrolled_at", params.enrollment_enrolled_after, params.enrollment_enrolled_before, values),
        *between("en.occurred_at", params.enrollment_occurred_after, params.enrollment_occurred_before, values),
    ]
    if params.enrollment_status is not None:
        conditions.append(f"en.status = {values.bind(params.enrollment_status.value)}")
    if params.follow_up is not None:
        conditions.append(f"en.follow_up = {values.bind(params.follow_up)}")
    about_events = assigned_to(params.assigned_user_mode, params.assigned_users, reader.viewer.pk, "ev", values)
    if params.event_status is not None:
        about_events += event_has_status(
            params.event_status, params.event_occurred_after, params.event_occurred_before, "ev", values
        )
    if stage is not None:
        about_events.append(f"ev.program_stage_id = {values.bind(stage)}")
    if about_events:
        window_of_program = event_is_readable(reader, EVERYWHERE, values, "ev", [program])
        shown = "TRUE" if params.include_deleted else "NOT ev.deleted"
        conditions.append(
            f"EXISTS (SELECT FROM event ev WHERE ev.enrollment_id = en.id AND {shown} AND {window_of_program}"
            f" AND {all_of(about_events)})"
        )
    if not conditions:
        return  # that there is an enrollment at all is asked by the read rule
    shown = "TRUE" if params.include_deleted else "NOT en.deleted"
    listing.where(
        "EXISTS (SELECT FROM enrollment en WHERE en.tracked_entity_id = te.id"
        f" AND en.program_id = {values.bind(program.pk)} AND {shown} AND {all_of(conditions)})"
    )


def _order(listing: Listing, params: EntityParams, program: ReadableProgram | None, is_shown: IsShown) -> str:
    entries = parse_order(params.order, ORDERABLE, with_uids=True)
    uids = [one.name for one in entries if one.name not in ORDERABLE]
    attributes = find_attributes(uids, codes.ORDER_ATTRIBUTE_UNKNOWN)
    columns = dict(COLUMNS)
    for one in entries:
        if one.name in attributes:
            columns[one.name] = attribute_column(attributes[one.name], "te.id", listing.values, is_shown)
        elif one.name == "enrolledAt":
            if program is None:
                raise ApiError(codes.ORDER_NEEDS_PROGRAM)
            chosen = "max" if one.is_descending else "min"
            columns["enrolledAt"] = (
                f"(SELECT {chosen}(en.enrolled_at) FROM enrollment en WHERE en.tracked_entity_id = te.id"
                f" AND en.program_id = {listing.values.bind(program.pk)} AND NOT en.deleted)"
            )
    return order_clause(entries, columns, "te")

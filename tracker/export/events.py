"""Which events a list shows, of tracker and of event programs. Source: DHIS2 2.42, tracker export, events."""

from __future__ import annotations

from collections.abc import Sequence

from dhis2api.errors import ApiError
from metadata.attribute_combos import attribute_option_combo
from metadata.models import DataElement
from tracker.access.predicates import event_is_readable
from tracker.access.reader import ReadableProgram, Reader
from tracker.access.statements import Values, all_of
from tracker.export import errors as codes
from tracker.export.assigned_users import assigned_to
from tracker.export.event_status import listed_status
from tracker.export.filter_grammar import parse_filters
from tracker.export.filters import (
    Field,
    IsShown,
    attribute_conditions,
    element_conditions,
    find_attributes,
    find_elements,
)
from tracker.export.listing import Listing
from tracker.export.named import get_program, get_stage
from tracker.export.ordering import attribute_column, order_by_value, order_clause, parse_order
from tracker.export.params import EventParams
from tracker.export.shown_values import ShownValues
from tracker.export.times import between, changed
from tracker.export.windows import OF_EVENTS, resolve_window

ASSIGNED = "(SELECT {} FROM users_user someone WHERE someone.id = ev.assigned_user_id)"
AUTHOR = "(SELECT someone.username FROM tracker_author someone WHERE someone.id = ev.{}_id)"
ENROLLED = "(SELECT en.{} FROM enrollment en WHERE en.id = ev.enrollment_id)"
NAMED = "(SELECT named.uid FROM {} named WHERE named.id = ev.{}_id)"
COLUMNS = {
    "assignedUser": ASSIGNED.format("someone.username"),
    "assignedUserDisplayName": ASSIGNED.format("someone.first_name || ' ' || someone.surname"),
    "attributeOptionCombo": NAMED.format("metadata_categoryoptioncombo", "attribute_option_combo"),
    "completedAt": "ev.completed_at",
    "completedBy": "ev.completed_by",
    "createdAt": "ev.created_at",
    "createdAtClient": "ev.created_at_client",
    "createdBy": AUTHOR.format("created_by"),
    "deleted": "ev.deleted",
    "enrolledAt": ENROLLED.format("enrolled_at"),
    "enrollment": ENROLLED.format("uid"),
    "enrollmentStatus": ENROLLED.format("status"),
    "event": "ev.uid",
    "followUp": "ev.follow_up",
    "occurredAt": "ev.occurred_at",
    "orgUnit": NAMED.format("metadata_organisationunit", "organisation_unit"),
    "program": NAMED.format("metadata_program", "program"),
    "programStage": NAMED.format("metadata_programstage", "program_stage"),
    "scheduledAt": "ev.scheduled_at",
    "status": "ev.status",
    "storedBy": "ev.stored_by",
    "trackedEntity": NAMED.format("tracked_entity", "tracked_entity"),
    "updatedAt": "ev.updated_at",
    "updatedAtClient": "ev.updated_at_client",
    "updatedBy": AUTHOR.format("updated_by"),
}


def list_events(reader: Reader, params: EventParams) -> Listing:
    """The events that the parameters ask for.

    Errors: 400, 403 and 409 as the parameters deserve them, before anything is read.
    """
    program = get_program(reader, params.program) if params.program else None
    stage, program_of_stage = get_stage(reader, params.program_stage) if params.program_stage else (None, None)
    combo = _find_option_combo(reader, params)
    window, _, _ = resolve_window(
        reader, params.org_unit_mode, [params.org_unit] if params.org_unit else [], program, OF_EVENTS
    )
    listing = Listing("event", "ev")
    values = listing.values
    listing.where(event_is_readable(reader, window, values, "ev", _programs(reader, program, program_of_stage, params)))
    if not params.include_deleted:
        listing.where("NOT ev.deleted")
    if stage is not None:
        listing.follow("program_stage_id", stage)
    elif program is not None:
        listing.follow("program_id", program.pk)
    if combo is not None:
        listing.where(f"ev.attribute_option_combo_id = {values.bind(combo)}")
    is_shown = ShownValues(reader, window, program, values).condition
    for condition in [
        *_named_objects(params, values),
        *_times(params, values),
        *_states(params, values),
        *assigned_to(params.assigned_user_mode, params.assigned_users, reader.viewer.pk, "ev", values),
        *_filters(reader, params, values, is_shown),
    ]:
        listing.where(condition)
    listing.order = _order(params, values, is_shown)
    return listing


def _programs(
    reader: Reader, program: ReadableProgram | None, program_of_stage: int | None, params: EventParams
) -> Sequence[ReadableProgram]:
    """The programs whose events can be meant: fewer make a simpler statement."""
    programs = [program] if program is not None else list(reader.programs.values())
    if program_of_stage is not None:
        programs = [one for one in programs if one.pk == program_of_stage]
    if params.tracked_entity:
        programs = [one for one in programs if one.type is not None]
    return programs


def _find_option_combo(reader: Reader, params: EventParams) -> int | None:
    if not (params.attribute_category_combo or params.attribute_category_options):
        return None
    combo = attribute_option_combo(params.attribute_category_combo, params.attribute_category_options)
    if combo.pk in reader.hidden_option_combos:
        raise ApiError(codes.OPTION_COMBO_CLOSED, combo.uid)
    return combo.pk


def _named_objects(params: EventParams, values: Values) -> list[str]:
    found = []
    if params.events:
        found.append(f"ev.uid = ANY({values.bind(params.events)})")
    if params.enrollments:
        uids = values.bind(params.enrollments)
        found.append(f"ev.enrollment_id IN (SELECT en.id FROM enrollment en WHERE en.uid = ANY({uids}))")
    if params.tracked_entity:
        found.append(
            "ev.enrollment_id IN (SELECT en.id FROM enrollment en"
            " JOIN tracked_entity te ON te.id = en.tracked_entity_id"
            f" WHERE te.uid = {values.bind(params.tracked_entity)})"
        )
    return found


def _times(params: EventParams, values: Values) -> list[str]:
    of_enrollment = [
        *between("en.enrolled_at", params.enrollment_enrolled_after, params.enrollment_enrolled_before, values),
        *between("en.occurred_at", params.enrollment_occurred_after, params.enrollment_occurred_before, values),
    ]
    if params.enrollment_status is not None:
        of_enrollment.append(f"en.status = {values.bind(params.enrollment_status.value)}")
    found = [
        *between("ev.occurred_at", params.occurred_after, params.occurred_before, values),
        *between("ev.scheduled_at", params.scheduled_after, params.scheduled_before, values),
        *changed("ev.updated_at", params.updated_after, params.updated_before, params.updated_within, values),
    ]
    if of_enrollment:
        # Only tracked entities are enrolled: what holds the events of an event program together is no enrollment.
        found.append(
            "ev.tracked_entity_id IS NOT NULL AND EXISTS (SELECT FROM enrollment en WHERE en.id = ev.enrollment_id"
            f" AND {all_of(of_enrollment)})"
        )
    return found


def _states(params: EventParams, values: Values) -> list[str]:
    found = listed_status(params.status, "ev", values) if params.status is not None else []
    if params.follow_up is not None:
        found.append(f"ev.follow_up = {values.bind(params.follow_up)}")
    return found


def _filters(reader: Reader, params: EventParams, values: Values, is_shown: IsShown) -> list[str]:
    elements = parse_filters(params.filter, "filter")
    attributes = parse_filters(params.filter_attributes, "filterAttributes")
    known = find_elements([one.uid for one in elements], reader.viewer.principal)
    found = element_conditions(elements, known, "ev", values)
    if attributes:
        fields = find_attributes([one.uid for one in attributes])
        asked = attribute_conditions(attributes, fields, "asked.tracked_entity_id", values, is_shown)
        # By way of the enrollment, as `event_is_readable`: indexes lead from a few values to its events.
        found += [
            "ev.tracked_entity_id IS NOT NULL",
            f"ev.enrollment_id IN (SELECT asked.id FROM enrollment asked WHERE {all_of(asked)})",
        ]
    return found


def _order(params: EventParams, values: Values, is_shown: IsShown) -> str:
    entries = parse_order(params.order, tuple(COLUMNS), with_uids=True)
    uids = [one.name for one in entries if one.name not in COLUMNS]
    if not uids:
        return order_clause(entries, COLUMNS, "ev")
    columns = dict(COLUMNS)
    elements = DataElement.objects.filter(uid__in=uids).values_list("pk", "uid", "value_type")
    for pk, uid, value_type in elements:
        columns[uid] = order_by_value(Field(pk, uid, value_type), f"(ev.data_values->{values.bind(uid)}->>'value')")
    others = [uid for uid in uids if uid not in columns]
    for uid, field in find_attributes(others, codes.ORDER_UID_UNKNOWN).items():
        columns[uid] = attribute_column(field, "ev.tracked_entity_id", values, is_shown)
    return order_clause(entries, columns, "ev")

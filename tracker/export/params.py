"""Query parameters of the lists of tracker, and what they ask of each other.

Source: DHIS2 2.42, tracker export; `aliases` are the names of DHIS2 2.35 to 2.41.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dhis2api.errors import ApiError
from dhis2api.web.params import Params, param
from tracker.export import errors as codes
from tracker.export.base_params import ListParams, check_updated
from tracker.export.modes import AssignedUserMode, EnrollmentFilter, EventFilter, OrgUnitMode
from tracker.params import SchemeParams

UPDATED_WITHIN = ("lastUpdatedDuration", "lastUpdateDuration")
UPDATED_BEFORE = ("lastUpdatedEndDate", "lastUpdateEndDate")


class EntityParams(ListParams):
    """Parameters of `GET /api/tracker/trackedEntities`."""

    uids = frozenset({"org_units", "program", "program_stage", "tracked_entity_type", "tracked_entities",
                      "assigned_users"})  # fmt: skip

    org_units: list[str] = param(aliases=("orgUnit", "ou"), doc="Org units.")
    org_unit_mode: OrgUnitMode | None = param(None, aliases=("ouMode",), doc="How `orgUnits` are meant.")
    program: str = param("", doc="Tracked entities that are enrolled in this program.")
    program_stage: str = param("", doc="Tracked entities with an event in this stage.")
    enrollment_status: EnrollmentFilter | None = param(None, aliases=("programStatus",), doc="… and have this status.")
    follow_up: bool | None = param(None, aliases=("followup",), doc="… and whose enrollment is marked so.")
    tracked_entity_type: str = param("", doc="Tracked entities of this type.")
    tracked_entities: list[str] = param(aliases=("trackedEntity", "trackedEntityInstance"), doc="These ones.")
    filter: list[str] = param(split=False, doc="`attribute:operator:value`, several with commas between.")
    updated_after: datetime | None = param(None, aliases=("lastUpdatedStartDate", "lastUpdated"), doc="Changed since.")
    updated_before: datetime | None = param(None, aliases=UPDATED_BEFORE, end_of_day=True, doc="Changed until.")
    updated_within: str = param("", aliases=UPDATED_WITHIN, doc="Changed within `7d`, `3h`, `5m` or `30s`.")
    enrollment_enrolled_after: datetime | None = param(
        None, aliases=("programEnrollmentStartDate", "programStartDate"), doc="Enrolled since."
    )
    enrollment_enrolled_before: datetime | None = param(
        None, aliases=("programEnrollmentEndDate", "programEndDate"), end_of_day=True, doc="Enrolled until."
    )
    enrollment_occurred_after: datetime | None = param(
        None, aliases=("programIncidentStartDate",), doc="With an incident since."
    )
    enrollment_occurred_before: datetime | None = param(
        None, aliases=("programIncidentEndDate",), end_of_day=True, doc="With an incident until."
    )
    event_status: EventFilter | None = param(None, doc="With an event of this status.")
    event_occurred_after: datetime | None = param(None, aliases=("eventStartDate",), doc="With an event since.")
    event_occurred_before: datetime | None = param(
        None, aliases=("eventEndDate",), end_of_day=True, doc="With an event until."
    )
    assigned_user_mode: AssignedUserMode | None = param(None, doc="To whom an event must be assigned.")
    assigned_users: list[str] = param(aliases=("assignedUser",), doc="… to these users.")
    potential_duplicate: bool | None = param(None, doc="Whether marked as a possible duplicate.")
    id_scheme: str = param("UID", doc="How metadata is named: UID, CODE, NAME or ATTRIBUTE:uid.")
    org_unit_id_scheme: str = param("", doc="… org units.")

    def check(self, sent: Mapping[str, str]) -> None:
        """In DHIS2's order."""
        if self.program and self.tracked_entity_type:
            raise ApiError(codes.PROGRAM_AND_TYPE)
        if not (self.program or self.tracked_entity_type or self.tracked_entities):
            raise ApiError(codes.NOTHING_NAMED)
        need_program(self, sent, codes.DEFINED_WITHOUT_PROGRAM, "enrollment_status", "follow_up")
        need_program(self, sent, codes.SPECIFIED_WITHOUT_PROGRAM, "enrollment_enrolled_after",
                     "enrollment_enrolled_before", "enrollment_occurred_after",
                     "enrollment_occurred_before")  # fmt: skip
        parts = {self.event_status is None, self.event_occurred_after is None, self.event_occurred_before is None}
        if len(parts) > 1:
            raise ApiError(codes.EVENT_FILTERS_APART)
        check_updated(self, codes.UPDATED_TWICE)
        check_assigned_users(self)


class EnrollmentParams(ListParams):
    """Parameters of `GET /api/tracker/enrollments`."""

    uids = frozenset({"org_units", "program", "tracked_entity_type", "tracked_entity", "enrollments"})

    org_units: list[str] = param(aliases=("orgUnit", "ou"), doc="Org units.")
    org_unit_mode: OrgUnitMode | None = param(None, aliases=("ouMode",), doc="How `orgUnits` are meant.")
    program: str = param("", doc="Enrollments in this program.")
    status: EnrollmentFilter | None = param(None, aliases=("programStatus",), doc="… of this status.")
    follow_up: bool | None = param(None, aliases=("followup",), doc="… marked for follow-up, or not.")
    updated_after: datetime | None = param(None, aliases=("lastUpdated",), doc="Changed since.")
    updated_within: str = param("", aliases=UPDATED_WITHIN, doc="Changed within `7d`, `3h`, `5m` or `30s`.")
    enrolled_after: datetime | None = param(None, aliases=("programStartDate",), doc="Enrolled since.")
    enrolled_before: datetime | None = param(
        None, aliases=("programEndDate",), end_of_day=True, doc="Enrolled until."
    )  # fmt: skip
    tracked_entity_type: str = param("", doc="Enrollments of tracked entities of this type.")
    tracked_entity: str = param("", aliases=("trackedEntityInstance",), doc="Enrollments of this one.")
    enrollments: list[str] = param(aliases=("enrollment",), doc="These ones.")

    def check(self, sent: Mapping[str, str]) -> None:
        """In DHIS2's order."""
        if self.program and self.tracked_entity_type:
            raise ApiError(codes.PROGRAM_AND_TYPE)
        need_program(self, sent, codes.DEFINED_WITHOUT_PROGRAM, "status")
        need_program(self, sent, codes.STATUS_WITHOUT_PROGRAM, "follow_up")
        need_program(self, sent, codes.SPECIFIED_WITHOUT_PROGRAM, "enrolled_after", "enrolled_before")
        check_updated(self, codes.ENROLLMENT_UPDATED_TWICE)


class EventParams(ListParams, SchemeParams):
    """Parameters of `GET /api/tracker/events`."""

    uids = frozenset({"program", "program_stage", "tracked_entity", "org_unit", "events", "enrollments",
                      "assigned_users", "attribute_category_combo", "attribute_category_options"})  # fmt: skip

    program: str = param("", doc="Events of this program.")
    program_stage: str = param("", doc="… of this stage.")
    enrollment_status: EnrollmentFilter | None = param(
        None, aliases=("programStatus",), doc="… whose enrollment has this status."
    )
    filter: list[str] = param(split=False, doc="`data element:operator:value`, several with commas between.")
    filter_attributes: list[str] = param(split=False, doc="`attribute:operator:value`, several with commas between.")
    follow_up: bool | None = param(None, aliases=("followup",), doc="Marked for follow-up, or not.")
    tracked_entity: str = param("", aliases=("trackedEntityInstance",), doc="Events of this tracked entity.")
    org_unit: str = param("", aliases=("ou",), doc="An org unit.")
    org_unit_mode: OrgUnitMode | None = param(None, aliases=("ouMode",), doc="How `orgUnit` is meant.")
    status: EventFilter | None = param(None, doc="Events of this status.")
    occurred_after: datetime | None = param(None, aliases=("startDate",), doc="Occurred since.")
    occurred_before: datetime | None = param(None, aliases=("endDate",), end_of_day=True, doc="Occurred until.")
    scheduled_after: datetime | None = param(None, aliases=("dueDateStart",), doc="Scheduled since.")
    scheduled_before: datetime | None = param(None, aliases=("dueDateEnd",), end_of_day=True, doc="Scheduled until.")
    updated_after: datetime | None = param(None, aliases=("lastUpdatedStartDate", "lastUpdated"), doc="Changed since.")
    updated_before: datetime | None = param(None, aliases=UPDATED_BEFORE, end_of_day=True, doc="Changed until.")
    updated_within: str = param("", aliases=UPDATED_WITHIN, doc="Changed within `7d`, `3h`, `5m` or `30s`.")
    enrollment_enrolled_after: datetime | None = param(None, doc="Of enrollments since.")
    enrollment_enrolled_before: datetime | None = param(None, end_of_day=True, doc="Of enrollments until.")
    enrollment_occurred_after: datetime | None = param(None, doc="Of enrollments with an incident since.")
    enrollment_occurred_before: datetime | None = param(
        None, end_of_day=True, doc="Of enrollments with an incident until."
    )  # fmt: skip
    attribute_category_combo: str = param("", aliases=("attributeCc",), doc="Category combo of the option combo.")
    attribute_category_options: list[str] = param(aliases=("attributeCos",), doc="… and its options.")
    events: list[str] = param(aliases=("event",), doc="These ones.")
    enrollments: list[str] = param(aliases=("enrollment",), doc="Events of these enrollments.")
    assigned_user_mode: AssignedUserMode | None = param(None, doc="To whom events must be assigned.")
    assigned_users: list[str] = param(aliases=("assignedUser",), doc="… to these users.")

    def check(self, sent: Mapping[str, str]) -> None:
        """In DHIS2's order."""
        if self.events and any(self.filter):
            raise ApiError(codes.EVENTS_AND_FILTER)
        check_updated(self, codes.EVENT_UPDATED_TWICE)
        check_assigned_users(self)


class RelationshipParams(ListParams):
    """Parameters of `GET /api/tracker/relationships`."""

    uids = frozenset({"tracked_entity", "enrollment", "event"})

    tracked_entity: str = param("", aliases=("tei", "trackedEntityInstance"), doc="Relationships of this one.")
    enrollment: str = param("", doc="Relationships of this enrollment.")
    event: str = param("", doc="Relationships of this event.")

    def check(self, sent: Mapping[str, str]) -> None:
        """Exactly one object."""
        given = [one for one in (self.tracked_entity, self.enrollment, self.event) if one]
        if not given:
            raise ApiError(codes.RELATIONSHIP_OF_NOTHING)
        if len(given) > 1:
            raise ApiError(codes.RELATIONSHIP_OF_MANY)


class OneParams(Params):
    """Parameters of a single object."""

    fields: list[str] = param(split=False, doc="Members of the answer.")


class OneEntityParams(OneParams):
    """Parameters of a single tracked entity."""

    program: str = param("", doc="As it is enrolled in this program.")
    skip_header: bool = param(False, doc="CSV: leave out the line of names.")
    id_scheme: str = param("UID", doc="How metadata is named: UID, CODE, NAME or ATTRIBUTE:uid.")
    org_unit_id_scheme: str = param("", doc="… org units.")


class OneEventParams(OneParams, SchemeParams):
    """Parameters of a single event."""


def need_program(params: Any, sent: Mapping[str, str], code: Any, *fields: str) -> None:
    """Errors: 400 with `code` for the first of these that was sent without a program."""
    for field in fields:
        if field in sent and not params.program:
            raise ApiError(code, sent[field])


def check_assigned_users(params: Any) -> None:
    """Errors: 409 for PROVIDED without users, and for users with another mode."""
    if params.assigned_user_mode is AssignedUserMode.PROVIDED and not params.assigned_users:
        raise ApiError(codes.USERS_MISSING)
    if params.assigned_users and params.assigned_user_mode not in (None, AssignedUserMode.PROVIDED):
        raise ApiError(codes.USERS_SURPLUS)

"""Values that parameters of several lists take."""

from __future__ import annotations

from enum import StrEnum


class OrgUnitMode(StrEnum):
    """Which org units a list looks into."""

    SELECTED = "SELECTED"
    CHILDREN = "CHILDREN"
    DESCENDANTS = "DESCENDANTS"
    ACCESSIBLE = "ACCESSIBLE"
    CAPTURE = "CAPTURE"
    ALL = "ALL"

    @property
    def needs_units(self) -> bool:
        return self in (OrgUnitMode.SELECTED, OrgUnitMode.CHILDREN, OrgUnitMode.DESCENDANTS)


class AssignedUserMode(StrEnum):
    """To whom events must be assigned; PROVIDED is the users that are named."""

    CURRENT = "CURRENT"
    PROVIDED = "PROVIDED"
    NONE = "NONE"
    ANY = "ANY"
    ALL = "ALL"


class EnrollmentFilter(StrEnum):
    """Status of an enrollment."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class EventFilter(StrEnum):
    """Status of an event, as it is asked for: SCHEDULE and OVERDUE also look at the day."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    VISITED = "VISITED"
    SCHEDULE = "SCHEDULE"
    OVERDUE = "OVERDUE"
    SKIPPED = "SKIPPED"

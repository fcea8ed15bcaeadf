"""The types of analytics tables, in the order in which they are listed and built. Source: DHIS2 2.42, analytics."""

from __future__ import annotations

from enum import StrEnum


class TableType(StrEnum):
    """What jobs skip by `skipTableTypes`."""

    DATA_VALUE = "DATA_VALUE"
    COMPLETENESS = "COMPLETENESS"
    COMPLETENESS_TARGET = "COMPLETENESS_TARGET"
    ORG_UNIT_TARGET = "ORG_UNIT_TARGET"
    VALIDATION_RESULT = "VALIDATION_RESULT"
    EVENT = "EVENT"
    ENROLLMENT = "ENROLLMENT"
    OWNERSHIP = "OWNERSHIP"
    TRACKED_ENTITY_INSTANCE_EVENTS = "TRACKED_ENTITY_INSTANCE_EVENTS"
    TRACKED_ENTITY_INSTANCE_ENROLLMENTS = "TRACKED_ENTITY_INSTANCE_ENROLLMENTS"
    TRACKED_ENTITY_INSTANCE = "TRACKED_ENTITY_INSTANCE"


# The beginning of the name of each type's tables.
MASTERS = {
    TableType.DATA_VALUE: "analytics",
    TableType.COMPLETENESS: "analytics_completeness",
    TableType.COMPLETENESS_TARGET: "analytics_completenesstarget",
    TableType.ORG_UNIT_TARGET: "analytics_orgunittarget",
    TableType.VALIDATION_RESULT: "analytics_validationresult",
    TableType.EVENT: "analytics_event",
    TableType.ENROLLMENT: "analytics_enrollment",
    TableType.OWNERSHIP: "analytics_ownership",
    TableType.TRACKED_ENTITY_INSTANCE_EVENTS: "analytics_te_event",
    TableType.TRACKED_ENTITY_INSTANCE_ENROLLMENTS: "analytics_te_enrollment",
    TableType.TRACKED_ENTITY_INSTANCE: "analytics_te",
}


def table_of(type: TableType, uid: str) -> str:
    """The table of one program or tracked entity type: its uid in lower case, as names of tables are."""
    return f"{MASTERS[type]}_{uid.lower()}"

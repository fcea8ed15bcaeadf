"""Every type of job that DHIS2 knows, of 2.42 and of 2.36: all of them can be asked for at `/api/system/tasks/{type}`.

Source: DHIS2 2.42 and 2.36, scheduling, job types.
"""

from __future__ import annotations

from enum import StrEnum, auto


class JobType(StrEnum):
    """The name on the wire is the member's own. In DHIS2's order: what users configure, then the server's own."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:
        return name

    DATA_INTEGRITY = auto()
    DATA_INTEGRITY_DETAILS = auto()
    RESOURCE_TABLE = auto()
    ANALYTICS_TABLE = auto()
    CONTINUOUS_ANALYTICS_TABLE = auto()
    SINGLE_EVENT_DATA_SYNC = auto()
    TRACKED_ENTITY_DATA_SYNC = auto()
    DATA_SYNC = auto()
    META_DATA_SYNC = auto()
    AGGREGATE_DATA_EXCHANGE = auto()
    SEND_SCHEDULED_MESSAGE = auto()
    PROGRAM_NOTIFICATIONS = auto()
    MONITORING = auto()
    PUSH_ANALYSIS = auto()
    HTML_PUSH_ANALYTICS = auto()
    TRACKER_SEARCH_OPTIMIZATION = auto()
    PREDICTOR = auto()
    MATERIALIZED_SQL_VIEW_UPDATE = auto()
    DISABLE_INACTIVE_USERS = auto()
    TEST = auto()
    LOCK_EXCEPTION_CLEANUP = auto()
    MOCK = auto()
    SMS_SEND = auto()
    SMS_INBOUND_PROCESSING = auto()
    TRACKER_IMPORT_JOB = auto()
    TRACKER_IMPORT_NOTIFICATION_JOB = auto()
    TRACKER_IMPORT_RULE_ENGINE_JOB = auto()
    IMAGE_PROCESSING = auto()
    COMPLETE_DATA_SET_REGISTRATION_IMPORT = auto()
    DATAVALUE_IMPORT_INTERNAL = auto()
    METADATA_IMPORT = auto()
    DATAVALUE_IMPORT = auto()
    GEOJSON_IMPORT = auto()
    GML_IMPORT = auto()
    HOUSEKEEPING = auto()
    DATA_VALUE_TRIM = auto()
    DATA_SET_NOTIFICATION = auto()
    CREDENTIALS_EXPIRY_ALERT = auto()
    DATA_STATISTICS = auto()
    FILE_RESOURCE_CLEANUP = auto()
    ACCOUNT_EXPIRY_ALERT = auto()
    VALIDATION_RESULTS_NOTIFICATION = auto()
    REMOVE_USED_OR_EXPIRED_RESERVED_VALUES = auto()
    SYSTEM_VERSION_UPDATE_CHECK = auto()
    # Of 2.36 alone.
    EVENT_IMPORT = auto()
    ENROLLMENT_IMPORT = auto()
    TEI_IMPORT = auto()
    LEADER_ELECTION = auto()
    LEADER_RENEWAL = auto()
    ANALYTICSTABLE_UPDATE = auto()
    PROGRAM_DATA_SYNC = auto()


RENAMED = {
    "EVENT_PROGRAMS_DATA_SYNC": JobType.SINGLE_EVENT_DATA_SYNC,
    "TRACKER_PROGRAMS_DATA_SYNC": JobType.TRACKED_ENTITY_DATA_SYNC,
}

# What 2.36 called the jobs of its asynchronous requests, in their answers.
OLD_NAMES = {
    JobType.DATAVALUE_IMPORT: "dataValueImport",
    JobType.METADATA_IMPORT: "metadataImport",
    JobType.EVENT_IMPORT: "inMemoryEventImport",
    JobType.ENROLLMENT_IMPORT: "inMemoryEventImport",
    JobType.TEI_IMPORT: "inMemoryEventImport",
    JobType.COMPLETE_DATA_SET_REGISTRATION_IMPORT: "inMemoryCompleteDataSetRegistrationImport",
    JobType.RESOURCE_TABLE: "inMemoryResourceTableJob",
    JobType.ANALYTICS_TABLE: "inMemoryAnalyticsJob",
    JobType.MONITORING: "inMemoryMonitoringJob",
    JobType.DATA_INTEGRITY: "runAsyncDataIntegrity",
    JobType.PREDICTOR: "inMemoryPrediction",
}


def find_job_type(name: str) -> JobType | None:
    """The type of that name in any spelling of case, by its old name too."""
    wanted = name.upper()
    return RENAMED.get(wanted) or JobType.__members__.get(wanted)

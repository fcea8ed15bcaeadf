"""The types of jobs that users configure, and the jobs that every server has. Source: DHIS2 2.42 and 2.36, job types.

Whoever runs a type declares its parameters beside its function. Those that nothing runs yet are declared here: they can
be configured, and a run of them says that this server offers no such job.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dhis2api.web.params import Params, param
from scheduling.job_types import JobType
from scheduling.registry import NoParams, find_declaration
from scheduling.states import SchedulingType


@dataclass(frozen=True, slots=True)
class ConfigurableType:
    """A type that users configure: what 2.36 called it, and how its form asks for the time."""

    type: JobType
    key: str | None
    scheduling: SchedulingType = SchedulingType.CRON


CONFIGURABLE = {
    found.type: found
    for found in (
        ConfigurableType(JobType.DATA_INTEGRITY, "dataIntegrityJob"),
        ConfigurableType(JobType.DATA_INTEGRITY_DETAILS, None),
        ConfigurableType(JobType.RESOURCE_TABLE, "resourceTableJob"),
        ConfigurableType(JobType.ANALYTICS_TABLE, "analyticsTableJob"),
        ConfigurableType(JobType.CONTINUOUS_ANALYTICS_TABLE, "continuousAnalyticsTableJob", SchedulingType.FIXED_DELAY),
        ConfigurableType(JobType.SINGLE_EVENT_DATA_SYNC, "eventProgramsDataSyncJob"),
        ConfigurableType(JobType.TRACKED_ENTITY_DATA_SYNC, "trackerProgramsDataSyncJob"),
        ConfigurableType(JobType.DATA_SYNC, "dataSyncJob"),
        ConfigurableType(JobType.META_DATA_SYNC, "metadataSyncJob"),
        ConfigurableType(JobType.AGGREGATE_DATA_EXCHANGE, None),
        ConfigurableType(JobType.SEND_SCHEDULED_MESSAGE, "sendScheduledMessageJob"),
        ConfigurableType(JobType.PROGRAM_NOTIFICATIONS, "programNotificationsJob"),
        ConfigurableType(JobType.MONITORING, "monitoringJob"),
        ConfigurableType(JobType.PUSH_ANALYSIS, "pushAnalysisJob"),
        ConfigurableType(JobType.HTML_PUSH_ANALYTICS, None),
        ConfigurableType(JobType.TRACKER_SEARCH_OPTIMIZATION, None),
        ConfigurableType(JobType.PREDICTOR, "predictorJob"),
        ConfigurableType(JobType.MATERIALIZED_SQL_VIEW_UPDATE, None),
        ConfigurableType(JobType.DISABLE_INACTIVE_USERS, "disableInactiveUsersJob"),
        ConfigurableType(JobType.TEST, None),
        ConfigurableType(JobType.LOCK_EXCEPTION_CLEANUP, None),
    )
}

# They run as the user who configured them.
RUN_AS_CREATOR = frozenset({
    JobType.AGGREGATE_DATA_EXCHANGE, JobType.META_DATA_SYNC, JobType.SINGLE_EVENT_DATA_SYNC,
    JobType.TRACKED_ENTITY_DATA_SYNC, JobType.HTML_PUSH_ANALYTICS,
})  # fmt: skip


class DataExchangeParams(Params):
    """Of AGGREGATE_DATA_EXCHANGE."""

    data_exchange_ids: list[str] = param(required=True, endpoint="/api/aggregateDataExchanges")


class PushAnalysisParams(Params):
    """Of PUSH_ANALYSIS."""

    push_analysis: list[str] = param(required=True, endpoint="/api/pushAnalysis")


class PushMode(StrEnum):
    """As whom the pushed page is made."""

    EXECUTOR = "EXECUTOR"
    RECEIVER = "RECEIVER"


class HtmlPushParams(Params):
    """Of HTML_PUSH_ANALYTICS."""

    dashboard: str = param(endpoint="/api/dashboards")
    receivers: str = param(endpoint="/api/userGroups")
    mode: PushMode = param()


class SearchOptimizationParams(Params):
    """Of TRACKER_SEARCH_OPTIMIZATION."""

    attributes: list[str] = param(endpoint="/api/trackedEntityAttributes/indexable")
    skip_index_deletion: bool = param(False)


# Of types that nothing runs yet.
ANNOUNCED: dict[JobType, type[Params]] = {
    JobType.AGGREGATE_DATA_EXCHANGE: DataExchangeParams,
    JobType.PUSH_ANALYSIS: PushAnalysisParams,
    JobType.HTML_PUSH_ANALYTICS: HtmlPushParams,
    JobType.TRACKER_SEARCH_OPTIMIZATION: SearchOptimizationParams,
}


def parameters_class(type: JobType) -> type[Params]:
    """What a type's jobs are configured with; `NoParams` for those that take nothing."""
    declaration = find_declaration(type)
    return declaration.parameters if declaration is not None else ANNOUNCED.get(type, NoParams)

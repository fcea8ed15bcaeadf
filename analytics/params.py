"""Parameters of jobs and requests that build tables.

Source: DHIS2 2.42, scheduling, job parameters; resource tables.
"""

from __future__ import annotations

from analytics.errors import YEARS_NEGATIVE
from analytics.table_types import TableType
from dhis2api.errors import ApiError
from dhis2api.web.params import Params, param

MOST_YEARS = 2**31 - 1
TYPES = "/api/analytics/tableTypes"
YEARS = "So many calendar years, this one included; all when absent, only what changed since the last update with 0."


class AnalyticsTableParams(Params):
    """Of ANALYTICS_TABLE."""

    last_years: int | None = param(None, min=0, max=MOST_YEARS, doc=YEARS)
    skip_table_types: list[TableType] = param(endpoint=TYPES, doc="Types whose tables stay as they are.")
    skip_programs: list[str] = param(endpoint="/api/programs", doc="Programs whose event tables stay as they are.")
    skip_resource_tables: bool = param(False, doc="Join with the resource tables that are there.")
    skip_outliers: bool = param(False, doc="No columns for the search of outliers.")


class ContinuousParams(Params):
    """Of CONTINUOUS_ANALYTICS_TABLE."""

    full_update_hour_of_day: int = param(0, min=0, max=23, doc="When everything is built anew, once a day.")
    last_years: int | None = param(None, min=0, max=MOST_YEARS, doc="So many years of the full update.")
    skip_table_types: list[TableType] = param(endpoint=TYPES, doc="Types whose tables stay as they are.")
    skip_outliers: bool = param(False, doc="No columns for the search of outliers.")
    skip_resource_tables: bool = param(False, doc="Of the full update: join with the resource tables that are there.")


class ResourceTablesParams(Params):
    """Parameters of `/api/resourceTables/analytics`."""

    skip_resource_tables: bool = param(False, doc="Join with the resource tables that are there.")
    skip_aggregate: bool = param(False, doc="Neither data values nor completeness.")
    skip_events: bool = param(False, doc="No events.")
    skip_enrollment: bool = param(False, doc="No enrollments.")
    skip_validation_result: bool = param(False, doc="No validation results.")
    skip_org_unit_ownership: bool = param(False, doc="No ownership of tracked entities.")
    skip_tracked_entities: bool = param(False, doc="No tracked entities, nor their enrollments and events.")
    skip_outliers: bool = param(False, doc="No columns for the search of outliers.")
    last_years: int | None = param(None, max=MOST_YEARS, doc=YEARS)

    def of_job(self) -> AnalyticsTableParams:
        """The same as parameters of the job that the request starts. Errors: 409 for a negative number of years."""
        if self.last_years is not None and self.last_years < 0:
            raise ApiError(YEARS_NEGATIVE, self.last_years)
        return AnalyticsTableParams(
            last_years=self.last_years,
            skip_table_types=[type for name, types in SKIPPED.items() if getattr(self, name) for type in types],
            skip_resource_tables=self.skip_resource_tables,
            skip_outliers=self.skip_outliers,
        )


# What each parameter of the request leaves out.
SKIPPED: dict[str, tuple[TableType, ...]] = {
    "skip_aggregate": (TableType.DATA_VALUE, TableType.COMPLETENESS, TableType.COMPLETENESS_TARGET),
    "skip_events": (TableType.EVENT,),
    "skip_enrollment": (TableType.ENROLLMENT,),
    "skip_validation_result": (TableType.VALIDATION_RESULT,),
    "skip_org_unit_ownership": (TableType.OWNERSHIP,),
    "skip_tracked_entities": (
        TableType.TRACKED_ENTITY_INSTANCE_EVENTS,
        TableType.TRACKED_ENTITY_INSTANCE_ENROLLMENTS,
        TableType.TRACKED_ENTITY_INSTANCE,
    ),
}

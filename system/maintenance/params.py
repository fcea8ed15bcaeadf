"""Query parameters of `/api/maintenance`: which tasks are done."""

from __future__ import annotations

from dhis2api.web.params import Params, param


class MaintenanceParams(Params):
    """A task for each. In the order in which they are done; names of DHIS2 2.36 and those of its docs are aliases."""

    analytics_table_clear: bool = param(False, aliases=("analyticsTablesClear",), doc="Drop the analytics tables.")
    analytics_table_analyze: bool = param(
        False, aliases=("analyticsTablesAnalyze",), doc="Renew PostgreSQL's statistics of the analytics tables."
    )
    expired_invitations_clear: bool = param(False, doc="Delete users whose invitation has expired.")
    ou_paths_update: bool = param(False, doc="Compute paths and levels of org units anew.")
    period_pruning: bool = param(False, doc="Delete periods that nothing refers to.")
    zero_data_value_removal: bool = param(False, doc="Remove zeros of data elements to which they do not matter.")
    soft_deleted_data_value_removal: bool = param(False, doc="Remove deleted data values for good.")
    soft_deleted_event_removal: bool = param(
        False, aliases=("softDeletedProgramStageInstanceRemoval",), doc="Remove deleted events for good."
    )
    soft_deleted_relationship_removal: bool = param(False, doc="Remove deleted relationships for good.")
    soft_deleted_enrollment_removal: bool = param(
        False, aliases=("softDeletedProgramInstanceRemoval",), doc="Remove deleted enrollments for good."
    )
    soft_deleted_tracked_entity_removal: bool = param(
        False, aliases=("softDeletedTrackedEntityInstanceRemoval",), doc="Remove deleted tracked entities for good."
    )
    sql_views_drop: bool = param(False, doc="Drop SQL views.")
    sql_views_create: bool = param(False, doc="Create SQL views.")
    category_option_combo_update: bool = param(False, doc="Bring category option combos in line.")
    cache_clear: bool = param(False, aliases=("cache",), doc="Empty the cache.")
    app_reload: bool = param(False, doc="Look for apps anew.")
    resource_table_update: bool = param(False, doc="Start a job that builds the resource tables.")

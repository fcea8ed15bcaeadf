"""The tasks of maintenance, by their parameters of `/api/maintenance`. Source: DHIS2 2.42, maintenance.

Each task is a transaction, or several, of its own: one that fails undoes none of those before it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction

from analytics.clearing import analyze_tables, clear_tables
from datavalues.period_pruning import prune_periods
from datavalues.removal import prune_data_element, prune_org_unit, remove_deleted_values, remove_zero_values
from dhis2api.cache import forget_everything
from dhis2api.errors import ApiError, Code
from dhis2api.objects.crud import lock_for_update
from dhis2api.objects.registry import get_schema
from metadata.maintenance import require_maintainer, update_all_option_combos, update_paths
from metadata.models import DataElement, OrganisationUnit
from scheduling.enqueueing import enqueue
from scheduling.job_types import JobType
from scheduling.registry import NoParams
from sharing.access import SUPERUSER, Principal, require_authority
from system.maintenance.errors import UNKNOWN_DATA_ELEMENT, UNKNOWN_ORG_UNIT
from system.maintenance.params import MaintenanceParams
from tracker.removal.change_logs import prune_change_log
from tracker.removal.services import Kind, remove_deleted
from users.expired_invitations import delete_expired_invitations

Task = Callable[[Any], object]  # is given the user


def run_task(name: str, user: Any) -> None:
    """Do one task. Errors: 403 without the authority, and the task's own."""
    require_maintainer(user.principal)
    TASKS[name](user)


def run_tasks(params: MaintenanceParams, user: Any) -> None:
    """Do those that are asked for, in the order of the parameters. Errors: 403; those of the first that fails."""
    require_maintainer(user.principal)
    for name, task in TASKS.items():
        if getattr(params, name):
            task(user)


def prune(singular: str, uid: str, principal: Principal) -> None:
    """Remove all data of an org unit or a data element for good. Errors: 403 for all but superusers, 409."""
    require_authority(principal, SUPERUSER)
    with transaction.atomic():
        lock_for_update(get_schema(singular), [uid], against_references=True)
        if singular == "organisationUnit":
            prune_org_unit(_find(OrganisationUnit, uid, UNKNOWN_ORG_UNIT))
        else:
            element = _find(DataElement, uid, UNKNOWN_DATA_ELEMENT)
            prune_change_log(element)
            prune_data_element(element)


def _find(model: Any, uid: str, unknown: Code) -> Any:
    found = model.objects.filter(uid=uid).first()
    if found is None:
        raise ApiError(unknown, uid)
    return found


def _of_principal(task: Callable[[Principal], object]) -> Task:
    return lambda user: task(user.principal)


def _remove(kind: Kind) -> Task:
    return _of_principal(partial(remove_deleted, kind))


def _build_resource_tables(user: Any) -> None:
    enqueue(JobType.RESOURCE_TABLE, params=NoParams(), user=user)


TASKS: dict[str, Task] = {
    "analytics_table_clear": lambda user: clear_tables(),
    "analytics_table_analyze": lambda user: analyze_tables(),
    "expired_invitations_clear": lambda user: delete_expired_invitations(),
    "ou_paths_update": _of_principal(update_paths),
    "period_pruning": _of_principal(prune_periods),
    "zero_data_value_removal": _of_principal(remove_zero_values),
    "soft_deleted_data_value_removal": _of_principal(remove_deleted_values),
    "soft_deleted_event_removal": _remove(Kind.EVENT),
    "soft_deleted_relationship_removal": _remove(Kind.RELATIONSHIP),
    "soft_deleted_enrollment_removal": _remove(Kind.ENROLLMENT),
    "soft_deleted_tracked_entity_removal": _remove(Kind.TRACKED_ENTITY),
    # SQL views are queries that are kept, not views of the database: there is nothing to drop or to create.
    "sql_views_drop": lambda user: None,
    "sql_views_create": lambda user: None,
    "category_option_combo_update": _of_principal(update_all_option_combos),
    "cache_clear": lambda user: forget_everything(),
    "app_reload": lambda user: None,  # apps are rows: nobody has loaded them
    "resource_table_update": _build_resource_tables,
}

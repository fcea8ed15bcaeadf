"""A run: resource tables, then every type of analytics table, each swapped in as soon as it is done.

Source: DHIS2 2.42, analytics, table generation. DHIS2 keeps a type's old tables when it finds no data for new ones, so
that figures outlive the values that they were made of; here the table is then built empty.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from analytics.building import build
from analytics.catalogue import OF_ONE_OBJECT, list_tables
from analytics.dimensions import Dimensions, load_dimensions
from analytics.hands import Hands
from analytics.identifiers import quoted, staging
from analytics.plans import LATEST, Interval, Plan, Update
from analytics.rebuilding import OF_APPROVALS, are_missing, leaving_nothing_behind, rebuild, rebuild_all
from analytics.resources.periods import period_structure
from analytics.running import Run
from analytics.swapping import (
    drop_table,
    fits,
    partition_name,
    partition_names,
    partitions_of,
    swap_partitions,
    swap_whole,
    year_of,
)
from analytics.table_types import TableType
from analytics.tables.completeness import completeness_plans, completeness_target_plans
from analytics.tables.data_values import data_value_plans
from analytics.tables.enrollments import enrollment_plans
from analytics.tables.events import event_plans
from analytics.tables.others import org_unit_target_plans, validation_result_plans
from analytics.tables.ownership import ownership_plans
from analytics.tables.programs import list_entity_types, list_programs
from analytics.tables.tracked_entities import enrollment_plans_of_types, event_plans_of_types, tracked_entity_plans
from configuration.keys import NEVER
from configuration.settings import store_settings, system_settings
from dhis2api.objects.writers import look_back
from scheduling.models import Level
from scheduling.progress import JobRefused
from scheduling.wire import format_runtime

Planner = Callable[[Update, Dimensions, Hands], Iterator[Plan]]
PLANNERS: Mapping[TableType, Planner] = {
    TableType.DATA_VALUE: data_value_plans,
    TableType.COMPLETENESS: completeness_plans,
    TableType.COMPLETENESS_TARGET: completeness_target_plans,
    TableType.ORG_UNIT_TARGET: org_unit_target_plans,
    TableType.VALIDATION_RESULT: validation_result_plans,
    TableType.EVENT: event_plans,
    TableType.ENROLLMENT: enrollment_plans,
    TableType.OWNERSHIP: ownership_plans,
    TableType.TRACKED_ENTITY_INSTANCE_EVENTS: event_plans_of_types,
    TableType.TRACKED_ENTITY_INSTANCE_ENROLLMENTS: enrollment_plans_of_types,
    TableType.TRACKED_ENTITY_INSTANCE: tracked_entity_plans,
}
# Of a latest update: those with a partition of latest rows, and those that are quick to build anew.
OF_LATEST = frozenset({TableType.DATA_VALUE, TableType.COMPLETENESS, TableType.EVENT})
ANEW = frozenset({TableType.TRACKED_ENTITY_INSTANCE_ENROLLMENTS, TableType.TRACKED_ENTITY_INSTANCE})

FULL, RUNTIME = "keyLastSuccessfulAnalyticsTablesUpdate", "keyLastSuccessfulAnalyticsTablesRuntime"
LAST_LATEST = "keyLastSuccessfulLatestAnalyticsPartitionUpdate"
LATEST_RUNTIME = "keyLastSuccessfulLatestAnalyticsPartitionRuntime"
SETTINGS = (
    FULL, LAST_LATEST, "keyIncludeZeroValuesInAnalytics", "keySkipDataTypeValidationInAnalyticsTableExport",
    "keyRespectMetaDataStartEndDatesInAnalyticsTableExport", "keyHideUnapprovedDataInAnalytics",
    "keyIgnoreAnalyticsApprovalYearThreshold", "keyAnalyticsPeriodYearsOffset",
)  # fmt: skip
LOST = "Tables were lost, as in a crash of PostgreSQL: everything is built anew"
NEEDS_FULL = "A full analytics table update must be run prior to a latest partition update"


def update_tables(update: Update, hands: Hands, run: Run, *, skip_resource_tables: bool = False) -> str:
    """Build the tables of all years, or of some; how long it took."""
    began = time.monotonic()
    run.tell("Analytics table update process")
    with leaving_nothing_behind(hands):
        if not skip_resource_tables or are_missing(hands):
            rebuild_all(hands, run, update.started)
        _build_types(update, hands, run, [type for type in TableType if type not in update.skip_types])
        _drop_orphans(hands, run)
    return _finish(update, run, began, FULL, RUNTIME)


def update_latest(update: Update, hands: Hands, run: Run, *, with_periods: bool = False) -> str:
    """Build what changed since the last run of `update_tables`; how long it took.

    Errors: JobRefused when there was none.
    """
    began = time.monotonic()
    run.tell("Analytics table update process (latest partition)")
    settings = system_settings(FULL, LAST_LATEST)
    base = settings[FULL]
    if base == NEVER:
        raise JobRefused(NEEDS_FULL)
    seen = max(base, settings[LAST_LATEST])
    # What was stamped before, and became visible after it, was seen by nobody yet.
    since, unseen = (min(moment, look_back(moment) or moment) for moment in (base, seen))
    if are_missing(hands):
        run.tell(LOST, Level.WARN)
        return update_tables(update.whole(), hands, run)
    types = [type for type in TableType if type in OF_LATEST | ANEW and type not in update.skip_types]
    with leaving_nothing_behind(hands):
        if with_periods:
            rebuild(hands, run, [period_structure])
        _build_types(replace(update, latest=Interval(since, unseen)), hands, run, types)
    return _finish(update, run, began, LAST_LATEST, LATEST_RUNTIME)


def _build_types(update: Update, hands: Hands, run: Run, types: list[TableType]) -> None:
    update = replace(update, settings=system_settings(*SETTINGS))
    if TableType.DATA_VALUE in types and update.settings["keyHideUnapprovedDataInAnalytics"]:
        rebuild(hands, run, OF_APPROVALS)
    dimensions = load_dimensions(hands)
    for type in types:
        of_type = replace(update, latest=None) if type in ANEW else update
        for plan in PLANNERS[type](of_type, dimensions, hands):
            run.check()
            _build_and_swap(plan, of_type, dimensions, hands, run)


def _build_and_swap(plan: Plan, update: Update, dimensions: Dimensions, hands: Hands, run: Run) -> None:
    is_partial = update.is_partial and plan.keeps_other_years
    if is_partial and (not fits(plan) or _is_lost(plan, hands)):
        # There is nothing that partitions could join, or it has other columns: a category more, a deeper level.
        plan, is_partial = _find_whole(plan, update, dimensions, hands), False
    if is_partial and plan.changes and not hands.execute(plan.changes.exists)[0][0]:
        return
    build(plan, hands, run)
    with run.stage(f"Swapping {plan.master}"):
        if not is_partial:
            swap_whole(run, plan)
        elif plan.changes:
            swap_partitions(run, plan, before=_replace_changed(plan))
        else:
            present = partitions_of(plan.master)
            gone = [name for name in present if name not in partition_names(plan) and _is_of(name, update)]
            kept = [name for name in present if name not in {*gone, *partition_names(plan)}]
            swap_partitions(
                run, plan, gone=gone, before=[*_remove_overlap(plan, update, kept), *_remove_moved(plan, kept)]
            )


def _find_whole(plan: Plan, update: Update, dimensions: Dimensions, hands: Hands) -> Plan:
    """The plan of the same table for all years."""
    planned = PLANNERS[plan.type](update.whole(), dimensions, hands)
    return next(other for other in planned if other.master == plan.master)


def _is_lost(plan: Plan, hands: Hands) -> bool:
    """Whether the main table is empty and need not be: a crash of PostgreSQL empties unlogged tables."""
    if hands.execute(f"SELECT EXISTS (SELECT FROM {quoted(plan.master)})")[0][0]:
        return False
    # A source that is not prepared yet cannot be asked; there is one such table, and it is seldom empty.
    return bool(plan.before) or hands.execute(f"SELECT EXISTS (SELECT {plan.source})")[0][0]


def _is_of(name: str, update: Update) -> bool:
    """Whether a partition's year is one that the update builds."""
    year = year_of(name)
    return year != LATEST and year >= (update.first_year or 0)


def _drop_orphans(hands: Hands, run: Run) -> None:
    """Tables of programs and tracked entity types that are gone go with them."""
    uids = {of.uid.lower() for of in (*list_programs(hands), *list_entity_types(hands))}
    for name in list_tables(OF_ONE_OBJECT):
        if name.rpartition("_")[2] not in uids:
            drop_table(run, name)


def _replace_changed(plan: Plan) -> list[str]:
    """Rows whose source changed leave all partitions: the latest one has what became of them.

    What was built is asked besides: a source that changed once more meanwhile does not count as changed in this run.
    What then remains of the latest partition so far goes on: it changed before an update of some years, which did not
    build its year, and after which nobody looks for it any more.
    """
    changes = plan.changes
    assert changes is not None
    master, latest = quoted(plan.master), partition_name(plan.master, LATEST)
    built, column = quoted(staging(latest)), quoted(changes.identity)
    statements = [
        f"DELETE FROM {master} WHERE {column} IN ({changes.changed} UNION ALL SELECT {column} FROM {built})",
    ]
    if latest in partitions_of(plan.master):
        names = ", ".join(quoted(one.name) for one in plan.columns)
        statements.append(f"INSERT INTO {built} ({names}) SELECT {names} FROM {quoted(latest)}")
    return statements


def _remove_moved(plan: Plan, kept: list[str]) -> list[str]:
    """Events that were of another year leave its partition, which stays."""
    if not any(column.name == "event" for column in plan.columns):
        return []
    built = f"SELECT event FROM {quoted(staging(plan.master))}"
    return [f"DELETE FROM {quoted(name)} WHERE event IN ({built})" for name in kept]


def _remove_overlap(plan: Plan, update: Update, kept: list[str]) -> list[str]:
    """Rows of the rebuilt years leave the latest partition."""
    latest = partition_name(plan.master, LATEST)
    if latest not in kept:
        return []
    year = "year" if any(column.name == "year" for column in plan.columns) else "yearly::integer"
    return [f"DELETE FROM {quoted(latest)} WHERE {year} >= {update.first_year}"]


def _finish(update: Update, run: Run, began: float, when: str, runtime: str) -> str:
    shown = format_runtime(datetime.timedelta(seconds=time.monotonic() - began))
    values: dict[str, Any] = {when: update.started.isoformat(), runtime: shown}
    with run.step():
        store_settings(values)
    return shown

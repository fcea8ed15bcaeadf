"""Whether data may still, or already, be entered: expiry, future periods, input periods, lock exceptions, approval.

One set of rules for imports, single values, completion and approvals. What a data set says is asked of its struct;
what needs rows is loaded for many data sets and periods at once. Who is exempt (F_EDIT_EXPIRED, a superuser's
`force`) is the caller's to know. Source: DHIS2 2.42, data values, locking; data approval, the lock.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from datavalues.authorities import EDIT_EXPIRED
from datavalues.importer.context import DataSet, Workflow, WorkflowLevel
from datavalues.models import DataApproval, LockException
from dhis2api.periods import InvalidPeriod, Period, period_containing
from sharing.access import Principal

NO_EXPIRY = 0
# Held together by those who enter data, alone by those who approve; so much of the server's room for locks a workflow
# takes, however many periods are asked for.
TURNS = 64
HOLD_OPEN = "SELECT pg_advisory_xact_lock_shared(hashtextextended(key, 0)) FROM unnest(%s) AS key"
LAST_YEAR = date(9998, 1, 1)  # periods that contain it end within the calendar, whatever their type


def may_edit_expired(principal: Principal) -> bool:
    """Whether expiry days mean nothing to this user."""
    return principal.has_any((EDIT_EXPIRED,))


def is_expired(data_set: DataSet, period: Period, now: datetime) -> bool:
    """Whether the expiry days of a data set are over: counted, with fractions, from the end of the period's last day.

    Lock exceptions are another matter (`load_lock_exceptions`).
    """
    if data_set.expiry_days == NO_EXPIRY:
        return False
    try:
        midnight = datetime.combine(period.end + timedelta(days=1), time(), timezone.get_current_timezone())
        return now > midnight + timedelta(days=data_set.expiry_days)
    except OverflowError:  # beyond the year 9999
        return False


def latest_open_period(data_set: DataSet, today: date) -> Period:
    """The last period that data may be entered for: with no open future periods the previous one, with 1 the current.

    Periods compare by their end: `period.end > latest_open_period(…).end` is the future.
    """
    current = period_containing(data_set.period_type, today)
    try:
        return current.shift(data_set.open_future_periods - 1)
    except InvalidPeriod:  # so many that the calendar ends first
        return period_containing(data_set.period_type, LAST_YEAR)


def is_open_for_input(data_set: DataSet, period: Period, today: date) -> bool:
    """Whether the input periods of a data set, if it has any, open this period today. Both dates are inclusive."""
    if not data_set.input_periods:
        return True
    return any(
        open_period.iso == period.iso
        and (open_period.opening is None or open_period.opening <= today)
        and (open_period.closing is None or today <= open_period.closing)
        for open_period in data_set.input_periods
    )


def load_lock_exceptions(data_sets: Iterable[DataSet], periods: Iterable[Period]) -> set[tuple[int, str, int]]:
    """The exceptions of these data sets and periods: (key of the data set, ISO period, key of the org unit).

    One query, or none where nothing expires.
    """
    keys = [data_set.pk for data_set in data_sets if data_set.expiry_days != NO_EXPIRY]
    texts = [period.iso for period in periods]
    if not keys or not texts:
        return set()
    rows = LockException.objects.filter(data_set_id__in=keys, period__iso__in=texts)
    return set(rows.values_list("data_set_id", "period__iso", "organisation_unit_id"))


@dataclass(frozen=True, slots=True)
class Approvals:
    """What is approved: (workflow, level, ISO period, uid of the org unit, attribute option combo) of each approval."""

    rows: frozenset[tuple[int, int, str, str, int]] = field(default_factory=frozenset)

    def is_approved(self, data_set: DataSet, period: Period, org_unit_path: str, attribute_option_combo: int) -> bool:
        """Whether the data of a data set is locked by approval, accepted or not.

        A lower approval cannot be withdrawn under a higher one, so that the lowest level at or above the unit
        suffices. `org_unit_path` is `/uid/uid`, `attribute_option_combo` a primary key.
        """
        workflow = data_set.workflow
        if workflow is None or period.type.name != workflow.period_type:
            return False
        uids = org_unit_path.split("/")[1:]
        level = lowest_level(workflow, len(uids))
        if level is None:
            return False
        place = uids[level.org_unit_level - 1]
        return (workflow.pk, level.pk, period.iso, place, attribute_option_combo) in self.rows


def lowest_level(workflow: Workflow, org_unit_level: int) -> WorkflowLevel | None:
    """The lowest level of a workflow at or above an org unit level.

    Levels of group sets approve nothing here, so they are passed over: they would hide those that do.
    """
    above = [level for level in workflow.levels if level.org_unit_level <= org_unit_level and not level.has_group_set]
    return max(above, key=lambda level: level.level, default=None)


def load_approvals(
    data_sets: Iterable[DataSet], periods: Iterable[Period], org_unit_paths: Collection[str] | None = None, *,
    hold: bool = False,
) -> Approvals:  # fmt: skip
    """The approvals of the workflows of these data sets for these periods; `None` paths mean everywhere.

    `hold`: nobody approves there until the transaction ends, so that what an import finds open is open when it is
    written. Two queries at most, none where nothing has a workflow.
    """
    workflows = {data_set.workflow.pk for data_set in data_sets if data_set.workflow is not None}
    texts = [period.iso for period in periods]
    if not workflows or not texts:
        return Approvals()
    if hold:
        with connection.cursor() as cursor:
            cursor.execute(HOLD_OPEN, [approval_turns(workflows, texts)])
    rows = DataApproval.objects.filter(workflow_id__in=workflows, period__iso__in=texts)
    if org_unit_paths is not None:
        uids = {uid for path in org_unit_paths for uid in path.split("/") if uid}
        rows = rows.filter(organisation_unit__uid__in=uids)
    columns = ("workflow_id", "level_id", "period__iso", "organisation_unit__uid", "attribute_option_combo_id")
    return Approvals(frozenset(rows.values_list(*columns)))


def approval_turns(workflows: Iterable[int], periods: Iterable[str]) -> list[str]:
    """The names of the locks that stand for the approvals of these workflows (primary keys) and ISO periods."""
    turns = {zlib.crc32(iso.encode()) % TURNS for iso in periods}
    return sorted(f"dataApproval {workflow} {turn}" for workflow in workflows for turn in turns)

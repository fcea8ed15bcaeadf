"""CONTINUOUS_ANALYTICS_TABLE: everything once a day, and between what changed.

DHIS2 does nothing when the table of data values does not have just the columns that the job would build, and so never
does anything on a fresh server; here everything is built then.
Source: DHIS2 2.42, scheduling, continuous analytics table.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from analytics.hands import Hands
from analytics.plans import Update
from analytics.running import Run
from analytics.swapping import columns_of
from analytics.table_types import TableType
from analytics.tables.data_values import MASTER
from analytics.updating import FULL, update_latest, update_tables
from configuration.keys import NEVER
from configuration.settings import store_setting, system_settings

NEXT = "keyNextAnalyticsTableUpdate"


def update_continuously(
    update: Update, hands: Hands, run: Run, *, hour: int, skip_resource_tables: bool = False
) -> str:  # fmt: skip
    """The full update when it is due, else the latest one; how long it took.

    The next full one is set even when this one fails: else it would be tried at each turn.
    """
    settings = system_settings(NEXT, FULL)
    is_due = update.started > settings[NEXT]
    builds_values = TableType.DATA_VALUE not in update.skip_types
    if not is_due and settings[FULL] != NEVER and (_has_columns_of(update) or not builds_values):
        return update_latest(update, hands, run, with_periods=True)
    try:
        return update_tables(update, hands, run, skip_resource_tables=skip_resource_tables)
    finally:
        with run.step():
            store_setting(NEXT, next_full_update(update.started, hour).isoformat())


def next_full_update(now: datetime.datetime, hour: int) -> datetime.datetime:
    """The next time that this hour begins, in the server's zone; the present hour is past."""
    local = timezone.localtime(now)
    today = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if hour > local.hour else today + datetime.timedelta(days=1)


def _has_columns_of(update: Update) -> bool:
    """Whether the table of data values is there, with or without outliers as this run would build it."""
    names = {name for name, _, _ in columns_of(MASTER)}
    return bool(names) and ("sourceid" in names) != update.skip_outliers

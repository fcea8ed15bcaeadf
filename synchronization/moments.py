"""From when on a push reads, so that nothing is lost: also what was stamped before the last push and committed later.

A push is as old as its start by the database's clock, which also tells when writers became visible
(`dhis2api.objects.writers`). Source: DHIS2 2.42, synchronization; the look back is this server's own.
"""

from __future__ import annotations

import datetime

from django.db import connection

from configuration.settings import system_settings
from dhis2api.objects.writers import look_back

VALUES = "keyLastSuccessfulDataSynch"
COMPLETIONS = "keyLastCompleteDataSetRegistrationSyncSuccess"
SKIP_BEFORE = "syncSkipSyncForDataChangedBefore"


def database_now() -> datetime.datetime:
    """The moment, by the clock that writers are closed by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def last_success(setting: str) -> datetime.datetime:
    """The start of the last push that went well, or what was to be left out if that is later."""
    return max(system_settings(setting, SKIP_BEFORE).values())


def reads_from(last: datetime.datetime) -> datetime.datetime:
    """The stamp from which on a push reads whose predecessor began at `last`."""
    earliest = look_back(last)
    if earliest is None:
        return last
    return max(min(last, earliest), system_settings(SKIP_BEFORE)[SKIP_BEFORE])

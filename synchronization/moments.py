"""From when on a push reads, so that nothing is lost: also what was stamped before the last push and committed later.

A push is as old as its start by the database's clock, which also tells when writers became visible
(`dhis2api.objects.writers`). Source: DHIS2 2.42, synchronization; the look back is this server's own.
"""

from __future__ import annotations

import datetime

from django.db import connection

from configuration.keys import NEVER
from configuration.settings import store_settings, system_setting, system_settings
from dhis2api.objects.writers import look_back
from synchronization.models import KnownRemote

VALUES = "keyLastSuccessfulDataSynch"
COMPLETIONS = "keyLastCompleteDataSetRegistrationSyncSuccess"
SKIP_BEFORE = "syncSkipSyncForDataChangedBefore"
COLUMNS = {VALUES: "values_until", COMPLETIONS: "completions_until"}
# Writers are forgotten after 30 days; whoever pushes more rarely reads what began within a day before, instead.
REMEMBERED, LONGEST_WRITE = datetime.timedelta(days=29), datetime.timedelta(days=1)


def database_now() -> datetime.datetime:
    """The moment, by the clock that writers are closed by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def last_success(setting: str, url: str) -> datetime.datetime:
    """The start of the last push to a remote that went well, or what was to be left out if that is later.

    The setting holds for every remote when somebody set it; what a push to another one left there does not.
    """
    told, skip_before = system_settings(setting, SKIP_BEFORE).values()
    column = COLUMNS[setting]
    known = dict(KnownRemote.objects.filter(**{f"{column}__isnull": False}).values_list("url", column))
    if told in known.values() and known.get(url) != told:
        told = known.get(url, NEVER)
    return max(told, skip_before)


def note_success(setting: str, url: str, started: datetime.datetime) -> None:
    """A push to a remote that began then went well. Two statements of one transaction."""
    store_settings({setting: started.isoformat()})
    KnownRemote.objects.update_or_create(url=url, defaults={COLUMNS[setting]: system_setting(setting)})


def reads_from(last: datetime.datetime) -> datetime.datetime:
    """The stamp from which on a push reads whose predecessor began at `last`."""
    earliest = look_back(last)
    if last > NEVER and database_now() - last > REMEMBERED:
        earliest = min(earliest or last, last - LONGEST_WRITE)
    if earliest is None:
        return last
    return max(min(last, earliest), system_settings(SKIP_BEFORE)[SKIP_BEFORE])

"""Incremental sync: what is stamped before a client's pull but committed after it is not lost.

Rows carry the stamp that their writer took when it began. A client that pulls what changed since its last pull would
never see a row that was stamped before that pull and committed after it. Writers therefore leave a row of their own
with the time at which they became visible, and a pull looks back to the earliest stamp of those that became visible
since.
"""

from __future__ import annotations

import datetime

from django.db import connection

LOCK = 0x77726974657273  # "writers": an advisory lock, any number of our own

MERGED_AFTER = datetime.timedelta(minutes=10)  # then those that began in one second become one, for all of them
KEPT = datetime.timedelta(days=30)  # who pulls more rarely has everything anew
SWEPT_EVERY = 100  # writers

# A second note of one transaction speaks for the first, whose time may have been taken before the commit.
_RECORD = """
    INSERT INTO writer (started)
    SELECT least(%s, (SELECT min(started) FROM writer WHERE transaction = pg_current_xact_id()))
    RETURNING id
"""
_FORGET = "DELETE FROM writer WHERE closed < %s"
_MERGE = """
    WITH gone AS (
        DELETE FROM writer WHERE id IN (
            SELECT id FROM writer WHERE closed < %s AND NOT merged ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 10000
        ) RETURNING started, closed
    )
    INSERT INTO writer (started, closed, merged)
    SELECT min(started), max(closed), true FROM gone GROUP BY date_trunc('second', started)
"""
# Exclusive: it waits for those that are just becoming visible, which takes them milliseconds.
_AWAIT_CLOSING = "SELECT pg_advisory_lock(%s), pg_advisory_unlock(%s)"
_EARLIEST = "SELECT min(started) FROM writer WHERE closed > %(since)s AND started < %(since)s"


def record_writer(started: datetime.datetime) -> None:
    """Note that this transaction wrote rows stamped `started`; when it commits, the note says when.

    To be called after the last look at deferred constraints: a trigger among them takes the time.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [started])
        if cursor.fetchone()[0] % SWEPT_EVERY == 0:
            cursor.execute(_FORGET, [started - KEPT])
            cursor.execute(_MERGE, [started - MERGED_AFTER])


def look_back(since: datetime.datetime) -> datetime.datetime | None:
    """From which stamp on a pull of what changed after `since` must read, besides; None: from `since`, no earlier."""
    with connection.cursor() as cursor:
        cursor.execute(_AWAIT_CLOSING, [LOCK, LOCK])
        cursor.execute(_EARLIEST, {"since": since})
        return cursor.fetchone()[0]

"""Incremental sync: what is stamped before a client's pull but committed after it is not lost.

Rows carry the stamp that their writer took when it began. A client that pulls what changed since its last pull would
never see a row that was stamped before that pull and committed after it. Writers therefore leave a row of their own
with the time at which they became visible, and a pull looks back to the earliest stamp of those that became visible
since. The table sweeps itself (`dhis2api/migrations/0001_writers.py`).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import connection
from psycopg2 import sql

LOCK = 0x77726974657273  # "writers": an advisory lock, any number of our own

# A second note of one transaction speaks for the first, whose time may have been taken before the commit.
_RECORD = """
    INSERT INTO writer (started)
    SELECT least(%s, (SELECT min(started) FROM writer WHERE transaction = pg_current_xact_id()))
"""
# The same for what one statement writes, in the same round trip; no note where it wrote nothing.
_WRITE_RECORDED = """
    WITH written AS ({statement} RETURNING 1)
    INSERT INTO writer (started)
    SELECT least(%(started)s, (SELECT min(started) FROM writer WHERE transaction = pg_current_xact_id()))
    FROM written LIMIT 1
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


def write_recorded(statement: sql.Composable, parameters: Mapping[str, Any], started: datetime.datetime) -> bool:
    """Run one INSERT or UPDATE of rows stamped `started` and note it. Whether it wrote any.

    It needs no transaction around: both are there, or neither.
    """
    with connection.cursor() as cursor:
        composed = sql.SQL(_WRITE_RECORDED).format(statement=statement)
        cursor.execute(composed.as_string(cursor.connection), {**parameters, "started": started})
        return cursor.rowcount == 1


def await_closing() -> None:
    """Wait for those that are just becoming visible.

    Who reads in a snapshot of his own does so before he takes it: what he waited for is in it then.
    """
    with connection.cursor() as cursor:
        cursor.execute(_AWAIT_CLOSING, [LOCK, LOCK])


def look_back(since: datetime.datetime) -> datetime.datetime | None:
    """From which stamp on a pull of what changed after `since` must read, besides; None: from `since`, no earlier."""
    await_closing()
    with connection.cursor() as cursor:
        cursor.execute(_EARLIEST, {"since": since})
        return cursor.fetchone()[0]

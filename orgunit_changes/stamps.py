"""Times of changes, so that who asks for everything since his last time misses nothing.

A row that is stamped early and committed late would escape a phone that asked in between. So whoever stamps holds a
lock until he commits: stamps become visible in their order. Requests are few; they can wait for each other.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Func, QuerySet, Value
from django.db.models.functions import Greatest

from orgunit_changes.models import Instance, OrgUnitChangeRequest

# Any number will do, as long as nothing else in the database takes the same lock.
STAMPS = 0x6F75_7374_616D_70  # "oustamp"
LOCK = "SELECT pg_advisory_xact_lock(%s)"
# A clock that is set back must not hide anything: a stamp is later than all before it.
NEXT = """
    SELECT greatest(clock_timestamp(),
        (SELECT max(updated_at) FROM orgunit_change_request) + interval '1 microsecond',
        (SELECT max(updated_at) FROM orgunit_instance) + interval '1 microsecond')
"""


def lock_stamps() -> None:
    """From here to the commit nobody else stamps. Taken before any row is locked; needs a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, (STAMPS,))


def next_stamp() -> datetime:
    """A time later than all stamps; `lock_stamps` comes first."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        return cursor.fetchone()[0]


def next_stamps() -> Greatest:
    """Times for the rows of one update, later than all stamps; each has its own.

    A phone that goes on from the last time it has seen would never get past a page of equals.
    """
    return Greatest(Func(function="clock_timestamp", output_field=DateTimeField()), Value(next_stamp()))


def stamp_requests_with(instances: QuerySet[Instance]) -> None:
    """What becomes of submissions changes the requests that name them: they show those that are left, or are hidden."""
    OrgUnitChangeRequest.objects.filter(new_reference_instances__in=instances).update(updated_at=next_stamps())

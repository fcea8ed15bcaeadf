"""Maintenance of analytics tables: empty the shelf, or have PostgreSQL look at it anew. Resource tables stay.

Source: DHIS2 2.42, maintenance, analyticsTablesClear and analyticsTablesAnalyze.
"""

from __future__ import annotations

from django.db import connection, transaction

from analytics.catalogue import list_tables
from analytics.identifiers import quoted

LOCK_SECONDS = 10


def clear_tables() -> int:
    """Drop every analytics table; how many there were.

    Each goes in a transaction of its own: a table has as many locks as indexes, and all together they may be more than
    PostgreSQL has room for.
    """
    masters = [name for name in list_tables() if not name.endswith("_temp")]
    for name in masters:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            # A master takes its partitions along, so that some names of the list are gone when their turn comes.
            cursor.execute(f"DROP TABLE IF EXISTS {quoted(name)} CASCADE")
    return len(masters)


def analyze_tables() -> int:
    """Renew the planner's statistics of every analytics table; how many there are."""
    names = [name for name in list_tables() if not name.endswith("_temp")]
    for name in names:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {quoted(name)}")
    return len(names)

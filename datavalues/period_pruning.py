"""Delete periods that nothing refers to (DHIS2 2.42, maintenance, periodPruning)."""

from __future__ import annotations

from django.db import connection, transaction
from psycopg2 import sql

from metadata.maintenance import require_maintainer
from metadata.models import Period
from sharing.access import Principal

LOCK_SECONDS = 5
# Tables without foreign keys that keep periods by their primary key.
PLAIN_TABLES = ("datavalue", "datavalue_audit")
UNUSED = "SELECT id FROM metadata_period period WHERE {conditions}"
IS_UNUSED = "period.id NOT IN (SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL)"
# Whoever has read a period may be about to store something under it: he is waited for, and whoever comes waits.
LOCK = "LOCK TABLE metadata_period IN ACCESS EXCLUSIVE MODE"


def prune_periods(principal: Principal) -> None:
    """Delete them. Errors: 403 without the authority; of the database, 503, where imports do not end in time."""
    require_maintainer(principal)
    with connection.cursor() as cursor:
        unused = _unused().as_string(cursor.connection)
        # A look without the lock, which takes long where there is much data: mostly there is nothing to do.
        cursor.execute(f"SELECT EXISTS ({unused})")
        if not cursor.fetchone()[0]:
            return
        with transaction.atomic():
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            cursor.execute(LOCK)
            cursor.execute(f"DELETE FROM metadata_period WHERE id IN ({unused})")


def _unused() -> sql.Composed:
    holders = [(name, "period_id") for name in PLAIN_TABLES]
    for relation in Period._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete:
            holders.append((relation.related_model._meta.db_table, relation.field.column))
    conditions = [
        sql.SQL(IS_UNUSED).format(table=sql.Identifier(table), column=sql.Identifier(column))
        for table, column in holders
    ]
    return sql.SQL(UNUSED).format(conditions=sql.SQL(" AND ").join(conditions))

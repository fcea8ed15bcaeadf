"""Rows that data refers to, held against deletion until the import that refers to them commits.

Tables of data have no foreign keys to metadata; this, and the vetoes of the apps that own the data, stand in for them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection
from psycopg2 import sql

# Keeps rows from being deleted while this transaction lasts; other imports may hold the same lock. Waits for a
# deletion that came first, and then does not find its rows.
LOCK = "SELECT id FROM {table} WHERE id = ANY(%(keys)s) ORDER BY id FOR KEY SHARE"


def hold_rows(model: Any, keys: Collection[int]) -> set[int]:
    """Hold rows of a model against deletion until the transaction ends; the keys of those that still exist."""
    if not keys:
        return set()
    with connection.cursor() as cursor:
        query = sql.SQL(LOCK).format(table=sql.Identifier(model._meta.db_table))
        cursor.execute(query.as_string(cursor.connection), {"keys": list(keys)})
        return {row[0] for row in cursor.fetchall()}

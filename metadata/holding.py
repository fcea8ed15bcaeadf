"""Rows that data refers to, held against deletion until the import that refers to them commits.

Tables of data have no foreign keys to metadata; this, and the vetoes of the apps that own the data, stand in for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
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


def hold_all(wanted: Mapping[Any, Collection[int]]) -> dict[Any, set[int]]:
    """Hold rows of several models at once, in one query; of each model the keys that still exist."""
    held: dict[Any, set[int]] = {model: set() for model in wanted}
    asked = [model for model in wanted if wanted[model]]
    if not asked:
        return held
    parts = [
        sql.SQL("SELECT {place}, id FROM ({lock}) AS {alias}").format(
            place=sql.Literal(place), alias=sql.Identifier(f"held_{place}"),
            lock=sql.SQL(LOCK.replace("%(keys)s", f"%(keys{place})s")).format(
                table=sql.Identifier(model._meta.db_table)
            ),
        )
        for place, model in enumerate(asked)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        query = sql.SQL(" UNION ALL ").join(parts).as_string(cursor.connection)
        cursor.execute(query, {f"keys{place}": list(wanted[model]) for place, model in enumerate(asked)})
        for place, key in cursor.fetchall():
            held[asked[place]].add(key)
    return held

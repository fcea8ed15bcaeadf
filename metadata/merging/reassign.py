"""References pass from sources to a target, or from one source to several targets: one statement a step, for any number
of rows."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from psycopg2 import sql

from metadata.merging.relations import Relation, relations_to

# Of rows that would have a key in common the target's own stays, else the oldest.
DROP_REPEATED = """
    WITH ranked AS (
        SELECT id, row_number() OVER (PARTITION BY {others} ORDER BY ({column} = %(target)s) DESC, id) AS place
        FROM {table} WHERE {column} = %(target)s OR {column} = ANY(%(sources)s)
    )
    DELETE FROM {table} AS held USING ranked WHERE held.id = ranked.id AND ranked.place > 1
"""

MOVE = "UPDATE {table} SET {column} = %(target)s WHERE {column} = ANY(%(sources)s)"

SPREAD = """
    INSERT INTO {table} ({others}, {column})
    SELECT {shown}, heir.id FROM {table} AS held, unnest(%(targets)s::bigint[]) WITH ORDINALITY AS heir(id, position)
    WHERE held.{column} = ANY(%(sources)s)
    ORDER BY held.id, heir.position
    ON CONFLICT DO NOTHING
"""

DROP = "DELETE FROM {table} WHERE {column} = ANY(%(sources)s)"

# Objects whose references change have changed: incremental sync must see them.
STAMP = """
    UPDATE {holder} SET last_updated = %(now)s, last_updated_by_id = %(user)s
    WHERE id IN (SELECT {leads} FROM {table} WHERE {column} = ANY(%(sources)s))
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What passes on, by primary keys; the first of the targets gets what only one can have. Who does it, and when."""

    sources: Sequence[int]
    targets: Sequence[int]
    user: int | None
    now: datetime.datetime

    @property
    def target(self) -> int:
        return self.targets[0]


def reassign(model: type[models.Model], change: Change) -> None:
    """Have everything that refers to the sources refer to the targets instead.

    Memberships go to all targets, the rest to the first. Queries: constant, whatever the number of rows.
    """
    parameters = {
        "sources": list(change.sources), "target": change.target, "targets": list(change.targets),
        "now": change.now, "user": change.user,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for relation in relations_to(model):
            for statement in _statements(relation, spreads=len(change.targets) > 1):
                cursor.execute(statement.as_string(cursor.connection), parameters)


def _statements(relation: Relation, *, spreads: bool) -> list[sql.Composed]:
    names: dict[str, Any] = {
        "table": sql.Identifier(relation.model._meta.db_table), "column": sql.Identifier(relation.column),
    }  # fmt: skip
    statements = []
    if relation.holder is not None:
        holder, leads = relation.holder
        holder_table = sql.Identifier(holder._meta.db_table)
        statements.append(sql.SQL(STAMP).format(holder=holder_table, leads=sql.Identifier(leads), **names))
    if spreads and relation.is_membership:
        others = [f.column for f in relation.model._meta.concrete_fields if f.column not in ("id", relation.column)]
        shown = sql.SQL(", ").join(sql.Identifier("held", column) for column in others)
        statements.append(sql.SQL(SPREAD).format(others=_listed(others), shown=shown, **names))
        return [*statements, sql.SQL(DROP).format(**names)]
    for key in relation.keys:
        others = [column for column in key if column != relation.column]
        statements.append(sql.SQL(DROP_REPEATED).format(others=_listed(others) if others else sql.SQL("true"), **names))
    return [*statements, sql.SQL(MOVE).format(**names)]


def _listed(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))

"""Values of merged and split metadata pass on to those that stay, and with them completions, limits, locks, approvals.

The rows of metadata are locked by then: imports that write values under them have committed or wait (see
`protection`). A value keeps its own times: it is as old as it was. Live values come before deletion marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from psycopg2 import sql

from datavalues.models import (
    CompleteDataSetRegistration,
    DataApproval,
    DataApprovalAudit,
    DataValueFile,
    LockException,
    MinMaxDataElement,
)
from files.removal import delete_files
from metadata.merging.data import Strategy, register_mover


@dataclass(frozen=True, slots=True)
class Table:
    """A table of data: the columns that make a row's key, and which of two rows of a key is to be preferred."""

    name: str
    key: tuple[str, ...]
    preferred: str


VALUES = Table(
    "datavalue",
    (
        "data_element_id", "period_id", "organisation_unit_id", "category_option_combo_id", "attribute_option_combo_id",
    ),
    "deleted, last_updated DESC",
)  # fmt: skip
COMPLETIONS = Table(
    CompleteDataSetRegistration._meta.db_table,
    ("data_set_id", "period_id", "organisation_unit_id", "attribute_option_combo_id"),
    "last_updated DESC",
)

LOCK_EXCEPTIONS = Table(
    LockException._meta.db_table, ("data_set_id", "period_id", "organisation_unit_id"), "created DESC"
)
LIMITS = Table(MinMaxDataElement._meta.db_table, ("data_element_id", "source_id", "option_combo_id"), "id")
APPROVALS = Table(
    DataApproval._meta.db_table,
    ("workflow_id", "period_id", "organisation_unit_id", "attribute_option_combo_id", "level_id"),
    "last_updated DESC",
)
APPROVAL_AUDITS = Table(
    DataApprovalAudit._meta.db_table, ("id", "organisation_unit_id", "attribute_option_combo_id"), "id"
)
AUDITS = Table("datavalue_audit", ("id", *VALUES.key), "id")
FILES = Table(DataValueFile._meta.db_table, VALUES.key, "id")
TABLES = (VALUES, COMPLETIONS, LOCK_EXCEPTIONS, LIMITS, APPROVALS, APPROVAL_AUDITS, AUDITS)
MODELS = (CompleteDataSetRegistration, LockException, MinMaxDataElement, DataApproval, DataApprovalAudit, DataValueFile)

COLUMNS = {
    "dataElement": ("data_element_id",),
    "organisationUnit": ("organisation_unit_id", "source_id"),
    "categoryOptionCombo": ("category_option_combo_id", "attribute_option_combo_id", "option_combo_id"),
}

# Of rows that come to have one key, one stays; with equal times the target's own.
DROP_REPEATED = """
    WITH ranked AS (
        SELECT ctid AS place, row_number() OVER (
            PARTITION BY {others} ORDER BY {preferred}, ({column} = %(target)s) DESC, {column}
        ) AS rank
        FROM {table} WHERE {column} = %(target)s OR {column} = ANY(%(sources)s)
    )
    DELETE FROM {table} AS stored USING ranked WHERE stored.ctid = ranked.place AND ranked.rank > 1
"""
MOVE = "UPDATE {table} SET {column} = %(target)s WHERE {column} = ANY(%(sources)s)"
DISCARD = "DELETE FROM {table} WHERE {column} = ANY(%(sources)s)"
# Files whose values are gone; the values have moved by then.
GIVE_UP = """
    DELETE FROM {table} AS owned
    WHERE (owned.{column} = %(target)s OR owned.{column} = ANY(%(sources)s)) AND NOT EXISTS (
        SELECT 1 FROM files_fileresource file, datavalue stored
        WHERE file.id = owned.file_id AND stored.value = file.uid AND NOT stored.deleted
          AND stored.{column} = %(target)s AND {same}
    ) RETURNING owned.file_id
"""


def register() -> None:
    """Have merges and splits of metadata take the data along."""
    register_mover(move, *MODELS)


def move(singular: str, sources: Sequence[int], target: int, strategy: Strategy) -> None:
    """Give the data of the sources to the target, or drop it. Queries: constant, whatever the number of values."""
    parameters = {"sources": list(sources), "target": target}
    statements = (DISCARD,) if strategy is Strategy.DISCARD else (DROP_REPEATED, MOVE)
    with connection.cursor() as cursor:
        for table in TABLES:
            for column in COLUMNS.get(singular, ()):
                if column in table.key:
                    for statement in statements:
                        cursor.execute(_named(statement, table, column).as_string(cursor.connection), parameters)
        for column in COLUMNS.get(singular, ()):
            if column in FILES.key:
                cursor.execute(_named(GIVE_UP, FILES, column).as_string(cursor.connection), parameters)
                given_up = [row[0] for row in cursor.fetchall()]
                cursor.execute(_named(MOVE, FILES, column).as_string(cursor.connection), parameters)
                delete_files(given_up)


def _named(statement: str, table: Table, column: str) -> sql.Composed:
    names = [sql.Identifier(name) for name in table.key if name != column]
    return sql.SQL(statement).format(
        table=sql.Identifier(table.name), column=sql.Identifier(column), others=sql.SQL(", ").join(names),
        same=sql.SQL(" AND ").join([sql.SQL("stored.{0} = owned.{0}").format(name) for name in names]),
        preferred=sql.SQL(table.preferred),
    )  # fmt: skip

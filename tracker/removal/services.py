"""Remove deleted objects for good, with everything below them; their uids may be used again.

Source: DHIS2 2.42, maintenance, `softDeleted…Removal`. The number of statements does not depend on that of the objects.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import connection
from psycopg2 import sql

from files.removal import delete_files
from metadata.maintenance import require_maintainer
from sharing.access import Principal
from tracker.collisions import begun_again


class Kind(StrEnum):
    """What is removed."""

    TRACKED_ENTITY = "tracked_entity"
    ENROLLMENT = "enrollment"
    EVENT = "event"
    RELATIONSHIP = "relationship"


# What goes, from above: what is deleted of the kind, and what lies below that.
GOING = (
    ("going_tracked_entity", "SELECT id FROM tracked_entity WHERE deleted AND %(kind)s = 'tracked_entity'"),
    ("going_enrollment", """
        SELECT id FROM enrollment WHERE deleted AND %(kind)s = 'enrollment'
        UNION SELECT id FROM enrollment WHERE tracked_entity_id IN (SELECT id FROM going_tracked_entity)
    """),
    ("going_event", """
        SELECT id FROM event WHERE deleted AND %(kind)s = 'event'
        UNION SELECT id FROM event WHERE enrollment_id IN (SELECT id FROM going_enrollment)
    """),
    ("going_relationship", """
        SELECT id FROM relationship WHERE deleted AND %(kind)s = 'relationship'
        UNION SELECT id FROM relationship
        WHERE from_tracked_entity_id IN (SELECT id FROM going_tracked_entity)
           OR to_tracked_entity_id IN (SELECT id FROM going_tracked_entity)
           OR from_enrollment_id IN (SELECT id FROM going_enrollment)
           OR to_enrollment_id IN (SELECT id FROM going_enrollment)
           OR from_event_id IN (SELECT id FROM going_event) OR to_event_id IN (SELECT id FROM going_event)
    """),
)  # fmt: skip
STAGE = "DROP TABLE IF EXISTS {going}; CREATE TEMPORARY TABLE {going} ON COMMIT DROP AS {rows}"
REMOVE = "DELETE FROM {table} AS held USING {going} AS going WHERE held.{column} = going.id"

# Where rows of one table go with rows of another, children first.
REMOVED = (
    ("relationship", "id", "going_relationship"),
    ("tracker_note", "event_id", "going_event"),
    ("event_change_log", "event_id", "going_event"),
    ("event", "id", "going_event"),
    ("tracker_note", "enrollment_id", "going_enrollment"),
    ("program_rule_message", "enrollment_id", "going_enrollment"),
    ("enrollment", "id", "going_enrollment"),
    ("program_owner", "tracked_entity_id", "going_tracked_entity"),
    ("program_owner_history", "tracked_entity_id", "going_tracked_entity"),
    ("temporary_owner", "tracked_entity_id", "going_tracked_entity"),
    ("tracked_entity_change_log", "tracked_entity_id", "going_tracked_entity"),
    ("tracked_entity_attribute_value", "tracked_entity_id", "going_tracked_entity"),
    ("tracked_entity", "id", "going_tracked_entity"),
)
# Imports lock from above, too: whoever writes below one of these is waited for, and waits.
LOCK = """
    SELECT id FROM tracked_entity WHERE id IN (
        SELECT id FROM going_tracked_entity
        UNION SELECT tracked_entity_id FROM enrollment WHERE id IN (SELECT id FROM going_enrollment)
        UNION SELECT tracked_entity_id FROM event WHERE id IN (SELECT id FROM going_event)
    ) ORDER BY id FOR UPDATE
"""
FILES = (("event_id", "going_event"), ("tracked_entity_id", "going_tracked_entity"))


@begun_again
def remove_deleted(kind: Kind, principal: Principal) -> None:
    """Remove all deleted objects of a kind and what lies below them. Errors: 403 without the authority."""
    require_maintainer(principal)
    with connection.cursor() as cursor:
        for going, rows in GOING:
            staged = sql.SQL(STAGE).format(going=sql.Identifier(going), rows=sql.SQL(rows))
            cursor.execute(staged.as_string(cursor.connection), {"kind": kind})
        cursor.execute(LOCK)
        files: list[int] = []
        for column, going in FILES:
            cursor.execute(_named("tracker_file", column, going, " RETURNING file_id").as_string(cursor.connection))
            files += [row[0] for row in cursor.fetchall()]
        for table, column, going in REMOVED:
            cursor.execute(_named(table, column, going).as_string(cursor.connection))
    delete_files(files)


def _named(table: str, column: str, going: str, tail: str = "") -> sql.Composed:
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column), "going": sql.Identifier(going)}
    return sql.SQL(REMOVE + tail).format(**names)

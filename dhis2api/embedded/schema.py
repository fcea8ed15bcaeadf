"""What a database was made from: fingerprints of the migrations, kept in a table of its own beside the data.

The supervisor reads it without Django, so that an unchanged start skips `migrate` altogether. The table is not a
model: it must be readable before the first migration and after a rewritten one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper
    from psycopg2.extensions import cursor as PsycopgCursor

    Cursor = PsycopgCursor | CursorWrapper

PROJECT = Path(__file__).resolve().parent.parent.parent

CREATE_STATE = "CREATE TABLE IF NOT EXISTS dhis2api_state (key text PRIMARY KEY, value text NOT NULL)"
READ_STATE = "SELECT key, value FROM dhis2api_state"
WRITE_STATE = """
    INSERT INTO dhis2api_state (key, value) VALUES (%s, %s)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""
# Schema and content are compared by these keys.
SCHEMA, DEMO, CONTENT = "schema", "demo", "content"

OUTDATED = (
    "The database of {} was made by an earlier, unreleased schema that has been rewritten since, and it holds data of "
    "its own. Export with the version that made it what you need, then start on another home "
    "(DHIS2API_HOME=/path/to/home) or remove this one."
)


def read_state(cursor: Cursor) -> dict[str, str]:
    """The state of the database; empty for a new one."""
    cursor.execute("SELECT to_regclass('public.dhis2api_state')")
    row = cursor.fetchone()
    if row is None or row[0] is None:
        return {}
    cursor.execute(READ_STATE)
    return dict(cursor.fetchall())


def write_state(cursor: Cursor, key: str, value: str) -> None:
    """Remember `value` under `key`."""
    cursor.execute(CREATE_STATE)
    cursor.execute(WRITE_STATE, [key, value])


def migration_files() -> dict[str, str]:
    """Each migration of ours with the hash of its text, and the release of Django, which brings migrations too."""
    import django

    files = sorted(PROJECT.glob("*/migrations/[0-9]*.py")) + sorted(PROJECT.glob("dhis2api/*/migrations/[0-9]*.py"))
    hashes = {
        file.relative_to(PROJECT).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in files
    }
    return {"django": django.get_version(), **hashes}


def schema_fingerprint() -> str:
    """The text stored under `schema`: equal texts mean that there is nothing to migrate."""
    return json.dumps(migration_files(), sort_keys=True)


def is_rewritten(state: Mapping[str, str]) -> bool:
    """Whether a migration that the database has been through was changed or removed since."""
    now = migration_files()
    before: dict[str, str] = json.loads(state.get(SCHEMA, "{}"))
    return any(now.get(file) != text for file, text in before.items() if file != "django")


def is_prepared(state: Mapping[str, str], *, demo: bool) -> bool:
    """Whether nothing is left to do before a start."""
    return state.get(SCHEMA) == schema_fingerprint() and CONTENT in state and (DEMO in state or not demo)


TABLES = """
    -- every table with rows of a user's own making, and whether its rows tell when they changed
    SELECT tables.table_name, bool_or(columns.column_name = 'last_updated')
    FROM information_schema.tables
    JOIN information_schema.columns USING (table_schema, table_name)
    WHERE tables.table_schema = 'public' AND tables.table_type = 'BASE TABLE'
      AND tables.table_name NOT IN (
        'dhis2api_state', 'users_accountsession', 'django_migrations', 'django_content_type', 'auth_permission'
      )
    GROUP BY tables.table_name ORDER BY tables.table_name
"""


def content_mark(cursor: Cursor) -> str:
    """Rows and last change of every table: equal marks mean that nobody has written since."""
    from psycopg2 import sql

    cursor.execute(TABLES)
    mark = {}
    for table, is_stamped in cursor.fetchall():
        last = sql.SQL("max(last_updated)::text") if is_stamped else sql.SQL("NULL")
        cursor.execute(sql.SQL("SELECT count(*), {} FROM {}").format(last, sql.Identifier(table)))
        mark[table] = cursor.fetchone()
    return json.dumps(mark, sort_keys=True)

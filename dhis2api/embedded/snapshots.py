"""Snapshots: named copies of the database and the file store, taken and put back while the server runs.

PostgreSQL copies a database in a moment, but only while nobody is connected to it. So `reset` copies the snapshot,
which nobody uses, beforehand, and swaps it in by two renames in one transaction; the gate is closed for that alone.
`snapshot` needs the database at rest for the time of the copy.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import connection
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from dhis2api.embedded.gate_state import begin_epoch, close_gate, open_gate
from dhis2api.embedded.home import EmbeddedError, find_home
from dhis2api.embedded.schema import read_state, schema_fingerprint

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}")
DRAIN_SECONDS = 5.0  # for requests under way; after that they are interrupted
LONGEST_IDENTIFIER = 63

# Requests that are being answered right now; waiting connections of the pool are idle.
BUSY = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = %(database)s AND backend_type = 'client backend' AND state <> 'idle'
"""
# Each with the milliseconds it is given to end.
TERMINATE = "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE datname = %(database)s"
LIST = "SELECT datname FROM pg_database WHERE starts_with(datname, %(prefix)s) ORDER BY datname"
LOCK = "SELECT pg_try_advisory_lock(hashtext(%(database)s))"
MOST_ATTEMPTS = 5


def take_snapshot(name: str) -> None:
    """Copy the database and the files as they are now; an older snapshot of that name is replaced."""
    target, draft = _database(_checked(name)), _aside("draft")
    with _maintenance() as cursor:
        with _alone_with_database(cursor):
            _retried(cursor, "CREATE DATABASE {} TEMPLATE {}", draft, _main())
            _copy_files(_files(), _snapshot_files(name))
        _run(cursor, "DROP DATABASE IF EXISTS {}", target)
        _run(cursor, "ALTER DATABASE {} RENAME TO {}", draft, target)


def reset_to_snapshot(name: str) -> None:
    """Put the database and the files back as they were when the snapshot was taken.

    Errors: EmbeddedError for a snapshot that does not exist or was taken by another version of the schema.
    """
    source, incoming, outgoing = _database(_checked(name)), _aside("incoming"), _aside("outgoing")
    incoming_files = _files().with_name("files.incoming")
    with _maintenance() as cursor:
        _require(cursor, name)
        _run(cursor, "CREATE DATABASE {} TEMPLATE {}", incoming, source)
        _refuse_other_schema(name, incoming)
        _copy_files(_snapshot_files(name), incoming_files)
        with _alone_with_database(cursor):
            _swap(cursor, incoming, outgoing)
            shutil.rmtree(_files())
            incoming_files.rename(_files())
            begin_epoch()
        _run(cursor, "DROP DATABASE {} WITH (FORCE)", outgoing)


def list_snapshots() -> list[str]:
    """Names of the snapshots there are."""
    with _maintenance() as cursor:
        return _list(cursor)


def delete_snapshot(name: str) -> None:
    """Errors: EmbeddedError for a snapshot that does not exist."""
    database = _database(_checked(name))
    with _maintenance() as cursor:
        _require(cursor, name)
        _run(cursor, "DROP DATABASE {}", database)
        shutil.rmtree(_snapshot_files(name), ignore_errors=True)


def _checked(name: str) -> str:
    if NAME.fullmatch(name) is None:
        raise EmbeddedError(f"{name!r} is no name for a snapshot: a letter, then up to 30 letters, digits, '-', '_'.")
    return name


def _require(cursor: Cursor, name: str) -> None:
    existing = _list(cursor)
    if name not in existing:
        raise EmbeddedError(f"There is no snapshot {name!r}. There are: {', '.join(existing) or 'none'}.")


def _list(cursor: Cursor) -> list[str]:
    prefix = _database("")
    cursor.execute(LIST, {"prefix": prefix})
    return [row[0].removeprefix(prefix) for row in cursor.fetchall()]


def _main() -> str:
    return settings.DATABASES["default"]["NAME"]


def _database(name: str) -> str:
    return _within_limit(f"{_main()}_snapshot_", 31) + name


def _aside(role: str) -> str:
    """A database that exists only during one command; what a killed command left is dropped by the next."""
    return _within_limit(f"{_main()}_", 10) + role


def _within_limit(prefix: str, room: int) -> str:
    if len(prefix.encode()) + room > LONGEST_IDENTIFIER:
        raise EmbeddedError(f"The name of the database, {_main()!r}, is too long to name snapshots after it.")
    return prefix


def _files() -> Path:
    return find_home(settings.HOME).files


def _snapshot_files(name: str) -> Path:
    return find_home(settings.HOME).snapshots / name


def _copy_files(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    if source.exists():
        shutil.copytree(source, target)
    else:
        target.mkdir(parents=True)


@contextmanager
def _maintenance() -> Iterator[Cursor]:
    """A cursor beside the database, alone among commands of this kind; leftovers of a killed one are gone."""
    connection.close()
    try:
        beside = psycopg2.connect(**_parameters("postgres"))
    except psycopg2.OperationalError as error:
        raise EmbeddedError(f"The database server does not answer. Is `manage.py serve` running?\n{error}") from error
    beside.autocommit = True
    try:
        with beside.cursor() as cursor:
            cursor.execute(LOCK, {"database": _main()})
            if not cursor.fetchone()[0]:
                raise EmbeddedError("Another snapshot or reset is under way.")
            for role in ("draft", "incoming", "outgoing"):
                _run(cursor, "DROP DATABASE IF EXISTS {} WITH (FORCE)", _aside(role))
            yield cursor
    except psycopg2.errors.InsufficientPrivilege as error:
        raise EmbeddedError(f"The database user may not do this: it needs CREATEDB. {error}") from error
    finally:
        beside.close()


def _parameters(database: str) -> dict[str, object]:
    """Django's own connection parameters, for another database of the same server."""
    parameters = connection.get_connection_params()
    return {
        key: value
        for key, value in {**parameters, "dbname": database}.items()
        if key not in ("database", "cursor_factory", "context")
    }


def _refuse_other_schema(name: str, database: str) -> None:
    beside = psycopg2.connect(**_parameters(database))
    with beside.cursor() as cursor:
        stored = read_state(cursor).get("schema")
    beside.close()
    if stored != schema_fingerprint():
        raise EmbeddedError(f"Snapshot {name!r} was taken with another version of the schema; delete it.")


@contextmanager
def _alone_with_database(cursor: Cursor) -> Iterator[None]:
    """Close the gate, let requests under way finish, and end every connection."""
    close_gate()
    try:
        deadline = time.monotonic() + DRAIN_SECONDS
        while _is_busy(cursor) and time.monotonic() < deadline:
            time.sleep(0.01)
        cursor.execute(TERMINATE, {"database": _main()})
        yield
    finally:
        open_gate()


def _is_busy(cursor: Cursor) -> bool:
    cursor.execute(BUSY, {"database": _main()})
    return cursor.fetchone()[0] > 0


def _swap(cursor: Cursor, incoming: str, outgoing: str) -> None:
    """Put one database in the place of the main one. Who connects in the meantime is sent away again."""
    for attempt in range(1, MOST_ATTEMPTS + 1):
        cursor.execute("BEGIN")
        try:
            _run(cursor, "ALTER DATABASE {} RENAME TO {}", _main(), outgoing)
            _run(cursor, "ALTER DATABASE {} RENAME TO {}", incoming, _main())
            cursor.execute("COMMIT")
            return
        except psycopg2.errors.ObjectInUse:
            cursor.execute("ROLLBACK")
            if attempt == MOST_ATTEMPTS:
                raise
            for database in (_main(), incoming):
                cursor.execute(TERMINATE, {"database": database})


def _retried(cursor: Cursor, statement: str, *databases: str) -> None:
    """A request that had passed the gate may still connect: end it and try again."""
    for attempt in range(1, MOST_ATTEMPTS + 1):
        try:
            _run(cursor, statement, *databases)
            return
        except psycopg2.errors.ObjectInUse:
            if attempt == MOST_ATTEMPTS:
                raise
            cursor.execute(TERMINATE, {"database": _main()})


def _run(cursor: Cursor, statement: str, *databases: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, databases)))

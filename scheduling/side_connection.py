"""A second connection to the database, beside the one whose transaction is the job's work.

What is written here is seen at once: signs of life and progress of an import that has not committed. Threads may
share it. It is lost and found again like any other; while the gate is closed (`snapshot`, `reset`) it stays away.
"""

from __future__ import annotations

import threading
from typing import Any

import psycopg2
from django.db import connection

from dhis2api.embedded.gate_state import gate_is_closed


class DatabaseAway(Exception):
    """The database cannot be reached just now."""


class SideConnection:
    """Statements in autocommit, over a connection of its own."""

    def __init__(self) -> None:
        self._parameters = _parameters()
        self._lock = threading.Lock()
        self._connection: Any = None

    def execute(self, statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Run one statement; the rows that it returns. Errors: DatabaseAway, once a new connection failed too."""
        with self._lock:
            try:
                return self._run(statement, parameters)
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                self._forget()
                try:
                    return self._run(statement, parameters)
                except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                    self._forget()
                    raise DatabaseAway from error

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._forget()

    def _run(self, statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        if self._connection is None:
            if gate_is_closed():
                raise DatabaseAway
            self._connection = psycopg2.connect(**self._parameters)
            self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _parameters() -> dict[str, Any]:
    """Django's own, without what belongs to Django's cursors."""
    own = ("cursor_factory", "context")
    return {name: value for name, value in connection.get_connection_params().items() if name not in own}

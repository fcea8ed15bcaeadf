"""PostgreSQL as a child: made once by initdb, reached by a socket in a private directory, never by TCP."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dhis2api.embedded.accounts import Account, postgres_account
from dhis2api.embedded.home import DATABASE_NAME, DATABASE_PORT, DATABASE_USER, EmbeddedError, Home
from dhis2api.embedded.processes import Escalation, end_processes, find_processes, start_child, stop_child
from dhis2api.embedded.programs import PostgresPrograms, find_postgres_programs

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
# Fast shutdown, then immediate: the next start recovers from the log.
STOP: Escalation = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
READY_SECONDS = 300.0  # recovery after a kill -9 in the middle of a large import takes its time

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "min_wal_size": "32MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "unix_socket_permissions": "0700",
}
# Tests only: a crash of the machine may cost the database, and nothing works behind a test's back.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class PostgresServer:
    """One server for one home. `durable=False` trades safety against a power cut for speed."""

    name = "PostgreSQL"

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self.account: Account = postgres_account(home)
        self.log = home.logs / "postgres.log"
        self.child: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make the cluster if there is none; one that was only half made does not count."""
        if (self.home.postgres / "PG_VERSION").exists():
            return
        draft = self.home.postgres.with_name(self.home.postgres.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        command = [self._programs().initdb, "-D", draft, "-U", DATABASE_USER, "--auth=trust", "--encoding=UTF8"]
        # Byte order everywhere; the builtin provider folds case beyond ASCII, which libc's C does not.
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        command += [] if self.durable else ["--no-sync"]
        self._give_away(draft)
        with open(self.log, "ab") as output:
            child = start_child(command, directory=draft, environment=ENVIRONMENT, output=output, account=self.account)
            if child.wait() != 0:
                raise EmbeddedError(f"PostgreSQL could not make its data directory:\n{tail(self.log)}")
        draft.rename(self.home.postgres)

    def end_orphans(self) -> None:
        """Stop what an earlier supervisor left behind, and remove the files that would stop a new start."""
        # The postmaster and all of its backends work in the data directory.
        orphans = find_processes(directory=self.home.postgres)
        if orphans:
            postmaster = [process for process in orphans if process.ppid() not in {one.pid for one in orphans}]
            end_processes(postmaster, STOP)
            end_processes(find_processes(directory=self.home.postgres), STOP[1:])
        (self.home.postgres / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.home.run.glob(".s.PGSQL.*"):
            stale.unlink()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; it answers after `wait_until_ready`."""
        settings = SETTINGS | {"unix_socket_directories": str(self.home.run)} | ({} if self.durable else NOT_DURABLE)
        command: list[str | Path] = [self._programs().postgres, "-D", self.home.postgres]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with open(self.log, "ab") as output:
            self.child = start_child(
                command,
                directory=self.home.postgres,
                environment=ENVIRONMENT,
                output=output,
                account=self.account,
                death_signal=signal.SIGINT,
            )
        return self.child

    def wait_until_ready(self) -> None:
        """Return when the server takes connections, and the database is there.

        Errors: EmbeddedError with the end of its log when the server gave up.
        """
        import psycopg2

        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                connection = self.connect("postgres")
                break
            except psycopg2.OperationalError as error:
                if self.child is None or self.child.poll() is not None or time.monotonic() > deadline:
                    raise EmbeddedError(f"PostgreSQL does not start:\n{tail(self.log)}") from error
                time.sleep(0.02)
        connection.close()

    def create_database(self) -> None:
        """Make the database if there is none."""
        connection = self.connect("postgres")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{DATABASE_NAME}"')
        connection.close()

    def drop_database(self) -> None:
        """Remove the database with all that it holds."""
        connection = self.connect("postgres")
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{DATABASE_NAME}" WITH (FORCE)')
        connection.close()

    def connect(self, database: str = DATABASE_NAME) -> Connection:
        """A connection in autocommit."""
        import psycopg2

        arguments: dict[str, Any] = {"host": str(self.home.run), "port": DATABASE_PORT, "user": DATABASE_USER}
        connection = psycopg2.connect(dbname=database, **arguments)
        connection.autocommit = True
        return connection

    def stop(self) -> None:
        """Stop the server and wait until it has ended."""
        if self.child is not None:
            stop_child(self.child, STOP)

    def _programs(self) -> PostgresPrograms:
        return find_postgres_programs(self.account, self.home.postgres.parent)

    def _give_away(self, directory: Path) -> None:
        if self.account.is_other:
            os.chown(directory, self.account.uid, self.account.gid)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for a message."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

"""Who builds: connections of a run's own, as many as work side by side, or Django's one.

A run's own connections commit each statement, so that they see one another's work; nothing that they make has the name
of a table that somebody reads. Their statements may take as long as they take, and end when the run is cancelled.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Protocol, Self

import psycopg2
from django.db import OperationalError, connection, transaction

from analytics.running import Run

POLL_SECONDS = 0.3
PAUSE_SECONDS = 1.0
# One run at a time: two would drop each other's staging tables.
LOCK = 0x616E616C79746963
TRY_LOCK = f"SELECT pg_try_advisory_lock({LOCK})"
# A staging table that a crash takes along is built anew anyway: its commits need not wait for the disk.
SESSION = """
    SET statement_timeout = 0; SET lock_timeout = 0; SET synchronous_commit = off; SET jit = off;
    SET work_mem = '64MB'; SELECT set_config('maintenance_work_mem', %s, false), set_config('TimeZone', %s, false)
"""
INDEX_MEBIBYTES = 1024  # of memory for indexes, which all connections share
MOST_INDEX_MEBIBYTES = 256  # of one of them
ALONE = "RESET max_parallel_workers_per_gather; RESET max_parallel_maintenance_workers"
BESIDE_OTHERS = "SET max_parallel_workers_per_gather = 0; SET max_parallel_maintenance_workers = 0"

TOO_LONG = "54000"  # the SQLSTATE of an entry that no index has room for
Rows = list[tuple[Any, ...]]
Execute = Callable[[str], Rows]

logger = logging.getLogger(__name__)


class Task:
    """Statements that belong together, in their order; `name` is shown.

    `is_index`: one on values that are too long for an index is left out; it would only have saved time.
    """

    def __init__(self, name: str, *statements: str, is_index: bool = False) -> None:
        self.name, self.statements, self.is_index = name, statements, is_index


@contextmanager
def leaving_out_long_values(task: Task) -> Iterator[None]:
    """Let an index fail that cannot be made of what a column holds."""
    try:
        yield
    except (psycopg2.OperationalError, OperationalError) as error:
        if (
            not task.is_index
            or (getattr(error.__cause__, "pgcode", None) or getattr(error, "pgcode", None)) != TOO_LONG
        ):
            raise
        logger.warning("%s is left out: some values are too long for an index", task.name)


class Hands(Protocol):
    """Runs statements; `each` several tasks side by side, `clean` also for a run that is over."""

    def execute(self, statement: str) -> Rows: ...

    def clean(self, statement: str) -> None: ...

    def each(self, tasks: Sequence[Task], stage: Any) -> None: ...


class OwnHands:
    """Django's own connection, in its transaction."""

    def execute(self, statement: str) -> Rows:
        """The rows of one statement; one that fails leaves the transaction as it was."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def clean(self, statement: str) -> None:
        """The same, without rows."""
        self.execute(statement)

    def each(self, tasks: Sequence[Task], stage: Any) -> None:
        """One after the other."""
        for task in tasks:
            with stage.item(task.name):
                for statement in task.statements:
                    with leaving_out_long_values(task):
                        self.execute(statement)


class ManyHands:
    """`count` connections of the run's own, in a `with` block. No other run builds meanwhile.

    Errors: whatever `run.check()` raises when the run is cancelled or lost; its statements are cancelled then.
    """

    def __init__(self, run: Run, count: int) -> None:
        self._run, self._count = run, count
        self._connections: list[Any] = []
        self._free: list[Any] = []
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        try:
            # Under the name of the job's own connection: whoever takes the job over hangs them all up.
            with self._run.step(), connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('application_name')")
                self._name = cursor.fetchone()[0]
            self._connections = [self._connect() for _ in range(self._count)]
            self._free = list(self._connections)
            while not self.execute(TRY_LOCK)[0][0]:
                self._run.check()
                self._stopped.wait(PAUSE_SECONDS)
        except BaseException:
            self._hang_up()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def execute(self, statement: str) -> Rows:
        """The rows of one statement, run on the first connection, which holds the lock."""
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(_execute, self._connections[0], statement)
            self._await({future})
            with connection.wrap_database_errors:
                return future.result()

    def clean(self, statement: str) -> None:
        """One statement, whether or not the run goes on."""
        _execute(self._connections[0], statement)

    def each(self, tasks: Sequence[Task], stage: Any) -> None:
        """All tasks, `count` at a time. With as many tasks as connections, PostgreSQL's own workers stay out."""
        mode = BESIDE_OTHERS if len(tasks) >= self._count > 1 else ALONE
        for one in self._connections:
            _execute(one, mode)
        with ThreadPoolExecutor(self._count) as pool:
            self._await({pool.submit(self._do, task, stage) for task in tasks})

    def _do(self, task: Task, stage: Any) -> None:
        own = self._free.pop()
        try:
            with stage.item(task.name):
                for statement in task.statements:
                    if self._stopped.is_set():
                        return
                    with leaving_out_long_values(task):
                        _execute(own, statement)
        finally:
            self._free.append(own)

    def _await(self, pending: set[Future[Any]]) -> None:
        """Until all are done, or the first one fails: then the others are cancelled and waited for."""
        try:
            while pending:
                done, pending = wait(pending, POLL_SECONDS, FIRST_COMPLETED)
                for future in done:
                    with connection.wrap_database_errors:
                        future.result()
                self._run.check()
        except BaseException:
            self._stop(pending)
            raise

    def _stop(self, pending: set[Future[Any]]) -> None:
        self._stopped.set()
        for future in pending:
            future.cancel()
        while pending:
            for one in self._connections:
                try:
                    one.cancel()
                except psycopg2.Error:  # it is gone already, and its statement with it
                    continue
            _, pending = wait(pending, POLL_SECONDS)
        self._stopped.clear()

    def _connect(self) -> Any:
        own = ("cursor_factory", "context")
        parameters = {name: value for name, value in connection.get_connection_params().items() if name not in own}
        made = psycopg2.connect(**{**parameters, "application_name": self._name})
        made.autocommit = True
        with made.cursor() as cursor:
            cursor.execute(SESSION, session_values(self._count))
        return made

    def _hang_up(self) -> None:
        for one in self._connections:
            one.close()


def session_values(count: int) -> list[str]:
    """What `SESSION` needs to know: memory for the indexes of one of so many connections, and Django's time zone."""
    return [f"{min(INDEX_MEBIBYTES // count, MOST_INDEX_MEBIBYTES)}MB", connection.timezone_name]


def _execute(own: Any, statement: str) -> Rows:
    with own.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def hand_count(settings: dict[str, Any]) -> int:
    """How many build side by side: the setting, else the database's processors, else all but one of this machine's."""
    asked = settings["keyParallelJobsInAnalyticsTableExport"]
    if asked > 0:
        return min(asked, MOST_HANDS)
    processors = settings["keyDatabaseServerCpus"]
    if processors > 0:
        return min(processors, MOST_HANDS)
    present = os.cpu_count() or 1
    return min(present if present <= 2 else present - 1, MOST_HANDS)


MOST_HANDS = 32  # connections are shared with everybody else

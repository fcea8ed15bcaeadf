"""Bringing a finished table in while others read: one short transaction, all or nothing.

The main table is locked first, so that no reader is between finding its partitions and reading them. Who reads already
is waited for, but only a moment at a time: whoever comes meanwhile would have to wait behind us.

Tables that go are renamed, and dropped afterwards, one in a transaction: a table has a lock for each of its indexes,
and those of all partitions together may be more than PostgreSQL has room for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from django.db import DatabaseError, OperationalError, connection, transaction

from analytics.catalogue import COLUMNS, PARTITIONS, list_tables
from analytics.identifiers import quoted, staging
from analytics.plans import LATEST, Plan
from analytics.running import Run
from dhis2api.web.faults import COLLISIONS
from scheduling.progress import JobRefused

LOCK_MILLISECONDS = 1000  # that readers who come wait behind us, at most
PAUSE_SECONDS = 2.0
TRIES = 100  # five minutes of them
BUSY = "The table {} is read without a pause, so that it could not be replaced"
ADJUST = f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}; SET LOCAL statement_timeout = 0"
MASTERS_OF = "SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = to_regclass(%s)"
OLD = "_old"


def swap_resource_table(run: Run, name: str) -> None:
    """Put a resource table in the place of the one before."""

    def replace() -> None:
        _execute(f"DROP TABLE IF EXISTS {quoted(name)} CASCADE")
        _execute(f"ALTER TABLE {quoted(staging(name))} RENAME TO {quoted(name)}")

    _insist(run, name, replace)


def swap_whole(run: Run, plan: Plan) -> None:
    """Put a table and its partitions in the place of the one before, which goes with all of its partitions."""

    def replace() -> None:
        _lock(plan.master)
        for name in [plan.master, *partitions_of(plan.master)]:
            _retire(name)
        _rename_staged(plan)

    _insist(run, plan.master, replace)
    drop_retired(run, plan.master)


def swap_partitions(run: Run, plan: Plan, *, gone: Sequence[str] = (), before: Sequence[str] = ()) -> None:
    """Put partitions in the place of those of their years, under the main table that is there.

    `gone` are other partitions that go; `before` are statements about rows of those that stay.
    """
    new = partition_names(plan)

    def replace() -> None:
        for statement in before:  # readers see what goes until all of this is committed
            _execute(statement)
        _lock(plan.master)
        for name in [*gone, *new]:
            _retire(name)
        for name in new:
            _execute(f"ALTER TABLE {quoted(staging(name))} NO INHERIT {quoted(staging(plan.master))}")
            _execute(f"ALTER TABLE {quoted(staging(name))} INHERIT {quoted(plan.master)}")
            _execute(f"ALTER TABLE {quoted(staging(name))} RENAME TO {quoted(name)}")
        _execute(f"DROP TABLE {quoted(staging(plan.master))}")

    _insist(run, plan.master, replace)
    drop_retired(run, plan.master)


def fits(plan: Plan) -> bool:
    """Whether there is a main table, and its columns are those of the plan: only then partitions can join it."""
    return columns_of(plan.master) == {(column.name, column.type, column.required) for column in plan.columns}


def columns_of(table: str) -> set[tuple[str, str, bool]]:
    """The columns of a table: name, type, and whether they must have a value."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [quoted(table)])
        return set(cursor.fetchall())


def partitions_of(table: str) -> list[str]:
    """The partitions of a table; none where it does not exist."""
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS, [quoted(table)])
        return [name for (name,) in cursor.fetchall()]


def partition_names(plan: Plan) -> list[str]:
    """What the partitions of a plan are called."""
    return [partition_name(plan.master, partition.year) for partition in plan.partitions or ()]


def partition_name(master: str, year: int) -> str:
    """`analytics_2024`; of the latest rows `analytics_0`."""
    return f"{master}_{year}"


def year_of(name: str) -> int:
    """The year of a partition's name, 0 of the latest."""
    last = name.rpartition("_")[2]
    return int(last) if last.isdecimal() else LATEST


def drop_table(run: Run, name: str) -> None:
    """Drop a main table that nothing replaces, and its partitions."""

    def retire() -> None:
        _lock(name)
        for one in [name, *partitions_of(name)]:
            _retire(one)

    _insist(run, name, retire)
    drop_retired(run, name)


def drop_retired(run: Run, master: str) -> None:
    """Drop what was renamed away; a partition before its master."""
    pattern = f"^{master}(_[0-9]+)?{OLD}_temp$"
    for name in sorted(list_tables(pattern), key=len, reverse=True):
        with run.step():
            _execute(f"DROP TABLE IF EXISTS {quoted(name)} CASCADE")


def _lock(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [quoted(table)])
        if cursor.fetchone()[0]:
            cursor.execute(f"LOCK TABLE {quoted(table)} IN ACCESS EXCLUSIVE MODE")


def _retire(name: str) -> None:
    """Out of sight under a name of its own. A partition leaves its master, so that each can be dropped alone."""
    with connection.cursor() as cursor:
        cursor.execute(MASTERS_OF, [quoted(name)])
        for (master,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {quoted(name)} NO INHERIT {master}")
    _execute(f"ALTER TABLE IF EXISTS {quoted(name)} RENAME TO {quoted(staging(name + OLD))}")


def _rename_staged(plan: Plan) -> None:
    for name in [plan.master, *partition_names(plan)]:
        _execute(f"ALTER TABLE {quoted(staging(name))} RENAME TO {quoted(name)}")


def _insist(run: Run, name: str, replace: Callable[[], None]) -> None:
    """Replace in a step of the run, again and again until nobody is in the way. Errors: JobRefused in the end."""
    for _ in range(TRIES):
        try:
            with run.step(), transaction.atomic():
                _execute(ADJUST)
                replace()
            return
        except DatabaseError as error:
            if not _is_in_the_way(error):
                raise
        time.sleep(PAUSE_SECONDS)
        run.check()
    raise JobRefused(BUSY.format(name))


def _is_in_the_way(error: DatabaseError) -> bool:
    return isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", None) in COLLISIONS


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

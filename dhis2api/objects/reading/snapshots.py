"""One state of the database for all statements of a read.

A list is read by several statements: its rows, then what they refer to. Between two of them somebody may move a part
of the hierarchy, and the answer would show children below a parent that is somewhere else. Within `one_snapshot` all
statements see the database as it was at the first one.

A stream is read after its view has returned, when the session may still have to be stored: no business of a
transaction that is open for as long as a slow client reads. So a stream takes the snapshot along to a connection of
its own, which is closed with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, transaction

T = TypeVar("T")

# Not READ ONLY: a view that notes something while it reads may do so.
ISOLATE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
EXPORT = "SELECT pg_export_snapshot()"
TAKE_OVER = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET TRANSACTION SNAPSHOT %s"
_held = threading.local()


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Everything inside sees one state. Within somebody's transaction it is that one's matter.

    What is read lazily and outlives the block goes through `streamed`.
    """
    usual = connections[DEFAULT_DB_ALIAS]
    if usual.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with usual.cursor() as cursor:
            cursor.execute(ISOLATE)
        _held.is_so = True
        try:
            yield
        finally:
            _held.is_so = False


def holds_snapshot() -> bool:
    """Whether this thread is inside `one_snapshot`, and so has one to hand on."""
    return getattr(_held, "is_so", False)


def streamed(make: Callable[[], Iterator[T]], *, at_once: int) -> Iterator[T]:
    """What `make` returns, read now and later in the snapshot of the block that this is called in.

    `at_once`: how many items are taken each time that the reader asks for one. Errors: those of `make`, at once.
    """
    if not holds_snapshot():
        return make()
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(EXPORT)
        snapshot: str = cursor.fetchone()[0]
    items = _read_apart(make, snapshot, at_once)
    next(items)  # a generator that has begun ends, and closes its connection, even if nobody reads it
    return items


def _read_apart(make: Callable[[], Iterator[T]], snapshot: str, at_once: int) -> Iterator[Any]:
    own = connections[DEFAULT_DB_ALIAS].copy()
    try:
        own.set_autocommit(False)
        with _leading_to(own):
            with own.cursor() as cursor:
                cursor.execute(TAKE_OVER, [snapshot])
            items = make()
        yield None
        batch = None
        while batch is None or len(batch) == at_once:
            with _leading_to(own):
                batch = list(islice(items, at_once))
            yield from batch
    finally:
        own.close()


@contextmanager
def _leading_to(own: Any) -> Iterator[None]:
    """What this thread asks the database goes to this connection meanwhile."""
    usual = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = own
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = usual

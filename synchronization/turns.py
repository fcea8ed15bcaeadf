"""One push of aggregate data at a time, whoever asks for it: two jobs, or a job and a request.

Of two at once, one could send a value as it was after the other had sent it as it is, and the later success would hide
that. The lock is of the database session, so it ends with the process that held it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

LOCK = 0x70757368  # "push"
PAUSE_SECONDS = 0.2


@contextmanager
def push_turn(wait: Callable[[], None] | None = None) -> Iterator[bool]:
    """Whether nobody else is pushing, and nobody will meanwhile. With `wait` it is waited for; `wait` may raise."""
    while not (is_ours := _ask("pg_try_advisory_lock")) and wait is not None:
        wait()
        time.sleep(PAUSE_SECONDS)
    try:
        yield is_ours
    finally:
        if is_ours:
            _release()


def _release() -> None:
    try:
        _ask("pg_advisory_unlock")
    except DatabaseError:  # the session is lost or its transaction broken; without it there is no lock
        connection.close()


def _ask(function: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [LOCK])
        return bool(cursor.fetchone()[0])

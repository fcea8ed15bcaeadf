"""What waits on the outer world beside the jobs: one thread each in the scheduler's process.

A mail server that does not answer must hold up neither imports nor analytics, so what talks to it is no job. An
attendant is asked again and again whether there is something to do; it keeps in rows what must not be lost, and claims
them, for several schedulers may run.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from scheduling.stopping import stopping
from scheduling.working import may_use_database, tell_of

LONG_PAUSE = 60.0  # seconds; nobody keeps a connection for longer without using it

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attendant:
    """One of them; `look` does what there is to do, every so many seconds."""

    name: str
    look: Callable[[], object]
    seconds: float


_attendants: dict[str, Attendant] = {}


def register_attendant(name: str, look: Callable[[], object], seconds: float = 1.0) -> None:
    """Have `look` called in the scheduler's process, in a thread of its own."""
    _attendants[name] = Attendant(name, look, seconds)


def start_attendants() -> list[threading.Thread]:
    """Begin; the threads end with the process, or soon after it was told to stop."""
    threads = [
        threading.Thread(target=_attend, args=(attendant,), name=attendant.name, daemon=True)
        for attendant in _attendants.values()
    ]
    for thread in threads:
        thread.start()
    return threads


def _attend(attendant: Attendant) -> None:
    while not stopping.is_set():
        _look(attendant)
        stopping.wait(attendant.seconds)
    connection.close()


def _look(attendant: Attendant) -> None:
    """One look. Whatever goes wrong in it, there is another one."""
    try:
        if may_use_database():
            close_old_connections()
            attendant.look()
    except DatabaseError as error:
        tell_of(attendant.name, error)
        connection.close()
    except Exception as error:  # noqa: BLE001 - nobody would start the thread anew; mails would wait for a restart
        logger.error("The %s stumbled: %s at %s", attendant.name, type(error).__name__, _place(error))
        connection.close()
    if attendant.seconds > LONG_PAUSE:
        connection.close()


def _place(error: Exception) -> str:
    """Where it was raised. Its words are left out: they may quote what is to be sent."""
    innermost = traceback.extract_tb(error.__traceback__)[-1]
    return f"{innermost.filename}:{innermost.lineno}"

"""The processes of the engine: one worker a queue, which Celery listens for, and the scheduler.

A worker looks for work when the bell rings and every second besides. It begins by looking, so that accepted jobs are
done while Redis is away; when Celery loses Redis the process ends, and whoever started it starts it anew.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
from types import FrameType
from typing import Any

from celery import bootsteps
from celery.worker import WorkController
from celery.worker import state as celery_state
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from redis.exceptions import RedisError

from dhis2api.embedded.gate_state import read_gate
from dhis2api.epoch import see_epoch
from scheduling.bell import LOOK, bell_name, celery_app
from scheduling.job_runs import run_next
from scheduling.stopping import at_work, stopping
from scheduling.sweeping import take_over

LOOK_SECONDS = 1.0  # between two looks without a bell
# What Celery loads when a worker starts: loaded before the fork, it is shared.
LOADED_LATE = (
    "celery.app.amqp",
    "celery.app.control",
    "celery.app.events",
    "celery.app.trace",
    "celery.backends.base",
    "celery.beat",
    "celery.concurrency.solo",
    "celery.loaders.app",
    "celery.worker.components",
    "celery.worker.consumer.delayed_delivery",
    "celery.worker.control",
    "celery.worker.loops",
    "kombu.transport.redis",
)
# The place of the processes forked from one parent, so that a successor knows what its predecessor held.
PLACE = f"{socket.gethostname()}:{secrets.token_hex(8)}"
LOST_REDIS = 75  # the exit status of a worker that Celery could not keep connected

logger = logging.getLogger(__name__)


def stop() -> None:
    """Have this process end: at once when idle; a running job is given a few seconds."""
    stopping.set()
    celery_state.should_stop = 0  # the exit status; Celery's loop looks at it


def stop_at_once() -> None:
    """The same from beside the main thread: an idle process does not wait for Celery's loop to come round."""
    stop()
    if at_work.acquire(blocking=False):
        os._exit(0)


def stop_on_signals() -> None:
    """SIGTERM and SIGINT stop this process in order."""

    def handle(number: int, frame: FrameType | None) -> None:
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)


def may_use_database() -> bool:
    """Whether the gate is open; what this process knows of a database that was replaced is forgotten.

    While it is closed the connection is given up: `snapshot` needs the database alone.
    """
    try:
        gate = read_gate()
    except RedisError:  # nobody can close the gate, and the queue is not in Redis
        return True
    if gate.is_closed:
        connection.close()
        return False
    see_epoch(gate.epoch)
    return True


def tell_of(process: str, error: DatabaseError) -> None:
    """A database that is away needs no traceback; a statement that it refuses does."""
    if isinstance(error, OperationalError | InterfaceError):
        logger.warning("The %s cannot reach the database: %s", process, type(error).__name__)
    else:
        logger.error("The database refuses a statement of the %s", process, exc_info=error)


class Worker:
    """Looks for work in a queue. Its name is this process's place: whoever started it gives it to the next one."""

    def __init__(self, queue: str) -> None:
        self.queue = queue
        self.name = f"{PLACE}:{queue}"
        self._has_taken_over = False

    def look(self) -> None:
        """Do all the work there is. A database that is away is waited for: the next look finds it."""
        try:
            while not stopping.is_set() and may_use_database():
                with at_work:
                    if not self._run_next():
                        break
        except DatabaseError as error:
            tell_of("worker", error)
            connection.close()

    def _run_next(self) -> bool:
        if not self._has_taken_over:
            close_old_connections()
            take_over(self.name)
            self._has_taken_over = True
        return run_next(self.queue, self.name)


def work(queue: str) -> int:
    """Work on a queue until told to stop; the exit status."""
    worker = Worker(queue)
    worker.look()
    if stopping.is_set():
        return 0
    app = celery_app()

    @app.task(name=LOOK, ignore_result=True)
    def look() -> None:
        worker.look()

    class Watch(bootsteps.StartStopStep):
        """The look without a bell, in Celery's own loop: one thing at a time."""

        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, parent: Any) -> None:
            self.timer = parent.timer.call_repeatedly(LOOK_SECONDS, worker.look)

        def stop(self, parent: Any) -> None:
            self.timer.cancel()

    app.steps["consumer"].add(Watch)
    controller = WorkController(
        app=app, hostname=f"{queue}@dhis2api", pool="solo", queues=[bell_name(queue)], loglevel="WARNING",
        without_gossip=True, without_mingle=True, without_heartbeat=True,
    )  # fmt: skip
    controller.start()
    return 0 if stopping.is_set() else LOST_REDIS

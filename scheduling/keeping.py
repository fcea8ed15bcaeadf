"""Keeping a job: a thread that shows, over a connection of its own, that the worker is alive.

It notices that the job was lost or that somebody wants it to end (then the work is cancelled at once) and that the
server stops (then the work is given a few seconds, and after that handed back).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from types import TracebackType

import psycopg2
from django.db import connection

from scheduling.claims import BEAT, BEAT_SECONDS, FINISHED, LEASE_SECONDS, RELEASE, Claim, LeaseLost
from scheduling.models import Level
from scheduling.notifications import Log
from scheduling.progress import Progress
from scheduling.side_connection import DatabaseAway, SideConnection
from scheduling.stopping import stopping

STOP_SECONDS = 4.0  # that a running job is given when the server stops
UNWIND_SECONDS = 2.0  # that its cancelled work is given to return

STOPPED = "The server was stopped before the job was done; the job begins again"

logger = logging.getLogger(__name__)


class Keeper:
    """Holds a claim in a `with` block; `has_lost` once the job is no longer ours. `side` is for progress, too."""

    def __init__(self, claim: Claim) -> None:
        self.side = SideConnection()
        self.log = Log(claim.pk, claim.attempt, self.side.execute)
        self.has_lost = False
        self.is_cancelled = claim.cancel_requested
        self.progress: Progress | None = None  # written with each sign of life, where it has changed
        self._may_cancel = True
        self._cancelling = threading.Lock()
        self._claim = claim
        self._done = threading.Event()
        self._work = connection.connection  # psycopg's, which may be cancelled from another thread
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def __enter__(self) -> Keeper:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self.side.close()

    def _keep(self) -> None:
        stop_at: float | None = None
        while not self._done.wait(BEAT_SECONDS):
            if stopping.is_set():
                stop_at = stop_at or time.monotonic() + STOP_SECONDS
                if time.monotonic() >= stop_at:
                    self._hand_back()
                    return
            try:
                held = self.side.execute(BEAT, {**self._claim.fence, "lease": LEASE_SECONDS})
            except DatabaseAway:
                continue  # the work will notice; if only we are cut off, the lease decides
            if not held:
                if not self._is_finished():
                    self._lose()
                return
            if held[0][0]:
                self._cancel()
            self._write_progress()

    def _write_progress(self) -> None:
        try:
            if self.progress is not None:
                self.progress.flush()
        except DatabaseAway:
            logger.info("Progress cannot be written just now")

    def _cancel(self) -> None:
        """Interrupt the work at every sign of life, until it is over: between two statements there is nothing to."""
        self.is_cancelled = True
        with self._cancelling:
            if self._may_cancel:
                self._interrupt()

    def let_end(self) -> None:
        """From now on a cancelled job only stores how it ended; that is not interrupted, nor by what is on its way."""
        with self._cancelling:
            self._may_cancel = False

    def ensure_held(self) -> None:
        """Errors: LeaseLost, once the job is no longer ours."""
        if self.has_lost:
            raise LeaseLost

    def _is_finished(self) -> bool:
        """Whether the work itself has just ended the job."""
        try:
            return bool(self.side.execute(FINISHED, self._claim.fence))
        except DatabaseAway:
            return False

    def _lose(self) -> None:
        """Stop the work, unless it has ended meanwhile."""
        self.has_lost = not self._done.is_set()
        if self.has_lost:
            self._interrupt()

    def _interrupt(self) -> None:
        if self._work is not None:
            try:
                self._work.cancel()
            except psycopg2.Error:  # its connection is gone, and the work with it
                logger.info("There was nothing left to cancel")

    def release(self, why: str, *, crashes: int) -> None:
        """Put the job back into the queue, which its log tells. Without a database its lease runs out instead."""
        try:
            if self.side.execute(RELEASE, {**self._claim.fence, "crashes": crashes}):
                self.log.tell(why, Level.WARN)
        except DatabaseAway:
            logger.warning("%s is begun again when its lease has run out", self._claim.type)

    def _hand_back(self) -> None:
        """For the next start; the process may not wait for what does not return."""
        self.release(STOPPED, crashes=0)
        self._lose()
        if not self._done.wait(UNWIND_SECONDS):
            os._exit(0)

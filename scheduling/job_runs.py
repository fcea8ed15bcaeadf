"""Running one job: claim it, do it and store its result in one transaction, tell how it ended.

Exactly once: a result is stored with the work itself, and only by the attempt that still holds the job. What dies on
the way leaves nothing behind and is begun again (`sweeping.py`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, BinaryIO

import orjson
from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from redis.exceptions import RedisError

from dhis2api.errors import ApiError
from dhis2api.web import faults
from dhis2api.web.request_id import current_request_id
from dhis2api.web.stored_params import params_from_json
from scheduling.claims import MOST_CRASHES, NAME_CONNECTION, STEP, Claim, Ending, LeaseLost, claim_next, finish
from scheduling.job_types import JobType
from scheduling.keeping import Keeper
from scheduling.models import Level, Status
from scheduling.notifications import Log, execute_here
from scheduling.payloads import open_chunks
from scheduling.progress import Cancelled, JobRefused, OnFailure, Progress, ProgressStatus, Stage
from scheduling.registry import JobDeclaration, Outcome, find_declaration
from scheduling.sequences import follow
from scheduling.side_connection import DatabaseAway, SideConnection
from scheduling.stopping import stopping
from sharing.access import require_authority

FETCH = "SELECT data FROM job_payload WHERE job_id = %(job)s AND position = %(position)s"
FORGET_PAYLOAD = "DELETE FROM job_payload WHERE job_id = %(job)s"
WRITE_PROGRESS = """
    UPDATE job SET progress = %(progress)s
    WHERE id = %(job)s AND attempt = %(attempt)s AND status = 'RUNNING' RETURNING id
"""
MOST_ERRORS = 1000  # of a run that are kept
MOST_CODES = 1000  # characters
CANCELLED = "The job was cancelled"
UNEXPECTED = "an unexpected error, which the server's log describes under the job's id"
USER_GONE = "the user who started it does not exist any more"
USER_CLOSED = "the account of the user who started it is disabled or has expired"
GIVEN_UP = "the process that ran it ended {} times before it was done, so it is not tried again"
# Classes of SQLSTATEs: the server ends connections, or one broke; without any, nobody was there to send one.
CONNECTION_LOST = ("57P", "08")
PAUSE_SECONDS = 1.0  # for what went away to come back
INTERRUPTED = "The database or Redis went away before the job was done; the job begins again"
NOT_OFFERED = "this server offers no such job"

logger = logging.getLogger(__name__)


class JobRun:
    """What a job's function is given. `version` is the API's as the client called it, `user` who asked for it,
    `started` when this attempt began."""

    def __init__(
        self, claim: Claim, declaration: JobDeclaration, side: SideConnection, log: Log, progress: Progress
    ) -> None:
        self._claim, self._declaration, self._side, self._log = claim, declaration, side, log
        self._progress = progress
        self.uid = claim.uid
        self.version = claim.version
        self.body_format = claim.body_format
        self.started = claim.started
        self.parameters: Any = params_from_json(declaration.parameters, json.loads(claim.parameters))

    @property
    def is_personal(self) -> bool:
        """Whether a user asked for it; nobody did for what is due by its schedule."""
        return self._claim.user_uid is not None

    @property
    def user(self) -> Any:
        """The user as he stands now. Errors: JobRefused when he is gone or closed out, ApiError when he lost the
        authority with which he started it."""
        found = get_user_model().objects.filter(uid=self._claim.user_uid).first()
        if found is None:
            raise JobRefused(USER_GONE)
        if not found.is_active:
            raise JobRefused(USER_CLOSED)
        if self._declaration.authorities:
            require_authority(found.principal, *self._declaration.authorities)
        return found

    @contextmanager
    def open_body(self) -> Iterator[BinaryIO]:
        """The payload as a stream, decompressed; it comes over the side, so that it may be read amid a COPY."""
        with open_chunks(self._fetch) as stream:
            yield stream

    def tell(self, message: str, level: Level = Level.INFO) -> None:
        """A line of progress, seen at once."""
        self._log.tell(message, level)

    def stage(
        self, description: str, items: int | None = None, on_failure: OnFailure = OnFailure.PARENT
    ) -> AbstractContextManager[Stage]:
        """A stage of the work, for those who watch; `items` is how many it will have. Errors: Cancelled."""
        return self._progress.stage(description, items, on_failure)

    def check(self) -> None:
        """Errors: Cancelled, once somebody asked for the end; LeaseLost, once another worker has the job. Statements
        of the work are cancelled by themselves."""
        self._progress.check()

    @contextmanager
    def step(self) -> Iterator[None]:
        """A transaction of a job that is declared `in_steps`: what it writes stays, whatever comes after.

        Errors: LeaseLost, which rolls it back: another worker has the job by now. Cancelled.
        """
        self.check()
        with transaction.atomic():
            execute_here(NAME_CONNECTION, {"name": self._claim.connection_name})
            yield
            if not execute_here(STEP, self._claim.fence):
                raise LeaseLost

    def _fetch(self, position: int) -> bytes | None:
        rows = self._side.execute(FETCH, {"job": self._claim.pk, "position": position})
        return bytes(rows[0][0]) if rows else None


def run_next(queue: str, worker: str = "") -> bool:
    """Take the next job of a queue and see it through; whether there was one. `worker` names this process.

    Errors: of the database, when it is away. Whatever happens to a job that was claimed is told in its log.
    """
    close_old_connections()
    claim = claim_next(queue, worker)
    if claim is None:
        return False
    current_request_id.set(claim.uid)
    logger.log(_loudness(claim), "%s begins, attempt %s", claim.type, claim.attempt)
    try:
        with Keeper(claim) as keeper:
            _run(claim, keeper)
    finally:
        current_request_id.set("-")
    return True


def _loudness(claim: Claim) -> int:
    """What runs every few seconds would hide the rest."""
    return logging.DEBUG if claim.type == JobType.HOUSEKEEPING else logging.INFO


def _run(claim: Claim, keeper: Keeper) -> None:
    try:
        keeper.log.begin(json.loads(claim.parameters))
        _attempt(claim, keeper)
    except (LeaseLost, *INTERRUPTIONS) as error:
        connection.close()
        if isinstance(error, LeaseLost) or keeper.has_lost:
            logger.warning("%s is no longer ours; nothing of attempt %s stays", claim.type, claim.attempt)
        else:
            cause = error.__cause__ or error
            logger.warning("%s was interrupted: %s", claim.type, type(cause).__name__)
            # Counted, so that a job which always takes the database along does not do so for ever.
            keeper.release(INTERRUPTED, crashes=0 if isinstance(cause, RedisError) else 1)
            stopping.wait(PAUSE_SECONDS)


def _attempt(claim: Claim, keeper: Keeper) -> None:
    """Do it; what goes wrong with the job itself is its outcome."""
    log = keeper.log
    declaration = find_declaration(claim.type)
    progress = keeper.progress = _begin_progress(claim, keeper)
    run = None
    try:
        if declaration is None:
            raise JobRefused(NOT_OFFERED)
        if claim.crashes >= MOST_CRASHES:
            raise JobRefused(GIVEN_UP.format(claim.crashes))
        run = JobRun(claim, declaration, keeper.side, log, progress)
        run.check()
        if declaration.in_steps:
            outcome = declaration.function(run)
            with transaction.atomic():
                _store(claim, log, outcome, progress=progress)
        else:
            with transaction.atomic():
                execute_here(NAME_CONNECTION, {"name": claim.connection_name})
                _store(claim, log, declaration.function(run), progress=progress)
        logger.log(_loudness(claim), "%s is done", claim.type)
    except (LeaseLost, DatabaseAway):
        raise
    except Exception as error:
        if keeper.has_lost:
            raise LeaseLost from error
        keeper.let_end()
        if keeper.is_cancelled and _is_cancellation(error):
            _store_cancelled(claim, log, progress)
            return
        if _is_interruption(error):
            raise Interrupted from error
        with transaction.atomic():
            fail(claim, log, _reason(error), run, progress)


def _begin_progress(claim: Claim, keeper: Keeper) -> Progress:
    def write(shown: str) -> None:
        keeper.side.execute(WRITE_PROGRESS, {**claim.fence, "progress": shown})

    return Progress(
        claim.type, claim.uid, claim.user_uid, write=write, is_cancelled=lambda: keeper.is_cancelled,
        note=_reason, is_fatal=lambda error: isinstance(error, LeaseLost | DatabaseAway)
        or _is_interruption(error), ensure_held=keeper.ensure_held,
    )  # fmt: skip


def _store_cancelled(claim: Claim, log: Log, progress: Progress) -> None:
    with transaction.atomic():
        log.end(CANCELLED, Level.WARN, execute_here)
        shown = progress.end(ProgressStatus.CANCELLED, "")
        finish(claim, Ending(Status.STOPPED, progress=shown))
        follow(claim, Status.STOPPED)
    logger.info("%s was cancelled", claim.type)


def fail(claim: Claim, log: Log, reason: str, run: JobRun | None = None, progress: Progress | None = None) -> None:
    """Store that a job could not be carried out, in the words of its type, as part of the open transaction."""
    log.tell(reason, Level.ERROR, execute_here)
    _store(claim, log, _word_failure(claim, log, reason, run), error=reason, progress=progress)


def _word_failure(claim: Claim, log: Log, reason: str, run: JobRun | None) -> Outcome:
    declaration = find_declaration(claim.type)
    if declaration is None:
        return Outcome(message=reason, is_error=True)
    try:
        with transaction.atomic():
            return declaration.failed(run or _unborn_run(claim, declaration, log), reason)
    except Exception:  # whoever cannot word a failure must not keep it from being told, nor others from being swept
        logger.exception("The failure of %s cannot be worded", claim.type)
        return Outcome(message=reason, is_error=True)


def _unborn_run(claim: Claim, declaration: JobDeclaration, log: Log) -> JobRun:
    """Of an attempt that never came to its function, for the words of its failure."""
    unseen = Progress(
        claim.type, claim.uid, claim.user_uid, write=lambda shown: None, is_cancelled=lambda: False,
        note=lambda error: None, is_fatal=lambda error: True,
    )  # fmt: skip
    return JobRun(claim, declaration, SideConnection(), log, unseen)


def _store(
    claim: Claim, log: Log, outcome: Outcome, error: str | None = None, progress: Progress | None = None
) -> None:
    """The result before the line that announces it, both in the transaction of the work."""
    status = Status.FAILED if outcome.is_error else Status.COMPLETED
    summary = None if outcome.summary is None else orjson.dumps(outcome.summary).decode()
    log.end(outcome.message, Level.ERROR if outcome.is_error else Level.INFO, execute_here)
    reason = error or (outcome.message if outcome.is_error else None)
    ended_as = ProgressStatus.ERROR if outcome.is_error else ProgressStatus.SUCCESS
    finish(claim, Ending(
        status, summary, reason and reason.replace("\x00", ""), *_stored_errors(outcome.errors),
        progress=progress and progress.end(ended_as, outcome.message),
    ))  # fmt: skip
    follow(claim, status)
    declaration = find_declaration(claim.type)
    if declaration is not None and declaration.has_secrets:
        execute_here(FORGET_PAYLOAD, {"job": claim.pk})


def _stored_errors(errors: Sequence[Mapping[str, Any]]) -> tuple[str | None, str | None]:
    """The first of them as JSON, and their codes."""
    if not errors:
        return None, None
    codes = " ".join(sorted({str(error["code"]) for error in errors}))
    if len(codes) > MOST_CODES:
        codes = codes[:MOST_CODES].rpartition(" ")[0]
    return orjson.dumps(list(errors[:MOST_ERRORS])).decode(), codes


def _is_cancellation(error: Exception) -> bool:
    """Whether the work ended because it was told to: by itself, or in the middle of a statement."""
    return isinstance(error, Cancelled) or getattr(error.__cause__, "pgcode", None) == faults.CANCELLED


class Interrupted(Exception):
    """What the job stands on went away in the middle of it; that is no fault of the job's."""


INTERRUPTIONS = (Interrupted, DatabaseAway, OperationalError, InterfaceError, RedisError)


def _is_interruption(error: Exception) -> bool:
    """Whether the database or Redis went away, or another transaction stood in the way and one had to yield."""
    if isinstance(error, OperationalError | InterfaceError):
        state = getattr(error.__cause__, "pgcode", None)
        return state is None or state in faults.COLLISIONS or state.startswith(CONNECTION_LOST)
    return isinstance(error, RedisError)


def _reason(error: Exception) -> str:
    if isinstance(error, ApiError):
        return error.message
    if isinstance(error, JobRefused):
        return str(error)
    logger.exception("A job failed")
    return UNEXPECTED

"""Who works on what: claims with a lease, kept by signs of life, fenced by the attempt.

Every statement that changes a running job names its attempt. Who lost the job changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from scheduling.models import Status
from scheduling.notifications import execute_here

LEASE_SECONDS = 6  # after which a silent worker counts as dead
BEAT_SECONDS = 1.0  # between signs of life
MOST_CRASHES = 5  # of its processes, after which a job is not tried again

# The columns of a `Claim`, in its order.
CLAIMED = "id, uid, type, parameters::text, body_format, version, user_uid, attempt"
CLAIM = f"""
    -- The oldest job of a queue that nobody else is claiming and that may run now. One user's jobs of a type run one
    -- after the other, so that they take effect in the order of their acceptance, also when a worker dies between.
    UPDATE job SET status = 'RUNNING', attempt = attempt + 1, error = NULL, worker = %(worker)s,
        lease_until = clock_timestamp() + make_interval(secs => %(lease)s),
        started = clock_timestamp(), last_alive = clock_timestamp()
    WHERE id = (
        SELECT id FROM job AS waiting
        WHERE queue = %(queue)s AND status = 'QUEUED' AND NOT EXISTS (
            SELECT FROM job AS running
            WHERE running.type = waiting.type AND running.status = 'RUNNING'
              AND (waiting.alone OR running.user_uid = waiting.user_uid)
        )
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING {CLAIMED}
"""
BEAT = """
    UPDATE job SET last_alive = clock_timestamp(), lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
    WHERE id = %(job)s AND attempt = %(attempt)s AND status = 'RUNNING' RETURNING id
"""
FINISHED = "SELECT 1 FROM job WHERE id = %(job)s AND attempt = %(attempt)s AND status IN ('COMPLETED', 'FAILED')"
# In the transaction of the job's own work.
FINISH = """
    UPDATE job SET status = %(status)s, finished = clock_timestamp(), lease_until = NULL, last_alive = NULL,
        summary = %(summary)s, error = %(error)s
    WHERE id = %(job)s AND attempt = %(attempt)s AND status = 'RUNNING' RETURNING id
"""
# Back into the queue; a process that dies is counted, one that is told to stop is not.
RELEASE = """
    UPDATE job SET status = 'QUEUED', lease_until = NULL, last_alive = NULL, crashes = crashes + %(crashes)s
    WHERE id = %(job)s AND attempt = %(attempt)s AND status = 'RUNNING' RETURNING id
"""


class LeaseLost(Exception):
    """Another worker has the job by now, or it waits again: nothing of this attempt may stay."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this process works on. `pk` and `attempt` name it in every statement."""

    pk: int
    uid: str
    type: str
    parameters: str  # JSON
    body_format: str
    version: int | None
    user_uid: str
    attempt: int

    @property
    def fence(self) -> dict[str, Any]:
        """What a statement needs to change this attempt, and no other."""
        return {"job": self.pk, "attempt": self.attempt}


def claim_next(queue: str, worker: str = "") -> Claim | None:
    """Take the next job of a queue, committed at once; None when there is nothing to do.

    `worker` names the process, and those that take its place when it dies.
    """
    try:
        with transaction.atomic():
            rows = execute_here(CLAIM, {"queue": queue, "worker": worker, "lease": LEASE_SECONDS})
    except IntegrityError:  # another worker took one of the same type in this moment: the next look finds more
        return None
    if not rows:
        return None
    return to_claim(rows[0])


def to_claim(row: tuple[Any, ...]) -> Claim:
    """A row of `CLAIMED` columns."""
    return Claim(*row)


def finish(claim: Claim, status: Status, summary: str | None, error: str | None = None) -> None:
    """Store the result, as part of the open transaction. Errors: LeaseLost, which must roll it back."""
    values: Mapping[str, Any] = {"status": status.value, "summary": summary, "error": error}
    if not execute_here(FINISH, {**claim.fence, **values}):
        raise LeaseLost

"""Who works on what: claims with a lease, kept by signs of life, fenced by the attempt.

Every statement that changes a running job names its attempt. Who lost the job changes nothing any more.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from dhis2api.figures import count_job
from scheduling.notifications import execute_here

LEASE_SECONDS = 6  # after which a silent worker counts as dead
BEAT_SECONDS = 1.0  # between signs of life
MOST_CRASHES = 5  # of its processes, after which a job is not tried again

# The columns of a `Claim`, in its order.
CLAIMED = (
    "id, uid, type, coalesce(parameters, '{}')::text, body_format, version, user_uid, attempt, crashes, started, "
    "queue_name, cancel_requested"
)
CLAIM = f"""
    -- The oldest job of a queue that nobody else is claiming and that may run now. One user's jobs of a type run one
    -- after the other, so that they take effect in the order of their acceptance, also when a worker dies between:
    -- an older one that still waits may be just claimed by somebody who does not live to commit that.
    UPDATE job SET status = 'RUNNING', attempt = attempt + 1, error = NULL, worker = %(worker)s,
        lease_until = clock_timestamp() + make_interval(secs => %(lease)s),
        started = clock_timestamp(), last_alive = clock_timestamp(), summary = NULL, progress = NULL
    WHERE id = (
        SELECT id FROM job AS waiting
        WHERE queue = %(queue)s AND status = 'QUEUED' AND NOT EXISTS (
            SELECT FROM job AS running
            WHERE running.type = waiting.type AND running.status = 'RUNNING'
              AND (waiting.alone OR running.user_uid IS NOT DISTINCT FROM waiting.user_uid)
        ) AND NOT EXISTS (
            SELECT FROM job AS older
            WHERE older.queue = waiting.queue AND older.status = 'QUEUED' AND older.id < waiting.id
              AND older.type = waiting.type AND older.user_uid IS NOT DISTINCT FROM waiting.user_uid
        )
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING {CLAIMED}
"""
BEAT = """
    UPDATE job SET last_alive = clock_timestamp(), lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
    WHERE id = %(job)s AND attempt = %(attempt)s AND status = 'RUNNING' RETURNING cancel_requested
"""
# As the last statement of a step of the work: nothing is committed for somebody who lost the job.
STEP = """
    UPDATE job SET last_alive = clock_timestamp()
    WHERE id = %(job)s AND attempt = %(attempt)s AND status = 'RUNNING' RETURNING id
"""
# Whether the attempt has stored its result: only then it ended after it began.
FINISHED = "SELECT 1 FROM job WHERE id = %(job)s AND attempt = %(attempt)s AND finished >= started"
# The members of a queue are changed by the end of one: in the order in which everybody locks jobs.
HOLD_QUEUE = "SELECT id FROM job WHERE queue_name = %(queue)s ORDER BY id FOR UPDATE"
# In the transaction of the job's own work. What repeats rests until it is due again; an "execute now" is over.
FINISH = """
    UPDATE job SET finished = clock_timestamp(), lease_until = NULL, last_alive = NULL, cancel_requested = false,
        crashes = CASE WHEN repeats THEN 0 ELSE crashes END,
        summary = %(summary)s, error = %(error)s, errors = %(errors)s, error_codes = %(error_codes)s,
        last_executed_status = %(status)s, progress = coalesce(%(progress)s, progress),
        status = CASE WHEN repeats THEN 'RESTING' ELSE %(status)s END, enabled = enabled AND repeats,
        scheduling_type = CASE WHEN cron_expression IS NOT NULL OR queue_name IS NOT NULL THEN 'CRON'
                               WHEN delay IS NOT NULL THEN 'FIXED_DELAY' ELSE scheduling_type END
    FROM (
        -- the members of a queue behind its first have neither of the first two, and what left its queue while it ran
        -- has nothing but the type
        SELECT cron_expression IS NOT NULL OR delay IS NOT NULL OR queue_name IS NOT NULL
               OR scheduling_type <> 'ONCE_ASAP' AS repeats
        FROM job WHERE id = %(job)s
    ) AS own
    WHERE id = %(job)s AND attempt = %(attempt)s AND status = 'RUNNING' RETURNING id
"""
# Back into the queue; a process that dies is counted, one that is told to stop is not.
RELEASE = """
    UPDATE job SET status = 'QUEUED', lease_until = NULL, last_alive = NULL, crashes = crashes + %(crashes)s,
        progress = NULL
    WHERE id = %(job)s AND attempt = %(attempt)s AND status = 'RUNNING' RETURNING id
"""


NAME_CONNECTION = "SELECT set_config('application_name', %(name)s, true)"
HANG_UP = """
    -- What is left of an attempt that is over: a process that is frozen or out of reach keeps its locks otherwise
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = %(name)s AND pid <> pg_backend_pid()
"""
HANG_UP_FROZEN = """
    -- The same of processes that fell silent between their result and its commit, which keeps even the job's row locked
    SELECT pg_terminate_backend(pid)
    FROM job JOIN pg_stat_activity ON application_name = format('job %%s attempt %%s', job.id, job.attempt)
    WHERE job.status = 'RUNNING' AND job.lease_until < clock_timestamp() AND datname = current_database()
      AND state LIKE 'idle in transaction%%' AND state_change < clock_timestamp() - make_interval(secs => %(lease)s)
"""


# A job that ran before begins anew, and its log with it; one that is taken up again goes on.
FORGET_LOG = """
    DELETE FROM job_notification WHERE job_id = %(job)s
      AND EXISTS (SELECT FROM job_notification WHERE job_id = %(job)s AND completed)
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
    user_uid: str | None
    attempt: int
    crashes: int  # before this attempt
    started: datetime
    queue_name: str | None
    cancel_requested: bool  # of an attempt that died before it heard of it

    @property
    def connection_name(self) -> str:
        """Of the connection that does the work, while its transaction lasts: whoever takes over can hang it up."""
        return f"job {self.pk} attempt {self.attempt}"

    @property
    def fence(self) -> dict[str, Any]:
        """What a statement needs to change this attempt, and no other."""
        return {"job": self.pk, "attempt": self.attempt}


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended. `summary`, `errors` and `progress` are JSON texts."""

    status: str
    summary: str | None = None
    error: str | None = None
    errors: str | None = None
    error_codes: str | None = None
    progress: str | None = None


def claim_next(queue: str, worker: str = "") -> Claim | None:
    """Take the next job of a queue, committed at once; None when there is nothing to do.

    `worker` names the process, and those that take its place when it dies.
    """
    try:
        with transaction.atomic():
            rows = execute_here(CLAIM, {"queue": queue, "worker": worker, "lease": LEASE_SECONDS})
            if rows:
                execute_here(FORGET_LOG, {"job": rows[0][0]})
    except IntegrityError:  # another worker took one of the same type in this moment: the next look finds more
        return None
    if not rows:
        return None
    return to_claim(rows[0])


def to_claim(row: tuple[Any, ...]) -> Claim:
    """A row of `CLAIMED` columns."""
    return Claim(*row)


def finish(claim: Claim, ending: Ending) -> None:
    """Store the result, as part of the open transaction. Errors: LeaseLost, which must roll it back."""
    if claim.queue_name is not None:
        execute_here(HOLD_QUEUE, {"queue": claim.queue_name})
    if not execute_here(FINISH, {**claim.fence, **asdict(ending)}):
        raise LeaseLost
    count_job(claim.type, ending.status, (timezone.now() - claim.started).total_seconds())

"""What the scheduler does every second for jobs that lost their workers, and what housekeeping tidies up.

Several may run; the one that gets the advisory lock is the leader of that moment. The lock ends with the transaction,
so that it works behind a pooler and nobody needs to give it back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from configuration.settings import system_settings
from scheduling.bell import ring_after_commit
from scheduling.claims import (
    CLAIMED,
    HANG_UP,
    HANG_UP_FROZEN,
    LEASE_SECONDS,
    MOST_CRASHES,
    RELEASE,
    Claim,
    to_claim,
)
from scheduling.forgetting import forget_ended
from scheduling.job_runs import GIVEN_UP, fail
from scheduling.models import Level
from scheduling.notifications import Log, execute_here
from scheduling.params import LONGEST_DAYS

LEADER = 0x7363686564756C65  # "schedule": an advisory lock
LEAD = "SELECT pg_try_advisory_xact_lock(%(lock)s)"
# One who is just storing his result holds the row, and is not dead.
SILENT = f"""
    SELECT {CLAIMED}, queue FROM job
    WHERE status = 'RUNNING' AND lease_until < clock_timestamp()
    ORDER BY id FOR UPDATE SKIP LOCKED
"""
LEFT_BEHIND = f"""
    SELECT {CLAIMED}, queue FROM job WHERE status = 'RUNNING' AND worker = %(worker)s FOR UPDATE SKIP LOCKED
"""
FORGET_PAYLOADS = """
    DELETE FROM job_payload USING job
    WHERE job.id = job_payload.job_id AND job.status IN ('COMPLETED', 'FAILED', 'STOPPED')
      AND job.finished < clock_timestamp() - make_interval(mins => %(minutes)s)
"""
BEGUN_AGAIN = "The process that ran the job ended before it was done; the job begins again"

logger = logging.getLogger(__name__)


def lead() -> bool:
    """Whether this process is the leader until the end of the open transaction."""
    return bool(execute_here(LEAD, {"lock": LEADER})[0][0])


def sweep() -> None:
    """Put what lost its worker back into the queue, or give it up; the leader's, in his transaction."""
    execute_here(HANG_UP_FROZEN, {"lease": LEASE_SECONDS})
    _recover(execute_here(SILENT, {}))


@transaction.atomic
def take_over(worker: str) -> None:
    """Put back what the process that had this name before left behind when it died, without awaiting its lease."""
    _recover(execute_here(LEFT_BEHIND, {"worker": worker}))


def _recover(rows: Iterable[tuple[Any, ...]]) -> None:
    for *columns, queue in rows:
        _begin_again(to_claim(tuple(columns)), queue)


def _begin_again(claim: Claim, queue: str) -> None:
    execute_here(HANG_UP, {"name": claim.connection_name})
    crashes = claim.crashes + 1
    log = Log(claim.pk, claim.attempt, execute_here)
    if crashes >= MOST_CRASHES:
        logger.error("%s %s is given up: its process ended %s times", claim.type, claim.uid, crashes)
        fail(claim, log, GIVEN_UP.format(crashes))
        return
    logger.warning("%s %s lost its worker and begins again", claim.type, claim.uid)
    log.tell(BEGUN_AGAIN, Level.WARN)
    execute_here(RELEASE, {**claim.fence, "crashes": 1})
    ring_after_commit(queue)


@transaction.atomic
def tidy() -> None:
    """Forget payloads, logs and results as the settings say. Source: DHIS2 2.42, scheduling, housekeeping.

    Payloads of ended jobs after `jobsCleanupAfterMinutes`; jobs with all that is theirs after `notifierMaxAgeDays`, or
    when `notifierMaxJobsPerType` younger ones of their type have ended. What has not ended stays.
    """
    settings = system_settings("jobsCleanupAfterMinutes", "notifierMaxAgeDays", "notifierMaxJobsPerType")
    minutes = min(max(0, settings["jobsCleanupAfterMinutes"]), LONGEST_DAYS * 24 * 60)
    execute_here(FORGET_PAYLOADS, {"minutes": minutes})
    most, days = max(1, settings["notifierMaxJobsPerType"]), min(max(0, settings["notifierMaxAgeDays"]), LONGEST_DAYS)
    forget_ended(user=None, days=days, most=most)

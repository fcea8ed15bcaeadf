"""Queues: jobs that run one after the other. Source: DHIS2 2.42, scheduling, queues.

The first member has the queue's cron expression; each next one begins when the one before has succeeded. Behind one
that failed or was stopped the others are skipped.
"""

from __future__ import annotations

from scheduling.bell import ring_after_commit
from scheduling.claims import Claim
from scheduling.models import Status
from scheduling.notifications import execute_here

NEXT = """
    UPDATE job SET status = 'QUEUED'
    WHERE queue_name = %(queue)s AND status = 'RESTING' AND enabled
      AND queue_position = (SELECT queue_position + 1 FROM job WHERE id = %(job)s AND queue_name = %(queue)s)
    RETURNING queue
"""
SKIP = """
    UPDATE job SET last_executed_status = 'NOT_STARTED'
    WHERE queue_name = %(queue)s
      AND queue_position > (SELECT queue_position FROM job WHERE id = %(job)s AND queue_name = %(queue)s)
"""


def follow(claim: Claim, status: Status) -> None:
    """Begin what stands behind an ended member of a queue, in the transaction that stores its end."""
    if claim.queue_name is None:
        return
    place = {"queue": claim.queue_name, "job": claim.pk}
    if status is Status.COMPLETED:
        for (queue,) in execute_here(NEXT, place):
            ring_after_commit(queue)
    else:
        execute_here(SKIP, place)


def skip_rest(job: int, queue: str | None) -> None:
    """Nothing begins behind a member that was taken back before it began."""
    if queue is not None:
        execute_here(SKIP, {"queue": queue, "job": job})

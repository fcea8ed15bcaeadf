"""The scheduler: Celery beat over the job rows. It has no schedule of its own; every second it looks at the rows.

Any number of them may run: who holds the advisory lock in that moment does the work (`sweeping.py`). A slot is noted in
the transaction that queues its run, so that it is run once, whoever leads.
"""

from __future__ import annotations

import time
from typing import Any

from celery import beat
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import Q
from django.utils import timezone

from scheduling.attendants import start_attendants
from scheduling.bell import celery_app, ring_after_commit
from scheduling.due import longest_cron_delay, next_time
from scheduling.models import Job
from scheduling.registry import find_declaration
from scheduling.states import Queue, SchedulingType, Status
from scheduling.stopping import stopping
from scheduling.sweeping import lead, sweep
from scheduling.system_jobs import ensure_system_jobs
from scheduling.working import may_use_database, tell_of

LOOK_SECONDS = 1.0
ENSURE_SECONDS = 60.0
SOON_SECONDS = 0.01  # after the full second, which is when slots are
HEADS = Q(queue_position__isnull=True) | Q(queue_position=0)
REPEATING = Q(scheduling_type=SchedulingType.CRON) | Q(scheduling_type=SchedulingType.FIXED_DELAY)


def scheduled_jobs() -> Any:
    """Jobs that rest until their schedule says."""
    return Job.objects.filter(HEADS, REPEATING, status=Status.RESTING, enabled=True)


@transaction.atomic
def look() -> bool:
    """Put back what lost its worker, and queue what is due; whether this process was the leader."""
    if not lead():
        return False
    sweep()
    queue_due_jobs()
    return True


def queue_due_jobs() -> int:
    """Queue every job whose time has come, in the open transaction; how many. Jobs that run are looked at later."""
    now, cron_delay = timezone.now(), longest_cron_delay()
    due = []
    for job in scheduled_jobs().select_for_update(skip_locked=True, of=("self",)):
        at = next_time(job, now, cron_delay, until=now)
        if at is not None and at <= now:
            due.append(job)
    for job in due:
        queue_job(job, slot=now)
    Job.objects.bulk_update(due, ["status", "slot", "queue", "alone"])
    return len(due)


def queue_job(job: Job, *, slot: Any) -> None:
    """Have a locked job run as soon as a worker is free; the caller saves `status`, `slot`, `queue`, `alone`."""
    declaration = find_declaration(job.type)
    job.status, job.slot = Status.QUEUED, slot
    job.queue = declaration.queue if declaration is not None else Queue.SHORT
    job.alone = declaration.alone if declaration is not None else True
    ring_after_commit(job.queue)


class RowScheduler(beat.Scheduler):
    """Celery beat's scheduler without entries: what there is to do stands in the job rows."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._ensured: float | None = None

    def setup_schedule(self) -> None:
        """Nothing to load."""

    def should_sync(self) -> bool:
        """Nothing to store."""
        return False

    def tick(self, *arguments: Any, **options: Any) -> float:
        """Look once; the seconds until the next look, which comes just behind the full second."""
        try:
            if may_use_database():
                close_old_connections()
                if look() and self._is_time_to_ensure():
                    ensure_system_jobs()
                    self._ensured = time.monotonic()
        except DatabaseError as error:
            tell_of("scheduler", error)
            connection.close()
        if stopping.is_set():
            raise SystemExit(0)
        return LOOK_SECONDS - time.time() % LOOK_SECONDS + SOON_SECONDS

    def _is_time_to_ensure(self) -> bool:
        return self._ensured is None or time.monotonic() - self._ensured > ENSURE_SECONDS


def schedule() -> int:
    """Run Celery beat, and the attendants beside it, until told to stop; the exit status."""
    start_attendants()
    beat.Service(app=celery_app(), scheduler_cls=RowScheduler).start()
    return 0

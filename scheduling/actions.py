"""What one does with a job: run it now, enable, disable, cancel, revert it. Source: DHIS2 2.42, scheduling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dhis2api.errors import ApiError
from scheduling.catalogue import CONFIGURABLE
from scheduling.claims import CLAIMED, HANG_UP, to_claim
from scheduling.cron import is_defined
from scheduling.errors import (
    ALREADY_RUNNING,
    DID_RUN,
    JOB_UNKNOWN,
    MUST_BE_CONFIGURABLE,
    NEEDS_SCHEDULE,
    NOT_MODIFIABLE,
    NOT_RUNNABLE,
    NOT_RUNNING,
    STILL_RUNNING,
)
from scheduling.forgetting import forget_ended
from scheduling.job_runs import CANCELLED, fail
from scheduling.job_types import JobType
from scheduling.models import Job, Level
from scheduling.notifications import Log, execute_here
from scheduling.rules import scheduling_type_of
from scheduling.scheduler import queue_job
from scheduling.sequences import skip_rest
from scheduling.states import ENDED, JobStatus, SchedulingType, Status
from scheduling.wire import ADMIN_AUTHORITY, MAINTENANCE_AUTHORITY
from sharing.access import Principal, require_authority

REVERTED = "An administrator took the job from its worker, which had not shown itself for a while"
SILENT = timedelta(minutes=1)
READ_CLAIM = f"SELECT {CLAIMED} FROM job WHERE id = %(job)s"
ENGINE = ["status", "slot", "queue", "alone", "scheduling_type"]


def locked_job(uid: str) -> Job:
    """A job, held until the transaction ends. Errors: 404."""
    found = Job.objects.filter(uid=uid).select_for_update(of=("self",)).first()
    if found is None:
        raise ApiError(JOB_UNKNOWN, uid)
    return found


@transaction.atomic
def execute_now(uid: str, principal: Principal) -> None:
    """Run a job as soon as a worker is free, besides its schedule; one that waits already stays as it is.

    The right to change jobs is asked for, where DHIS2 2.42 lets everybody. Errors: 403, 404, 409.
    """
    require_authority(principal, ADMIN_AUTHORITY)
    job = locked_job(uid)
    if job.status == Status.RUNNING:
        raise ApiError(ALREADY_RUNNING)
    if job.status in ENDED:
        raise ApiError(DID_RUN)
    if not job.enabled:
        raise ApiError(NOT_RUNNABLE)
    if job.status == Status.RESTING:
        job.scheduling_type = SchedulingType.ONCE_ASAP
        queue_job(job, slot=job.slot)
        job.save(update_fields=ENGINE)


@transaction.atomic
def set_enabled(uid: str, principal: Principal, *, enabled: bool) -> None:
    """Enable or disable a job; one that is so already stays. Errors: 403, 404, 409."""
    require_authority(principal, ADMIN_AUTHORITY)
    job = locked_job(uid)
    if not job.configurable:
        raise ApiError(NOT_MODIFIABLE, uid)
    has_schedule = is_defined(job.cron_expression) or (job.delay or 0) > 0 or job.queue_name is not None
    if enabled and not has_schedule:
        raise ApiError(NEEDS_SCHEDULE)
    if job.enabled != enabled:
        job.enabled, job.slot, job.last_updated = enabled, timezone.now(), timezone.now()
        if enabled and job.status in ENDED:
            job.status = Status.RESTING
        elif not enabled and job.status == Status.QUEUED:  # it does not begin any more
            job.status = Status.RESTING
            job.scheduling_type = scheduling_type_of(job.cron_expression, job.delay, job.queue_name)
        job.save(update_fields=["enabled", "slot", "last_updated", "status", "scheduling_type"])


@transaction.atomic
def cancel(uid: str, principal: Principal) -> None:
    """End what a job is doing, or what it waits to do; for one that does neither nothing happens. Errors: 403, 404."""
    job = locked_job(uid)
    if job.user_uid != principal.uid:
        require_authority(principal, MAINTENANCE_AUTHORITY)
    cancel_locked(job)


@transaction.atomic
def cancel_type(type: str, principal: Principal) -> None:
    """The same for what runs of a type, as far as the user may."""
    jobs = Job.objects.filter(type=type, status=Status.RUNNING)
    if not principal.has_any((MAINTENANCE_AUTHORITY,)):
        jobs = jobs.filter(user_uid=principal.uid)
    for job in jobs.select_for_update(of=("self",)).order_by("pk"):
        cancel_locked(job)


def cancel_locked(job: Job) -> None:
    """A running job is told to end, and does within a second or two; one that waits for a worker ends at once."""
    if job.status == Status.RUNNING:
        Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    elif job.status == Status.QUEUED:
        Log(job.pk, job.attempt, execute_here).end(CANCELLED, Level.WARN, execute_here)
        by_itself = scheduling_type_of(job.cron_expression, job.delay, job.queue_name)
        repeats = by_itself is not SchedulingType.ONCE_ASAP
        job.status = Status.RESTING if repeats else Status.STOPPED
        job.scheduling_type, job.enabled, job.cancel_requested = by_itself, job.enabled and repeats, False
        job.last_executed_status = JobStatus.STOPPED
        if not repeats:
            job.finished = timezone.now()
        job.save(update_fields=[
            "status", "scheduling_type", "enabled", "cancel_requested", "last_executed_status", "finished",
        ])  # fmt: skip
        skip_rest(job.pk, job.queue_name)


@transaction.atomic
def revert(uid: str, principal: Principal) -> None:
    """Take a job from a worker that has not shown itself for a minute; it has failed. Errors: 403, 404, 409."""
    require_authority(principal, MAINTENANCE_AUTHORITY)
    job = locked_job(uid)
    if job.status != Status.RUNNING:
        raise ApiError(NOT_RUNNING)
    if job.last_alive is not None and job.last_alive > timezone.now() - SILENT:
        raise ApiError(STILL_RUNNING)
    claim = to_claim(execute_here(READ_CLAIM, {"job": job.pk})[0])
    execute_here(HANG_UP, {"name": claim.connection_name})
    fail(claim, Log(claim.pk, claim.attempt, execute_here), REVERTED)


def clean(minutes: int, principal: Principal) -> None:
    """Forget run-once jobs that ended so long ago. Errors: 403."""
    require_authority(principal, MAINTENANCE_AUTHORITY)
    forget_ended(user=None, days=None, most=None, minutes=minutes)


def require_configurable(body: Any) -> None:
    """Errors: 409 for a new job of a type that only the server itself uses."""
    given = body.get("jobType") if isinstance(body, dict) else None
    if isinstance(given, str) and given in JobType.__members__ and given not in CONFIGURABLE:
        raise ApiError(MUST_BE_CONFIGURABLE, body.get("id") or body.get("name") or given)


def refuse_others(uid: str, refusal: Any) -> None:
    """Errors: `refusal` for a job that is not the users' to change."""
    job = Job.objects.filter(uid=uid).only("configurable").first()
    if job is not None and not job.configurable:
        raise ApiError(refusal, uid)

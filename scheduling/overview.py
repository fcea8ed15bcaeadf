"""What will run: the scheduler's entries, jobs that are due, jobs that are stale. Source: DHIS2 2.42, scheduling."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from configuration.settings import system_setting
from dhis2api.web.timestamps import format_timestamp
from scheduling.due import latest_time, longest_cron_delay, next_time
from scheduling.models import Job, readable_keys
from scheduling.scheduler import HEADS
from scheduling.states import JobStatus, SchedulingType, Status
from sharing.access import Principal

LATEST = datetime.max.replace(tzinfo=timezone.get_default_timezone())
REPEATS = Q(cron_expression__isnull=False) | Q(delay__isnull=False) | Q(queue_name__isnull=False)


def scheduler_entries(order: str | None) -> list[dict[str, Any]]:
    """Every job that repeats, a queue as one entry; by the next time, or by name. Two queries."""
    now, cron_delay = timezone.now(), longest_cron_delay()
    jobs = list(Job.objects.filter(REPEATS).order_by("queue_name", "queue_position", "name"))
    queues: dict[str, list[Job]] = {}
    for job in jobs:
        if job.queue_name is not None:
            queues.setdefault(job.queue_name, []).append(job)
    entries = [(_next(job, now, cron_delay), _entry([job], now, cron_delay)) for job in jobs if job.queue_name is None]
    entries += [
        (_next(members[0], now, cron_delay), _entry(members, now, cron_delay, name=name))
        for name, members in queues.items()
    ]
    by_name = order is not None and order.lower() == "name"
    entries.sort(key=lambda entry: entry[1]["name"].lower() if by_name else (entry[0], entry[1]["name"].lower()))
    return [entry for _, entry in entries]


def queueable_entries(name: str | None) -> list[dict[str, Any]]:
    """Jobs that may join a queue: users' jobs with a cron expression, in no queue but the named one."""
    now, cron_delay = timezone.now(), longest_cron_delay()
    free = Q(queue_name__isnull=True, cron_expression__isnull=False) | Q(queue_name=name or "")
    jobs = Job.objects.filter(free, configurable=True).order_by("name")
    return [_entry([job], now, cron_delay) for job in jobs]


def _next(job: Job, now: datetime, cron_delay: timedelta) -> datetime:
    return next_time(job, now, cron_delay) or LATEST


def _entry(members: list[Job], now: datetime, cron_delay: timedelta, *, name: str | None = None) -> dict[str, Any]:
    head = members[0]
    due = next_time(head, now, cron_delay)
    latest = latest_time(head, now, cron_delay)
    seconds_left, seconds_at_most = (at and max(0, round((at - now).total_seconds())) for at in (due, latest))
    is_running = any(job.job_status == JobStatus.RUNNING for job in members)
    entry = {
        "name": name or head.name, "type": head.type if name is None else "Sequence",
        "cronExpression": head.cron_expression, "delay": head.delay, "nextExecutionTime": due,
        "maxDelayedExecutionTime": latest, "secondsToNextExecutionTime": seconds_left,
        "secondsToMaxDelayedExecutionTime": seconds_at_most,
        "status": JobStatus.RUNNING.value if is_running else head.job_status, "enabled": head.enabled,
        "configurable": head.configurable, "sequence": [_member(job, now, cron_delay) for job in members],
    }  # fmt: skip
    return _shown(entry)


def _member(job: Job, now: datetime, cron_delay: timedelta) -> dict[str, Any]:
    return _shown({
        "id": job.uid, "name": job.name, "type": job.type, "cronExpression": job.cron_expression, "delay": job.delay,
        "nextExecutionTime": next_time(job, now, cron_delay), "status": job.job_status,
    })  # fmt: skip


def due_jobs(seconds: int, principal: Principal, *, include_waiting: bool) -> list[dict[str, Any]]:
    """Jobs whose time comes within so many seconds; those whose type just runs only with `include_waiting`.

    What others' requests started is not shown, as in the list of jobs: its parameters are theirs.
    """
    now, cron_delay = timezone.now(), longest_cron_delay()
    jobs = Job.objects.filter(
        HEADS, pk__in=readable_keys(principal), enabled=True, job_status=JobStatus.SCHEDULED
    ).order_by("type", "created")
    if not include_waiting:
        jobs = jobs.exclude(type__in=Job.objects.filter(status=Status.RUNNING).values("type"))
    until = now + timedelta(seconds=seconds)
    return [_plain(job) for job in jobs if (due := next_time(job, now, cron_delay)) is not None and due <= until]


def stale_jobs(seconds: int, principal: Principal) -> list[dict[str, Any]]:
    """Jobs that run without a sign of life for so many seconds, or for more than twice their delay; of those that the
    user may read."""
    now = timezone.now()
    if seconds <= 0:
        seconds = max(1, system_setting("jobsRescheduleAfterMinutes")) * 60
    running = Job.objects.filter(pk__in=readable_keys(principal), status=Status.RUNNING).order_by("type", "created")
    return [_plain(job) for job in running if _is_stale(job, now, timedelta(seconds=seconds))]


def _is_stale(job: Job, now: datetime, silence: timedelta) -> bool:
    is_silent = job.last_alive is not None and job.last_alive < now - silence
    is_late = job.scheduling_type == SchedulingType.FIXED_DELAY and job.started is not None and job.delay is not None
    return is_silent or is_late and job.started < now - 2 * timedelta(seconds=job.delay)


def _plain(job: Job) -> dict[str, Any]:
    return _shown({
        "id": job.uid, "type": job.type, "schedulingType": job.scheduling_type, "name": job.name,
        "status": job.job_status, "executedBy": job.user_uid, "cronExpression": job.cron_expression,
        "delay": job.delay, "lastExecuted": job.started, "lastFinished": job.finished, "lastAlive": job.last_alive,
        "queueName": job.queue_name, "queuePosition": job.queue_position, "parameters": job.parameters,
    })  # fmt: skip


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        name: format_timestamp(value) if isinstance(value, datetime) else value
        for name, value in entry.items()
        if value is not None
    }

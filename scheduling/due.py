"""When jobs are due. Source: DHIS2 2.42, scheduling, next execution.

A cron expression names slots. `Job.slot` is the time up to which a job is done with them: when it was made, enabled or
given another expression, and later the slot of its last run. So each slot is run once, a slot that comes while the
server is away is caught up as long as it is not older than `jobsMaxCronDelayHours`, and of several only one is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from configuration.settings import system_setting
from scheduling.cron import Cron, CronError, is_defined
from scheduling.states import SchedulingType, Status

LONGEST_DELAY = 10_000 * 24  # hours, of a setting that somebody set to nonsense


def longest_cron_delay() -> timedelta:
    """For so long a missed slot is caught up."""
    return timedelta(hours=min(max(0, system_setting("jobsMaxCronDelayHours")), LONGEST_DELAY))


def server_zone() -> ZoneInfo:
    """Cron expressions are in the server's time."""
    return ZoneInfo(timezone.get_default_timezone_name())


def next_time(job: Any, now: datetime, cron_delay: timedelta, *, until: datetime | None = None) -> datetime | None:
    """When a job is due next, in the past for one that waits to be caught up; None for never.

    A job that waits for a worker is due `now`. One that is disabled, or stands behind another in a queue, is never; nor
    need one be found that is due after `until`.
    """
    if job.status == Status.QUEUED:
        return now
    if not job.enabled or job.queue_position or job.scheduling_type == SchedulingType.ONCE_ASAP:
        return None
    if job.scheduling_type == SchedulingType.FIXED_DELAY:
        return _next_by_delay(job, now)
    if not is_defined(job.cron_expression):
        return None
    since = max(job.slot or job.created, now - cron_delay - timedelta(seconds=1))
    try:
        return Cron.parse(job.cron_expression).next_after(since, server_zone(), until=until)
    except CronError:  # checked when it was stored; what came in another way never runs
        return None


def _next_by_delay(job: Any, now: datetime) -> datetime | None:
    if not job.delay or job.delay <= 0:
        return None
    return now if job.started is None else job.started + timedelta(seconds=job.delay)


def latest_time(job: Any, now: datetime, cron_delay: timedelta) -> datetime | None:
    """Until when the next run of a cron expression is caught up."""
    due = next_time(job, now, cron_delay) if job.scheduling_type == SchedulingType.CRON else None
    return due and due + cron_delay


def times_of(
    rule: Callable[[Any, datetime, timedelta], datetime | None], jobs: Iterable[Any]
) -> Mapping[int, datetime | None]:
    """Primary key → the time that a rule gives; two queries."""
    now, cron_delay = timezone.now(), longest_cron_delay()
    return {job.pk: rule(job, now, cron_delay) for job in jobs}

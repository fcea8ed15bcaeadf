"""The jobs that every server has, made again where one is missing. Source: DHIS2 2.42, scheduling, system jobs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from scheduling.job_types import JobType
from scheduling.models import Job
from scheduling.registry import find_declaration
from scheduling.states import SchedulingType, Status


@dataclass(frozen=True, slots=True)
class SystemJob:
    """One of them; every night unless it says otherwise."""

    type: JobType
    uid: str
    name: str
    cron: str | None = "0 0 2 ? * *"
    delay: int | None = None  # seconds


SYSTEM_JOBS = (
    SystemJob(JobType.HOUSEKEEPING, "DHIS2rocks1", "Housekeeping", None, 20),
    SystemJob(JobType.DATA_VALUE_TRIM, "D2datatrim8", "Data value trim", "0 0 1 ? * *"),
    SystemJob(JobType.DATA_SET_NOTIFICATION, "YvAwAmrqAtN", "Dataset notification"),
    SystemJob(JobType.CREDENTIALS_EXPIRY_ALERT, "sHMedQF7VYa", "Credentials expiry alert"),
    SystemJob(JobType.DATA_STATISTICS, "BFa3jDsbtdO", "Data statistics"),
    SystemJob(JobType.FILE_RESOURCE_CLEANUP, "pd6O228pqr0", "File resource clean up"),
    SystemJob(JobType.ACCOUNT_EXPIRY_ALERT, "fUWM1At1TUx", "User account expiry alert"),
    SystemJob(JobType.VALIDATION_RESULTS_NOTIFICATION, "Js3vHn2AVuG", "Validation result notification", "0 0 7 ? * *"),
    SystemJob(JobType.REMOVE_USED_OR_EXPIRED_RESERVED_VALUES, "uwWCT2BMmlq", "Remove expired or used reserved values"),
)


def ensure_system_jobs() -> int:
    """Make those that are missing and that this server has a function for; how many.

    One whose name somebody has given to a job of his own waits until it is free.
    """
    now = timezone.now()
    wanted = [found for found in SYSTEM_JOBS if find_declaration(found.type) is not None]
    known = set(Job.objects.filter(uid__in=[found.uid for found in wanted]).values_list("uid", flat=True))
    missing = [found for found in wanted if found.uid not in known]
    made = [
        Job(
            uid=found.uid, name=found.name, type=found.type, cron_expression=found.cron, delay=found.delay,
            scheduling_type=SchedulingType.CRON if found.cron else SchedulingType.FIXED_DELAY, is_system=True,
            enabled=True, status=Status.RESTING, queue=find_declaration(found.type).queue, slot=now, created=now,
            last_updated=now,
        )
        for found in missing
    ]  # fmt: skip
    Job.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)

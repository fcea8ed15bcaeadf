"""Queues of jobs: named sequences that one cron expression starts. Source: DHIS2 2.42, scheduling, queues.

A queue is nothing but the name and the place that its jobs have; the first of them has its cron expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Max, Q, Value, When
from django.utils import timezone

from dhis2api.errors import BAD_REQUEST, ApiError
from scheduling.cron import Cron, CronError, is_defined
from scheduling.errors import E7005, E7020, E7021, E7022, E7023, E7024, JOB_UNKNOWN
from scheduling.models import Job
from scheduling.notifications import execute_here
from scheduling.states import ENDED, SchedulingType, Status

LONGEST_NAME = 50
MOST_JOBS = 1000
# Names of queues are no rows that could be locked: whoever changes queues waits for the others.
LOCK = "SELECT pg_advisory_xact_lock(%(lock)s)"
QUEUES = 0x717565756573  # "queues": an advisory lock


def queue_names() -> list[str]:
    """Of all queues."""
    found = Job.objects.filter(queue_name__isnull=False).values_list("queue_name", flat=True)
    return sorted(set(found))


def read_queue(name: str) -> dict[str, Any]:
    """A queue as the wire has it. Errors: E7020."""
    members = list(Job.objects.filter(queue_name=name).order_by("queue_position", "pk"))
    if not members:
        raise ApiError(E7020, name)
    shown = {"name": name, "cronExpression": members[0].cron_expression, "sequence": [job.uid for job in members]}
    return {member: value for member, value in shown.items() if value is not None}


@transaction.atomic
def create_queue(name: str, body: dict[str, Any]) -> None:
    """Make a queue of jobs. Errors: E7021, E7005, E7024, E7022, E7023, 404 for an unknown job."""
    if len(name) > LONGEST_NAME:
        raise ApiError(BAD_REQUEST, f"The name of a queue has at most {LONGEST_NAME} characters")
    lock_queues()
    if Job.objects.filter(queue_name=name).exists():
        raise ApiError(E7021, name)
    _set_members(name, _cron(body.get("cronExpression")), _sequence(body))


@transaction.atomic
def update_queue(name: str, body: dict[str, Any]) -> None:
    """Change a queue's name, time and jobs; what the body leaves out stays. Errors: E7020 and as for a new one."""
    lock_queues()
    stored = read_queue(name)
    new_name = body.get("name") or name
    if not isinstance(new_name, str) or len(new_name) > LONGEST_NAME:
        raise ApiError(BAD_REQUEST, f"The name of a queue has at most {LONGEST_NAME} characters")
    if new_name != name and Job.objects.filter(queue_name=new_name).exists():
        raise ApiError(E7021, new_name)
    cron = _cron(body.get("cronExpression") or stored.get("cronExpression"))
    sequence = _sequence(body) if body.get("sequence") is not None else stored["sequence"]
    _set_members(new_name, cron, sequence, before=name)


@transaction.atomic
def delete_queue(name: str) -> None:
    """Dissolve a queue: its jobs are without a time, and disabled. Errors: E7020."""
    lock_queues()
    read_queue(name)
    _release(Job.objects.filter(queue_name=name))


def lock_queues() -> None:
    """Wait for whoever changes queues or configurations; before any row is locked."""
    execute_here(LOCK, {"lock": QUEUES})


def _cron(given: Any) -> str:
    try:
        Cron.parse(given if isinstance(given, str) else "")
    except CronError as error:
        raise ApiError(E7005, error) from error
    if not is_defined(given):  # every second is no schedule
        raise ApiError(E7005, given)
    return given


def _sequence(body: dict[str, Any]) -> list[str]:
    given = body.get("sequence") or []
    if not isinstance(given, list) or not all(isinstance(uid, str) for uid in given):
        raise ApiError(BAD_REQUEST, "`sequence` must be a list of the ids of jobs")
    if len(given) > MOST_JOBS:
        raise ApiError(BAD_REQUEST, f"A queue has at most {MOST_JOBS} jobs")
    return list(dict.fromkeys(given))


def _set_members(name: str, cron: str, sequence: list[str], *, before: str | None = None) -> None:
    concerned = Q(uid__in=sequence) if before is None else Q(uid__in=sequence) | Q(queue_name=before)
    locked = Job.objects.filter(concerned).select_for_update(of=("self",)).order_by("pk")
    wanted = set(sequence)
    found = {job.uid: job for job in locked if job.uid in wanted}
    if len(found) < 2:
        raise ApiError(E7024)
    for uid in sequence:
        job = found.get(uid)
        if job is None:
            raise ApiError(JOB_UNKNOWN, uid)
        if job.queue_name is not None and job.queue_name != before:
            raise ApiError(E7022, uid, job.queue_name)
        if not job.configurable:
            raise ApiError(E7023, uid)
    if before is not None:
        _release(Job.objects.filter(queue_name=before).exclude(uid__in=sequence))
    now = timezone.now()
    for position, uid in enumerate(sequence):
        job = found[uid]
        _place(job, name, position, cron if position == 0 else None)
        job.slot = job.last_updated = now
    Job.objects.bulk_update(
        found.values(),
        ["queue_name", "queue_position", "cron_expression", "scheduling_type", "delay", "enabled", "status", "slot",
         "last_updated"],
    )  # fmt: skip


def _place(job: Job, name: str, position: int, cron: str | None) -> None:
    """A job that has waited to be run once, or was disabled with its former queue, is scheduled by being in one."""
    job.queue_name, job.queue_position, job.cron_expression = name, position, cron
    job.scheduling_type, job.delay, job.enabled = SchedulingType.CRON, None, True
    if job.status in ENDED:
        job.status = Status.RESTING


def _release(members: Any) -> None:
    members.update(
        queue_name=None, queue_position=None, cron_expression=None, enabled=False, last_updated=timezone.now(),
        scheduling_type=SchedulingType.CRON,
        status=Case(When(status=Status.QUEUED, then=Value(Status.RESTING.value)), default=F("status")),
    )  # fmt: skip


def leave_queues(keys: Sequence[int]) -> None:
    """Close the gaps that deleted jobs leave; what then is no sequence any more is dissolved."""
    leaving = Job.objects.filter(pk__in=keys, queue_name__isnull=False)
    names = sorted(set(leaving.values_list("queue_name", flat=True)))
    now = timezone.now()
    for name in names:
        stays = list(Job.objects.filter(queue_name=name).exclude(pk__in=keys).order_by("queue_position"))
        cron = Job.objects.filter(queue_name=name).aggregate(cron=Max("cron_expression"))["cron"]
        if len(stays) < 2:
            _release(Job.objects.filter(pk__in=[job.pk for job in stays]))
            continue
        for position, job in enumerate(stays):
            job.queue_position, job.cron_expression = position, cron if position == 0 else None
            job.slot = now  # a new first one does not catch up what the old one has run
        Job.objects.bulk_update(stays, ["queue_position", "cron_expression", "slot"])

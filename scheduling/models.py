"""Jobs, what they were given, and what they tell: all that is known of a job is in these rows.

A job that users configured is a row of the same table, which runs again and again: what is scheduled and what runs can
never be out of step.

There are no foreign keys between them: their checks would run after the note that tells incremental sync when an
import became visible (`dhis2api/objects/writers.py`), and rows go together anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When

from dhis2api.objects.columns import choice, flag, generated, integer, json, text, timestamp
from dhis2api.objects.declarations import Computed, ComputedValue, Declaration
from dhis2api.objects.models import ApiObject, Attributed, Named, Translated
from scheduling import due
from scheduling.job_types import JobType
from scheduling.states import JobStatus, Queue, SchedulingType, Status
from scheduling.wire import ADMIN_AUTHORITY, LOG_AUTHORITY, always, last_runtime
from sharing.access import Principal, TypeRules


class Level(models.TextChoices):
    """How much a notification matters, least first."""

    OFF = "OFF"
    DEBUG = "DEBUG"
    LOOP = "LOOP"
    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


def readable_keys(principal: Principal) -> Any:
    """Everybody may read what is scheduled; what a request started, its user and who may read logs."""
    if principal.has_any((ADMIN_AUTHORITY, LOG_AUTHORITY)):
        return Job.objects.values("pk")
    return Job.objects.filter(Q(configurable=True) | Q(is_system=True) | Q(user_uid=principal.uid)).values("pk")


def _next_times(ids: list[int], context: Any) -> Mapping[int, datetime | None]:
    return due.times_of(due.next_time, Job.objects.filter(pk__in=ids))


def _latest_times(ids: list[int], context: Any) -> Mapping[int, datetime | None]:
    return due.times_of(due.latest_time, Job.objects.filter(pk__in=ids))


class Job(ApiObject, Named, Attributed, Translated):
    """One piece of work, done once or again and again. `attempt` fences it: who claimed it last may write its result.

    `parameters` are the job's own by their wire names, `version` is the API's as the client called it (None: it named
    none) and decides about the shape of the summary, `body_format` is what the payload is written in. `slot` is the
    time up to which a cron expression is done with. `configurable` jobs are the users'; those that are neither theirs
    nor `is_system` came from a request.
    """

    type = choice(JobType, required=True, max_length=60, name="jobType")
    scheduling_type = choice(SchedulingType, default=SchedulingType.ONCE_ASAP.value)
    cron_expression = text(255)
    delay = integer()  # seconds from start to start
    parameters = json(null=True, name="jobParameters")
    enabled = flag(default=True)
    configurable = flag(read_only=True)
    is_system = models.BooleanField(default=False)
    queue = models.CharField(max_length=20, choices=Queue.choices)
    # Whether no other job of its type may run beside it; else those of other users may.
    alone = models.BooleanField(default=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.QUEUED)
    job_status = generated(
        Case(
            When(status=Status.RUNNING, then=Value(JobStatus.RUNNING.value)),
            When(status=Status.QUEUED, then=Value(JobStatus.SCHEDULED.value)),
            When(~Q(status=Status.RESTING) | Q(enabled=False), then=Value(JobStatus.DISABLED.value)),
            When(scheduling_type=SchedulingType.ONCE_ASAP.value, then=Value(JobStatus.NOT_STARTED.value)),
            default=Value(JobStatus.SCHEDULED.value),
        ),
        choice(JobStatus, read_only=True),
    )
    last_executed_status = choice(JobStatus, default=JobStatus.NOT_STARTED.value, read_only=True)
    body_format = models.CharField(max_length=60, default="")
    version = models.IntegerField(null=True)
    # As whom it runs; null: as the server itself.
    user_uid = text(11, read_only=True, name="executedBy")
    attempt = models.IntegerField(default=0)
    # The process that runs it, by a name that its successor inherits.
    worker = models.CharField(max_length=255, default="")
    # How often a process that ran it disappeared.
    crashes = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    last_alive = timestamp(read_only=True)
    started = timestamp(read_only=True, name="lastExecuted")
    finished = timestamp(read_only=True, name="lastFinished")
    slot = models.DateTimeField(null=True)
    queue_name = text(50, read_only=True)
    queue_position = integer(read_only=True)
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(null=True)
    error_codes = text(1023, read_only=True)
    # The errors of its last run: a JSON list of `{code, id, type, args, message}`.
    errors = models.TextField(null=True)
    # The JSON text of the result, in the order of its members, and of how far it is.
    summary = models.TextField(null=True)
    progress = models.TextField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    last_updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Wire(Declaration):
        klass = "org.hisp.dhis.scheduling.JobConfiguration"
        singular = "jobConfiguration"
        secondary = True
        exported = Q(configurable=True) | Q(is_system=True)  # not what requests have started
        own_views = True
        access = TypeRules(
            create=(ADMIN_AUTHORITY,), update=(ADMIN_AUTHORITY,), delete=(ADMIN_AUTHORITY,), readable_keys=readable_keys
        )
        computed = {
            "userUid": Computed(lambda row, context: row.get("executedBy"), needs=("executedBy",)),
            "leaderOnlyJob": always(True, "BOOLEAN"),
            "lastRuntimeExecution": Computed(last_runtime, needs=("lastExecuted", "lastFinished")),
            "nextExecutionTime": ComputedValue(_next_times, kind="DATE"),
            "maxDelayedExecutionTime": ComputedValue(_latest_times, kind="DATE"),
            # Capabilities that the type has in name alone.
            "externalAccess": always(False, "BOOLEAN"),
            "favorite": always(False, "BOOLEAN"),
            "favorites": always([], "COLLECTION"),
            "userAccesses": always([], "COLLECTION"),
            "userGroupAccesses": always([], "COLLECTION"),
        }

    class Meta:
        db_table = "job"
        constraints = [
            models.UniqueConstraint(
                fields=["type"], condition=Q(status=Status.RUNNING, alone=True), name="job_alone_in_its_type"
            ),
            models.UniqueConstraint(
                fields=["type", "user_uid"], condition=Q(status=Status.RUNNING), name="job_one_of_a_user_and_type"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(configurable=True) | Q(is_system=True), name="job_name_of_configured"
            ),
        ]
        indexes = [
            models.Index(fields=["queue", "id"], condition=Q(status=Status.QUEUED), name="job_queued"),
            models.Index(fields=["lease_until"], condition=Q(status=Status.RUNNING), name="job_running"),
            models.Index(fields=["id"], condition=Q(status=Status.RESTING), name="job_resting"),
            models.Index(fields=["type", "id"], name="job_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.uid}"


class PayloadChunk(models.Model):
    """A part of a job's payload: up to a mebibyte, compressed with zlib."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    position = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "job_payload"
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="job_payload_position")]


class Notification(models.Model):
    """One line of a job's log; the newest has the greatest id. `completed` ends the log."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    uid = models.CharField(max_length=11)
    level = models.CharField(max_length=5, choices=Level.choices)
    time = models.DateTimeField()
    message = models.TextField()
    completed = models.BooleanField(default=False)
    # The job's parameters, on the first entry alone.
    data = models.JSONField(null=True)

    class Meta:
        db_table = "job_notification"
        indexes = [models.Index(fields=["job", "id"], name="job_notification_log")]

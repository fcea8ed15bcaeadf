"""Jobs, what they were given, and what they tell: all that is known of a job is in these rows.

There are no foreign keys between them: their checks would run after the note that tells incremental sync when an
import became visible (`dhis2api/objects/writers.py`), and rows go together anyway.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Status(models.TextChoices):
    """Where a job stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Queue(models.TextChoices):
    """Each has a process of its own, so that a one-second import never waits behind an hour of analytics."""

    SHORT = "short"
    LONG = "long"


class Level(models.TextChoices):
    """How much a notification matters, least first."""

    OFF = "OFF"
    DEBUG = "DEBUG"
    LOOP = "LOOP"
    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


class Job(models.Model):
    """One piece of work. `attempt` fences it: only who claimed it last may write its result.

    `parameters` are the job's own by their wire names, `version` is the API's as the client called it (None: it named
    none) and decides about the shape of the summary, `body_format` is what the payload is written in.
    """

    uid = models.CharField(max_length=11, unique=True)
    type = models.CharField(max_length=60)
    name = models.CharField(max_length=230)
    queue = models.CharField(max_length=20, choices=Queue.choices)
    # Whether no other job of its type may run beside it; else those of other users may.
    alone = models.BooleanField(default=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.QUEUED)
    parameters = models.JSONField(default=dict)
    body_format = models.CharField(max_length=60, default="")
    version = models.IntegerField(null=True)
    user_uid = models.CharField(max_length=11)
    created = models.DateTimeField()
    attempt = models.IntegerField(default=0)
    # The process that runs it, by a name that its successor inherits.
    worker = models.CharField(max_length=255, default="")
    # How often a process that ran it disappeared.
    crashes = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    last_alive = models.DateTimeField(null=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    error = models.TextField(null=True)
    # The JSON text of the result, in the order of its members.
    summary = models.TextField(null=True)

    class Meta:
        db_table = "job"
        constraints = [
            models.UniqueConstraint(
                fields=["type"], condition=Q(status=Status.RUNNING, alone=True), name="job_alone_in_its_type"
            ),
            models.UniqueConstraint(
                fields=["type", "user_uid"], condition=Q(status=Status.RUNNING), name="job_one_of_a_user_and_type"
            ),
        ]
        indexes = [
            models.Index(fields=["queue", "id"], condition=Q(status=Status.QUEUED), name="job_queued"),
            models.Index(fields=["lease_until"], condition=Q(status=Status.RUNNING), name="job_running"),
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

"""Where jobs stand, what makes them run, and in which line they wait."""

from __future__ import annotations

from enum import StrEnum

from django.db import models


class Status(models.TextChoices):
    """Where a job stands for the engine. The last three end jobs that run once; others rest and wait again."""

    RESTING = "RESTING"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"


# Of jobs that run once.
ENDED = (Status.COMPLETED, Status.FAILED, Status.STOPPED)


class JobStatus(StrEnum):
    """Where it stands for clients. Source: DHIS2 2.42, scheduling, jobStatus."""

    NOT_STARTED = "NOT_STARTED"
    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    STOPPED = "STOPPED"
    FAILED = "FAILED"
    DISABLED = "DISABLED"


class SchedulingType(StrEnum):
    """What makes a job run."""

    CRON = "CRON"
    FIXED_DELAY = "FIXED_DELAY"
    ONCE_ASAP = "ONCE_ASAP"


class Queue(models.TextChoices):
    """Each has a process of its own, so that a one-second import never waits behind an hour of analytics."""

    SHORT = "short"
    LONG = "long"

"""Jobs of the tests' own, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from configuration.models import ConfigurationItem
from scheduling import registry
from scheduling.enqueueing import enqueue
from scheduling.job_runs import JobRun
from scheduling.job_types import JobType
from scheduling.models import Job, Notification
from scheduling.registry import NoParams, Outcome, job
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from users.models import User

Declare = Callable[[Callable[[JobRun], Outcome]], Callable[..., Job]]


@pytest.fixture(scope="module")
def module_database(cluster: Cluster, django_db_blocker: Any) -> Iterator[OwnDatabase]:
    """A database of a module's own: a clone for each test would take most of the time."""
    with OwnDatabase(cluster) as database, django_db_blocker.unblock():
        yield database


@pytest.fixture
def committed(module_database: OwnDatabase) -> OwnDatabase:
    """Jobs commit: what they leave stays until the end of the module, but for the jobs themselves and their marks."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE job, job_payload, job_notification")
    ConfigurationItem.objects.filter(name="mark").delete()
    return module_database


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Declare:
    """`declared(function)` makes it a job of type TEST; what it returns stores such a job, with a body if given."""
    monkeypatch.setattr(registry, "_declarations", dict(registry._declarations))

    def declare(function: Callable[[JobRun], Outcome], **options: object) -> Callable[..., Job]:
        job(JobType.TEST, **options)(function)

        def start(body: object = None) -> Job:
            return enqueue(JobType.TEST, params=NoParams(), user=User.objects.get(username="admin"), body=body)

        return start

    return declare


def read_log(stored: Job) -> list[str]:
    """The lines of a job's log, oldest first."""
    return list(Notification.objects.filter(job=stored).order_by("pk").values_list("message", flat=True))

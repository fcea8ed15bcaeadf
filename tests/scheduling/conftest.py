"""Jobs of the tests' own, and what became of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduling import registry
from scheduling.enqueueing import enqueue
from scheduling.job_runs import JobRun
from scheduling.job_types import JobType
from scheduling.models import Job, Notification
from scheduling.registry import NoParams, Outcome, job
from users.models import User

Declare = Callable[[Callable[[JobRun], Outcome]], Callable[..., Job]]


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

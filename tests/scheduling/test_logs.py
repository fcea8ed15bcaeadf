"""What is kept of a job's log, and how long jobs are kept (DHIS2 2.42, system, tasks, storage rules)."""

from __future__ import annotations

import io
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from configuration.settings import store_settings
from scheduling.job_runs import JobRun, run_next
from scheduling.models import Job, Level, Notification, PayloadChunk
from scheduling.registry import Outcome
from scheduling.sweeping import tidy
from tests.scheduling.conftest import Declare, read_log

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def _default_settings(committed: object) -> None:
    names = ("notifierLogLevel", "notifierMaxMessagesPerJob", "notifierMaxJobsPerType", "notifierMaxAgeDays",
             "jobsCleanupAfterMinutes")  # fmt: skip
    store_settings(dict.fromkeys(names))


def test_entries_are_at_least_a_millisecond_apart(declared: Declare) -> None:
    def work(run: JobRun) -> Outcome:
        for number in range(5):
            run.tell(str(number))
        return Outcome()

    job = declared(work)()
    run_next("short")

    times = list(Notification.objects.filter(job=job).order_by("pk").values_list("time", flat=True))
    assert len(times) == 7
    assert all(later - earlier >= timedelta(milliseconds=1) for earlier, later in pairwise(times))


def test_an_entry_of_a_loop_gives_way_to_the_next(declared: Declare) -> None:
    def work(run: JobRun) -> Outcome:
        for number in range(3):
            run.tell(f"[{number}/3]", Level.LOOP)
        return Outcome(message="Done")

    job = declared(work)()
    run_next("short")

    assert read_log(job) == ["Process started", "Done"]


def test_of_too_many_entries_the_first_and_the_newest_stay(declared: Declare) -> None:
    store_settings({"notifierMaxMessagesPerJob": 3})

    def work(run: JobRun) -> Outcome:
        for number in range(10):
            run.tell(str(number))
        return Outcome(message="Done")

    job = declared(work)()
    run_next("short")

    assert read_log(job) == ["Process started", "9", "Done"]


@pytest.mark.parametrize(("level", "kept"), [("INFO", ["i", "w"]), ("WARN", ["w"]), ("OFF", [])])
def test_what_lies_below_the_level_is_not_kept_but_for_the_ends(declared: Declare, level: str, kept: list[str]) -> None:
    store_settings({"notifierLogLevel": level})

    def work(run: JobRun) -> Outcome:
        run.tell("d", Level.DEBUG)
        run.tell("i")
        run.tell("w", Level.WARN)
        return Outcome(message="Done")

    job = declared(work)()
    run_next("short")

    assert read_log(job) == ["Process started", *kept, "Done"]


def ended_jobs(declared: Declare, count: int) -> list[Job]:
    start = declared(lambda run: Outcome({}))
    jobs = [start(io.BytesIO(b"payload")) for _ in range(count)]
    while run_next("short"):
        pass
    return jobs


def test_payloads_of_ended_jobs_are_forgotten_first(declared: Declare) -> None:
    recent, spent = ended_jobs(declared, 2)
    Job.objects.filter(pk=spent.pk).update(finished=timezone.now() - timedelta(minutes=1441))

    tidy()

    assert list(PayloadChunk.objects.values_list("job", flat=True)) == [recent.pk]
    assert read_log(spent) == ["Process started", ""]


def test_old_jobs_are_forgotten_with_all_that_is_theirs(declared: Declare) -> None:
    (old,) = ended_jobs(declared, 1)
    waiting = declared(lambda run: Outcome())()
    Job.objects.filter(pk=old.pk).update(finished=timezone.now() - timedelta(days=8))
    Job.objects.filter(pk=waiting.pk).update(created=timezone.now() - timedelta(days=8))

    tidy()

    assert list(Job.objects.all()) == [waiting]
    assert (PayloadChunk.objects.count(), Notification.objects.count()) == (0, 0)


def test_only_the_newest_jobs_of_a_type_are_kept(declared: Declare) -> None:
    *older, newest = ended_jobs(declared, 3)
    store_settings({"notifierMaxJobsPerType": 1})

    tidy()

    assert list(Job.objects.all()) == [newest]
    assert read_log(older[0]) == []


def test_what_is_kept_for_ages_keeps_nobody_from_tidying(declared: Declare) -> None:
    """Settings take any integer; that many days ago there was no date."""
    ended_jobs(declared, 2)
    longest = 2**31 - 1
    store_settings({"notifierMaxJobsPerType": 1, "notifierMaxAgeDays": longest, "jobsCleanupAfterMinutes": longest})

    tidy()

    assert Job.objects.count() == 1

"""What is due runs: once a slot, caught up once, one after the other in queues."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone

from configuration.settings import store_setting
from scheduling.claims import claim_next
from scheduling.cron import Cron
from scheduling.job_runs import JobRun, run_next
from scheduling.job_types import JobType
from scheduling.models import Job
from scheduling.progress import JobRefused
from scheduling.registry import Outcome
from scheduling.scheduler import look, queue_due_jobs
from scheduling.states import SchedulingType, Status
from tests.scheduling.conftest import Declare, read_log

pytestmark = pytest.mark.usefixtures("committed")
HOURLY = "0 0 * * * *"
ZONE = ZoneInfo("UTC")


def resting(cron: str | None = HOURLY, *, ago: float = 3600, type: JobType = JobType.TEST, **members: Any) -> Job:
    """A job that has done its slots up to `ago` seconds before now."""
    scheduling_type = SchedulingType.CRON if cron else SchedulingType.FIXED_DELAY
    return Job.objects.create(
        **{"type": type, "name": f"job {Job.objects.count()}", "cron_expression": cron, "queue": "short",
           "scheduling_type": scheduling_type, "status": Status.RESTING, "configurable": True,
           "slot": timezone.now() - timedelta(seconds=ago)} | members,
    )  # fmt: skip


def run_all() -> int:
    number = 0
    while run_next("short") or run_next("long"):
        number += 1
    return number


def test_a_slot_is_run_once(declared: Declare) -> None:
    ran: list[str] = []
    declared(lambda run: ran.append(run.uid) or Outcome())
    job = resting()

    for _ in range(3):
        look()
        run_all()

    job.refresh_from_db()
    assert ran == [job.uid]
    assert (job.status, job.job_status, job.last_executed_status) == ("RESTING", "SCHEDULED", "COMPLETED")


def test_of_several_missed_slots_one_is_caught_up(declared: Declare) -> None:
    ran: list[str] = []
    declared(lambda run: ran.append(run.uid) or Outcome())
    resting("0 * * * * *", ago=3000)

    for _ in range(3):
        look()
        run_all()

    assert len(ran) == 1


def test_a_slot_that_is_too_old_is_not_caught_up(declared: Declare) -> None:
    declared(lambda run: Outcome())
    missed = timezone.now() - timedelta(hours=5)
    resting(f"0 0 {missed.hour} * * *", ago=7 * 3600)

    assert queue_due_in_transaction() == 0
    store_setting("jobsMaxCronDelayHours", 6)
    try:
        assert queue_due_in_transaction() == 1
    finally:
        store_setting("jobsMaxCronDelayHours", 4)


def queue_due_in_transaction() -> int:
    with transaction.atomic():
        return queue_due_jobs()


def test_a_job_is_not_queued_while_it_runs_or_waits(declared: Declare) -> None:
    looked: list[int] = []

    def work(run: JobRun) -> Outcome:
        looked.append(queue_due_jobs())
        return Outcome()

    declared(work)
    resting()
    look()
    look()

    assert run_all() == 1
    assert looked == [0]


@pytest.mark.parametrize("members", [{"enabled": False}, {"scheduling_type": SchedulingType.ONCE_ASAP}])
def test_what_is_disabled_or_has_no_schedule_is_not_due(declared: Declare, members: dict[str, Any]) -> None:
    declared(lambda run: Outcome())
    resting(**members)

    assert queue_due_in_transaction() == 0


def test_a_fixed_delay_counts_from_start_to_start(declared: Declare) -> None:
    declared(lambda run: Outcome())
    job = resting(None, delay=60)

    assert queue_due_in_transaction() == 1  # it never ran
    run_all()
    assert queue_due_in_transaction() == 0
    Job.objects.filter(pk=job.pk).update(started=timezone.now() - timedelta(seconds=61))
    assert queue_due_in_transaction() == 1


def test_a_new_run_begins_a_new_log(declared: Declare) -> None:
    declared(lambda run: Outcome({"run": run.uid}, "Done"))
    job = resting(None, delay=1)
    for _ in range(2):
        Job.objects.filter(pk=job.pk).update(started=None)
        look()
        run_all()

    assert read_log(job) == ["Process started", "Done"]


def test_jobs_of_a_type_wait_for_each_other_and_are_not_lost(declared: Declare) -> None:
    claimed: list[Any] = []

    def claim() -> None:
        claimed.append(claim_next("short"))
        connection.close()

    def work(run: JobRun) -> Outcome:
        beside = threading.Thread(target=claim)
        beside.start()
        beside.join()
        return Outcome()

    declared(work)
    resting()
    resting("0 */30 * * * *")
    look()

    assert run_all() == 2
    assert claimed == [None, None]


def test_a_job_without_a_function_fails_and_stays_scheduled(declared: Declare) -> None:
    job = resting(type=JobType.MATERIALIZED_SQL_VIEW_UPDATE)
    look()
    run_all()

    job.refresh_from_db()
    assert (job.last_executed_status, job.job_status) == ("FAILED", "SCHEDULED")
    assert read_log(job)[-1] == "this server offers no such job"


def test_the_members_of_a_queue_run_in_their_order(declared: Declare) -> None:
    ran: list[str] = []
    declared(lambda run: ran.append(run.uid) or Outcome())
    jobs = [
        resting(
            HOURLY if position == 0 else None,
            scheduling_type=SchedulingType.CRON,
            queue_name="Q",
            queue_position=position,
        )  # fmt: skip
        for position in (2, 1, 0)
    ]
    look()
    assert run_all() == 3

    assert ran == [job.uid for job in reversed(jobs)]
    assert set(Job.objects.values_list("job_status", "last_executed_status")) == {("SCHEDULED", "COMPLETED")}


def test_behind_a_failure_the_rest_of_a_queue_is_skipped(declared: Declare) -> None:
    ran: list[str] = []

    def work(run: JobRun) -> Outcome:
        ran.append(run.uid)
        if run.uid == jobs[1].uid:
            raise JobRefused("No")
        return Outcome()

    declared(work)
    jobs = [
        resting(
            HOURLY if position == 0 else None,
            scheduling_type=SchedulingType.CRON,
            queue_name="Q",
            queue_position=position,
            last_executed_status="COMPLETED",
        )  # fmt: skip
        for position in range(3)
    ]
    look()
    run_all()

    assert ran == [jobs[0].uid, jobs[1].uid]
    found = Job.objects.order_by("queue_position").values_list("last_executed_status", flat=True)
    assert list(found) == ["COMPLETED", "FAILED", "NOT_STARTED"]


def test_a_job_that_leaves_its_queue_while_it_runs_is_not_over(declared: Declare) -> None:
    job = resting(queue_name="q", queue_position=0)

    def work(run: JobRun) -> Outcome:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE job SET queue_name = NULL, queue_position = NULL, cron_expression = NULL")
        return Outcome()

    declared(work)
    look()
    run_all()

    job.refresh_from_db()
    assert (job.status, job.last_executed_status) == ("RESTING", "COMPLETED")


def test_what_is_due_is_found_without_looking_at_years_to_come() -> None:
    now = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
    yearly = Cron.parse("0 0 4 22 NOV ?")

    assert yearly.next_after(now - timedelta(hours=4), ZONE, until=now) == now.replace(minute=0)
    assert yearly.next_after(now, ZONE, until=now) is None
    assert yearly.next_after(now, ZONE) == datetime(2027, 11, 22, 4, tzinfo=UTC)

"""Jobs are done exactly once: claims, leases, fences, and what is told of failures."""

from __future__ import annotations

import io
import os
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from configuration.models import ConfigurationItem
from dhis2api.errors import BAD_REQUEST, ApiError
from scheduling.claims import MOST_CRASHES, LeaseLost, claim_next, finish
from scheduling.job_runs import INTERRUPTED, UNEXPECTED, USER_GONE, JobRun, run_next
from scheduling.models import Job, Level, Notification, Status
from scheduling.registry import Outcome
from scheduling.sweeping import BEGUN_AGAIN, sweep, take_over
from tests.scheduling.conftest import Declare, read_log

pytestmark = pytest.mark.usefixtures("committed")
MEBIBYTE = 1024 * 1024


def write_mark(name: str = "mark") -> None:
    """What a job leaves behind."""
    ConfigurationItem.objects.create(name=name, value=1)


def marks() -> int:
    return ConfigurationItem.objects.filter(name="mark").count()


def expire_leases() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE job SET lease_until = now() - interval '1 second' WHERE status = 'RUNNING'")


def test_a_job_is_done_once_and_its_result_stored(declared: Declare) -> None:
    def work(run: JobRun) -> Outcome:
        write_mark()
        return Outcome({"b": 1, "a": 2}, "Done")

    job = declared(work)()

    assert run_next("short")
    assert not run_next("short")

    job.refresh_from_db()
    assert (job.status, job.attempt, job.summary) == ("COMPLETED", 1, '{"b":1,"a":2}')
    assert read_log(job) == ["Process started", "Done"]
    assert marks() == 1


def test_jobs_of_a_queue_run_in_the_order_of_their_acceptance(declared: Declare) -> None:
    order = []
    start = declared(lambda run: order.append(run.uid) or Outcome())
    accepted = [start().uid for _ in range(3)]

    while run_next("short"):
        pass

    assert order == accepted


def test_queues_do_not_wait_for_each_other(declared: Declare) -> None:
    declared(lambda run: Outcome(), queue="long")()

    assert not run_next("short")
    assert run_next("long")


def test_two_workers_never_claim_the_same_job(declared: Declare) -> None:
    start = declared(lambda run: Outcome(), alone=False)
    accepted = {start().uid for _ in range(8)}
    for job in Job.objects.all():  # of eight users: those of one would wait for each other
        Job.objects.filter(pk=job.pk).update(user_uid=job.uid)
    claimed: list[str] = []

    def claim_all() -> None:
        while found := claim_next("short"):
            claimed.append(found.uid)
        connection.close()

    workers = [threading.Thread(target=claim_all) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(claimed) == sorted(accepted)


def test_two_jobs_of_a_type_that_runs_alone_do_not_overlap(declared: Declare) -> None:
    start = declared(lambda run: Outcome())
    first, second = start(), start()

    claim = claim_next("short")

    assert claim is not None and claim.uid == first.uid
    assert claim_next("short") is None
    with transaction.atomic():
        finish(claim, Status.COMPLETED, None)
    assert claim_next("short").uid == second.uid


def test_the_jobs_of_one_user_and_type_take_effect_in_their_order(declared: Declare) -> None:
    """The first one's worker is dead, or only slow: the second waits; those of others do not."""
    start = declared(lambda run: Outcome(), alone=False)
    first, second, other = start(), start(), start()
    Job.objects.filter(pk=other.pk).update(user_uid="a1234567890")
    claim_next("short")

    assert claim_next("short").uid == other.uid
    assert claim_next("short") is None
    expire_leases()
    sweep()
    assert claim_next("short").uid == first.uid
    assert second.uid not in (first.uid, other.uid)


def test_a_new_process_takes_over_what_its_predecessor_left(declared: Declare) -> None:
    job = declared(lambda run: Outcome(message="Done"))()
    claim_next("short", worker="here:1:short")

    take_over("here:2:short")
    assert claim_next("short", worker="here:2:short") is None
    take_over("here:1:short")

    assert run_next("short", worker="here:1:short")
    assert read_log(job) == [BEGUN_AGAIN, "Process started", "Done"]


def test_a_failing_job_leaves_nothing_but_its_failure(declared: Declare) -> None:
    def work(run: JobRun) -> Outcome:
        write_mark()
        raise ApiError(BAD_REQUEST, "The body is broken")

    job = declared(work)()

    run_next("short")

    job.refresh_from_db()
    assert (job.status, job.error, job.summary) == ("FAILED", "The body is broken", None)
    assert read_log(job)[-1] == "The body is broken"
    assert Notification.objects.get(job=job, completed=True).level == Level.ERROR
    assert marks() == 0


def test_the_words_of_an_unknown_error_stay_in_the_servers_log(
    declared: Declare, caplog: pytest.LogCaptureFixture
) -> None:
    def work(run: JobRun) -> Outcome:
        raise RuntimeError("secret")

    job = declared(work)()

    run_next("short")

    job.refresh_from_db()
    assert job.error == UNEXPECTED
    assert "secret" not in "".join(read_log(job))
    assert "RuntimeError: secret" in caplog.text


def test_who_lost_the_job_leaves_nothing_behind(declared: Declare) -> None:
    """A worker stops for longer than its lease and wakes up when another has the job."""
    job = declared(lambda run: Outcome())()
    late = claim_next("short")
    expire_leases()
    assert sweep()
    assert late is not None
    successor = claim_next("short")

    with pytest.raises(LeaseLost), transaction.atomic():
        write_mark()
        finish(late, Status.COMPLETED, None)

    assert marks() == 0
    assert successor is not None and (successor.uid, successor.attempt) == (job.uid, 2)
    with transaction.atomic():
        finish(successor, Status.COMPLETED, None)


def test_a_job_whose_worker_died_begins_again(declared: Declare) -> None:
    job = declared(lambda run: Outcome(message="Done"))()
    claim_next("short")
    expire_leases()

    sweep()
    run_next("short")

    job.refresh_from_db()
    assert (job.status, job.attempt, job.crashes) == ("COMPLETED", 2, 1)
    assert read_log(job) == [BEGUN_AGAIN, "Process started", "Done"]


def test_a_job_that_lives_is_left_alone(declared: Declare) -> None:
    declared(lambda run: Outcome())()
    claim_next("short")

    sweep()

    assert claim_next("short") is None


def test_a_job_that_killed_many_workers_is_given_up(declared: Declare) -> None:
    job = declared(lambda run: Outcome(), failed=lambda run, reason: Outcome({"why": reason}, "Failed", True))()
    for _ in range(MOST_CRASHES):
        assert claim_next("short") is not None
        expire_leases()
        sweep()

    assert claim_next("short") is None
    job.refresh_from_db()
    assert job.status == "FAILED"
    assert f"ended {MOST_CRASHES} times before it was done" in job.summary
    assert read_log(job)[-1] == "Failed"


def test_a_failure_that_cannot_be_worded_is_told_all_the_same(declared: Declare) -> None:
    """It must not stop the sweep, which serves everybody."""

    def failed(run: JobRun, reason: str) -> Outcome:
        raise RuntimeError

    job = declared(lambda run: Outcome(), failed=failed)()
    for _ in range(MOST_CRASHES):
        claim_next("short")
        expire_leases()
        sweep()

    job.refresh_from_db()
    assert job.status == "FAILED"
    assert f"ended {MOST_CRASHES} times" in read_log(job)[-1]


def test_one_scheduler_leads(declared: Declare) -> None:
    found = []

    def other() -> None:
        found.append(sweep())
        connection.close()

    with transaction.atomic():
        assert sweep()
        rival = threading.Thread(target=other)
        rival.start()
        rival.join()

    assert found == [False]


def test_progress_is_seen_before_the_work_is_committed(declared: Declare) -> None:
    seen: list[Any] = []

    def look(job: int) -> None:
        seen.append(list(Notification.objects.filter(job=job).values_list("message", flat=True)))
        seen.append(marks())
        connection.close()

    def work(run: JobRun) -> Outcome:
        write_mark()
        run.tell("Half of it")
        onlooker = threading.Thread(target=look, args=[Job.objects.get(uid=run.uid).pk])
        onlooker.start()
        onlooker.join()
        return Outcome()

    declared(work)()
    run_next("short")

    assert seen == [["Process started", "Half of it"], 0]


@pytest.mark.parametrize("size", [0, 1, MEBIBYTE, 3 * MEBIBYTE + 7])
def test_a_payload_comes_out_as_it_went_in(declared: Declare, size: int) -> None:
    sent, received = os.urandom(size), []

    def work(run: JobRun) -> Outcome:
        with run.open_body() as body:
            received.append(body.read())
        return Outcome()

    declared(work)(io.BytesIO(sent))
    run_next("short")

    assert received == [sent]


def test_a_job_of_a_user_who_is_gone_fails(declared: Declare) -> None:
    job = declared(lambda run: Outcome({"user": run.user.username}))()
    Job.objects.filter(pk=job.pk).update(user_uid="a1234567890")

    run_next("short")

    job.refresh_from_db()
    assert (job.status, job.error) == ("FAILED", USER_GONE)


def test_a_job_interrupted_by_the_database_begins_again(declared: Declare) -> None:
    """`reset` ends all connections; that is no fault of the job's."""
    attempts = []

    def work(run: JobRun) -> Outcome:
        attempts.append(run.uid)
        if len(attempts) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        write_mark()
        return Outcome()

    job = declared(work)()
    while run_next("short"):
        pass

    job.refresh_from_db()
    assert (job.status, job.attempt, len(attempts), marks()) == ("COMPLETED", 2, 2, 1)
    assert read_log(job) == ["Process started", INTERRUPTED, "Process started", ""]


def test_a_refused_transaction_starts_no_job(declared: Declare) -> None:
    start = declared(lambda run: Outcome())

    with transaction.atomic():
        start(io.BytesIO(b"x"))
        transaction.set_rollback(True)

    assert not run_next("short")
    assert Job.objects.count() == 0

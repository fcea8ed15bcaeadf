"""Jobs are done exactly once: claims, leases, fences, and what is told of failures."""

from __future__ import annotations

import contextlib
import io
import os
import threading
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from configuration.models import ConfigurationItem
from dhis2api.errors import BAD_REQUEST, ApiError
from scheduling import job_runs, scheduler
from scheduling.claims import HANG_UP_FROZEN, MOST_CRASHES, NAME_CONNECTION, Ending, LeaseLost, claim_next, finish
from scheduling.job_runs import INTERRUPTED, UNEXPECTED, USER_CLOSED, USER_GONE, JobRun, run_next
from scheduling.models import Job, Level, Notification, Status
from scheduling.registry import Outcome
from scheduling.sweeping import BEGUN_AGAIN, take_over
from tests.personas import persona
from tests.scheduling.conftest import Declare, read_log
from users.models import User

pytestmark = pytest.mark.usefixtures("committed")
MEBIBYTE = 1024 * 1024


def write_mark(name: str = "mark") -> None:
    """What a job leaves behind."""
    ConfigurationItem.objects.create(name=name, value=1)


def marks() -> int:
    return ConfigurationItem.objects.filter(name="mark").count()


def answers_on(raw: Any) -> bool:
    """Whether a connection still answers a moment later; to be hung up takes one."""
    try:
        with raw.cursor() as cursor:
            for _ in range(100):
                cursor.execute("SELECT pg_sleep(0.02)")
    except psycopg2.Error:
        return False
    return True


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
        finish(claim, Ending(Status.COMPLETED))
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
    scheduler.look()
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


def test_a_claim_that_is_never_committed_lets_no_younger_job_pass(declared: Declare) -> None:
    """The worker may die before its claim is; nobody waits for that, and jobs of others go on."""
    start = declared(lambda run: Outcome(), alone=False)
    first, _, other = start(), start(), start()
    Job.objects.filter(pk=other.pk).update(user_uid="a1234567890")
    found: list[Any] = []

    def claim_beside() -> None:
        found.extend((claim_next("short"), claim_next("short")))
        connection.close()

    with transaction.atomic():
        assert claim_next("short").uid == first.uid
        rival = threading.Thread(target=claim_beside)
        rival.start()
        rival.join(timeout=10)
        transaction.set_rollback(True)
    rival.join()

    assert [claim and claim.uid for claim in found] == [other.uid, None]
    assert claim_next("short").uid == first.uid


def test_what_a_silent_worker_holds_is_taken_from_it(declared: Declare) -> None:
    """Frozen, or on a machine out of reach: the locks of its transaction would keep its successor waiting for ever."""
    told: list[str] = []

    def recover() -> None:
        expire_leases()
        scheduler.look()
        connection.close()

    def work(run: JobRun) -> Outcome:
        write_mark()
        if not told:
            other = threading.Thread(target=recover)
            other.start()
            other.join()
            told.append(f"still connected: {answers_on(connection.connection)}")
        return Outcome(message="Done")

    job = declared(work)()
    while run_next("short"):
        pass

    job.refresh_from_db()
    assert told == ["still connected: False"]
    assert (job.status, job.attempt, marks()) == ("COMPLETED", 2, 1)


def test_a_worker_that_freezes_between_result_and_commit_is_hung_up(declared: Declare) -> None:
    """It holds the row of its job, which the sweep passes over as that of one who is just storing his result."""
    job = declared(lambda run: Outcome(message="Done"))()
    stored, swept = threading.Event(), threading.Event()

    def freeze() -> None:
        claim = claim_next("short")
        with contextlib.suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(NAME_CONNECTION, {"name": claim.connection_name})
            write_mark()
            finish(claim, Ending(Status.COMPLETED))
            stored.set()
            swept.wait(30)
        connection.close()

    frozen = threading.Thread(target=freeze)
    frozen.start()
    stored.wait(10)
    with connection.cursor() as cursor:  # what is locked cannot be aged, so the lease and the silence are made shorter
        cursor.execute(HANG_UP_FROZEN.replace("< clock_timestamp()", "< clock_timestamp() + interval '1 minute'"),
                       {"lease": 0})  # fmt: skip
        assert cursor.rowcount == 1
    swept.set()
    frozen.join()

    assert marks() == 0
    expire_leases()
    scheduler.look()
    assert run_next("short")
    assert read_log(job) == [BEGUN_AGAIN, "Process started", "Done"]


def test_a_job_that_always_loses_the_database_is_given_up(declared: Declare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_runs, "PAUSE_SECONDS", 0)
    attempts = []

    def work(run: JobRun) -> Outcome:
        attempts.append(run.uid)
        if len(attempts) <= 2 * MOST_CRASHES:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return Outcome()

    job = declared(work)()
    while run_next("short"):
        pass

    job.refresh_from_db()
    assert (job.status, len(attempts)) == ("FAILED", MOST_CRASHES)


@pytest.mark.parametrize("change", ["disabled", "authority"])
def test_a_job_runs_with_the_rights_its_user_has_then(declared: Declare, change: str) -> None:
    """Who is locked out, or loses the authority, between acceptance and run changes nothing any more."""
    user = persona(f"job_{change}", ["F_DATAVALUE_ADD"])
    job = declared(lambda run: write_mark(run.user.username), authorities=("F_DATAVALUE_ADD",))()
    Job.objects.filter(pk=job.pk).update(user_uid=user.uid)
    if change == "disabled":
        User.objects.filter(pk=user.pk).update(disabled=True)
    else:
        user.user_roles.clear()

    run_next("short")

    job.refresh_from_db()
    wanted = {"disabled": USER_CLOSED, "authority": "Access is denied, requires one Authority from [F_DATAVALUE_ADD]"}
    assert (job.status, job.error) == ("FAILED", wanted[change])
    assert not ConfigurationItem.objects.filter(name=user.username).exists()


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
    assert scheduler.look()
    assert late is not None
    successor = claim_next("short")

    with pytest.raises(LeaseLost), transaction.atomic():
        write_mark()
        finish(late, Ending(Status.COMPLETED))

    assert marks() == 0
    assert successor is not None and (successor.uid, successor.attempt) == (job.uid, 2)
    with transaction.atomic():
        finish(successor, Ending(Status.COMPLETED))


def test_a_job_whose_worker_died_begins_again(declared: Declare) -> None:
    job = declared(lambda run: Outcome(message="Done"))()
    claim_next("short")
    expire_leases()

    scheduler.look()
    run_next("short")

    job.refresh_from_db()
    assert (job.status, job.attempt, job.crashes) == ("COMPLETED", 2, 1)
    assert read_log(job) == [BEGUN_AGAIN, "Process started", "Done"]


def test_a_job_that_lives_is_left_alone(declared: Declare) -> None:
    declared(lambda run: Outcome())()
    claim_next("short")

    scheduler.look()

    assert claim_next("short") is None


def test_a_job_that_killed_many_workers_is_given_up(declared: Declare) -> None:
    job = declared(lambda run: Outcome(), failed=lambda run, reason: Outcome({"why": reason}, "Failed", True))()
    for _ in range(MOST_CRASHES):
        assert claim_next("short") is not None
        expire_leases()
        scheduler.look()

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
        scheduler.look()

    job.refresh_from_db()
    assert job.status == "FAILED"
    assert f"ended {MOST_CRASHES} times" in read_log(job)[-1]


def test_one_scheduler_leads(declared: Declare) -> None:
    found = []

    def other() -> None:
        found.append(scheduler.look())
        connection.close()

    with transaction.atomic():
        assert scheduler.look()
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

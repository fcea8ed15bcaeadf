"""What one does with jobs by the API, while real jobs run: execute, enable, cancel, revert; progress and errors."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from configuration.models import ConfigurationItem
from scheduling.claims import LeaseLost, claim_next
from scheduling.job_runs import CANCELLED, JobRun, run_next
from scheduling.models import Job
from scheduling.progress import JobRefused, OnFailure
from scheduling.registry import Outcome
from scheduling.scheduler import look
from scheduling.states import SchedulingType, Status
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona
from tests.scheduling.conftest import Declare, read_log
from users.models import User

pytestmark = pytest.mark.usefixtures("committed")
JOBS = "/api/jobConfigurations"
PATCH = "application/json-patch+json"


def create(api: ApiClient, **members: Any) -> str:
    body = {"name": f"job {Job.objects.count()}", "jobType": "TEST", "cronExpression": "0 0 3 ? * MON"} | members
    answer = api.post(JOBS, body)
    assert answer.status == 201, answer.text
    return answer.json["response"]["uid"]


def read(api: ApiClient, uid: str) -> dict[str, Any]:
    return api.get(f"{JOBS}/{uid}").json


def anyone(name: str, *authorities: str) -> User:
    """Users stay until the end of the module."""
    return User.objects.filter(username=name).first() or persona(name, authorities)


def run_in_thread() -> threading.Thread:
    def work() -> None:
        run_next("long") or run_next("short")
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_job_is_executed_now_and_keeps_its_schedule(api: ApiClient, declared: Declare) -> None:
    declared(lambda run: Outcome({"sum": 3}, "Done"))
    uid = create(api)
    due = read(api, uid)["nextExecutionTime"]

    answer = api.post(f"{JOBS}/{uid}/execute", None)

    assert (answer.status, answer.json) == (
        200, {"klass": "org.hisp.dhis.scheduling.JobConfiguration", "index": 0, "errorReports": []}
    )  # fmt: skip
    assert read(api, uid)["schedulingType"] == "ONCE_ASAP"
    run_next("short")
    shown = read(api, uid)
    assert (shown["schedulingType"], shown["jobStatus"], shown["lastExecutedStatus"]) == (
        "CRON",
        "SCHEDULED",
        "COMPLETED",
    )
    assert shown["nextExecutionTime"] == due
    assert len(shown["lastRuntimeExecution"]) == len("00:00:00.000")
    assert {"lastExecuted", "lastFinished"} <= set(shown)
    assert api.get(f"/api/system/tasks/TEST/{uid}").json[0]["completed"] is True
    assert api.get(f"/api/system/taskSummaries/TEST/{uid}").json == {"sum": 3}


def test_2_36_executes_by_get(api: ApiClient, declared: Declare) -> None:
    declared(lambda run: Outcome())

    assert api.get(f"/api/36/jobConfigurations/{create(api)}/execute").status == 200
    assert run_next("short")


def test_a_job_that_was_configured_to_run_once_runs_once(api: ApiClient, declared: Declare) -> None:
    declared(lambda run: Outcome())
    uid = create(api, cronExpression=None)
    api.post(f"{JOBS}/{uid}/execute")
    run_next("short")

    shown = read(api, uid)
    assert (shown["jobStatus"], shown["enabled"], shown["lastExecutedStatus"]) == ("DISABLED", False, "COMPLETED")
    again = api.post(f"{JOBS}/{uid}/execute")
    assert (again.status, again.json["message"]) == (409, "Job did already run once.")


def test_a_disabled_job_is_not_executed(api: ApiClient) -> None:
    answer = api.post(f"{JOBS}/{create(api, enabled=False)}/execute")

    assert (answer.status, answer.json["message"]) == (409, "Failed to transition job into ONCE_ASAP state.")


@pytest.mark.parametrize("action", ["execute", "enable", "disable", "cancel", "revert"])
def test_a_job_that_does_not_exist_is_not_found(api: ApiClient, action: str) -> None:
    assert api.post(f"{JOBS}/a1234567890/{action}").status == 404


@pytest.mark.parametrize("action", ["execute", "enable", "disable", "cancel", "revert"])
def test_who_has_no_right_does_nothing_with_jobs(api: ApiClient, action: str) -> None:
    anyone("nobody")
    uid = create(api)

    assert api.post(f"{JOBS}/{uid}/{action}", user="nobody").status == 403
    assert read(api, uid)["jobStatus"] == "SCHEDULED"


def test_jobs_are_disabled_and_enabled(api: ApiClient) -> None:
    uid = create(api)

    for _ in range(2):
        assert api.post(f"{JOBS}/{uid}/disable").status == 204
    assert read(api, uid)["jobStatus"] == "DISABLED"
    for _ in range(2):
        assert api.post(f"{JOBS}/{uid}/enable").status == 204
    assert read(api, uid)["jobStatus"] == "SCHEDULED"


def test_a_job_without_a_schedule_is_not_enabled(api: ApiClient) -> None:
    answer = api.post(f"{JOBS}/{create(api, cronExpression=None)}/enable")

    assert answer.status == 409
    assert answer.json["message"] == "Job requires schedule setup before it can be enabled."


def test_an_execution_that_has_not_begun_is_taken_back(api: ApiClient, declared: Declare) -> None:
    declared(lambda run: Outcome())
    uid = create(api)
    api.post(f"{JOBS}/{uid}/execute")

    assert api.post(f"{JOBS}/{uid}/cancel").status == 204
    shown = read(api, uid)
    assert (shown["schedulingType"], shown["lastExecutedStatus"]) == ("CRON", "STOPPED")
    assert not run_next("short")
    assert api.post(f"{JOBS}/{uid}/cancel").status == 204


def test_an_import_that_waits_is_cancelled_for_good(api: ApiClient, declared: Declare) -> None:
    job = declared(lambda run: Outcome())()

    assert api.post(f"{JOBS}/{job.uid}/cancel").status == 204
    assert not run_next("short")
    assert api.get(f"/api/system/tasks/TEST/{job.uid}").json[0]["completed"] is True


@pytest.mark.parametrize("by", ["uid", "type"])
@pytest.mark.parametrize("does", ["statement", "python"])
def test_a_running_job_is_cancelled_in_the_middle(api: ApiClient, declared: Declare, does: str, by: str) -> None:
    def work(run: JobRun) -> Outcome:
        ConfigurationItem.objects.create(name="mark", value=1)
        with run.stage("Working"):
            if does == "statement":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(60)")
            while True:
                time.sleep(0.01)
                run.check()

    job = declared(work)()
    thread = run_in_thread()
    wait_for(lambda: Job.objects.get(pk=job.pk).status == Status.RUNNING)

    path = f"{JOBS}/{job.uid}/cancel" if by == "uid" else "/api/scheduling/cancel/test"
    assert api.post(path).status == 204

    thread.join(20)
    job.refresh_from_db()
    assert (job.status, job.last_executed_status, job.job_status) == ("STOPPED", "STOPPED", "DISABLED")
    assert not ConfigurationItem.objects.filter(name="mark").exists()
    assert read_log(job)[-1] == CANCELLED
    process = api.get(f"{JOBS}/{job.uid}/progress").json["sequence"][0]
    assert (process["status"], process["stages"][0]["status"]) == ("CANCELLED", "CANCELLED")
    assert "cancelledTime" in process


def test_a_cancelled_job_that_repeats_comes_again(api: ApiClient, declared: Declare) -> None:
    def work(run: JobRun) -> Outcome:
        while True:
            time.sleep(0.01)
            run.check()

    declared(work)
    uid = create(api)
    api.post(f"{JOBS}/{uid}/execute")
    thread = run_in_thread()
    wait_for(lambda: read(api, uid)["jobStatus"] == "RUNNING")
    running = api.post(f"{JOBS}/{uid}/execute")
    assert (running.status, running.json["message"]) == (409, "Job is already running.")
    assert api.get("/api/scheduling/running/types").json == ["TEST"]

    api.post(f"{JOBS}/{uid}/cancel")

    thread.join(20)
    assert (read(api, uid)["jobStatus"], read(api, uid)["lastExecutedStatus"]) == ("SCHEDULED", "STOPPED")


def test_steps_that_were_done_before_a_cancellation_stay(api: ApiClient, declared: Declare) -> None:
    def work(run: JobRun) -> Outcome:
        with run.step():
            ConfigurationItem.objects.create(name="mark", value=1)
        with run.step():
            ConfigurationItem.objects.create(name="second", value=1)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(60)")
        return Outcome()

    job = declared(work, in_steps=True)()
    thread = run_in_thread()
    wait_for(lambda: ConfigurationItem.objects.filter(name="mark").exists())
    api.post(f"{JOBS}/{job.uid}/cancel")
    thread.join(20)

    assert not ConfigurationItem.objects.filter(name="second").exists()
    assert Job.objects.get(pk=job.pk).status == "STOPPED"


def test_a_step_of_an_attempt_that_lost_the_job_is_rolled_back(declared: Declare) -> None:
    lost: list[bool] = []

    def work(run: JobRun) -> Outcome:
        try:
            with run.step():
                ConfigurationItem.objects.create(name="mark", value=1)
                Job.objects.filter(uid=run.uid).update(attempt=99)
        except LeaseLost:
            lost.append(True)
            raise
        return Outcome()

    declared(work, in_steps=True)()
    run_next("short")

    assert lost
    assert not ConfigurationItem.objects.filter(name="mark").exists()


def test_work_that_asks_is_told_that_it_lost_the_job(declared: Declare) -> None:
    """Also between two statements, where there is nothing to cancel."""
    lost: list[bool] = []

    def work(run: JobRun) -> Outcome:
        Job.objects.filter(uid=run.uid).update(attempt=99)
        deadline = time.monotonic() + 20
        try:
            while time.monotonic() < deadline:
                run.check()
                time.sleep(0.05)
        except LeaseLost:
            lost.append(True)
            raise
        return Outcome()

    declared(work, in_steps=True)()
    run_next("short")

    assert lost


def test_progress_shows_stages_and_items(api: ApiClient, declared: Declare) -> None:
    seen: list[Any] = []

    def work(run: JobRun) -> Outcome:
        with run.stage("First", items=2) as stage:
            with stage.item("a"):
                stage.count(10)
            with stage.item("b"):
                time.sleep(0.35)
            seen.append(api.get(f"{JOBS}/{run.uid}/progress").json)
            seen.append(api.get("/api/scheduling/running").json)
            seen.append(api.get("/api/scheduling/running/Test").json)
        return Outcome(message="Ten things")

    job = declared(work)()
    run_next("short")

    process = seen[0]["sequence"][0]
    assert (process["status"], process["jobId"], process["complete"]) == ("RUNNING", job.uid, False)
    stage = process["stages"][0]
    assert (stage["description"], stage["totalItems"], stage["onFailure"], stage["counted"]) == (
        "First",
        2,
        "PARENT",
        10,
    )
    assert [(item["description"], item["status"]) for item in stage["items"]] == [("a", "SUCCESS"), ("b", "SUCCESS")]
    assert seen[1]["TEST"][0]["stages"] == ["First [2/2]"]
    assert seen[2]["sequence"][0]["jobId"] == job.uid
    ended = api.get(f"{JOBS}/{job.uid}/progress").json["sequence"][0]
    assert (ended["status"], ended["summary"], ended["complete"]) == ("SUCCESS", "Ten things", True)
    assert api.get("/api/scheduling/completed/TEST").json["sequence"][0]["jobId"] == job.uid
    assert [entry["jobId"] for entry in api.get("/api/scheduling/completed").json["TEST"]] == [job.uid]
    assert api.get("/api/scheduling/running").json == {}


def test_nothing_is_told_of_what_never_ran(api: ApiClient) -> None:
    uid = create(api)

    assert (api.get(f"{JOBS}/{uid}/progress").status, api.get(f"{JOBS}/{uid}/progress").text) == (200, "")
    assert api.get(f"{JOBS}/{uid}/progress/errors").json == []
    assert api.get(f"{JOBS}/{uid}/errors").json == {}
    assert api.get("/api/scheduling/running/TEST").json == {}
    assert api.get("/api/scheduling/running/NO_TYPE").status == 400


def test_an_item_that_fails_may_be_skipped(api: ApiClient, declared: Declare) -> None:
    def work(run: JobRun) -> Outcome:
        with run.stage("All", items=3, on_failure=OnFailure.SKIP_ITEM) as stage:
            for number in range(3):
                with stage.item(f"item {number}"), transaction.atomic():
                    ConfigurationItem.objects.create(name=f"mark {number}", value=1)
                    if number == 1:
                        raise JobRefused("Not this one")
        return Outcome()

    job = declared(work)()
    run_next("short")

    items = api.get(f"{JOBS}/{job.uid}/progress").json["sequence"][0]["stages"][0]["items"]
    assert [item["status"] for item in items] == ["SUCCESS", "ERROR", "SUCCESS"]
    assert items[1]["error"] == "Not this one"
    kept = ConfigurationItem.objects.filter(name__startswith="mark ")
    assert sorted(kept.values_list("name", flat=True)) == ["mark 0", "mark 2"]
    kept.delete()


def test_a_stage_of_many_items_shows_the_newest_and_the_failed(api: ApiClient, declared: Declare) -> None:
    def work(run: JobRun) -> Outcome:
        with run.stage("All", items=300, on_failure=OnFailure.SKIP_ITEM) as stage:
            for number in range(300):
                with stage.item(f"item {number}"):
                    if number == 0:
                        raise JobRefused("No")
        return Outcome()

    job = declared(work)()
    run_next("short")

    stage = api.get(f"{JOBS}/{job.uid}/progress").json["sequence"][0]["stages"][0]
    assert (stage["totalItems"], stage["doneItems"], stage["failedItems"], len(stage["items"])) == (300, 299, 1, 100)
    assert (stage["items"][0]["status"], stage["items"][-1]["description"]) == ("ERROR", "item 299")


def test_the_errors_of_a_run_are_told(api: ApiClient, declared: Declare) -> None:
    errors = [
        {"code": "E1005", "id": "a1234567890", "type": "DataElement", "args": ["x"], "message": "It is not there"}
    ]

    def work(run: JobRun) -> Outcome:
        with run.stage("Only"):
            return Outcome(message="No", is_error=True, errors=errors)

    job = declared(work)()
    run_next("short")

    assert api.get(f"{JOBS}/{job.uid}/progress/errors").json == errors
    told = api.get(f"{JOBS}/{job.uid}/errors").json
    assert (told["id"], told["type"], told["codes"], told["errors"]) == (job.uid, "TEST", "ErrorCode", errors)
    assert api.get(f"{JOBS}/{job.uid}").json["errorCodes"] == "E1005"
    assert api.get(f"{JOBS}/{job.uid}/progress").json["errors"] == {"a1234567890": {"E1005": errors}}
    user = User.objects.get(username="admin").uid
    for query, number in (
        ("", 1), (f"user={user}", 1), ("user=a1234567890", 0), ("code=E1005,E2", 1), ("code=E2", 0), ("type=TEST", 1),
        ("type=MOCK", 0), ("object=a1234567890", 1), ("from=2020-01-01", 1), ("to=2020-01-01", 0),
    ):  # fmt: skip
        assert len(api.get(f"{JOBS}/errors?{query}").json) == number, query


def test_the_errors_of_a_metadata_import_name_object_and_code(api: ApiClient) -> None:
    body = {"dataElements": [{"id": "a1234567890", "name": "x"}]}
    job = api.post("/api/metadata?async=true", body).json["response"]["id"]
    run_next("short")

    told = api.get(f"{JOBS}/{job}/errors").json["errors"]
    assert {(error["id"], error["type"]) for error in told} == {("a1234567890", "DataElement")}
    assert "E4000" in {error["code"] for error in told}


def test_errors_are_for_those_who_may_read_logs(api: ApiClient, declared: Declare) -> None:
    anyone("nobody")
    job = declared(lambda run: Outcome(is_error=True))()
    run_next("short")

    assert api.get(f"{JOBS}/errors", user="nobody").status == 403
    for path in ("progress", "progress/errors", "errors"):
        assert api.get(f"{JOBS}/{job.uid}/{path}", user="nobody").status == 404


def test_a_job_of_a_silent_worker_is_reverted(api: ApiClient, declared: Declare) -> None:
    job = declared(lambda run: Outcome())()
    idle = api.post(f"{JOBS}/{job.uid}/revert")
    assert (idle.status, idle.json["message"]) == (409, "Job is not running")
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING, last_alive=timezone.now(), started=timezone.now())
    alive = api.post(f"{JOBS}/{job.uid}/revert")
    assert (alive.status, alive.json["message"]) == (409, "Failed to transition job from RUNNING state")
    Job.objects.filter(pk=job.pk).update(last_alive=timezone.now() - timedelta(minutes=2))

    assert api.post(f"{JOBS}/{job.uid}/revert").status == 204
    job.refresh_from_db()
    assert job.last_executed_status == "FAILED"


def test_stale_jobs_are_those_without_a_sign_of_life(api: ApiClient, declared: Declare) -> None:
    job = declared(lambda run: Outcome())()
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING, last_alive=timezone.now() - timedelta(seconds=90))

    assert [found["id"] for found in api.get(f"{JOBS}/stale?seconds=60").json] == [job.uid]
    assert api.get(f"{JOBS}/stale?seconds=100").json == []
    assert api.get(f"{JOBS}/stale?seconds=0").json == []
    assert api.get(f"{JOBS}/stale").status == 400
    late = {"started": timezone.now() - timedelta(seconds=21), "delay": 10, "last_alive": timezone.now()}
    Job.objects.filter(pk=job.pk).update(scheduling_type=SchedulingType.FIXED_DELAY, **late)
    assert [found["id"] for found in api.get(f"{JOBS}/stale?seconds=100").json] == [job.uid]


def test_due_jobs_are_those_whose_time_comes_soon(api: ApiClient, declared: Declare) -> None:
    soon = create(api, cronExpression="0 * * * * *")
    create(api, cronExpression="0 0 0 29 2 ?")

    listed = api.get(f"{JOBS}/due?seconds=61").json
    assert [found["id"] for found in listed] == [soon]
    assert {"id", "type", "schedulingType", "name", "status", "cronExpression", "parameters"} <= set(listed[0])
    job = declared(lambda run: Outcome())()
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING)
    assert api.get(f"{JOBS}/due?seconds=61").json == []
    assert len(api.get(f"{JOBS}/due?seconds=61&includeWaiting=true").json) == 1
    assert api.get(f"{JOBS}/due?seconds=soon").status == 400


def test_run_once_jobs_are_cleaned_away(api: ApiClient, declared: Declare) -> None:
    anyone("nobody")
    job = declared(lambda run: Outcome())()
    run_next("short")

    assert api.post(f"{JOBS}/clean?minutes=0", user="nobody").status == 403
    assert api.post(f"{JOBS}/clean?minutes=10").status == 204
    assert api.get(f"{JOBS}/{job.uid}").status == 200
    assert api.post(f"{JOBS}/clean?minutes=0").status == 204
    assert api.get(f"{JOBS}/{job.uid}").status == 404


def test_forgetting_tasks_keeps_jobs_that_repeat(api: ApiClient, declared: Declare) -> None:
    declared(lambda run: Outcome({"a": 1}, "Done"))
    uid = create(api)
    api.post(f"{JOBS}/{uid}/execute")
    run_next("short")

    assert api.delete("/api/system/tasks/TEST").status == 204
    assert api.get(f"/api/system/tasks/TEST/{uid}").json == []
    assert read(api, uid)["jobStatus"] == "SCHEDULED"


def test_a_job_that_is_deleted_while_it_runs_leaves_nothing(api: ApiClient, declared: Declare) -> None:
    def work(run: JobRun) -> Outcome:
        ConfigurationItem.objects.create(name="mark", value=1)
        deleted.append(api_elsewhere(f"{JOBS}/{run.uid}"))
        return Outcome()

    def api_elsewhere(path: str) -> int:
        found: list[int] = []

        def call() -> None:
            found.append(api.delete(path).status)
            connection.close()

        thread = threading.Thread(target=call)
        thread.start()
        thread.join(20)
        return found[0]

    deleted: list[int] = []
    declared(work)
    uid = create(api)
    api.post(f"{JOBS}/{uid}/execute")
    run_next("short")

    assert deleted == [200]
    assert not ConfigurationItem.objects.filter(name="mark").exists()


@pytest.mark.parametrize("by", ["disable", "patch", "put"])
def test_a_job_that_waits_and_is_disabled_does_not_begin(api: ApiClient, declared: Declare, by: str) -> None:
    ran: list[str] = []
    declared(lambda run: ran.append(run.uid) or Outcome())
    uid = create(api)
    api.post(f"{JOBS}/{uid}/execute")

    if by == "disable":
        api.post(f"{JOBS}/{uid}/disable")
    elif by == "patch":
        api.patch(f"{JOBS}/{uid}", [{"op": "replace", "path": "/enabled", "value": False}], content_type=PATCH)
    else:
        api.put(f"{JOBS}/{uid}", read(api, uid) | {"enabled": False})

    assert not run_next("short")
    job = read(api, uid)
    assert (ran, job["jobStatus"], job["enabled"], job["schedulingType"]) == ([], "DISABLED", False, "CRON")


def test_a_cancelled_job_whose_process_died_does_not_begin_again(api: ApiClient, declared: Declare) -> None:
    ran: list[str] = []
    job = declared(lambda run: ran.append(run.uid) or Outcome())()
    claim_next("short", "a worker")
    api.post(f"{JOBS}/{job.uid}/cancel")
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    look()
    assert run_next("short")

    job.refresh_from_db()
    assert (ran, job.status, job.cancel_requested) == ([], "STOPPED", False)
    assert read_log(job)[-1] == CANCELLED


def test_what_others_requests_started_is_neither_due_nor_stale(api: ApiClient, declared: Declare) -> None:
    anyone("nobody")
    waits, runs = (declared(lambda run: Outcome())() for _ in range(2))
    Job.objects.filter(pk=runs.pk).update(status=Status.RUNNING, last_alive=timezone.now() - timedelta(seconds=90))

    for path, job in (("due?seconds=1&includeWaiting=true", waits), ("stale?seconds=60", runs)):
        assert [found["id"] for found in api.get(f"{JOBS}/{path}").json] == [job.uid]
        assert api.get(f"{JOBS}/{path}", user="nobody").json == []


def test_errors_of_many_runs_take_as_many_queries(api: ApiClient) -> None:
    def queries(size: int) -> int:
        for _ in range(size):
            Job.objects.create(type="MOCK", name="x", queue="short", status=Status.FAILED, errors="[]")
        with query_counter() as counter:
            assert len(api.get(f"{JOBS}/errors").json) >= size
        return int(counter.count)

    assert queries(2) == queries(20)


def test_many_stages_show_the_items_of_the_newest(api: ApiClient, declared: Declare) -> None:
    def work(run: JobRun) -> Outcome:
        for stage_number in range(25):
            with run.stage(f"stage {stage_number}") as stage:
                for number in range(100):
                    with stage.item(f"item {number}"):
                        pass
        return Outcome()

    job = declared(work)()
    run_next("short")

    stages = api.get(f"{JOBS}/{job.uid}/progress").json["sequence"][0]["stages"]
    assert [len(stage["items"]) for stage in stages] == [0] * 5 + [100] * 20
    assert {(stage["totalItems"], stage["doneItems"]) for stage in stages} == {(100, 100)}

"""`/api/scheduler`: what will run, and queues of jobs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from scheduling.claims import claim_next
from scheduling.models import Job
from scheduling.scheduler import queue_due_jobs
from scheduling.states import SchedulingType, Status
from scheduling.system_jobs import ensure_system_jobs
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from users.models import User

pytestmark = pytest.mark.django_db
JOBS = "/api/jobConfigurations"
QUEUES = "/api/scheduler/queues"
CRON = "0 0 1 ? * *"


def create(api: ApiClient, name: str, **members: Any) -> str:
    hour = Job.objects.count() % 24
    body = {"name": name, "jobType": "TEST", "cronExpression": f"0 {Job.objects.count()} {hour} * * *"} | members
    answer = api.post(JOBS, body)
    assert answer.status == 201, answer.text
    return answer.json["response"]["uid"]


@pytest.fixture
def jobs(api: ApiClient, db: None) -> list[str]:
    return [create(api, name) for name in ("a", "b", "c")]


def body(sequence: list[str], **members: Any) -> dict[str, Any]:
    return {"name": "ignored", "cronExpression": CRON, "sequence": sequence} | members


def test_a_queue_is_made_of_jobs(api: ApiClient, jobs: list[str]) -> None:
    answer = api.post(f"{QUEUES}/testQueue", body(jobs[:2]))

    assert (answer.status, answer.text) == (201, "")
    assert api.get(QUEUES).json == ["testQueue"]
    assert api.get(f"{QUEUES}/testQueue").json == {"name": "testQueue", "cronExpression": CRON, "sequence": jobs[:2]}
    first, second = (api.get(f"{JOBS}/{uid}").json for uid in jobs[:2])
    assert (first["queueName"], first["queuePosition"], first["cronExpression"]) == ("testQueue", 0, CRON)
    assert (second["queueName"], second["queuePosition"]) == ("testQueue", 1)
    assert "nextExecutionTime" in first
    assert not {"cronExpression", "nextExecutionTime"} & set(second)


def test_a_queue_is_renamed_and_keeps_its_jobs(api: ApiClient, jobs: list[str]) -> None:
    api.post(f"{QUEUES}/q", body(jobs[:2]))

    assert api.put(f"{QUEUES}/q", {"name": "renamed"}).status == 204
    assert api.get(QUEUES).json == ["renamed"]
    assert api.get(f"{QUEUES}/renamed").json["sequence"] == jobs[:2]


def test_a_job_that_leaves_a_queue_is_disabled(api: ApiClient, jobs: list[str]) -> None:
    api.post(f"{QUEUES}/q", body(jobs))

    assert api.put(f"{QUEUES}/q", body([jobs[2], jobs[1]])).status == 204
    left = api.get(f"{JOBS}/{jobs[0]}").json
    assert left["enabled"] is False
    assert not {"queueName", "queuePosition", "cronExpression"} & set(left)
    assert api.get(f"{JOBS}/{jobs[2]}").json["cronExpression"] == CRON
    assert "cronExpression" not in api.get(f"{JOBS}/{jobs[1]}").json


def test_a_queue_is_dissolved(api: ApiClient, jobs: list[str]) -> None:
    api.post(f"{QUEUES}/q", body(jobs))

    assert api.delete(f"{QUEUES}/q").status == 204
    assert api.get(QUEUES).json == []
    assert {api.get(f"{JOBS}/{uid}").json["enabled"] for uid in jobs} == {False}


def test_a_job_of_a_queue_keeps_the_queues_time(api: ApiClient, jobs: list[str]) -> None:
    api.post(f"{QUEUES}/q", body(jobs))

    for uid in jobs[:2]:
        replaced = api.put(f"{JOBS}/{uid}", {"name": f"new {uid}", "jobType": "TEST", "cronExpression": "0 0 9 * * *"})
        assert replaced.status == 200, replaced.text
    assert api.get(f"{QUEUES}/q").json["cronExpression"] == CRON
    assert "cronExpression" not in api.get(f"{JOBS}/{jobs[1]}").json


def test_a_deleted_job_leaves_no_gap(api: ApiClient, jobs: list[str]) -> None:
    api.post(f"{QUEUES}/q", body(jobs))

    api.delete(f"{JOBS}/{jobs[0]}")
    assert api.get(f"{QUEUES}/q").json == {"name": "q", "cronExpression": CRON, "sequence": jobs[1:]}
    api.delete(f"{JOBS}/{jobs[1]}")
    assert api.get(QUEUES).json == []


def refused(answer: Any) -> tuple[int, str | None, str]:
    return answer.status, answer.json.get("errorCode"), answer.json["message"]


def test_what_is_no_queue_is_refused(api: ApiClient, jobs: list[str]) -> None:
    a, b, c = jobs
    post = f"{QUEUES}/testQueue"
    assert refused(api.post(post, body([a, b], cronExpression="0 1 ? * *"))) == (
        409, "E7005",
        'Cron expression is invalid: `Cron expression must consist of 6 fields (found 5 in "0 1 ? * *")`',
    )  # fmt: skip
    too_few = (409, "E7024", "Job queue must have at least two jobs.")
    assert refused(api.post(post, body([a]))) == too_few
    assert refused(api.post(post, body([a, "x1234567890"]))) == too_few
    assert refused(api.post(post, {"cronExpression": CRON})) == too_few
    assert refused(api.post(post, body([a, b, "x1234567890"]))) == (
        404, None, "JobConfiguration with id x1234567890 could not be found."
    )  # fmt: skip
    assert api.post(post, body([a, b])).status == 201
    assert refused(api.post(post, body([a, b]))) == (409, "E7021", "Job queue already exist: `testQueue`")
    assert refused(api.post(f"{QUEUES}/other", body([a, c]))) == (
        409, "E7022", f"Job `{a}` is already used in another queue: `testQueue`"
    )  # fmt: skip
    for call in (api.get, api.put, api.delete):
        arguments = (body([a, b]),) if call == api.put else ()
        assert refused(call(f"{QUEUES}/foo", *arguments)) == (404, "E7020", "Job queue does not exist: `foo`")


def test_system_jobs_do_not_queue(api: ApiClient, jobs: list[str]) -> None:
    ensure_system_jobs()

    assert refused(api.post(f"{QUEUES}/q", body([jobs[0], "DHIS2rocks1"])))[:2] == (409, "E7023")


@pytest.mark.parametrize("given", [[], "x", {"sequence": "a"}, {"sequence": [1]}, {"cronExpression": 5}])
def test_a_body_that_is_no_queue_is_refused(api: ApiClient, jobs: list[str], given: Any) -> None:
    assert api.post(f"{QUEUES}/q", given if not isinstance(given, dict) else body(jobs) | given).status in (400, 409)
    assert api.get(QUEUES).json == []


def test_queues_are_for_those_who_schedule(api: ApiClient, jobs: list[str], outsider: User) -> None:
    api.post(f"{QUEUES}/q", body(jobs))

    assert api.get(f"{QUEUES}/q", user="outsider").status == 200
    for call in (api.post, api.put):
        assert call(f"{QUEUES}/q", body(jobs), user="outsider").status == 403
    assert api.delete(f"{QUEUES}/q", user="outsider").status == 403


def test_the_scheduler_lists_a_queue_as_one_entry(api: ApiClient, jobs: list[str]) -> None:
    api.post(f"{QUEUES}/q", body(jobs[:2]))
    Job.objects.create(type="METADATA_IMPORT", name="import", queue="short")

    listed = api.get("/api/scheduler").json
    assert {entry["name"] for entry in listed} == {"q", "c"}
    queue = next(entry for entry in listed if entry["name"] == "q")
    assert (queue["type"], queue["configurable"], queue["status"]) == ("Sequence", True, "SCHEDULED")
    assert [job["id"] for job in queue["sequence"]] == jobs[:2]
    assert {"nextExecutionTime", "secondsToNextExecutionTime", "maxDelayedExecutionTime"} <= set(queue)
    Job.objects.filter(uid=jobs[1]).update(status="RUNNING")
    assert next(e for e in api.get("/api/scheduler").json if e["name"] == "q")["status"] == "RUNNING"


def test_the_scheduler_is_ordered_by_time_or_name(api: ApiClient, db: None) -> None:
    create(api, "first", cronExpression="0 0 0 29 2 ?")
    create(api, "second", cronExpression="0 * * * * *")
    create(api, "third", enabled=False)

    assert [entry["name"] for entry in api.get("/api/scheduler").json] == ["second", "first", "third"]
    assert [entry["name"] for entry in api.get("/api/scheduler?order=name").json] == ["first", "second", "third"]


def test_what_may_join_a_queue_is_listed(api: ApiClient, jobs: list[str]) -> None:
    ensure_system_jobs()
    create(api, "delayed", cronExpression=None, delay=5)
    api.post(f"{QUEUES}/q", body(jobs[:2]))

    assert [entry["name"] for entry in api.get("/api/scheduler/queueable").json] == ["c"]
    assert [entry["name"] for entry in api.get("/api/scheduler/queueable?name=q").json] == ["a", "b", "c"]


def test_the_scheduler_takes_as_many_queries_for_many_jobs(api: ApiClient) -> None:
    def queries(size: int) -> int:
        for number in range(size):
            create(api, f"job {size} {number}")
        with query_counter() as counter:
            api.get("/api/scheduler")
        return int(counter.count)

    assert queries(3) == queries(15)


def test_behind_a_deleted_first_job_nothing_is_caught_up(api: ApiClient, jobs: list[str]) -> None:
    api.post(f"{QUEUES}/q", body(jobs, cronExpression="0 0 * * * *"))
    Job.objects.filter(uid__in=jobs).update(slot=timezone.now() - timedelta(hours=2))

    api.delete(f"{JOBS}/{jobs[0]}")

    assert queue_due_jobs() == 0
    assert api.get(f"{JOBS}/{jobs[1]}").json["nextExecutionTime"] > f"{timezone.now():%Y-%m-%dT%H:%M}"


def test_a_job_that_has_run_once_runs_again_in_a_queue(api: ApiClient, jobs: list[str]) -> None:
    Job.objects.filter(uid=jobs[0]).update(
        status=Status.COMPLETED, enabled=False, cron_expression=None, scheduling_type=SchedulingType.ONCE_ASAP
    )

    api.post(f"{QUEUES}/q", body(jobs[:2]))

    job = api.get(f"{JOBS}/{jobs[0]}").json
    assert (job["jobStatus"], job["enabled"]) == ("SCHEDULED", True)


def test_a_job_that_waits_when_its_queue_is_dissolved_does_not_begin(api: ApiClient, jobs: list[str]) -> None:
    api.post(f"{QUEUES}/q", body(jobs[:2]))
    api.post(f"{JOBS}/{jobs[1]}/execute")

    api.delete(f"{QUEUES}/q")

    assert claim_next("long") is None
    assert api.get(f"{JOBS}/{jobs[1]}").json["jobStatus"] == "DISABLED"


def test_a_job_that_left_its_queue_may_be_renamed(api: ApiClient, jobs: list[str]) -> None:
    api.post(f"{QUEUES}/q", body(jobs[:2]))
    api.delete(f"{QUEUES}/q")

    patch = [{"op": "replace", "path": "/name", "value": "renamed"}]
    answer = api.patch(f"{JOBS}/{jobs[0]}", patch, content_type="application/json-patch+json")

    assert answer.status == 200, answer.text


def test_a_queue_has_a_time(api: ApiClient, jobs: list[str]) -> None:
    answer = api.post(f"{QUEUES}/q", body(jobs, cronExpression="* * * * * ?"))

    assert refused(answer)[:2] == (409, "E7005")


def test_behind_a_job_that_is_taken_back_the_rest_of_a_queue_is_skipped(api: ApiClient, jobs: list[str]) -> None:
    api.post(f"{QUEUES}/q", body(jobs))
    Job.objects.filter(uid__in=jobs).update(last_executed_status="COMPLETED")
    api.post(f"{JOBS}/{jobs[1]}/execute")

    assert api.post(f"{JOBS}/{jobs[1]}/cancel").status == 204

    ended = [api.get(f"{JOBS}/{uid}").json["lastExecutedStatus"] for uid in jobs]
    assert ended == ["COMPLETED", "STOPPED", "NOT_STARTED"]

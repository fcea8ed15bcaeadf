"""`/api/system/tasks` and `/api/system/taskSummaries`: what jobs tell, and to whom."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from configuration.settings import store_settings
from dhis2api.objects.uids import generate_uid
from scheduling.job_types import JobType
from scheduling.models import Job, Notification, Status
from scheduling.tasks import summaries_of_type
from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 2, 1, 12, tzinfo=UTC)


def stored_job(
    *lines: str, type: str = "DATAVALUE_IMPORT", summary: str | None = None, user: str = "admin", **members: object
) -> Job:
    """A job that has ended, with these lines in its log."""
    job = Job.objects.create(
        uid=generate_uid(), type=type, name=type, queue="short", status=Status.COMPLETED, created=NOON,
        user_uid=User.objects.get(username=user).uid, summary=summary, **members,
    )  # fmt: skip
    for number, line in enumerate(lines):
        Notification.objects.create(
            job=job, uid=generate_uid(), level="INFO", time=NOON + timedelta(seconds=number), message=line,
            completed=number == len(lines) - 1, data={"dryRun": True} if number == 0 else None,
        )  # fmt: skip
    return job


def test_the_log_of_a_job_is_newest_first(api: ApiClient) -> None:
    job = stored_job("Process started", "Import done")

    answer = api.get(f"/api/system/tasks/DATAVALUE_IMPORT/{job.uid}")

    newest, oldest = answer.json
    assert answer.headers["Cache-Control"] == "no-store"
    assert newest == {
        "uid": newest["id"], "level": "INFO", "category": "DATAVALUE_IMPORT", "time": "2025-02-01T12:00:01.000",
        "message": "Import done", "completed": True, "id": newest["id"],
    }  # fmt: skip
    assert (oldest["completed"], oldest["dataType"], oldest["data"]) == (False, "PARAMETERS", {"dryRun": True})


def test_logs_of_a_type_are_an_object_with_the_newest_job_first(api: ApiClient) -> None:
    first, second = stored_job("a"), stored_job("b")

    assert list(api.get("/api/system/tasks/DATAVALUE_IMPORT").json) == [second.uid, first.uid]
    assert api.get("/api/system/tasks/PREDICTOR").json == {}


def test_all_logs_are_by_type_and_only_where_there_are_some(api: ApiClient) -> None:
    job = stored_job("a", type="METADATA_IMPORT")

    listed = api.get("/api/system/tasks").json

    assert list(listed) == ["METADATA_IMPORT"]
    assert listed["METADATA_IMPORT"][job.uid][0]["message"] == "a"


def test_old_versions_list_every_type(api: ApiClient) -> None:
    listed = api.get("/api/36/system/tasks").json

    assert listed["EVENT_IMPORT"] == listed["DATAVALUE_IMPORT"] == {}


def messages(api: ApiClient, path: str, job: Job) -> list[str]:
    return [entry["message"] for entry in api.get(path).json[job.uid]]


def test_lists_show_the_ends_of_a_log_unless_all_is_asked_for(api: ApiClient) -> None:
    job = stored_job("started", "halfway", "done")
    path = "/api/system/tasks/DATAVALUE_IMPORT"

    assert messages(api, path, job) == ["done", "started"]
    assert messages(api, f"{path}?gist=false", job) == ["done", "halfway", "started"]
    store_settings({"notifierGistOverview": False})
    assert messages(api, path, job) == ["done", "halfway", "started"]
    assert messages(api, f"{path}?gist=true", job) == ["done", "started"]


def test_a_job_that_does_not_exist_has_an_empty_log_and_no_summary(api: ApiClient) -> None:
    """Clients ask before the job begins; what they get must not end their waiting."""
    assert api.get("/api/system/tasks/DATAVALUE_IMPORT/a1234567890").json == []
    answer = api.get("/api/system/taskSummaries/DATAVALUE_IMPORT/a1234567890")
    assert (answer.status, answer.content, answer.headers["Cache-Control"]) == (200, b"", "no-store")
    assert api.get("/api/system/taskSummaries/DATAVALUE_IMPORT").json == {}


def test_summaries_are_the_results_themselves(api: ApiClient) -> None:
    job = stored_job("a", summary='{"status":"SUCCESS","b":1,"a":2}')

    assert api.get(f"/api/system/taskSummaries/datavalue_import/{job.uid}").text == job.summary
    assert api.get("/api/system/taskSummaries/DATAVALUE_IMPORT").text == f'{{"{job.uid}":{job.summary}}}'
    assert api.get(f"/api/system/taskSummaries/PREDICTOR/{job.uid}").content == b""


def test_a_list_of_results_is_read_one_by_one() -> None:
    """Each may name a million rejected records, and five hundred are kept."""
    large = "1" * 5_000_000
    for _ in range(8):
        stored_job("a", summary=large)
    principal = User.objects.get(username="admin").principal

    tracemalloc.start()
    sent = sum(len(piece) for piece in summaries_of_type(principal, JobType.DATAVALUE_IMPORT))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert sent > 8 * len(large)
    assert most < 5 * len(large)


@pytest.mark.parametrize("name", ["tasks", "taskSummaries"])
def test_bad_types_and_identifiers_are_refused(api: ApiClient, name: str) -> None:
    unknown = api.get(f"/api/system/{name}/NONE")
    malformed = api.get(f"/api/system/{name}/DATAVALUE_IMPORT/1234")

    assert (unknown.status, malformed.status) == (400, 400)
    assert unknown.json["message"].startswith("Value 'NONE' is not valid for path parameter jobType. Valid values are")
    assert "UID must be an alphanumeric string of 11 characters" in malformed.json["message"]


def test_types_are_found_in_any_case_and_by_their_old_names(api: ApiClient) -> None:
    job = stored_job("a", type="SINGLE_EVENT_DATA_SYNC")

    assert list(api.get("/api/system/tasks/event_programs_data_sync").json) == [job.uid]


def test_users_see_the_jobs_that_they_started(api: ApiClient) -> None:
    """DHIS2 shows all jobs, with the parameters and results of everybody's imports, to all users."""
    clerk, auditor = persona("clerk"), persona("auditor", ["F_JOB_LOG_READ"])
    own, other = stored_job("a", summary="{}", user=clerk.username), stored_job("b", summary="{}")
    path = "/api/system/taskSummaries/DATAVALUE_IMPORT"

    assert list(api.get("/api/system/tasks/DATAVALUE_IMPORT", user="clerk").json) == [own.uid]
    assert api.get(f"/api/system/tasks/DATAVALUE_IMPORT/{other.uid}", user="clerk").json == []
    assert api.get(f"{path}/{other.uid}", user="clerk").content == b""
    assert list(api.get(path, user=auditor.username).json) == list(api.get(path).json) == [other.uid, own.uid]


def test_users_take_their_ended_jobs_off_the_list(api: ApiClient) -> None:
    clerk = persona("clerk", ["F_JOB_LOG_READ"])
    own, running, other = (stored_job("a", summary="{}", user=name) for name in (clerk.username, "clerk", "admin"))
    Job.objects.filter(pk=running.pk).update(status=Status.RUNNING)

    answer = api.delete("/api/system/tasks", user="clerk")

    assert (answer.status, answer.content) == (204, b"")
    assert list(api.get("/api/system/tasks/DATAVALUE_IMPORT").json) == [other.uid, running.uid]
    assert api.get(f"/api/system/taskSummaries/DATAVALUE_IMPORT/{own.uid}").content == b""
    assert not Notification.objects.filter(job=own).exists()


def test_those_taken_off_are_chosen_by_type_job_age_and_number(api: ApiClient) -> None:
    old, *_, newest = jobs = [stored_job("a", finished=NOON) for _ in range(4)]
    Job.objects.exclude(pk=old.pk).update(finished=timezone.now())
    path, left = "/api/system/tasks", lambda: set(Job.objects.values_list("uid", flat=True))

    assert api.delete(f"{path}/METADATA_IMPORT").status == 204
    assert len(left()) == 4
    assert api.delete(f"{path}?maxAge=1").status == 204
    assert left() == {job.uid for job in jobs[1:]}
    assert api.delete(f"{path}/DATAVALUE_IMPORT/{jobs[1].uid}").status == 204
    assert left() == {job.uid for job in jobs[2:]}
    assert api.delete(f"{path}/datavalue_import?maxCount=1").status == 204
    assert left() == {newest.uid}
    assert [api.delete(f"{path}?{bad}").status for bad in ("maxAge=-1", "maxCount=x", "maxAge=999999999")] == [400] * 3
    assert api.delete(f"{path}/NONE").status == 400
    assert left() == {newest.uid}


@pytest.mark.parametrize("path", ["tasks", "tasks/DATAVALUE_IMPORT", "taskSummaries/DATAVALUE_IMPORT"])
def test_strangers_see_nothing(api: ApiClient, path: str) -> None:
    assert api.get(f"/api/system/{path}", user=None).status == 401

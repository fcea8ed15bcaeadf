"""DATA_SYNC and dataPush against a remote that answers what a test tells it to."""

from __future__ import annotations

import threading
from typing import Any

import psycopg2
import pytest
from django.db import connection

from configuration.settings import store_settings, system_setting
from dhis2api.demo import identifiers as ids
from scheduling.job_runs import run_next
from scheduling.job_types import JobType
from scheduling.models import Job, Status
from synchronization.models import RemovedRegistration, ValuePush
from synchronization.params import DataSyncParams
from synchronization.turns import LOCK
from synchronization.values import reading
from tests.datavalues.payloads import value, value_set
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase
from tests.synchronization.conftest import log_of, point_at, run_job
from tests.synchronization.stranger import PONG, Reply, Stranger, json_reply

VALUES, COMPLETIONS = "/api/dataValueSets", "/api/completeDataSetRegistrations"
LAST = "keyLastSuccessfulDataSynch"
COUNTS = {"imported": 1, "updated": 0, "ignored": 0, "deleted": 0}
TAKEN = json_reply({"status": "OK", "response": {"status": "SUCCESS", "importCount": COUNTS}})
REFUSED = json_reply({"response": {"status": "WARNING", "description": "Locked", "importCount": COUNTS}}, 409)
CELL = {"dataSet": ids.MORTALITY, "period": "202001", "organisationUnit": ids.NGELEHUN_CHC}


def sync(size: int = 50) -> Job:
    return run_job(JobType.DATA_SYNC, DataSyncParams(page_size=size))


def enter(api: ApiClient, *values: dict[str, Any]) -> None:
    assert api.post("/api/dataValueSets", value_set(*values)).status == 200


def months(first: int, last: int) -> list[dict[str, Any]]:
    """Values of so many months."""
    return [value(period=f"{2000 + month // 12}{month % 12 + 1:02}") for month in range(first, last)]


def pushed(remote: Stranger) -> list[list[str]]:
    """The periods of each page that was sent."""
    return [[one["period"] for one in asked.json["dataValues"]] for asked in remote.asked if asked.path == VALUES]


def test_nothing_new_is_told_and_moves_nothing(sender: Stranger) -> None:
    job = sync()
    assert job.status == Status.COMPLETED
    assert log_of(job)[1:] == [
        "Skipping synchronization, no new or updated DataValues", "SUCCESS! DataValueSynchronization job is done.",
    ]  # fmt: skip
    assert system_setting(LAST).year == 1970
    assert sender.paths() == ["/api/system/ping"]


def test_values_go_in_pages_with_all_they_have_deleted_ones_too(api: ApiClient, sender: Stranger) -> None:
    sender.replies[VALUES] = TAKEN
    enter(api, *months(0, 119), value(period="201001", comment="Why", followup=True))
    enter(api, value(period="200001", deleted=True))

    job = sync()

    assert (job.status, [len(page) for page in pushed(sender)]) == (Status.COMPLETED, [50, 50, 20])
    sent = {one["period"]: one for asked in sender.asked[1:] for one in asked.json["dataValues"]}
    assert len(sent) == 120
    assert sent["200001"]["deleted"] is True
    assert (sent["201001"]["comment"], sent["201001"]["followup"]) == ("Why", True)
    assert sent["200002"].keys() == {
        "dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo", "value", "storedBy",
        "created", "lastUpdated", "comment", "followup",
    }  # fmt: skip
    assert system_setting(LAST) <= job.finished
    stages = job.progress["sequence"][0]["stages"] if isinstance(job.progress, dict) else job.progress
    assert "Pushing data values" in str(stages)
    sender.asked.clear()
    assert sync().status == Status.COMPLETED
    assert pushed(sender) == []


def test_a_remote_that_goes_away_is_gone_on_with_behind_its_last_page(api: ApiClient, sender: Stranger) -> None:
    sender.replies[VALUES] = [TAKEN, Reply(write=lambda wire: None)]
    enter(api, *months(0, 120))
    broken = sync()
    began = ValuePush.objects.get().started
    sender.replies[VALUES] = TAKEN
    enter(api, value(period="201101"))  # after the beginning: the next push has it for sure

    resumed = sync()

    assert (broken.status, resumed.status) == (Status.FAILED, Status.COMPLETED)
    assert "connection broke" in log_of(broken)[-1].lower()
    assert "after 50 values" in log_of(resumed)[1]
    pages = pushed(sender)
    assert [len(page) for page in pages] == [50, 50, 50, 21]
    assert pages[1] == pages[2]  # the one that nobody answered
    assert not set(pages[0]) & {period for page in pages[2:] for period in page}
    assert abs((system_setting(LAST) - began).total_seconds()) < 0.001
    assert not ValuePush.objects.exists()


def test_a_refused_page_does_not_stop_the_others_and_keeps_the_success_back(api: ApiClient, sender: Stranger) -> None:
    sender.replies[VALUES] = [REFUSED, TAKEN]
    enter(api, *months(0, 60))
    job = sync()
    assert (job.status, [len(page) for page in pushed(sender)]) == (Status.FAILED, [50, 10])
    assert "Page 1 was not taken: WARNING: Locked" in log_of(job)
    assert system_setting(LAST).year == 1970
    sender.asked.clear()
    assert sync().status == Status.COMPLETED
    assert [len(page) for page in pushed(sender)] == [50, 10]


@pytest.mark.parametrize(("replies", "status", "attempts"), [
    ([Reply(503), Reply(500), Reply(502), TAKEN], Status.COMPLETED, 4),
    ([Reply(503)] * 4 + [TAKEN], Status.FAILED, 4),
    ([Reply(401)], Status.FAILED, 1),
    ([Reply(302, b"", {"Location": "http://127.0.0.1:1/"})], Status.FAILED, 1),
    ([Reply(200, b"<html>")], Status.FAILED, 1),
    ([json_reply(["SUCCESS"])], Status.FAILED, 1),
    ([json_reply({"response": "SUCCESS"})], Status.FAILED, 1),
])  # fmt: skip
def test_faults_of_the_remote_are_tried_again_others_are_not(
    api: ApiClient, sender: Stranger, replies: list[Reply], status: Status, attempts: int
) -> None:
    """One attempt and `syncMaxAttempts` more."""
    sender.replies[VALUES] = replies
    enter(api, *months(0, 1))
    assert (sync().status, len(pushed(sender))) == (status, attempts)


def test_what_was_stamped_before_a_push_and_committed_after_it_is_not_lost(
    api: ApiClient, sender: Stranger, module_database: OwnDatabase
) -> None:
    """A slow import took its stamp before the push began."""
    sender.replies[VALUES] = TAKEN
    enter(api, *months(0, 3))
    slow = psycopg2.connect(**connection.get_connection_params())
    with slow.cursor() as cursor:
        cursor.execute("UPDATE datavalue SET value = '77', last_updated = now() WHERE period_id = ("
                       "SELECT id FROM metadata_period WHERE iso = '200001')")  # fmt: skip
        cursor.execute("INSERT INTO writer (started) SELECT now()")
    assert sync().status == Status.COMPLETED
    slow.commit()
    slow.close()
    sender.asked.clear()

    sync()

    assert [one["value"] for asked in sender.asked if asked.path == VALUES
            for one in asked.json["dataValues"] if one["period"] == "200001"] == ["77"]  # fmt: skip


def test_what_changed_before_a_date_can_be_left_out(api: ApiClient, sender: Stranger) -> None:
    sender.replies[VALUES] = TAKEN
    enter(api, *months(0, 3))
    store_settings({"syncSkipSyncForDataChangedBefore": "2100-01-01"})
    sync()
    assert pushed(sender) == []


def test_completions_are_pushed_and_their_deletions(api: ApiClient, sender: Stranger) -> None:
    sender.replies[COMPLETIONS] = TAKEN
    assert api.post(COMPLETIONS, {"completeDataSetRegistrations": [CELL, CELL | {"period": "202002"}]}).status == 200
    assert sync().status == Status.COMPLETED
    ds, pe, ou = CELL["dataSet"], CELL["period"], CELL["organisationUnit"]
    assert api.delete(f"{COMPLETIONS}?ds={ds}&pe={pe}&ou={ou}").status == 204
    assert sync().status == Status.COMPLETED

    changed, removed = [asked for asked in sender.asked if asked.path.startswith(COMPLETIONS)]
    assert {one["period"] for one in changed.json["completeDataSetRegistrations"]} == {"202001", "202002"}
    assert changed.json["completeDataSetRegistrations"][0]["completed"] is True
    assert removed.path == f"{COMPLETIONS}?importStrategy=DELETE"
    assert [one["period"] for one in removed.json["completeDataSetRegistrations"]] == ["202001"]
    assert not RemovedRegistration.objects.exists()


def test_a_deletion_that_is_committed_amid_a_push_is_not_lost(api: ApiClient, sender: Stranger) -> None:
    """Its note has a smaller number than one that was pushed."""
    sender.replies[COMPLETIONS] = TAKEN
    both = [CELL, CELL | {"period": "202002"}]
    assert api.post(COMPLETIONS, {"completeDataSetRegistrations": both}).status == 200
    assert sync().status == Status.COMPLETED
    slow = psycopg2.connect(**connection.get_connection_params())
    with slow.cursor() as cursor:
        cursor.execute("DELETE FROM datavalues_completedatasetregistration WHERE period_id = ("
                       "SELECT id FROM metadata_period WHERE iso = '202001')")  # fmt: skip
    assert api.delete(f"{COMPLETIONS}?ds={CELL['dataSet']}&pe=202002&ou={CELL['organisationUnit']}").status == 204
    taken = TAKEN.body

    def commit_and_take(wire: Any) -> None:
        if "DELETE" in sender.asked[-1].path:
            slow.commit()
        wire.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(taken), taken))

    sender.replies[COMPLETIONS] = Reply(write=commit_and_take)
    sender.asked.clear()
    sync()
    sync()
    slow.close()

    removals = [asked for asked in sender.asked if asked.path == f"{COMPLETIONS}?importStrategy=DELETE"]
    assert [one["period"] for asked in removals for one in asked.json["completeDataSetRegistrations"]] == [
        "202002", "202001",
    ]  # fmt: skip
    assert not RemovedRegistration.objects.exists()


def test_another_remote_has_nothing_yet_and_the_first_keeps_what_it_has(api: ApiClient, sender: Stranger) -> None:
    """Unless somebody sets the last success: that holds for every remote."""
    other = f"/other{VALUES}"
    sender.replies |= {VALUES: TAKEN, other: TAKEN, "/other/api/system/ping": PONG}
    enter(api, *months(0, 3))
    sync()
    point_at(f"{sender.url}/other")
    assert sync().status == Status.COMPLETED
    assert sender.paths().count(other) == 1
    point_at(sender.url)
    sync()
    assert sender.paths().count(VALUES) == 1
    point_at(f"{sender.url}/third")
    sender.replies |= {f"/third{VALUES}": TAKEN, "/third/api/system/ping": PONG}
    store_settings({LAST: "2100-01-01T00:00:00.000"})
    sync()
    assert f"/third{VALUES}" not in sender.paths()


def test_two_pushes_at_once_take_turns(api: ApiClient, sender: Stranger) -> None:
    sender.replies[VALUES] = TAKEN
    enter(api, *months(0, 1))
    other = psycopg2.connect(**connection.get_connection_params())
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    refused = api.post("/api/synchronization/dataPush")
    assert (refused.status, refused.json["message"]) == (409, "Another push is under way")
    end = threading.Timer(0.3, other.close)
    end.start()
    assert sync().status == Status.COMPLETED
    end.join()
    assert len(pushed(sender)) == 1


@pytest.mark.parametrize("body", [
    b'{"status":"WARNING","description":"a\\u0000b\\nc"}', b'{"status":"WARNING","description":"\\ud800"}',
    b'{"status":"WARNING","importCount":99999999999999999999999}', b'{"status":"WARNING","x":NaN}',
    b'{"status":"WARNING","x":' + b"[" * 5000 + b"]" * 5000 + b"}",
])  # fmt: skip
def test_whatever_the_remote_says_can_be_told(api: ApiClient, sender: Stranger, body: bytes) -> None:
    sender.replies |= {VALUES: Reply(200, body), COMPLETIONS: TAKEN}
    enter(api, *months(0, 1))
    job = sync()
    assert job.status == Status.FAILED
    assert log_of(job)[-1].startswith("DataValueSynchronization failed. ")
    assert "unexpected" not in log_of(job)[-1]
    assert api.post("/api/synchronization/dataPush").status in (200, 503)


def test_completions_are_pushed_although_the_values_were_refused(api: ApiClient, sender: Stranger) -> None:
    sender.replies |= {VALUES: Reply(500), COMPLETIONS: TAKEN}
    enter(api, *months(0, 1))
    api.post(COMPLETIONS, {"completeDataSetRegistrations": [CELL]})
    job = sync()
    assert (job.status, COMPLETIONS in sender.paths()) == (Status.FAILED, True)
    assert system_setting("keyLastCompleteDataSetRegistrationSyncSuccess").year > 1970


def test_a_job_without_its_remote_fails_and_says_so(sender: Stranger) -> None:
    sender.replies["/api/system/ping"] = [Reply(503), Reply(503), Reply(503), PONG]
    job = sync()
    assert job.status == Status.FAILED
    assert log_of(job)[-1] == "DataValueSynchronization failed. Remote server is unavailable."


def test_a_push_by_a_request_is_one_request_and_answers_the_remotes_summary(api: ApiClient, sender: Stranger) -> None:
    sender.replies[VALUES] = TAKEN
    nothing = api.post("/api/synchronization/dataPush")
    enter(api, *months(0, 60))
    something = api.post("/api/33/synchronization/dataPush")
    again = api.post("/api/synchronization/dataPush")

    assert nothing.json == again.json == {
        "responseType": "ImportSummary", "status": "SUCCESS",
        "description": "No new or updated data values to push.",
        "importCount": {"imported": 0, "updated": 0, "ignored": 0, "deleted": 0},
    }  # fmt: skip
    assert something.json == {"status": "SUCCESS", "importCount": COUNTS}
    assert [len(page) for page in pushed(sender)] == [60]
    assert sender.asked[-2].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(("reply", "status"), [
    (Reply(write=lambda wire: None), 503), (Reply(502), 502), (Reply(200, b"what"), 503), (Reply(401), 401),
    (REFUSED, 200),
])  # fmt: skip
def test_a_push_by_a_request_tells_what_went_wrong(api: ApiClient, sender: Stranger, reply: Reply, status: int) -> None:
    sender.replies[VALUES] = reply
    enter(api, *months(0, 1))
    assert api.post("/api/synchronization/dataPush").status == status
    assert system_setting(LAST).year == 1970


def test_a_push_by_a_request_without_a_remote_sends_nothing(api: ApiClient, sender: Stranger) -> None:
    sender.replies["/api/system/ping"] = Reply(401)
    enter(api, *months(0, 1))
    answer = api.post("/api/synchronization/dataPush")
    assert (answer.status, answer.content) == (200, b"")
    assert api.post("/api/36/synchronization/dataPush").content == b"null"
    assert pushed(sender) == []


def test_a_cancelled_push_waits_for_no_answer(api: ApiClient, sender: Stranger) -> None:
    """The remote would take a minute."""

    def cancel_and_stay(wire: Any) -> None:
        cancelled.append(api.post(f"/api/jobConfigurations/{uid}/cancel").status)
        gone.wait(60)

    gone = threading.Event()
    cancelled: list[int] = []
    body = {"name": "Push", "jobType": "DATA_SYNC", "cronExpression": "0 0 3 ? * MON"}
    uid = api.post("/api/jobConfigurations", body).json["response"]["uid"]
    sender.replies[VALUES] = Reply(write=cancel_and_stay)
    enter(api, *months(0, 1))
    assert api.post(f"/api/jobConfigurations/{uid}/execute").status == 200

    assert run_next("long")

    gone.set()
    assert cancelled == [204]
    assert log_of(Job.objects.get(uid=uid))[-1] == "The job was cancelled"
    assert system_setting(LAST).year == 1970


def test_all_windows_of_values_are_read(api: ApiClient, sender: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of one import have one stamp: their keys tell where the next window begins."""
    monkeypatch.setattr(reading, "WINDOW", 100)
    sender.replies[VALUES] = TAKEN
    enter(api, *months(0, 230))
    assert sync().status == Status.COMPLETED
    assert [len(page) for page in pushed(sender)] == [50, 50, 50, 50, 30]
    assert len({period for page in pushed(sender) for period in page}) == 230

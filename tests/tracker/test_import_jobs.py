"""Imports that run as jobs: what is answered, the log, and the report that every one of them has."""

from __future__ import annotations

from scheduling.job_runs import run_next
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase
from tests.tracker.documented import PERSON, nested


def test_job_has_a_log_and_a_report(own_database: OwnDatabase) -> None:
    api = ApiClient()
    accepted = api.post("/api/tracker", nested())
    body = accepted.json
    uid = body["response"]["id"]
    assert (accepted.status, body["message"]) == (200, "Tracker job added")
    assert body["response"] == {
        "responseType": "TrackerJob", "id": uid, "location": f"http://testserver/api/tracker/jobs/{uid}",
    }  # fmt: skip
    assert accepted.headers["Location"] == body["response"]["location"]
    assert api.get(f"/api/tracker/jobs/{uid}/report").status == 404

    run_next("short")

    log = api.get(f"/api/tracker/jobs/{uid}")
    assert "no-store" in log.headers["Cache-Control"]
    assert log.json[0]["completed"] is True
    assert log.json[0]["category"] == "TRACKER_IMPORT_JOB"
    assert log.json[0]["message"] == "Import complete with status OK, 4 created, 0 updated, 0 deleted, 0 ignored"
    assert log.json[-1]["dataType"] == "PARAMETERS"
    assert api.get(f"/api/tracker/jobs/{uid}/report").json["stats"]["created"] == 4
    assert "timingsStats" in api.get(f"/api/tracker/jobs/{uid}/report?reportMode=FULL").json
    assert api.get("/api/tracker/jobs/Unknown1234").json == []
    assert (
        api.get("/api/tracker/jobs/Unknown1234/report").json["message"] == "Summary for job Unknown1234 does not exist"
    )
    assert api.get(f"/api/tracker/jobs/{uid}/report?reportMode=nonsense").status == 400


def test_failed_job_has_a_report_too(own_database: OwnDatabase) -> None:
    api = ApiClient()
    uid = api.post("/api/tracker", {"trackedEntities": [{"trackedEntity": PERSON}]}).json["response"]["id"]

    run_next("short")

    report = api.get(f"/api/tracker/jobs/{uid}/report")
    assert (report.status, report.json["status"]) == (200, "ERROR")
    assert {error["errorCode"] for error in report.json["validationReport"]["errorReports"]} == {"E1121"}
    last = api.get(f"/api/tracker/jobs/{uid}").json[0]
    assert (last["level"], last["completed"]) == ("ERROR", True)
    assert last["message"] == "Import complete with status ERROR, 0 created, 0 updated, 0 deleted, 1 ignored"

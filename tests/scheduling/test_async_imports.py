"""`async=true`: the request is accepted at once, and a worker does what the request would have done."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from dhis2api.demo import identifiers as ids
from metadata.models import Constant
from scheduling.job_runs import run_next
from scheduling.models import Job
from tests.datavalues.payloads import as_xml, count_rows, value, value_set
from tests.harness.client import Answer, ApiClient
from tests.personas import persona

pytestmark = pytest.mark.usefixtures("committed")
DATA = "/api/dataValueSets?async=true"
METADATA = "/api/metadata?async=true"


def job_of(answer: Answer) -> Job:
    assert answer.status == 200, answer
    return Job.objects.get(uid=answer.json["response"]["id"])


def outcome(api: ApiClient, answer: Answer, user: str = "admin") -> tuple[dict, list[str]]:
    """Run the job that was accepted; its summary, and its log from the beginning."""
    job = job_of(answer)
    run_next(job.queue)
    summary = api.get(f"/api/system/taskSummaries/{job.type}/{job.uid}", user=user).json
    log = api.get(answer.json["response"]["relativeNotifierEndpoint"], user=user).json
    assert log[0]["completed"]
    return summary, [entry["message"] for entry in reversed(log)]


def test_data_values_are_accepted_in_the_documented_words(api: ApiClient) -> None:
    answer = api.post(DATA, value_set(value()))

    response = answer.json["response"]
    assert answer.status == 200
    assert answer.json["message"] == "Initiated dataValueImport"
    assert answer.headers["Location"] == "http://testserver/api/system/tasks/DATAVALUE_IMPORT"
    assert response["name"] == "dataValueImport"
    assert response["jobType"] == "DATAVALUE_IMPORT"
    assert response["jobStatus"] == "NOT_STARTED"
    assert response["jobParameters"]["importStrategy"] == "CREATE_AND_UPDATE"
    assert response["responseType"] == "JobConfiguration"
    assert response["relativeNotifierEndpoint"] == f"/api/system/tasks/DATAVALUE_IMPORT/{response['id']}"


def test_acceptance_can_be_read_as_xml(api: ApiClient) -> None:
    answer = api.post(DATA, as_xml(value_set(value())), content_type="application/xml",
                      headers={"Accept": "application/xml"})  # fmt: skip

    assert "<message>Initiated dataValueImport</message>" in answer.text
    assert '<response responseType="JobConfiguration"><name>dataValueImport</name>' in answer.text


BODIES = {
    "json": ("application/json", json.dumps(value_set(value())).encode()),
    "xml": ("application/xml", as_xml(value_set(value()))),
    "csv": ("application/csv", f"de,pe,ou,co,ao,value\n{ids.MEASLES},202501,{ids.NGELEHUN_CHC},,,3\n".encode()),
    "adx": (
        "application/adx+xml",
        f"""<adx xmlns="urn:ihe:qrph:adx:2015" exported="2026-01-01T00:00:00Z">
            <group orgUnit="{ids.NGELEHUN_CHC}" period="2025-01-01/P1M">
            <dataValue dataElement="{ids.MEASLES}" value="3"/></group></adx>""".encode(),
    ),
    "gzip": ("application/json", gzip.compress(json.dumps(value_set(value())).encode())),
}


@pytest.mark.parametrize("form", BODIES)
def test_a_job_imports_what_the_request_would_have(api: ApiClient, form: str) -> None:
    content_type, body = BODIES[form]
    before = count_rows()

    accepted = api.post(DATA + "&idScheme=uid", body, content_type=content_type)
    assert count_rows() == before
    summary, log = outcome(api, accepted)

    assert summary["status"] == "SUCCESS"
    assert sum(summary["importCount"].values()) == 1
    assert log == ["Process started", "Import done"]


def test_a_repeated_import_changes_nothing(api: ApiClient) -> None:
    first, _ = outcome(api, api.post(DATA, value_set(value(period="202001"))))
    second, _ = outcome(api, api.post(DATA, value_set(value(period="202001"))))

    assert first["importCount"]["imported"] == 1
    assert second["importCount"] == {"imported": 0, "updated": 0, "ignored": 1, "deleted": 0}


def test_the_summary_has_the_shape_of_the_version_that_was_called(api: ApiClient) -> None:
    path = DATA.replace("/api", "/api/33")
    outcome(api, api.post(path, value_set(value(period="202002"))))

    summary, _ = outcome(api, api.post(path, value_set(value(period="202002"))))

    assert summary["importCount"]["updated"] == 1
    assert "rejectedIndexes" not in summary


def test_conflicts_stand_in_the_summary(api: ApiClient) -> None:
    summary, log = outcome(api, api.post(DATA, value_set(value(period="202003"), value(org_unit="Jkhdsf8sdf4"))))

    assert (summary["status"], summary["conflicts"][0]["errorCode"]) == ("WARNING", "E7612")
    assert log[-1] == "Import complete with status WARNING, 1 created, 0 updated, 0 deleted, 1 ignored"


@pytest.mark.parametrize("body", [b'{"dataValues": [', b"", b'{"dataValues": [{"value": []}]}'])
def test_an_unreadable_body_ends_the_job_with_an_error_summary(api: ApiClient, body: bytes) -> None:
    before = count_rows()

    summary, log = outcome(api, api.post(DATA, body))

    assert summary["status"] == "ERROR"
    assert "JSON parse error" in summary["description"]
    assert set(summary["importCount"].values()) == {0}
    assert log[1].startswith("JSON parse error")
    assert log[2] == "Import complete with status ERROR, 0 created, 0 updated, 0 deleted, 0 ignored"
    assert count_rows() == before


def test_the_job_runs_with_the_rights_of_its_user(api: ApiClient) -> None:
    """E7617: the clerk of Badjia enters nothing elsewhere."""
    persona("job_clerk", ["F_DATAVALUE_ADD"])

    summary, _ = outcome(api, api.post(DATA, value_set(value()), user="job_clerk"), user="job_clerk")

    assert summary["conflicts"][0]["errorCode"] in ("E7610", "E7617")
    assert summary["importCount"]["imported"] == 0


def test_who_may_not_import_starts_no_job(api: ApiClient) -> None:
    persona("job_outsider")

    assert api.post(DATA, value_set(value()), user="job_outsider").status == 403
    assert api.post(DATA + "&idScheme=nonsense", value_set(value())).status == 400
    assert Job.objects.count() == 0


def test_a_body_beyond_the_limit_starts_no_job(api: ApiClient, settings: Any) -> None:
    settings.MAX_BODY = 1000

    assert api.post(DATA, gzip.compress(b" " * 2000)).status == 413
    assert Job.objects.count() == 0


CONSTANT = {"name": "Async constant", "shortName": "Async", "value": 3}


def test_metadata_is_imported_as_a_job(api: ApiClient) -> None:
    accepted = api.post(METADATA, {"constants": [CONSTANT]})

    job = job_of(accepted)
    assert accepted.json["message"] == f"Initiated METADATA_IMPORT ({int(job.created.timestamp() * 1000)})"
    assert not Constant.objects.filter(name="Async constant").exists()
    summary, log = outcome(api, accepted)
    assert (summary["status"], summary["stats"]["created"]) == ("OK", 1)
    assert list(summary) == ["status", "stats", "typeReports"]
    assert log == ["Process started", "Import complete with status OK, 1 created, 0 updated, 0 deleted, 0 ignored"]
    assert Constant.objects.filter(name="Async constant").exists()


def test_old_versions_name_the_metadata_import_as_they_did(api: ApiClient) -> None:
    accepted = api.post(METADATA.replace("/api", "/api/36"), {"constants": [CONSTANT]})

    assert accepted.json["message"] == "Initiated metadataImport"


def test_metadata_comes_as_xml_and_csv_too(api: ApiClient) -> None:
    xml = '<metadata xmlns="http://dhis2.org/schema/dxf/2.0"><constants><constant name="X" shortName="X" value="1"/>'
    as_xml, _ = outcome(api, api.post(METADATA, xml + "</constants></metadata>", content_type="application/xml"))
    table = "name,uid,code,shortName\nCsv option,,,Csv\n"
    as_csv, _ = outcome(api, api.post(METADATA + "&classKey=CATEGORY_OPTION", table, content_type="application/csv"))

    assert (as_xml["stats"]["created"], as_csv["stats"]["created"]) == (1, 1)


def test_faulty_metadata_is_reported_and_nothing_written(api: ApiClient) -> None:
    faulty = [{"name": "Beside a faulty one", "shortName": "Beside", "value": 1}, {"name": "No value"}]

    summary, log = outcome(api, api.post(METADATA, {"constants": faulty}))

    assert (summary["status"], summary["stats"]["ignored"]) == ("ERROR", 2)
    assert summary["typeReports"][0]["objectReports"][0]["errorReports"][0]["errorCode"] == "E4000"
    assert log[-1] == "Import complete with status ERROR, 0 created, 0 updated, 0 deleted, 2 ignored"
    assert not Constant.objects.filter(name="Beside a faulty one").exists()


def test_unreadable_metadata_ends_with_an_error_report(api: ApiClient) -> None:
    summary, log = outcome(api, api.post(METADATA, b'{"constants": ['))

    assert summary["status"] == "ERROR"
    assert summary["message"] == log[1]
    assert "line 1" in log[1]


def test_registrations_of_completeness_are_imported_by_a_job(api: ApiClient) -> None:
    path = "/api/completeDataSetRegistrations"
    item = {"dataSet": ids.MORTALITY, "period": "201401", "organisationUnit": ids.NGELEHUN_CHC}
    accepted = api.post(f"{path}?async=true", {"completeDataSetRegistrations": [item, item | {"period": "x"}]})

    assert accepted.json["message"].startswith("Initiated COMPLETE_DATA_SET_REGISTRATION_IMPORT")
    summary, log = outcome(api, accepted)
    assert summary["importCount"] == {"imported": 1, "updated": 0, "ignored": 1, "deleted": 0}
    shown = api.get(f"{path}?dataSet={ids.MORTALITY}&period=201401&orgUnit={ids.NGELEHUN_CHC}").json
    assert len(shown["completeDataSetRegistrations"]) == 1
    summary, log = outcome(api, api.post(f"{path}?async=true", "{"))
    assert (summary["status"], sum(summary["importCount"].values())) == ("ERROR", 0)

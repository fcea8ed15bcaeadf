"""`/api/dataIntegrity…`: which checks there are, running them, reading what they found (DHIS2 2.42)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from scheduling.job_runs import run_next
from scheduling.models import Job
from system.integrity import catalogue
from system.integrity.catalogue import all_checks, find_checks
from system.integrity.declaring import Check, Issue, ReportMember, Section, Shape
from system.integrity.report import flatten
from system.integrity.results import keep_result
from system.integrity.running import Kind, run_check
from tests.harness.client import Answer, ApiClient
from tests.harness.databases import OwnDatabase
from tests.harness.queries import query_counter
from tests.personas import persona
from tests.system.violations import VIOLATIONS
from users.models import User

TOP = "/api/dataIntegrity"


def names(answer: Answer) -> set[str]:
    assert answer.status == 200, answer
    return {check["name"] for check in answer.json}


@pytest.mark.django_db
def test_the_list_describes_each_check(api: ApiClient, outsider: User) -> None:
    shown = {check["name"]: check for check in api.get(TOP, user="outsider").json}

    assert set(shown) == {check.name for check in all_checks()}
    assert shown["orgunits_multiple_roots"].items() >= {
        "displayName": "More than one root", "section": "Organisation units", "sectionOrder": 1,
        "severity": "CRITICAL", "issuesIdType": "organisationUnits", "isSlow": False, "isProgrammatic": False,
        "code": "OMR",
    }.items()  # fmt: skip
    assert {"description", "introduction", "recommendation"} <= set(shown["orgunits_multiple_roots"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("checks=categories-no-options", {"categories_no_options"}),
        ("checks=CATEGORIES_NO_OPTIONS,periods_3y_future", {"categories_no_options", "periods_3y_future"}),
        ("checks=periods_*", {"periods_same_start_date_period_type", "periods_3y_future", "periods_distant_past"}),
        ("checks=DEAA", {"data_elements_aggregate_abandoned"}),
        ("checks=no_such_check&checks=CNO", {"categories_no_options"}),
        ("checks=no_such_check", set()),
        ("section=periods&slow=false", {"periods_same_start_date_period_type", "periods_3y_future",
                                        "periods_distant_past"}),
        ("section=Data sets&programmatic=true", {"data_elements_in_data_set_not_in_form"}),
        ("section=Data sets&slow=true&programmatic=false", set()),
    ],
)  # fmt: skip
def test_checks_are_chosen(api: ApiClient, query: str, expected: set[str]) -> None:
    assert names(api.get(f"{TOP}?{query}")) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "/summary", "/details"])
@pytest.mark.parametrize("body", ['{"checks": 1}', "[1]", '"x"', "[", '["\\u0000"]'])
def test_a_body_that_is_no_list_of_names_is_refused(api: ApiClient, path: str, body: str) -> None:
    assert api.post(TOP + path, body).status == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", ""), ("POST", "/summary"), ("POST", "/details"), ("GET", "/summary"), ("GET", "/details"),
     ("GET", "/periods_3y_future/summary"), ("GET", "/periods_3y_future/details"), ("GET", "/metrics")],
)  # fmt: skip
def test_results_are_for_maintainers(api: ApiClient, outsider: User, method: str, path: str) -> None:
    refused = api.request(method, TOP + path, user="outsider")

    assert (refused.status, refused.json["message"]) == (
        403, "Access is denied, requires one Authority from [F_PERFORM_MAINTENANCE]",
    )  # fmt: skip
    persona("maintainer", ["F_PERFORM_MAINTENANCE"])
    assert api.request(method, TOP + path, user="maintainer").status == 200


@pytest.mark.django_db
def test_a_start_is_answered_with_the_job_and_where_its_results_will_be(api: ApiClient) -> None:
    started = api.post(f"{TOP}?checks=CNO", ["periods-*"])

    job = Job.objects.get(uid=started.json["response"]["id"])
    assert (job.type, job.parameters) == ("DATA_INTEGRITY", {"type": "REPORT", "checks": ["CNO", "periods-*"]})
    assert started.headers["Location"] == "http://testserver/api/dataIntegrity/details?checks=CNO,periods-*"
    assert started.json["response"]["jobType"] == "DATA_INTEGRITY"
    details = api.post(f"{TOP}/details").json["response"]
    assert Job.objects.get(uid=details["id"]).parameters == {"checks": []}
    assert details["jobType"] == "DATA_INTEGRITY_DETAILS"
    assert api.post("/api/36/dataIntegrity").json["message"] == "Initiated runAsyncDataIntegrity"


@pytest.mark.django_db
def test_results_are_read_by_name(api: ApiClient) -> None:
    (check,) = find_checks(["datasets_empty"])
    uid = VIOLATIONS[check.name]()
    for kind in Kind:
        keep_result(kind, run_check(check, kind))

    summary = api.get(f"{TOP}/summary?checks=datasets_*").json
    details = api.get(f"{TOP}/datasets-empty/details").json

    assert list(summary) == ["datasets_empty"]
    assert summary["datasets_empty"].items() >= {"name": "datasets_empty", "count": 1, "code": "DE"}.items()
    assert 0 < summary["datasets_empty"]["percentage"] < 100
    assert [issue["id"] for issue in details["issues"]] == [uid]
    assert details["issues"][0]["name"].startswith("Odd thing")
    assert {"startTime", "finishedTime", "averageExecutionTime"} <= set(details)
    assert api.get(f"{TOP}/summary/completed").json == ["datasets_empty"]
    assert api.get(f"{TOP}/periods_3y_future/summary").json == {}
    assert api.get(f"{TOP}/nothing/summary").status == 404


@pytest.mark.django_db
def test_references_and_comments_of_issues(api: ApiClient) -> None:
    (check,) = find_checks(["data_elements_in_data_set_not_in_form"])
    VIOLATIONS[check.name]()
    keep_result(Kind.DETAILS, run_check(check, Kind.DETAILS))

    for issue in api.get(f"{TOP}/{check.name}/details").json["issues"]:
        assert issue["name"].endswith(f":{issue['id']}")
        assert len(issue["refs"]) == 1


@pytest.mark.django_db
def test_nobody_waits_for_what_no_job_will_bring(api: ApiClient) -> None:
    assert api.get(f"{TOP}/summary?timeout=-1").json == {}
    assert api.get(f"{TOP}/summary?timeout={2**31 - 1}").json == {}
    assert api.get(f"{TOP}/summary?timeout={2**70}").status == 400


@pytest.mark.django_db
def test_a_new_run_makes_the_last_results_stale(api: ApiClient) -> None:
    (check,) = find_checks(["periods_3y_future"])
    keep_result(Kind.SUMMARY, run_check(check, Kind.SUMMARY))

    api.post(f"{TOP}/summary?checks={check.name}")

    assert api.get(f"{TOP}/summary").json == {}


@pytest.mark.django_db
def test_results_for_prometheus(api: ApiClient) -> None:
    (check,) = find_checks(["datasets_empty"])
    VIOLATIONS[check.name]()
    keep_result(Kind.SUMMARY, run_check(check, Kind.SUMMARY))

    answer = api.get(f"{TOP}/metrics")

    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'dhis_data_integrity_issues_count_total{check="datasets_empty"} 1.0' in answer.text
    assert 'dhis_data_integrity_issues_percentage{check="datasets_empty"}' in answer.text
    assert 'dhis_data_integrity_check_duration_milliseconds{check="datasets_empty"}' in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["datasets_empty", "orgunits_no_coordinates"])
def test_the_number_of_statements_does_not_follow_that_of_issues(name: str) -> None:
    (check,) = find_checks([name])
    with query_counter() as few:
        run_check(check, Kind.DETAILS)
    for _ in range(5):
        VIOLATIONS[name]()

    with query_counter() as many:
        assert run_check(check, Kind.DETAILS).count >= 5

    assert many.count == few.count


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Check]:
    """`registered(name=…, finds=…)` is one more check among the others."""
    (check,) = find_checks(["datasets_empty"])
    for name in ("_sections", "_checks"):
        monkeypatch.setattr(catalogue, name, dict(getattr(catalogue, name)))

    def add(**changed: Any) -> Check:
        catalogue.register(Section("Added", (added := replace(check, **changed),)))
        return added

    return add


@pytest.mark.django_db
def test_higher_apps_may_add_checks(api: ApiClient, registered: Callable[..., Check]) -> None:
    """A function instead of a statement, and a member of the report that tells why."""
    added = registered(
        name="datasets_odd", finds=lambda: [Issue("a1234567890", "Odd", "It is odd")],
        report=ReportMember("oddDataSets", Shape.COMMENTS),
    )  # fmt: skip

    result = run_check(added, Kind.DETAILS)

    assert names(api.get(f"{TOP}?section=added")) == {"datasets_odd"}
    assert flatten({added.name: result}) == {"oddDataSets": {"Odd:a1234567890": "It is odd"}}
    with pytest.raises(ValueError, match="datasets_odd"):
        registered(name="datasets_odd")


def outcome(api: ApiClient, answer: Answer) -> tuple[bytes, list[str], Job]:
    """Run the job; its summary, its log, the job."""
    job = Job.objects.get(uid=answer.json["response"]["id"])
    assert run_next("long")
    log = [entry["message"] for entry in api.get(f"/api/system/tasks/{job.type}/{job.uid}").json]
    summary = api.get(f"/api/system/taskSummaries/{job.type}/{job.uid}").content
    job.refresh_from_db()
    return summary, list(reversed(log)), job


def test_jobs_run_what_is_asked(own_database: OwnDatabase, api: ApiClient, registered: Callable[..., Check]) -> None:
    """One check fails, the others are done; results, log, progress and the report of 2.36 tell of it."""
    cache.clear()
    failing_check = registered(name="datasets_that_fail", finds="SELECT uid, name FROM no_such_table").name
    VIOLATIONS["datasets_not_assigned_to_org_units"]()
    VIOLATIONS["data_elements_in_data_set_not_in_form"]()

    started = api.post(f"{TOP}/summary?checks=datasets_*")
    assert api.get(f"{TOP}/summary/running").json == []
    summary, log, job = outcome(api, started)

    assert summary == b""
    assert log[:2] == ["Process started", "Starting data integrity job"]
    assert "5 checks" in log[-1] and "1 of them failed" in log[-1]
    assert job.status == "COMPLETED"
    assert '"failedItems":1' in job.progress
    results = api.get(f"{TOP}/summary?checks=datasets_*&timeout=-1").json
    assert set(results) == {check.name for check in find_checks(["datasets_*"])}
    assert (results[failing_check]["count"], "failed" in results[failing_check]["error"]) == (-1, True)
    assert results["datasets_empty"]["count"] == 1
    assert set(api.get(f"{TOP}/summary/completed").json) == set(results)
    assert api.get(f"{TOP}/details/completed").json == []

    report, _, job = outcome(api, api.post("/api/36/dataIntegrity"))
    shown = api.get(f"/api/system/taskSummaries/DATA_INTEGRITY/{job.uid}").json
    assert report
    assert all(":" in name for name in shown["dataSetsNotAssignedToOrganisationUnits"])
    assert all(isinstance(refs, list) and refs for refs in shown["dataElementsInDataSetNotInForm"].values())
    assert "duplicatePeriods" not in shown
    assert "datasets_not_assigned_to_org_units" in api.get(f"{TOP}/details").json

    outcome(api, api.post(f"{TOP}/details?checks=periods_*"))
    counted = api.get("/api/metrics").text
    assert 'dhis_job_seconds_count{status="COMPLETED",type="DATA_INTEGRITY_DETAILS"} 1.0' in counted
    assert api.get(f"{TOP}/periods_3y_future/details").json["issues"] == []


def test_a_job_is_cancelled_in_the_middle_of_a_check(
    own_database: OwnDatabase, api: ApiClient, registered: Callable[..., Check]
) -> None:
    """The statement is stopped, and what it would have found is no result."""
    cache.clear()
    slow = registered(name="datasets_slow", finds="SELECT uid, name FROM metadata_dataset, pg_sleep(60)")
    job = Job.objects.get(uid=api.post(f"{TOP}/summary?checks=datasets_slow").json["response"]["id"])
    seen: list[list[str]] = []

    def cancel() -> None:
        while not Job.objects.filter(pk=job.pk, status="RUNNING").exists():
            time.sleep(0.05)
        seen.append(api.get(f"{TOP}/summary/running").json)
        api.post(f"/api/jobConfigurations/{job.uid}/cancel")
        connection.close()

    other = threading.Thread(target=cancel)
    other.start()
    assert run_next("long")
    other.join()

    job.refresh_from_db()
    assert (job.status, seen) == ("STOPPED", [[slow.name]])
    assert api.get(f"{TOP}/summary/completed").json == []

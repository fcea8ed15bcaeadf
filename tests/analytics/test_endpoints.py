"""`/api/resourceTables…`, `/api/analytics/tableTypes`: what they start, and for whom."""

from __future__ import annotations

import pytest

from scheduling.models import Job
from tests.harness.client import ApiClient
from tests.personas import persona

pytestmark = pytest.mark.django_db
PATHS = ("/api/resourceTables", "/api/resourceTables/analytics", "/api/resourceTables/monitoring")
TYPES = [
    "DATA_VALUE", "COMPLETENESS", "COMPLETENESS_TARGET", "ORG_UNIT_TARGET", "VALIDATION_RESULT", "EVENT", "ENROLLMENT",
    "OWNERSHIP", "TRACKED_ENTITY_INSTANCE_EVENTS", "TRACKED_ENTITY_INSTANCE_ENROLLMENTS", "TRACKED_ENTITY_INSTANCE",
]  # fmt: skip


def test_the_types_are_listed_in_their_order(api: ApiClient, outsider: object) -> None:
    assert api.get("/api/analytics/tableTypes", user="outsider").json == TYPES


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("path", "type", "old_name"),
    [
        (PATHS[0], "RESOURCE_TABLE", "inMemoryResourceTableJob"),
        (PATHS[1], "ANALYTICS_TABLE", "inMemoryAnalyticsJob"),
        (PATHS[2], "MONITORING", "inMemoryMonitoringJob"),
    ],
)
def test_a_request_starts_a_job(api: ApiClient, method: str, path: str, type: str, old_name: str) -> None:
    answer = api.request(method, path)

    assert answer.status == 200
    body = answer.json["response"]
    assert (body["responseType"], body["jobType"]) == ("JobConfiguration", type)
    assert body["relativeNotifierEndpoint"] == f"/api/system/tasks/{type}/{body['id']}"
    assert answer.headers["Location"].endswith(f"/system/tasks/{type}")
    assert api.request(method, path.replace("/api", "/api/36", 1)).json["response"]["name"] == old_name


def test_parameters_of_the_request_become_those_of_the_job(api: ApiClient) -> None:
    asked = (
        "skipResourceTables=true&skipAggregate=true&skipEvents=true&skipEnrollment=true&skipValidationResult=true"
        "&skipOrgUnitOwnership=true&skipTrackedEntities=true&skipOutliers=true&lastYears=2"
    )

    answer = api.post(f"/api/resourceTables/analytics?{asked}")

    found = Job.objects.get(uid=answer.json["response"]["id"]).parameters
    assert sorted(found["skipTableTypes"]) == sorted(set(TYPES) - {"ORG_UNIT_TARGET"})
    assert (found["lastYears"], found["skipResourceTables"], found["skipOutliers"]) == (2, True, True)


def test_without_parameters_nothing_is_skipped_and_all_years_are_meant(api: ApiClient) -> None:
    answer = api.post("/api/resourceTables/analytics")

    found = Job.objects.get(uid=answer.json["response"]["id"]).parameters
    assert found.get("lastYears") is None
    assert found.get("skipTableTypes") in (None, [])
    assert not found.get("skipResourceTables")


@pytest.mark.parametrize(
    ("query", "status"),
    [("lastYears=-1", 409), ("lastYears=x", 400), ("lastYears=99999999999999999999", 400), ("skipEvents=maybe", 400)],
)
def test_a_bad_parameter_is_refused(api: ApiClient, query: str, status: int) -> None:
    assert api.post(f"/api/resourceTables/analytics?{query}").status == status
    assert not Job.objects.filter(type="ANALYTICS_TABLE").exists()


@pytest.mark.parametrize("path", PATHS)
def test_it_takes_an_authority(api: ApiClient, path: str, outsider: object) -> None:
    refused = api.post(path, user="outsider")

    assert refused.status == 403
    assert refused.json["message"] == "Access is denied, requires one Authority from [F_PERFORM_MAINTENANCE]"


def test_who_has_the_authority_need_not_be_a_superuser(api: ApiClient) -> None:
    persona("keeper", ["F_PERFORM_MAINTENANCE"])

    assert api.post("/api/resourceTables", user="keeper").status == 200


def test_two_requests_are_two_jobs(api: ApiClient) -> None:
    first, second = (api.post("/api/resourceTables").json["response"]["id"] for _ in range(2))

    assert first != second


def test_job_types_tell_the_parameters(api: ApiClient) -> None:
    types = api.get("/api/jobConfigurations/jobTypesExtended").json

    assert list(types["ANALYTICS_TABLE"]) == [
        "lastYears", "skipTableTypes", "skipPrograms", "skipResourceTables", "skipOutliers"
    ]  # fmt: skip
    assert types["ANALYTICS_TABLE"]["skipTableTypes"]["relativeApiEndpoint"] == "/api/analytics/tableTypes"
    assert types["ANALYTICS_TABLE"]["skipTableTypes"]["constants"] == TYPES
    assert "fullUpdateHourOfDay" in types["CONTINUOUS_ANALYTICS_TABLE"]
    assert types["RESOURCE_TABLE"] == {}

"""`/api/system/…` and `/api/resources` (DHIS2 2.42, system info, identifiers)."""

from __future__ import annotations

import pytest

from dhis2api.objects.registry import endpoint_schemas
from dhis2api.objects.uids import is_uid
from tests.harness.client import ApiClient
from users.models import User

pytestmark = pytest.mark.django_db


def test_info_tells_clients_what_to_expect(api: ApiClient, outsider: User) -> None:
    answer = api.get("/api/system/info", user="outsider", headers={"User-Agent": "curl/8"})

    shown = answer.json
    assert shown.items() >= {
        "contextPath": "http://testserver", "userAgent": "curl/8", "calendar": "iso8601", "dateFormat": "yyyy-mm-dd",
        "version": "2.42.1", "serverTimeZoneId": "Etc/UTC", "systemName": "DHIS 2",
        "lastAnalyticsTableSuccess": "1970-01-01T00:00:00.000",
    }.items()  # fmt: skip
    assert {"revision", "buildTime", "serverDate", "systemId"} <= set(shown)
    assert "no-store" in answer.headers["Cache-Control"]


def test_details_of_the_machine_are_the_superusers(api: ApiClient, outsider: User) -> None:
    private = {"nodeId", "osName", "javaVersion"}

    assert private.isdisjoint(api.get("/api/system/info", user="outsider").json)
    shown = api.get("/api/system/info").json
    assert private <= set(shown)
    assert {"name", "user", "databaseVersion"} <= set(shown["databaseInfo"])
    assert "password" not in str(shown).lower()


def test_fields_of_info(api: ApiClient) -> None:
    assert api.get("/api/system/info?fields=version,calendar").json == {"version": "2.42.1", "calendar": "iso8601"}


def test_the_system_id_stays(api: ApiClient) -> None:
    first, second = (api.get("/api/system/info?fields=systemId").json for _ in range(2))

    assert first == second
    assert api.get("/api/metadata?constants=true").json["system"]["id"] == first["systemId"]


def test_ping(api: ApiClient) -> None:
    answer = api.get("/api/system/ping")

    assert (answer.status, answer.text, answer.headers["Content-Type"]) == (200, "pong", "text/plain")
    assert api.get("/api/system/ping", user=None).status == 401


@pytest.mark.parametrize("path", ["/api/system/id", "/api/system/uid", "/api/36/system/id.json"])
@pytest.mark.parametrize(("limit", "count"), [("", 1), ("?limit=3", 3), ("?limit=0", 0), ("?limit=-1", 0)])
def test_new_identifiers(api: ApiClient, path: str, limit: str, count: int) -> None:
    codes = api.get(path + limit).json["codes"]

    assert len(set(codes)) == len(codes) == count
    assert all(is_uid(code) for code in codes)


def test_identifiers_are_bounded(api: ApiClient) -> None:
    assert len(api.get("/api/system/id?limit=99999").json["codes"]) == 10_000
    assert api.get("/api/system/id?limit=many").status == 400


def test_identifiers_as_csv(api: ApiClient) -> None:
    answer = api.get("/api/system/id?limit=2", headers={"Accept": "application/csv"})

    header, *codes, end = answer.text.split("\n")
    assert (header, end, len(codes)) == ("uid", "", 2)


def test_every_type_is_a_resource(api: ApiClient) -> None:
    resources = api.get("/api/resources").json["resources"]

    assert {r["plural"] for r in resources} == {s.plural for s in endpoint_schemas()}
    assert {
        "displayName": "Data elements", "singular": "dataElement", "plural": "dataElements",
        "href": "http://testserver/api/dataElements",
    } in resources  # fmt: skip
    assert all(api.get(r["href"].removeprefix("http://testserver")).status == 200 for r in resources)


def test_the_system_is_named_by_its_settings(api: ApiClient, admin: User) -> None:
    api.post("/api/systemSettings", {"applicationTitle": "Ministry", "keyDateFormat": "dd-MM-yyyy"})
    shown = api.get("/api/system/info?fields=systemName,dateFormat,emailConfigured").json
    assert shown == {"systemName": "Ministry", "dateFormat": "dd-mm-yyyy", "emailConfigured": False}

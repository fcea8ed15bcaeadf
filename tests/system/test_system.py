"""`/api/system/…` and `/api/resources` (DHIS2 2.42, system info, identifiers)."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest

from dhis2api.objects.registry import endpoint_schemas
from dhis2api.objects.uids import is_uid
from metadata.models import EventVisualization
from scheduling.models import Job
from system.info import pretty_interval
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
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
    private = {
        "nodeId", "osName", "osVersion", "osArchitecture", "javaVersion", "javaVendor", "memoryInfo", "cpuCores",
        "externalDirectory", "environmentVariable", "clusterHostname", "redisHostname", "fileStoreProvider",
        "readOnlyMode", "readReplicaCount",
    }  # fmt: skip

    others = api.get("/api/system/info", user="outsider").json
    assert private.isdisjoint(others)
    assert (set(others["databaseInfo"]), others["encryption"]) == ({"spatialSupport", "time"}, False)
    shown = api.get("/api/system/info").json
    assert private <= set(shown)
    assert {"name", "user", "url", "databaseVersion"} <= set(shown["databaseInfo"])
    assert "password" not in str(shown).lower()


@pytest.mark.parametrize(
    ("elapsed", "shown"),
    [
        (timedelta(days=1, hours=2, minutes=3, seconds=4), "1 d, 2 h, 3 m, 4 s"),
        (timedelta(seconds=3605), "1 h, 0 m, 5 s"),
        (timedelta(milliseconds=20), "0 s"), (timedelta(seconds=-5), "0 s"),
    ],
)  # fmt: skip
def test_intervals_as_dhis2_writes_them(elapsed: timedelta, shown: str) -> None:
    assert pretty_interval(elapsed) == shown


def test_info_tells_of_analytics_once_there_are_any(api: ApiClient) -> None:
    before = api.get("/api/system/info").json
    api.post("/api/systemSettings", {
        "keyLastSuccessfulAnalyticsTablesUpdate": "2025-01-01T00:00:00.000",
        "keyLastSuccessfulAnalyticsTablesRuntime": "00:01:02.003", "keySystemMetadataVersion": "Version_4",
    })  # fmt: skip

    after = api.get("/api/system/info").json

    added = {"intervalSinceLastAnalyticsTableSuccess", "lastAnalyticsTableRuntime", "systemMetadataVersion"}
    assert added.isdisjoint(before) and added <= set(after)
    assert after["lastAnalyticsTableSuccess"] == "2025-01-01T00:00:00.000"
    assert re.fullmatch(r"\d+ d, \d+ h, \d+ m, \d+ s", after["intervalSinceLastAnalyticsTableSuccess"])
    assert (after["lastAnalyticsTableRuntime"], after["systemMetadataVersion"]) == ("00:01:02.003", "Version_4")


def test_info_tells_whether_metadata_is_pulled(api: ApiClient) -> None:
    path = "/api/system/info?fields=isMetadataSyncEnabled"
    assert api.get(path).json == {"isMetadataSyncEnabled": False}

    Job.objects.create(name="Pull", type="META_DATA_SYNC", configurable=True, queue="long", status="RESTING")

    assert api.get(path).json == {"isMetadataSyncEnabled": True}


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


def test_new_uuids(api: ApiClient) -> None:
    codes = api.get("/api/system/uuid?limit=3").json["codes"]

    assert len({UUID(code) for code in codes}) == 3
    assert len(api.get("/api/system/uuid?limit=99999").json["codes"]) == 10_000


def test_identifiers_as_xml(api: ApiClient) -> None:
    answer = api.get("/api/36/system/id.xml?limit=2")

    assert answer.headers["Content-Type"].startswith("application/xml")
    assert len(re.findall(r">[A-Za-z][A-Za-z0-9]{10}<", answer.text)) == 2


def test_the_context_of_a_request(api: ApiClient, outsider: User) -> None:
    answer = api.get("/api/system/context", user="outsider", headers={"User-Agent": "curl/8"})

    assert answer.json == {"contextPath": "http://testserver", "userAgent": "curl/8"}


def test_objects_are_counted_by_type_in_one_query(api: ApiClient, admin: User) -> None:
    api.get("/api/system/ping")
    with query_counter() as ping:
        api.get("/api/system/ping")

    with query_counter() as counts:
        shown = api.get("/api/system/objectCounts").json

    assert counts.count == ping.count + 1
    assert set(shown) == {schema.singular for schema in endpoint_schemas()}
    assert shown["user"] == User.objects.count()
    assert shown["eventChart"] == 0


def test_types_that_share_a_table_are_counted_apart(api: ApiClient) -> None:
    before = api.get("/api/system/objectCounts").json
    EventVisualization.objects.create(name="Odd", content={"type": "COLUMN"})

    after = api.get("/api/system/objectCounts").json

    listed = {kind: api.get(f"/api/{kind}s?fields=id").json["pager"]["total"] for kind in ("eventChart", "eventReport")}
    assert after["eventVisualization"] == before["eventVisualization"] + 1
    assert {kind: after[kind] for kind in listed} == listed


@pytest.mark.parametrize(
    ("path", "known"),
    [("flags", {"name": "Norway", "key": "norway", "path": "norway.png"}),
     ("flags", {"name": "Sierra Leone", "key": "sierra_leone", "path": "sierra_leone.png"}),
     ("styles", {"name": "Green", "key": "green", "path": "green/green.css"})],
)  # fmt: skip
def test_flags_and_styles_to_choose_of(api: ApiClient, path: str, known: dict[str, str]) -> None:
    shown = api.get(f"/api/system/{path}").json

    assert known in shown
    assert len({choice["key"] for choice in shown}) == len(shown)

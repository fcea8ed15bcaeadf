"""Metadata versions: made, listed, handed out, and imported from the remote."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from configuration.settings import store_settings, system_setting
from datastore.models import DatastoreEntry
from dhis2api.objects.uids import generate_uid
from dhis2api.version import DHIS2_VERSION
from metadata.models import DataElementGroup
from scheduling.job_types import JobType
from scheduling.models import Job, Status
from synchronization.models import MetadataVersion
from synchronization.params import MetadataSyncParams
from tests.harness.client import Answer, ApiClient
from tests.personas import persona
from tests.synchronization.conftest import log_of, point_at, run_job
from tests.synchronization.stranger import PONG, Reply, Stranger, json_reply

BASE = "/api/metadata/version"
HISTORY = "/api/metadata/version/history"


def group(number: int, **members: Any) -> dict[str, Any]:
    return {"id": f"versionGr{number:02}", "name": f"Group {number}", "shortName": f"Group {number}"} | members


def snapshot_of(*groups: dict[str, Any], version: str = DHIS2_VERSION, **others: Any) -> str:
    return json.dumps({"system": {"version": version}, "dataElementGroups": list(groups), **others})


def offer(remote: Stranger, number: int, snapshot: str, *, type: str = "BEST_EFFORT", **members: Any) -> dict[str, Any]:
    """A version that the remote has."""
    name = f"Version_{number}"
    version = {
        "name": name, "type": type, "created": f"2025-01-{number:02}T00:00:00.000", "id": generate_uid(),
        "hashCode": hashlib.md5(snapshot.encode()).hexdigest(),
    } | members  # fmt: skip
    remote.replies[f"{BASE}/{name}/data.gz"] = Reply(200, gzip.compress(snapshot.encode()))
    remote.replies[BASE] = json_reply(version)
    return version


def create(api: ApiClient, type: str = "BEST_EFFORT", **options: Any) -> Answer:
    return api.post(f"{BASE}/create?type={type}", **options)


class TestHandedOut:
    """What others pull from here."""

    pytestmark = pytest.mark.django_db

    def test_versioning_must_be_switched_on(self, api: ApiClient) -> None:
        for answer in (api.get(BASE), api.get(HISTORY), api.get("/api/metadata/versions"), create(api)):
            assert (answer.status, answer.json["errorCode"]) == (400, "E1003")
            assert answer.json["message"] == "Metadata versioning is not enabled for this instance."

    def test_the_first_has_everything_and_the_next_what_changed(self, api: ApiClient) -> None:
        store_settings({"keyVersionEnabled": True})
        first = create(api).json
        api.post("/api/metadata", {"dataElementGroups": [group(1)]})
        second = create(api, "ATOMIC").json

        assert (first["name"], second["name"]) == ("Version_1", "Version_2")
        assert (first["type"], second["type"], first["externalAccess"]) == ("BEST_EFFORT", "ATOMIC", False)
        assert system_setting("keySystemMetadataVersion") == "Version_2"
        data = api.get(f"{BASE}/Version_2/data")
        assert data.headers["Cache-Control"] == "no-store"
        assert hashlib.md5(data.content).hexdigest() == second["hashCode"]
        assert data.json.keys() == {"system", "dataElementGroups"}
        packed = api.get(f"{BASE}/Version_1/data.gz")
        assert packed.headers["Content-Type"] == "application/gzip"
        assert packed.headers["Content-Disposition"] == "attachment; filename=metadata.json.gz"
        everything = json.loads(gzip.decompress(packed.content))
        assert len(everything["organisationUnits"]) > 10
        assert not {"users", "userRoles", "userGroups"} & everything.keys()

    def test_they_are_listed_in_order_and_after_a_baseline(self, api: ApiClient) -> None:
        assert store_settings({"keyVersionEnabled": True}) is None
        assert api.get(HISTORY).json == {"metadataversions": []}
        names = [create(api).json["name"] for _ in range(2)]
        listed = api.get("/api/metadata/versions").json["metadataversions"]

        assert [one["name"] for one in listed] == names
        assert listed[0].keys() == {"name", "type", "created", "id", "hashCode"}
        after = api.get(f"{HISTORY}?baseline=Version_1").json["metadataversions"]
        assert [one["name"] for one in after] == names[1:]
        nothing = api.get(f"{HISTORY}?baseline=Version_2")
        assert (nothing.status, nothing.content) == (200, b"")
        assert api.get(f"{HISTORY}?baseline=Version_9").status == 500
        assert api.get(BASE).json["name"] == "Version_2"
        assert api.get(f"{BASE}?versionName=Version_1").json["name"] == "Version_1"
        unknown = api.get(f"{BASE}?versionName=X")
        assert unknown.json["message"] == "No metadata version with name X exists. Please check again later."
        absent = api.get(f"{BASE}/X/data")
        assert (absent.status, absent.json["message"]) == (
            500, "No metadata version snapshot found for the given version X",
        )  # fmt: skip

    def test_without_any_there_is_none(self, api: ApiClient) -> None:
        store_settings({"keyVersionEnabled": True})
        answer = api.get(BASE)
        assert (answer.status, answer.json["message"]) == (
            500, "No metadata versions exist. Please check again later.",
        )  # fmt: skip

    def test_only_managers_make_and_read_them(self, api: ApiClient, outsider: object) -> None:
        store_settings({"keyVersionEnabled": True})
        create(api)
        persona("manager", ["F_METADATA_MANAGE"])
        for path in (f"{BASE}/Version_1/data", f"{BASE}/Version_1/data.gz", "/api/metadata/sync?versionName=Version_2"):
            assert api.get(path, user="outsider").status == 403
        assert create(api, user="outsider").status == 403
        assert create(api, user="manager").status == 200
        assert api.get(BASE, user="outsider").status == 200
        assert api.get("/api/dataStore/METADATASTORE", user="outsider").status == 404
        assert "METADATASTORE" not in api.get("/api/dataStore", user="outsider").json
        assert api.get("/api/dataStore/METADATASTORE/Version_1").json.keys() == {"metadata"}

    @pytest.mark.parametrize("query", ["", "?type=", "?type=SOME", "?type=%00"])
    def test_a_version_needs_a_type(self, api: ApiClient, query: str) -> None:
        store_settings({"keyVersionEnabled": True})
        assert api.post(f"{BASE}/create{query}").status == 400


class TestTaken:
    """`/api/metadata/sync`: one version of the remote."""

    pytestmark = pytest.mark.django_db

    @pytest.fixture(autouse=True)
    def _switched_on(self, remote: Stranger) -> None:
        store_settings({"keyVersionEnabled": True})

    def take(self, api: ApiClient, number: int = 4) -> Answer:
        return api.get(f"/api/metadata/sync?versionName=Version_{number}")

    def test_a_version_is_imported_once(self, api: ApiClient, remote: Stranger) -> None:
        users = [{"id": "intruder001", "username": "intruder", "userRoles": [{"id": "yrB6vc5Ip3r"}]}]
        version = offer(remote, 4, snapshot_of(group(1), users=users))
        answer, again = self.take(api), self.take(api)

        assert answer.status == 200
        assert answer.json["importReport"]["stats"]["created"] == 1
        assert answer.json["metadataVersion"] | {"importDate": "", "lastUpdated": ""} == {
            "name": "Version_4", "created": version["created"], "lastUpdated": "", "displayName": "Version_4",
            "externalAccess": False, "type": "BEST_EFFORT", "hashCode": version["hashCode"], "id": version["id"],
            "importDate": "",
        }  # fmt: skip
        assert system_setting("keySystemMetadataVersion") == "Version_4"
        assert DataElementGroup.objects.filter(uid="versionGr01").exists()
        assert again.status == 409
        assert again.json["message"] == "Version already exists in system and hence not starting the sync."

    def test_a_snapshot_with_another_hash_is_not_kept(self, api: ApiClient, remote: Stranger) -> None:
        offer(remote, 4, snapshot_of(group(1)), hashCode="0" * 32)
        answer = self.take(api)
        assert answer.status == 400
        assert answer.json["message"] == (
            "Error in parsing inputParams Metadata snapshot is corrupted. Not saving it locally"
        )
        assert not DatastoreEntry.objects.filter(namespace="METADATASTORE").exists()
        assert not MetadataVersion.objects.exists()

    @pytest.mark.parametrize("reply", [
        Reply(500), Reply(404), Reply(200, b"x"), json_reply([]), json_reply({"name": "Version_4"}),
        json_reply({"name": "../x", "type": "ATOMIC", "created": "2025-01-01", "hashCode": "0" * 32}),
        json_reply({"name": "Version_5", "type": "ATOMIC", "created": "2025-01-01", "hashCode": "0" * 32}),
        json_reply({"name": "Version_4", "type": "OTHER", "created": "2025-01-01", "hashCode": "0" * 32}),
        json_reply({"name": "Version_4", "type": "ATOMIC", "created": [], "hashCode": "0" * 32}),
        json_reply({"name": "Version_4", "type": "ATOMIC", "created": "2025-01-01", "hashCode": 5}),
        Reply(302, b"", {"Location": "http://127.0.0.1:1"}),
    ])  # fmt: skip
    def test_what_the_remote_cannot_tell_is_refused(self, api: ApiClient, remote: Stranger, reply: Reply) -> None:
        remote.replies[BASE] = reply
        answer = self.take(api)
        assert (answer.status, answer.json["message"].startswith("Error in parsing inputParams ")) == (400, True)

    @pytest.mark.parametrize("data", [
        Reply(200, b"no gzip"), Reply(200, gzip.compress(b"x" * 100)[:-9]), Reply(200, gzip.compress(b"\xff")),
        Reply(404), Reply(200, b""),
    ])  # fmt: skip
    def test_what_is_no_snapshot_is_refused(self, api: ApiClient, remote: Stranger, data: Reply) -> None:
        offer(remote, 4, snapshot_of(group(1)))
        remote.replies[f"{BASE}/Version_4/data.gz"] = data
        assert self.take(api).status == 400

    def test_another_release_is_refused_where_the_setting_says_so(self, api: ApiClient, remote: Stranger) -> None:
        offer(remote, 4, snapshot_of(group(1), version="2.30"))
        store_settings({"keyStopMetadataSync": True})
        assert self.take(api).status == 403
        store_settings({"keyStopMetadataSync": False})
        assert self.take(api).status == 200

    def test_an_atomic_version_stands_as_a_whole(self, api: ApiClient, remote: Stranger) -> None:
        offer(remote, 4, snapshot_of(group(1), group(2, name=None)), type="ATOMIC")
        answer = self.take(api)
        assert answer.status == 409
        assert answer.json["response"]["importReport"]["status"] == "ERROR"
        assert not DataElementGroup.objects.filter(uid__startswith="versionGr").exists()
        assert not MetadataVersion.objects.exists()

    def test_without_a_remote_there_is_nothing_to_take(self, api: ApiClient) -> None:
        point_at("")
        answer = self.take(api)
        assert (answer.status, answer.json["message"]) == (500, "Remote server is not configured")


class TestSynchronized:
    """META_DATA_SYNC."""

    @pytest.fixture(autouse=True)
    def _quick(self, settings: Settings) -> None:
        settings.METADATA_SYNC_ATTEMPTS, settings.METADATA_SYNC_WAIT_SECONDS = 2, 0

    def sync(self) -> Job:
        return run_job(JobType.META_DATA_SYNC, MetadataSyncParams())

    def clean(self) -> None:
        """Metadata stays in the module's database from test to test."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM metadata_dataelementgroup WHERE uid LIKE 'versionGr%'")
            cursor.execute("DELETE FROM datastore_datastoreentry")

    def test_all_that_is_new_is_imported_in_order(self, sender: Stranger) -> None:
        self.clean()
        versions = [offer(sender, number, snapshot_of(group(number))) for number in (3, 1, 2)]
        sender.replies[HISTORY] = json_reply({"metadataversions": versions})
        job = self.sync()

        assert (job.status, log_of(job)[-1]) == (Status.COMPLETED, "Imported Version_1, Version_2, Version_3")
        assert DataElementGroup.objects.filter(uid__startswith="versionGr").count() == 3
        assert [system_setting(name) for name in ("keySystemMetadataVersion", "keyRemoteMetadataVersion")] == [
            "Version_3", "Version_3",
        ]  # fmt: skip
        assert system_setting("keyVersionEnabled")
        sender.replies[HISTORY] = Reply(200, b"")
        assert log_of(self.sync())[-1] == "The metadata is up to date"
        assert sender.paths()[-1] == f"{HISTORY}?baseline=Version_3"

    def test_what_fails_is_tried_again_and_what_was_imported_stays(self, sender: Stranger) -> None:
        self.clean()
        first = offer(sender, 1, snapshot_of(group(1)))
        second = offer(sender, 2, snapshot_of(group(2, name=None)), type="ATOMIC")
        sender.replies[HISTORY] = json_reply({"metadataversions": [first, second]})
        job = self.sync()

        assert job.status == Status.FAILED
        assert "1 attempts are left" in "".join(log_of(job))
        assert log_of(job)[-1] == "Version_2: the import ended with status ERROR"
        assert list(MetadataVersion.objects.values_list("name", flat=True)) == ["Version_1"]
        assert system_setting("keyMetadataFailedVersion") == "Version_2"
        assert system_setting("keyMetadataLastFailedTime") <= job.finished
        assert sender.paths().count(f"{BASE}/Version_2/data.gz") == 1  # kept from the first attempt

    def test_a_remote_that_comes_back_is_enough(self, sender: Stranger) -> None:
        self.clean()
        sender.replies["/api/system/ping"] = [Reply(500)] * 3 + [PONG]
        sender.replies[HISTORY] = json_reply({"metadataversions": [offer(sender, 1, snapshot_of(group(1)))]})
        job = self.sync()
        assert (job.status, log_of(job)[-1]) == (Status.COMPLETED, "Imported Version_1")

"""`/api/synchronization/metadataPull` and `/metadataRepo`: from whom metadata is taken, and what of it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from configuration.settings import store_settings
from metadata.models import DataElementGroup
from tests.harness.client import Answer, ApiClient
from tests.synchronization.stranger import Reply, Stranger, json_reply

pytestmark = pytest.mark.django_db
GROUP = {"id": "pulledGrp01", "name": "Pulled", "shortName": "Pulled"}
DOCUMENT = {"dataElementGroups": [GROUP]}


def pull(api: ApiClient, url: str) -> Answer:
    return api.post("/api/synchronization/metadataPull", url, content_type="text/plain")


def test_metadata_of_the_remote_is_fetched_as_its_user_and_imported(api: ApiClient, remote: Stranger) -> None:
    remote.replies["/api/metadata.json"] = Reply(
        200, gzip.compress(json.dumps(DOCUMENT).encode()), {"Content-Encoding": "gzip"}
    )
    answer = pull(api, f"  {remote.url}/api/metadata.json?skipSharing=true\n")

    assert answer.status == 200
    assert (answer.json["status"], answer.json["stats"]["created"]) == ("OK", 1)
    assert "responseType" not in answer.json
    assert DataElementGroup.objects.get(uid=GROUP["id"]).name == "Pulled"
    assert remote.asked[0].headers["Authorization"].startswith("Basic ")
    assert remote.paths() == ["/api/metadata.json?skipSharing=true"]


def test_what_is_valid_goes_in_beside_what_is_not(api: ApiClient, remote: Stranger) -> None:
    groups = [GROUP, {"id": "pulledGrp02", "shortName": "No name"}]
    remote.replies["/m"] = json_reply({"dataElementGroups": groups})
    assert pull(api, f"{remote.url}/m").json["status"] == "WARNING"
    assert DataElementGroup.objects.filter(uid__startswith="pulledGrp").count() == 1


def test_a_listed_server_is_asked_as_nobody(api: ApiClient, remote: Stranger, settings: Settings) -> None:
    with Stranger().serving() as other:
        other.replies["/m"] = json_reply(DOCUMENT)
        refused = pull(api, f"{other.url}/m")
        settings.SYNC_SERVERS_ALLOWED = [other.url]
        taken = pull(api, f"{other.url}/m")

    assert (refused.status, refused.json["errorCode"]) == (409, "E1004")
    assert refused.json["message"] == "Provided URL is not in the remote servers allowed list"
    assert taken.status == 200
    assert ["Authorization" in one.headers for one in other.asked] == [False]


@pytest.mark.parametrize("url", [
    "https://evil.example.org/x", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "nonsense",
    "http://127.0.0.1:1/x", "{url}.evil.org/x", "http://user@{host}/x", "https://{host}/x", "{url}/a/../b",
])  # fmt: skip
def test_nobody_else_is_asked(api: ApiClient, remote: Stranger, url: str) -> None:
    answer = pull(api, url.format(url=remote.url, host=remote.url.removeprefix("http://")))
    assert (answer.status, answer.json["errorCode"]) == (409, "E1004")
    assert remote.asked == []


@pytest.mark.parametrize(("reply", "status"), [
    (Reply(200, b"{broken"), 500), (json_reply([1, 2]), 500), (json_reply({"dataElements": 5}), 500),
    (json_reply({"dataElements": [[]]}), 500), (Reply(200, b""), 500), (Reply(200, b'{"a":"\\u0000"}'), 500),
    (Reply(401), 401), (Reply(404), 404), (Reply(503), 503), (Reply(302, b"", {"Location": "http://a.org"}), 502),
    (Reply(write=lambda wire: wire.write(b"")), 503),
    (Reply(200, b"[" * 100_000), 500), (Reply(200, b"no gzip", {"Content-Encoding": "gzip"}), 503),
])  # fmt: skip
def test_what_cannot_be_used_is_told(api: ApiClient, remote: Stranger, reply: Reply, status: int) -> None:
    remote.replies["/m"] = reply
    assert pull(api, f"{remote.url}/m").status == status


def test_the_index_of_the_repository_is_passed_on(api: ApiClient, remote: Stranger) -> None:
    index: dict[str, Any] = {"packages": [{"name": "HIV"}]}
    remote.replies["/index.json"] = json_reply(index)
    store_settings({"keyMetaDataRepoUrl": f"{remote.url}/index.json"})
    assert api.get("/api/synchronization/metadataRepo").json == index
    assert "Authorization" not in remote.asked[0].headers  # everybody may ask

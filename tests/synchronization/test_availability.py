"""`/api/synchronization/availability`, the settings of the remote, and jobs that are refused without one."""

from __future__ import annotations

import logging

import pytest
from django.db import connection
from django.utils import timezone

from configuration.settings import store_settings
from dhis2api.objects.uids import generate_uid
from scheduling.environments import find_missing
from scheduling.job_types import JobType
from synchronization.availability import describe_unconfigured, look_patiently
from synchronization.models import MetadataVersion
from synchronization.remote import find_remote
from synchronization.versions.snapshots import store_snapshot
from tests.harness.client import ApiClient
from tests.personas import persona
from tests.synchronization.conftest import PASSWORD, point_at
from tests.synchronization.stranger import PONG, Reply, Stranger, json_reply

pytestmark = pytest.mark.django_db
ADDRESS = "/api/synchronization/availability"
UNREACHABLE = {
    "available": False, "message": "Network is unreachable", "statusCode": 502, "statusPhrase": "Bad Gateway",
}  # fmt: skip


def test_without_settings_there_is_no_remote(api: ApiClient) -> None:
    answer = api.get(ADDRESS)
    assert (answer.status, answer.json) == (200, UNREACHABLE | {"message": "Remote server is not configured"})
    assert describe_unconfigured() == "Remote server is not configured"


@pytest.mark.parametrize(("status", "message", "phrase"), [
    (200, "Authentication was successful", "OK"),
    (302, "No authentication was provided", "Found"),
    (401, "Authentication failed", "Unauthorized"),
    (500, "Remote server experienced an internal error", "Internal Server Error"),
    (503, "Server is not available: Service Unavailable", "Service Unavailable"),
    (777, "Server is not available: 777", ""),
])  # fmt: skip
def test_the_answer_to_a_ping_is_told(api: ApiClient, remote: Stranger, status: int, message: str, phrase: str) -> None:
    remote.replies["/api/system/ping"] = Reply(status, b"pong", {"Location": f"{remote.url}/login"})
    assert api.get(ADDRESS).json == {
        "available": status == 200, "message": message, "statusCode": status, "statusPhrase": phrase,
    }  # fmt: skip
    assert remote.paths() == ["/api/system/ping"]


def test_the_remote_is_asked_as_its_user_below_its_address(api: ApiClient, remote: Stranger) -> None:
    point_at(f"{remote.url}/demo//", username="pusher", password=PASSWORD)
    remote.replies["/demo/api/system/ping"] = PONG
    assert api.get(ADDRESS).json["available"]
    assert remote.asked[0].headers["Authorization"] == "Basic cHVzaGVyOnZlcnktc2VjcmV0LXdvcmQ="


def test_nobody_there_is_unreachable(api: ApiClient, remote: Stranger) -> None:
    point_at("http://127.0.0.1:1")
    assert api.get(ADDRESS).json == UNREACHABLE


def test_a_private_address_is_not_asked(api: ApiClient, remote: Stranger, settings: object) -> None:
    settings.SYNC_PRIVATE_NETWORKS = ()  # type: ignore[attr-defined]
    found = api.get(ADDRESS).json
    assert not found["available"]
    assert found["message"].startswith("Remote server may not be asked")
    assert remote.asked == []


def test_a_remote_that_comes_late_is_waited_for(remote: Stranger) -> None:
    remote.replies["/api/system/ping"] = [Reply(503), Reply(503), PONG]
    assert look_patiently().is_available
    assert len(remote.asked) == 3


def test_the_password_is_neither_answered_nor_logged_nor_stored_in_clear(
    api: ApiClient, remote: Stranger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [
        api.get(ADDRESS), api.get("/api/systemSettings"), api.get("/api/systemSettings/keyRemoteInstancePassword"),
        api.get("/api/configuration/remoteServerPassword"), api.post("/api/synchronization/dataPush"),
        api.post("/api/configuration/remoteServerPassword", PASSWORD, content_type="text/plain"),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT value::text FROM configuration_systemsetting")
        stored = str(cursor.fetchall())
    assert [answer.status for answer in answers[2:4]] == [403, 405]
    assert PASSWORD not in stored + caplog.text + "".join(answer.text for answer in answers)


def test_the_settings_have_their_old_addresses(api: ApiClient) -> None:
    for name, value in (("Url", "https://remote.example.org"), ("Username", "pusher"), ("Password", "word")):
        address = f"/api/configuration/remoteServer{name}"
        assert api.post(address, value, content_type="text/plain").status == 204
        if name != "Password":
            assert api.get(address, headers={"Accept": "application/json"}).json == value
            assert api.get(address, headers={"Accept": "text/plain"}).text == value
    shown = api.get("/api/systemSettings").json
    assert (shown["keyRemoteInstanceUrl"], shown["keyRemoteInstanceUsername"]) == (
        "https://remote.example.org", "pusher",
    )  # fmt: skip
    assert api.delete("/api/configuration/remoteServerUrl").status == 204
    assert api.get("/api/systemSettings").json["keyRemoteInstanceUrl"] == ""


@pytest.mark.parametrize("body", ["", "x" * 20_000, b"\xff\xfe", "a\x00b"])
def test_what_is_no_text_is_no_setting(api: ApiClient, body: str | bytes) -> None:
    assert api.post("/api/configuration/remoteServerUrl", body, content_type="text/plain").status == 400


@pytest.mark.parametrize(("method", "path"), [
    ("POST", "/api/configuration/remoteServerUrl"), ("DELETE", "/api/configuration/remoteServerPassword"),
    ("POST", "/api/synchronization/dataPush"), ("POST", "/api/synchronization/metadataPull"),
])  # fmt: skip
def test_others_may_neither_set_nor_push_nor_pull(api: ApiClient, outsider: object, method: str, path: str) -> None:
    answer = api.request(method, path, "https://a.org", user="outsider", content_type="text/plain")
    assert answer.status == 403
    assert answer.json["message"].startswith("Access is denied, requires one Authority from [")


@pytest.mark.parametrize("type", [
    JobType.DATA_SYNC, JobType.META_DATA_SYNC, JobType.SINGLE_EVENT_DATA_SYNC, JobType.TRACKED_ENTITY_DATA_SYNC,
])  # fmt: skip
def test_a_job_is_not_stored_without_a_remote_that_answers(api: ApiClient, remote: Stranger, type: JobType) -> None:
    """E7010. Source: DHIS2 2.36, scheduling, job environment."""
    body = {"name": generate_uid(), "jobType": type.value, "cronExpression": "0 0 3 ? * MON"}
    remote.replies["/api/system/ping"] = Reply(401)
    refused = api.post("/api/jobConfigurations", body)
    remote.replies["/api/system/ping"] = PONG

    assert refused.status == 409
    assert "E7010" in refused.text
    assert "Authentication failed" in refused.text
    assert find_missing(type) is None
    assert api.post("/api/jobConfigurations", body).status == 201


@pytest.mark.parametrize("path", [
    "/api/synchronization/availability", "/api/metadata/version", "/api/metadata/versions",
    "/api/metadata/version/history", "/api/synchronization/metadataRepo", "/api/metadata/version/Version_1/data",
    "/api/metadata/version/Version_1/data.gz", "/api/configuration/remoteServerUrl",
])  # fmt: skip
@pytest.mark.parametrize("accept", ["application/xml", "text/plain", "text/html", "application/gzip", "*/*"])
def test_any_format_may_be_asked_for(api: ApiClient, remote: Stranger, path: str, accept: str) -> None:
    store_settings({"keyVersionEnabled": True, "keyMetaDataRepoUrl": f"{remote.url}/index.json"})
    remote.replies["/index.json"] = json_reply({"packages": []})
    if "Version_1" in path or path.endswith("version"):
        MetadataVersion.objects.create(
            uid=generate_uid(), name="Version_1", type="ATOMIC", created=timezone.now(),
            last_updated=timezone.now(), hash_code="0" * 32,
        )  # fmt: skip
        store_snapshot("Version_1", "{}", generate_uid())
    assert api.get(path, headers={"Accept": accept}).status in (200, 406)


class TestPassword:
    """To whom the stored password may be sent."""

    URL, NAME, PASSWORD = "/api/configuration/remoteServerUrl", "pusher", "/api/configuration/remoteServerPassword"

    @pytest.fixture(autouse=True)
    def _other(self, db: None) -> None:
        persona("other", ["F_SYSTEM_SETTING"])
        store_settings({"keyRemoteInstanceUsername": self.NAME})

    def post(self, api: ApiClient, address: str, text: str, user: str = "admin") -> None:
        assert api.post(address, text, user=user, content_type="text/plain").status == 204

    def is_configured(self, api: ApiClient) -> bool:
        return bool(api.get(ADDRESS).json["message"] != "Remote server is not configured")

    @pytest.mark.parametrize("moved", [
        "http://127.0.0.1:{port}", "https://a.org:444", "http://a.org", "https://a.org.evil", "https://b.org/demo",
    ])  # fmt: skip
    def test_it_does_not_go_where_somebody_else_moves_the_url(
        self, api: ApiClient, stranger: Stranger, moved: str
    ) -> None:
        self.post(api, self.URL, "https://a.org/demo")
        self.post(api, self.PASSWORD, PASSWORD)
        moved = moved.format(port=stranger.port)
        answer = api.post("/api/systemSettings", {"keyRemoteInstanceUrl": moved}, user="other")

        assert answer.status == 200
        assert not self.is_configured(api)
        assert api.post("/api/synchronization/metadataPull", f"{moved}/x", content_type="text/plain").status == 409
        assert api.delete(self.URL, user="other").status == 204
        self.post(api, self.URL, moved, user="other")
        assert not self.is_configured(api)
        assert stranger.asked == []
        self.post(api, self.URL, "https://A.org:443/other", user="other")
        assert find_remote() is not None

    @pytest.mark.parametrize("order", ["url password", "password url"])
    def test_url_and_password_may_come_in_any_order(self, api: ApiClient, stranger: Stranger, order: str) -> None:
        """By the same person, also where another remote was configured before."""
        for url, port in (("http://127.0.0.1:1", 1), (stranger.url, stranger.port)):
            for step in order.split():
                self.post(api, *((self.URL, url) if step == "url" else (self.PASSWORD, PASSWORD)))
            remote = find_remote()
            assert remote is not None
            assert remote.place.port == port
        assert api.get(ADDRESS).json["available"]

    def test_set_before_any_url_it_belongs_to_the_first(self, api: ApiClient) -> None:
        self.post(api, self.PASSWORD, PASSWORD)
        self.post(api, self.URL, "https://a.org", user="other")
        assert find_remote() is not None
        self.post(api, self.URL, "https://b.org", user="other")
        assert find_remote() is None

    def test_set_again_it_belongs_to_the_new_one(self, api: ApiClient) -> None:
        self.post(api, self.URL, "https://a.org")
        self.post(api, self.PASSWORD, PASSWORD)
        self.post(api, self.URL, "https://b.org", user="other")
        self.post(api, self.PASSWORD, "new", user="other")
        remote = find_remote()
        assert remote is not None
        assert remote.credentials.password == "new"

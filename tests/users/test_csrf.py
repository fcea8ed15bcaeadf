"""CSRF tokens of sessions, where the server asks for them (DHIS2 2.42, CSRF)."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.harness.client import PERSONA_PASSWORD, ApiClient
from users.models import User

pytestmark = pytest.mark.django_db
PROFILE = {"jobTitle": "Clerk"}


@pytest.fixture
def client(outsider: User) -> Client:
    """A session, in a client that keeps the checks."""
    found = Client(enforce_csrf_checks=True)
    body = {"username": "outsider", "password": PERSONA_PASSWORD}
    answer = found.post("/api/auth/login", body, content_type="application/json")
    assert list(answer.cookies) == ["JSESSIONID"]
    return found


def test_a_session_repeats_its_token(client: Client, settings: Settings) -> None:
    settings.API_CSRF = True
    refused = client.put("/api/me", PROFILE, content_type="application/json")
    assert (refused.status_code, refused.json()["status"]) == (403, "ERROR")
    assert refused.json()["message"].startswith("CSRF check failed")

    token = client.get("/api/me").cookies["XSRF-TOKEN"].value
    answer = client.put("/api/me", PROFILE, content_type="application/json", headers={"X-XSRF-TOKEN": token})
    assert answer.json()["jobTitle"] == "Clerk"


def test_no_token_is_asked_for_unless_the_server_says_so(client: Client) -> None:
    assert client.put("/api/me", PROFILE, content_type="application/json").status_code == 200
    assert "XSRF-TOKEN" not in client.get("/api/me").cookies


def test_basic_and_tokens_need_none(api: ApiClient, outsider: User, settings: Settings) -> None:
    settings.API_CSRF = True
    assert api.put("/api/me", PROFILE, user="outsider").status == 200
    key = api.post("/api/apiToken", {}, user="outsider").json["response"]["key"]
    header = {"Authorization": f"ApiToken {key}"}
    assert api.put("/api/me", PROFILE, user=None, headers=header).status == 200

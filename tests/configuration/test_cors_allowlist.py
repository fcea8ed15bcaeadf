"""Which origins may call from a browser, set at run time (DHIS2 2.42, CORS)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.client import ApiClient
from users.models import User

ALLOWLIST = "/api/configuration/corsAllowlist"
ORIGIN = {"Origin": "https://app.example.org"}


def test_an_allowed_origin_may_call_at_once(api: ApiClient, admin: User) -> None:
    assert api.get("/api/me", headers=ORIGIN).content == b""
    assert api.post(ALLOWLIST, ["https://*.example.org"]).status == 204
    answer = api.get("/api/me", headers=ORIGIN)
    assert answer.json["username"] == "admin"
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert api.get("/api/me").headers["Content-Security-Policy"] == "frame-ancestors 'self' https://*.example.org;"


def test_an_origin_that_was_taken_off_may_no_longer_call(api: ApiClient, admin: User) -> None:
    api.post(ALLOWLIST, ["https://app.example.org"])
    api.post(ALLOWLIST, [])
    assert api.get("/api/me", headers=ORIGIN).content == b""


@pytest.mark.parametrize("name", ["corsAllowlist", "corsWhitelist"])
def test_both_names_show_the_list(api: ApiClient, admin: User, name: str) -> None:
    api.post(f"/api/configuration/{name}", ["https://a.org", "https://b.org"])
    assert api.get(ALLOWLIST).json == ["https://a.org", "https://b.org"]


def test_setting_the_list_needs_the_authority(api: ApiClient, outsider: User) -> None:
    assert api.post(ALLOWLIST, [], user="outsider").status == 403


@pytest.mark.parametrize("body", [{}, "https://a.org", [1], ["https://a.org; script-src *"], ["https://a.org b"], [""]])
def test_what_is_no_list_of_origins_is_refused(api: ApiClient, admin: User, body: Any) -> None:
    assert api.post(ALLOWLIST, body).status == 400
    assert api.get(ALLOWLIST).json == []

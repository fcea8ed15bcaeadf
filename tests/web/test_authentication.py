"""Basic and session: who is let in, what the others are told, and what the credential cache must never do."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.conf import settings as current_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.test import Client
from pytest_django.fixtures import Settings
from redis import Redis

CLOSED = "/api/test/closed"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PASSWORD = "Pässword-1:x"


def basic(username: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


@pytest.fixture
def clerk(db: None) -> Any:
    """A user whose password has a colon and an umlaut."""
    user = get_user_model()(username="kernel_clerk", first_name="Kernel", surname="Clerk")
    user.set_password(PASSWORD)
    user.save()
    return user


class CountingBackend(ModelBackend):
    """Django's own, counting how often a password had to be verified."""

    calls = 0

    def authenticate(self, request: Any, username: str | None = None, password: str | None = None, **more: Any) -> Any:
        type(self).calls += 1
        return super().authenticate(request, username=username, password=password, **more)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Nonsense abc"},
        {"Accept": "application/json"},
        {"Accept": "*/*"},
        {"Accept": BROWSER, "X-Requested-With": "XMLHttpRequest"},
        {"Accept": "application/json, text/html"},
    ],
)
def test_without_credentials_an_api_client_gets_a_401_message(web: Client, headers: dict[str, str]) -> None:
    answer = web.get(CLOSED, headers=headers)

    assert answer.status_code == 401
    assert answer.json() == {
        "httpStatus": "Unauthorized", "httpStatusCode": 401, "status": "ERROR", "message": "Unauthorized",
    }  # fmt: skip
    assert not answer.has_header("WWW-Authenticate")


def test_without_credentials_xml_is_answered_in_xml(web: Client) -> None:
    answer = web.get(CLOSED, headers={"Accept": "application/xml"})

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/xml; charset=UTF-8")


def test_a_browser_is_sent_to_the_login_page_and_back(web: Client) -> None:
    answer = web.get(f"{CLOSED}?a=1&b=2", headers={"Accept": BROWSER})

    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/api/test/closed%3Fa%3D1%26b%3D2")
    assert web.post(CLOSED, headers={"Accept": BROWSER}).status_code == 401


@pytest.mark.parametrize("encoded", ["", "!!!", "bm9jb2xvbg==", "/w==", "YQBiOmM="])
def test_a_garbage_basic_header_is_a_401_even_for_browsers(web: Client, encoded: str) -> None:
    answer = web.get(CLOSED, headers={"Authorization": f"Basic {encoded}", "Accept": BROWSER})

    assert (answer.status_code, answer.json()["message"]) == (401, "Unauthorized")


def test_the_right_password_is_let_in_without_a_cookie(web: Client, clerk: Any) -> None:
    first, cached = (web.get(CLOSED, headers=basic("kernel_clerk", PASSWORD)) for _ in range(2))

    assert first.json() == cached.json() == {"user": "kernel_clerk"}
    assert not first.cookies
    assert not cached.cookies


@pytest.mark.parametrize(
    ("username", "password"), [("kernel_clerk", "wrong"), ("Kernel_Clerk", PASSWORD), ("nobody", "x"), ("", "")]
)
def test_wrong_credentials_are_a_401(web: Client, clerk: Any, username: str, password: str) -> None:
    assert web.get(CLOSED, headers=basic(username, password)).json()["message"] == "Unauthorized"


def test_basic_wins_over_a_session_and_needs_no_csrf_token(web: Client, clerk: Any) -> None:
    web.force_login(clerk)

    assert web.get(CLOSED).json() == {"user": "kernel_clerk"}
    assert web.get(CLOSED, headers={"Authorization": ""}).status_code == 200
    assert web.get(CLOSED, headers=basic("kernel_clerk", "wrong")).status_code == 401


def test_a_session_may_post_without_csrf_token(clerk: Any, web: Client) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(clerk)

    assert browser.post(CLOSED).status_code == 405


def test_a_password_is_verified_once(web: Client, clerk: Any, settings: Settings) -> None:
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.CountingBackend"]
    CountingBackend.calls = 0

    for _ in range(3):
        assert web.get(CLOSED, headers=basic("kernel_clerk", PASSWORD)).status_code == 200

    assert CountingBackend.calls == 1


@pytest.mark.parametrize("change", ["password", "disabled", "username", "deleted"])
def test_a_change_of_the_account_counts_at_once(web: Client, clerk: Any, change: str) -> None:
    assert web.get(CLOSED, headers=basic("kernel_clerk", PASSWORD)).status_code == 200

    if change == "password":
        clerk.set_password("Another-1")
    elif change == "disabled":
        clerk.disabled = True
    elif change == "username":
        clerk.username = "renamed"
    clerk.delete() if change == "deleted" else clerk.save()

    assert web.get(CLOSED, headers=basic("kernel_clerk", PASSWORD)).status_code == 401


def test_nothing_that_is_cached_holds_the_password(web: Client, clerk: Any) -> None:
    web.get(CLOSED, headers=basic("kernel_clerk", PASSWORD))
    redis = Redis.from_url(current_settings.REDIS_URL)

    kept = [key + (redis.get(key) or b"") for key in redis.scan_iter() if redis.type(key) == b"string"]

    assert any(b"credentials:" in entry for entry in kept)
    assert not any(PASSWORD.encode() in entry or b"kernel_clerk" in entry for entry in kept)


def test_without_redis_passwords_are_verified_each_time(web: Client, clerk: Any, settings: Settings) -> None:
    settings.CACHES = {"default": {**current_settings.CACHES["default"], "LOCATION": "unix:///nowhere/redis.sock"}}

    assert web.get(CLOSED, headers=basic("kernel_clerk", PASSWORD)).json() == {"user": "kernel_clerk"}
    assert web.get(CLOSED, headers=basic("kernel_clerk", "wrong")).status_code == 401


def test_the_login_page_logs_in_and_leads_back(web: Client, clerk: Any) -> None:
    wrong = web.post("/login/?next=/api/test/closed", {"username": "kernel_clerk", "password": "wrong"})
    right = web.post("/login/?next=/api/test/closed", {"username": "kernel_clerk", "password": PASSWORD})

    assert "correct username and password" in wrong.content.decode()
    assert (right.status_code, right["Location"]) == (302, "/api/test/closed")
    assert web.get("/api/test/closed").json() == {"user": "kernel_clerk"}


def test_the_login_page_says_why_an_account_is_refused(web: Client, clerk: Any) -> None:
    clerk.disabled = True
    clerk.save()

    answer = web.post("/login/", {"username": "kernel_clerk", "password": PASSWORD})

    assert (answer.status_code, "Account disabled" in answer.content.decode()) == (200, True)


def test_a_session_is_prolonged_by_use_but_not_written_every_time(web: Client, clerk: Any) -> None:
    web.force_login(clerk)

    first, second = web.get(CLOSED), web.get(CLOSED)
    session = web.session
    session["prolonged"] -= 301
    session.save()
    later = web.get(CLOSED)

    assert [bool(answer.cookies) for answer in (first, second, later)] == [True, False, True]


def test_the_description_and_its_page_need_a_login(web: Client, clerk: Any) -> None:
    assert web.get("/api/openapi.json").status_code == 401
    web.force_login(clerk)

    document = web.get("/api/33/openapi.json").json()
    page = web.get("/api/docs", headers={"Accept": BROWSER})

    assert document["openapi"].startswith("3.0")
    assert document["servers"] == [{"url": "http://testserver"}]
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert 'src="http' not in page.content.decode()

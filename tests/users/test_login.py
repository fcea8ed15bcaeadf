"""`/api/auth/login`, Basic, lock-out (DHIS2 2.42, users, authentication)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.utils import timezone

from configuration.settings import store_settings
from tests.harness.client import PERSONA_PASSWORD, Answer, ApiClient
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
LOGIN = "/api/auth/login"


def login(api: ApiClient, username: object = "outsider", password: object = PERSONA_PASSWORD) -> Answer:
    return api.post(LOGIN, {"username": username, "password": password}, user=None)


def pass_time(monkeypatch: pytest.MonkeyPatch, span: timedelta) -> None:
    """For whoever asks for the time by Django."""
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + span)


def test_login_opens_a_session_with_one_cookie(outsider: User) -> None:
    client = Client()
    before = client.get("/", headers={"Accept": "text/html"})
    answer = client.post(LOGIN, {"username": "outsider", "password": PERSONA_PASSWORD}, content_type="application/json")

    assert not before.cookies
    assert (answer.status_code, answer.json()) == (200, {"loginStatus": "SUCCESS", "redirectUrl": "/"})
    (name,) = answer.cookies
    assert (name, answer.cookies[name]["httponly"], answer.cookies[name]["samesite"]) == ("JSESSIONID", True, "Lax")
    assert client.get("/api/me?fields=username").json() == {"username": "outsider"}


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", "")])
def test_the_cookie_of_a_login_over_https_stays_there(outsider: User, scheme: str, secure: object) -> None:
    body = {"username": "outsider", "password": PERSONA_PASSWORD}
    client = Client(headers={"X-Forwarded-Proto": scheme})
    answer = client.post(LOGIN, body, content_type="application/json")
    assert answer.cookies["JSESSIONID"]["secure"] == secure


def test_logout_ends_the_session(outsider: User) -> None:
    client = Client()
    client.post(LOGIN, {"username": "outsider", "password": PERSONA_PASSWORD}, content_type="application/json")

    answer = client.get("/dhis-web-commons-security/logout.action")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/api/me").status_code == 401


@pytest.mark.parametrize(
    ("username", "password"),
    [("outsider", "wrong"), ("Outsider", PERSONA_PASSWORD), ("nobody", "x"), ("outsider", ""), ("outsider", None),
     (None, "x"), (7, "x"), ({}, []), ("outsider", 7)],
)  # fmt: skip
def test_bad_credentials(api: ApiClient, outsider: User, username: object, password: object) -> None:
    answer = login(api, username, password)

    assert (answer.status, answer.json) == (401, {
        "httpStatus": "Unauthorized", "httpStatusCode": 401, "status": "ERROR", "message": "Bad credentials",
    })  # fmt: skip


@pytest.mark.parametrize("username", ["nobody", "out\x00sider", "\x00", ""])
def test_a_form_with_a_bad_name_leads_back_to_the_login_page(outsider: User, username: str) -> None:
    form = {"j_username": username, "j_password": PERSONA_PASSWORD}
    answer = Client().post("/dhis-web-commons-security/login.action", form)
    assert (answer.status_code, answer["Location"]) == (302, "/login/?failed=true")


@pytest.mark.parametrize("body", ["[]", '"x"', "", "{"])
def test_a_login_that_is_no_object(api: ApiClient, body: str) -> None:
    assert api.post(LOGIN, body, user=None).status == 400


@pytest.mark.parametrize(
    ("columns", "status", "message"),
    [
        ({"disabled": True}, "ACCOUNT_DISABLED", "Account disabled"),
        ({"account_expiry": timezone.now() - timedelta(days=1)}, "ACCOUNT_EXPIRED", "Account expired"),
    ],
)
def test_closed_accounts_are_told_so_whatever_the_password(
    api: ApiClient, outsider: User, columns: dict[str, object], status: str, message: str
) -> None:
    assert api.get("/api/me", user="outsider").status == 200  # remembered: the state must count at once all the same
    User.objects.filter(pk=outsider.pk).update(**columns)

    for password in (PERSONA_PASSWORD, "wrong"):
        assert (login(api, password=password).status, login(api, password=password).json) == (
            200,
            {"loginStatus": status},
        )
        basic = api.get("/api/me", user="outsider", password=password)
        assert (basic.status, basic.json["message"]) == (401, message)


def test_whom_another_server_authenticates_has_no_password_here(api: ApiClient, outsider: User) -> None:
    assert api.get("/api/me", user="outsider").status == 200  # remembered: the change must count at once all the same
    User.objects.filter(pk=outsider.pk).update(external_auth=True)
    assert (login(api).status, login(api).json["message"]) == (401, "Bad credentials")
    assert api.get("/api/me", user="outsider").status == 401


def test_an_account_that_expires_is_told_so_where_its_password_is_remembered(
    api: ApiClient, outsider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=outsider.pk).update(account_expiry=timezone.now() + timedelta(hours=1))
    assert api.get("/api/me", user="outsider").status == 200
    pass_time(monkeypatch, timedelta(hours=2))
    answer = api.get("/api/me", user="outsider")
    assert (answer.status, answer.json["message"]) == (401, "Account expired")


def test_a_disabled_account_loses_its_session(outsider: User) -> None:
    client = Client()
    client.post(LOGIN, {"username": "outsider", "password": PERSONA_PASSWORD}, content_type="application/json")
    User.objects.filter(pk=outsider.pk).update(disabled=True)

    assert client.get("/api/me").status_code == 401


def test_four_failures_lock_for_fifteen_minutes(api: ApiClient, outsider: User) -> None:
    """Basic and login count together; credentials that were verified before the lock do not slip through."""
    store_settings({"keyLockMultipleFailedLogins": True})
    assert api.get("/api/me", user="outsider").status == 200
    for _ in range(2):
        assert login(api, password="wrong").status == 401
        assert api.get("/api/me", user="outsider", password="wrong").status == 401

    assert login(api).json == {"loginStatus": "ACCOUNT_LOCKED"}
    locked = api.get("/api/me", user="outsider")
    assert (locked.status, locked.json["message"]) == (401, "Account locked")

    User.objects.filter(pk=outsider.pk).update(last_failed_login=timezone.now() - timedelta(minutes=16))
    assert api.get("/api/me", user="outsider").status == 200
    assert User.objects.get(pk=outsider.pk).failed_logins == 0


def test_a_success_forgets_the_failures(api: ApiClient, outsider: User) -> None:
    store_settings({"keyLockMultipleFailedLogins": True})
    for _ in range(3):
        for _ in range(3):
            login(api, password="wrong")
        assert login(api).status == 200


def test_nobody_is_locked_unless_the_setting_says_so(api: ApiClient, outsider: User) -> None:
    for _ in range(6):
        login(api, password="wrong")

    assert login(api).json["loginStatus"] == "SUCCESS"


def test_a_user_without_a_password_cannot_log_in(api: ApiClient, outsider: User) -> None:
    User.objects.filter(pk=outsider.pk).update(password=None)

    for password in ("", "None", "x"):
        assert login(api, password=password).status == 401
        assert api.get("/api/me", user="outsider", password=password or "!").status == 401


@pytest.mark.parametrize("username", ["nobody", "outsider", "mute"])
def test_every_name_costs_a_hash(
    api: ApiClient, outsider: User, monkeypatch: pytest.MonkeyPatch, username: str
) -> None:
    """Otherwise the clock tells who has an account; `mute` has no password."""
    User.objects.filter(pk=persona("mute").pk).update(password=None)
    hashed: list[str] = []
    derive = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a, **k: hashed.append("encode") or derive[0](*a, **k))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a, **k: hashed.append("verify") or derive[1](*a, **k))

    assert login(api, username, "wrong").status == 401
    assert api.get("/api/me", user=username, password="wrong").status == 401

    assert len(hashed) == 2

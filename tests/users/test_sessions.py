"""Sessions, and what a login page is told (DHIS2 2.42, login)."""

from __future__ import annotations

import pytest
from django.test import Client

from configuration.settings import store_settings
from tests.harness.client import PERSONA_PASSWORD, ApiClient
from users.models import AccountSession, User
from users.sessions import MAX_SESSIONS

pytestmark = pytest.mark.django_db


def session(username: str = "outsider") -> Client:
    client = Client()
    body = {"username": username, "password": PERSONA_PASSWORD}
    assert client.post("/api/auth/login", body, content_type="application/json").json()["loginStatus"] == "SUCCESS"
    return client


def test_superusers_see_sessions_without_their_ids(api: ApiClient, admin: User, outsider: User) -> None:
    client = session()
    shown = api.get("/api/sessions")
    assert list(shown.json.values()) == ["outsider, (active)"]
    assert client.session.session_key not in shown.text


def test_superusers_end_sessions(api: ApiClient, admin: User, outsider: User, user_keeper: User) -> None:
    first, second = session(), session("user_keeper")
    assert api.delete("/api/sessions/outsider").status == 204
    assert (first.get("/api/me").status_code, second.get("/api/me").status_code) == (401, 200)
    assert api.delete("/api/sessions").status == 204
    assert second.get("/api/me").status_code == 401


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_sessions_are_superusers_business(api: ApiClient, outsider: User, method: str) -> None:
    answer = api.request(method, "/api/sessions", user="outsider")
    assert answer.json["message"] == "Access is denied, requires one Authority from [ALL]"


def test_the_sessions_of_one_user_are_not_read(api: ApiClient, admin: User) -> None:
    assert api.get("/api/sessions/admin").status == 405


def test_one_user_has_ten_sessions_at_most(outsider: User) -> None:
    clients = [session() for _ in range(MAX_SESSIONS + 1)]
    assert AccountSession.objects.filter(user=outsider).count() == MAX_SESSIONS
    assert clients[0].get("/api/me").status_code == 401
    assert clients[-1].get("/api/me").status_code == 200


def test_a_session_goes_with_its_user(api: ApiClient, admin: User, outsider: User) -> None:
    client = session()
    assert api.delete(f"/api/users/{outsider.uid}").status == 200
    assert client.get("/api/me").status_code == 401


def test_what_a_login_page_is_told(api: ApiClient, db: None) -> None:
    shown = api.get("/api/loginConfig", user=None).json
    assert shown["applicationTitle"] == "DHIS 2"
    assert (shown["minPasswordLength"], shown["maxPasswordLength"]) == ("8", "72")
    assert (shown["uiLocale"], shown["loginPageLayout"], shown["countryFlag"]) == ("en", "DEFAULT", "dhis2")
    for name in ("emailConfigured", "selfRegistrationEnabled", "allowAccountRecovery", "useCustomLogoFront"):
        assert shown[name] is False
    assert shown["oidcProviders"] == []
    assert "applicationNotification" not in shown


def test_a_login_page_speaks_the_language_that_it_asks_for(api: ApiClient, admin: User) -> None:
    api.post("/api/systemSettings/applicationTitle?value=Ministry")
    api.post("/api/systemSettings/applicationTitle?locale=fr&value=Ministère")
    assert api.get("/api/loginConfig?locale=fr", user=None).json["applicationTitle"] == "Ministère"
    assert api.get("/api/loginConfig?locale=de", user=None).json["applicationTitle"] == "Ministry"
    assert api.get("/api/loginConfig?locale=what-ever", user=None).status == 400


def test_who_must_verify_an_address_is_led_to_the_profile(outsider: User) -> None:
    store_settings({"enforceVerifiedEmail": True})
    body = {"username": "outsider", "password": PERSONA_PASSWORD}
    answer = Client().post("/api/auth/login", body, content_type="application/json")
    assert answer.json()["redirectUrl"] == "/dhis-web-user-profile/#/profile"

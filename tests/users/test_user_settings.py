"""Settings of users (DHIS2 2.42, user settings)."""

from __future__ import annotations

from typing import Any

import pytest

from configuration.settings import store_settings
from tests.harness.client import ApiClient
from users.models import User

pytestmark = pytest.mark.django_db
SETTINGS = "/api/userSettings"
DEFAULTS = {
    "keyStyle": "light_blue/light_blue.css", "keyMessageEmailNotification": False, "keyMessageSmsNotification": False,
    "keyUiLocale": "en", "keyDbLocale": "en", "keyAnalysisDisplayProperty": "name", "keyTrackerDashboardLayout": "",
}  # fmt: skip


def test_all_settings_have_defaults(api: ApiClient, outsider: User) -> None:
    assert api.get(SETTINGS, user="outsider").json == DEFAULTS


@pytest.mark.parametrize(
    ("path", "body", "content_type"),
    [("?value=fr", None, "text/plain"), ("", "fr", "text/plain"), ("", '"fr"', "application/json")],
)
def test_a_setting_is_set_and_read(api: ApiClient, outsider: User, path: str, body: Any, content_type: str) -> None:
    answer = api.post(f"{SETTINGS}/keyUiLocale{path}", body, user="outsider", content_type=content_type)
    assert (answer.status, answer.json["message"]) == (200, "User setting saved")
    one = api.get(f"{SETTINGS}/keyUiLocale", user="outsider")
    assert (one.text, one.headers["Content-Type"], one.headers["Cache-Control"]) == (
        "fr", "text/plain;charset=UTF-8", "no-cache, private",
    )  # fmt: skip
    assert api.get(f"{SETTINGS}?key=keyUiLocale", user="outsider").json == {"keyUiLocale": "fr"}
    assert api.get("/api/me/settings/keyUiLocale", user="outsider").json == "fr"


def test_a_deleted_setting_falls_back(api: ApiClient, outsider: User) -> None:
    store_settings({"keyUiLocale": "pt"})
    api.post(f"{SETTINGS}/keyUiLocale?value=fr", user="outsider")
    assert api.delete(f"{SETTINGS}/keyUiLocale", user="outsider").status == 200
    assert api.get(f"{SETTINGS}/keyUiLocale", user="outsider").text == "pt"
    shown = api.get(f"{SETTINGS}?useFallback=false&key=keyUiLocale", user="outsider").json
    assert shown == {"keyUiLocale": "en"}


REFUSED = [
    ("keyUiLocale", "", 409, "You need to specify a new value"),
    (
        "keyMessageEmailNotification",
        "perhaps",
        400,
        "Not a valid value for setting keyMessageEmailNotification: perhaps",
    ),
    ("keyNothing", "x", 404, "Setting does not exist: keyNothing"),
]


@pytest.mark.parametrize(("key", "value", "status", "message"), REFUSED)
def test_what_is_refused(api: ApiClient, outsider: User, key: str, value: str, status: int, message: str) -> None:
    answer = api.post(f"{SETTINGS}/{key}?value={value}", user="outsider")
    assert (answer.status, answer.json["message"]) == (status, message)
    assert User.objects.get(pk=outsider.pk).settings == {}


@pytest.mark.parametrize("path", [f"{SETTINGS}/keyNothing", "/api/me/settings/keyNothing"])
def test_an_unknown_key(api: ApiClient, outsider: User, path: str) -> None:
    assert api.get(path, user="outsider").status == 404


def test_settings_of_others_need_the_right_to_change_them(
    api: ApiClient, admin: User, outsider: User, user_keeper: User
) -> None:
    for who in (f"user={outsider.username}", f"userId={outsider.uid}"):
        assert api.post(f"{SETTINGS}/keyUiLocale?value=fr&{who}", user="user_keeper").status == 200
        assert api.get(f"{SETTINGS}/keyUiLocale?{who}", user="admin").text == "fr"
    for who in ("user=admin", f"userId={admin.uid}"):
        for path in (f"{SETTINGS}?{who}", f"{SETTINGS}/keyUiLocale?{who}"):
            answer = api.get(path, user="outsider")
            assert (answer.status, answer.json["message"]) == (403, "You are not authorized to access user: admin")
    assert api.post(f"{SETTINGS}/keyUiLocale?value=fr&user=admin", user="user_keeper").status == 403


def test_settings_of_nobody(api: ApiClient, admin: User) -> None:
    unknown = api.get(f"{SETTINGS}?user=nobody")
    assert (unknown.status, unknown.json["message"]) == (409, "User with username nobody could not be found.")
    assert api.get(f"{SETTINGS}?userId=zzzzzzzzzz1").status == 404


def test_a_users_payload_sets_settings(api: ApiClient, admin: User, outsider: User) -> None:
    payload = api.get(f"/api/users/{outsider.uid}").json
    sent = payload | {"settings": {"keyUiLocale": "fr", "keyNothing": 1, "keyMessageSmsNotification": "perhaps"}}
    assert api.put(f"/api/users/{outsider.uid}", sent).status == 200
    assert api.get(SETTINGS, user="outsider").json == DEFAULTS | {"keyUiLocale": "fr"}
    assert api.put(f"/api/users/{outsider.uid}", payload).status == 200
    assert api.get(SETTINGS, user="outsider").json == DEFAULTS | {"keyUiLocale": "fr"}
    assert "settings" not in api.get(f"/api/users/{outsider.uid}?fields=*,settings").json

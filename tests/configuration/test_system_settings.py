"""System settings: every key with its type and default (DHIS2 2.42, system settings)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from configuration.keys import KEYS, NEVER
from configuration.kinds import parse_locale
from configuration.models import SystemSetting
from configuration.settings import system_setting, system_settings
from tests.harness.client import ApiClient
from users.models import User

SETTINGS = "/api/systemSettings"
CONFIDENTIAL = ("keyEmailPassword", "keyRemoteInstancePassword", "recaptchaSecret", "recaptchaSite")
# By type; an enumeration's setting keeps its default.
VALUES = {
    "BOOLEAN": True, "INTEGER": 17, "DOUBLE": 1.5, "TEXT": "some text", "LOCALE": "pt_BR",
    "DATE": "2026-02-03T04:05:06.007",
}  # fmt: skip


def test_all_settings_are_listed_with_defaults_and_types(api: ApiClient, outsider: User) -> None:
    shown = api.get(SETTINGS, user="outsider").json
    assert len(shown) == len(KEYS) - len(CONFIDENTIAL)
    assert shown["applicationTitle"] == "DHIS 2"
    assert shown["keyDateFormat"] == "yyyy-MM-dd"
    assert shown["jobsRescheduleAfterMinutes"] == 10
    assert shown["keyAccountRecovery"] is False
    assert shown["factorDeviation"] == 2.0
    assert shown["keyLastMonitoringRun"] == "1970-01-01T00:00:00.000"


def test_settings_are_stored_nowhere_by_clients(api: ApiClient, admin: User) -> None:
    assert api.get(SETTINGS).headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
    assert "ETag" not in api.get(SETTINGS).headers


@pytest.mark.parametrize("query", ["key=keyUiLocale&key=applicationTitle", "key=keyUiLocale,applicationTitle"])
def test_some_settings_are_asked_for_by_key(api: ApiClient, admin: User, query: str) -> None:
    assert api.get(f"{SETTINGS}?{query}").json == {"keyUiLocale": "en", "applicationTitle": "DHIS 2"}


def test_asking_for_unknown_or_secret_keys_leaves_them_out(api: ApiClient, admin: User) -> None:
    assert api.get(f"{SETTINGS}?key=keyUiLocale&key=noSuchKey&key=keyEmailPassword").json == {"keyUiLocale": "en"}


@pytest.mark.parametrize("accept", ["application/json", "*/*", ""])
def test_one_setting_is_a_member_of_its_name(api: ApiClient, admin: User, accept: str) -> None:
    answer = api.get(f"{SETTINGS}/applicationTitle", headers={"Accept": accept} if accept else {})
    assert answer.json == {"applicationTitle": "DHIS 2"}


def test_one_setting_as_text_is_its_bare_value(api: ApiClient, admin: User) -> None:
    plain = {"Accept": "text/plain"}
    assert api.get(f"{SETTINGS}/keyDateFormat", headers=plain).text == "yyyy-MM-dd"
    assert api.get(f"{SETTINGS}/keyEmailTls", headers=plain).text == "true"
    assert api.get(f"{SETTINGS}/keyLastMonitoringRun", headers=plain).text == "1970-01-01T00:00:00.000"


def test_every_setting_keeps_what_was_set_and_goes_back_to_its_default(api: ApiClient, admin: User) -> None:
    values = {name: VALUES.get(key.kind.name, key.default) for name, key in KEYS.items()}
    assert api.post(SETTINGS, values).status == 200

    assert api.get(SETTINGS).json == {name: value for name, value in values.items() if not KEYS[name].confidential}
    stored = system_settings(*KEYS)
    assert {name: stored[name] for name in CONFIDENTIAL} == {name: values[name] for name in CONFIDENTIAL}
    assert api.delete(f"{SETTINGS}?key={','.join(KEYS)}").status == 204
    assert system_settings(*KEYS) == {name: key.default for name, key in KEYS.items()}


@pytest.mark.parametrize(
    ("path", "body", "content_type"),
    [
        ("?value=Ministry", None, "application/json"),
        ("", "Ministry", "text/plain"),
        ("", '"Ministry"', "application/json"),
        ("", "value=Ministry", "application/x-www-form-urlencoded"),
    ],
)
def test_a_setting_is_set_by_parameter_text_json_or_form(
    api: ApiClient, admin: User, path: str, body: Any, content_type: str
) -> None:
    answer = api.post(f"{SETTINGS}/applicationTitle{path}", body, content_type=content_type)
    assert answer.status == 200
    assert answer.json["message"] == "System setting 'applicationTitle' set to value 'Ministry'."
    assert api.get(f"{SETTINGS}/applicationTitle").json == {"applicationTitle": "Ministry"}


def test_an_empty_value_brings_the_default_back(api: ApiClient, admin: User) -> None:
    api.post(f"{SETTINGS}/applicationTitle?value=Ministry")
    assert api.post(f"{SETTINGS}/applicationTitle?value=").status == 200
    assert api.get(f"{SETTINGS}/applicationTitle").json == {"applicationTitle": "DHIS 2"}


def test_no_value_at_all_is_refused(api: ApiClient, admin: User) -> None:
    assert api.post(f"{SETTINGS}/applicationTitle", content_type="text/plain").status == 400


def test_several_settings_go_in_together(api: ApiClient, admin: User) -> None:
    answer = api.post(SETTINGS, {"keyUiLocale": "pt-br", "keyEmailPort": "25", "keyEmailTls": "false"})
    assert answer.json["message"] == "System settings imported"
    found = api.get(f"{SETTINGS}?key=keyUiLocale,keyEmailPort,keyEmailTls").json
    assert found == {"keyUiLocale": "pt_BR", "keyEmailPort": 25, "keyEmailTls": False}


def test_an_empty_object_of_settings_is_fine(api: ApiClient, admin: User) -> None:
    assert api.post(SETTINGS, {}).json["message"] == "System settings imported"


@pytest.mark.parametrize("body", [[], 1, "text", None])
def test_settings_are_an_object(api: ApiClient, admin: User, body: Any) -> None:
    assert api.post(SETTINGS, body, content_type="application/json").status == 400


def test_all_unknown_keys_are_named_and_nothing_is_set(api: ApiClient, admin: User) -> None:
    answer = api.post(SETTINGS, {"keyUiLocale": "fr", "a": 1, "b": 2})
    assert (answer.status, answer.json["errorCode"]) == (404, "E1005")
    assert answer.json["message"] == "Setting does not exist: a,b"
    assert system_setting("keyUiLocale") == "en"


def test_a_bad_value_is_named_and_nothing_is_set(api: ApiClient, admin: User) -> None:
    answer = api.post(SETTINGS, {"applicationTitle": "X", "keyEmailPort": "many"})
    assert answer.status == 400
    assert answer.json["message"] == "Not a valid value for setting keyEmailPort: many"
    assert system_setting("applicationTitle") == "DHIS 2"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("keyEmailPort", 2**31),
        ("keyEmailPort", True),
        ("keyEmailPort", 1.5),
        ("keyEmailPort", [25]),
        ("factorDeviation", {}),
        ("keyEmailTls", "yes"),
        ("factorDeviation", "NaN"),
        ("keyUiLocale", "english"),
        ("keyCacheStrategy", "CACHE_FOREVER"),
        ("keyLastMonitoringRun", "yesterday"),
        ("applicationTitle", {"a": 1}),
        ("applicationTitle", "x" * 100_001),
    ],
)
def test_values_that_a_type_cannot_have_are_refused(api: ApiClient, admin: User, name: str, value: Any) -> None:
    assert api.post(SETTINGS, {name: value}).status == 400


def test_names_of_choices_are_taken_in_any_case(api: ApiClient, admin: User) -> None:
    api.post(f"{SETTINGS}/keyAnalysisDisplayProperty?value=SHORTNAME")
    assert api.get(f"{SETTINGS}/keyAnalysisDisplayProperty").json == {"keyAnalysisDisplayProperty": "shortName"}


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_key_is_a_404(api: ApiClient, admin: User, method: str) -> None:
    answer = api.request(method.upper(), f"{SETTINGS}/noSuchKey?value=1")
    assert (answer.status, answer.json["errorCode"]) == (404, "E1005")
    assert answer.json["message"] == "Setting does not exist: noSuchKey"


def test_several_settings_are_deleted_by_key(api: ApiClient, admin: User) -> None:
    api.post(SETTINGS, {"applicationTitle": "X", "keyEmailPort": 25})
    assert api.delete(f"{SETTINGS}?key=applicationTitle,keyEmailPort").status == 204
    assert not SystemSetting.objects.exists()


@pytest.mark.parametrize("path", ["", "/applicationTitle?value=X"])
def test_setting_needs_the_authority(api: ApiClient, outsider: User, path: str) -> None:
    answer = api.post(f"{SETTINGS}{path}", {}, user="outsider")
    assert answer.status == 403
    assert answer.json["message"] == "Access is denied, requires one Authority from [F_SYSTEM_SETTING]"
    assert api.delete(f"{SETTINGS}{path}", user="outsider").status == 403


def test_nobody_reads_settings_without_logging_in(api: ApiClient, admin: User) -> None:
    assert api.get(SETTINGS, user=None).status == 401


@pytest.mark.parametrize("name", CONFIDENTIAL)
def test_a_secret_is_shown_to_nobody(api: ApiClient, admin: User, outsider: User, name: str) -> None:
    answer = api.post(f"{SETTINGS}/{name}?value=opensesame")
    assert answer.status == 200
    assert "opensesame" not in answer.text
    assert name not in api.get(SETTINGS).json
    for user in ("admin", "outsider"):
        refused = api.get(f"{SETTINGS}/{name}", user=user)
        assert (refused.status, refused.json["message"]) == (403, "Setting is marked as confidential")


def test_a_secret_lies_encrypted_in_the_table(api: ApiClient, admin: User) -> None:
    api.post(f"{SETTINGS}/keyEmailPassword?value=opensesame")
    with connection.cursor() as cursor:
        cursor.execute("SELECT configuration_systemsetting::text FROM configuration_systemsetting")
        assert "opensesame" not in cursor.fetchone()[0]
    assert system_setting("keyEmailPassword") == "opensesame"


def test_a_translation_is_set_read_and_removed(api: ApiClient, admin: User) -> None:
    one = f"{SETTINGS}/keyApplicationIntro"
    api.post(f"{one}?value=Hello")
    answer = api.post(f"{one}?locale=de&value=Ahoi")
    assert (
        answer.json["message"] == "Translation for system setting 'keyApplicationIntro' and locale: 'de' set to: 'Ahoi'"
    )
    assert api.get(f"{one}?locale=de").text == "Ahoi"
    assert api.get(f"{one}?locale=fr").text == "Hello"
    assert api.delete(f"{one}?locale=de").status == 204
    assert api.get(f"{one}?locale=de").text == "Hello"


def test_a_translation_answers_for_its_regions(api: ApiClient, admin: User) -> None:
    api.post(f"{SETTINGS}/keyApplicationIntro?locale=pt&value=Bem-vindo")
    assert api.get(f"{SETTINGS}/keyApplicationIntro?locale=pt_BR").text == "Bem-vindo"


def test_a_setting_comes_in_the_language_of_its_reader(api: ApiClient, admin: User, outsider: User) -> None:
    api.post(f"{SETTINGS}/applicationTitle?locale=fr&value=Ministère")
    User.objects.filter(username="outsider").update(settings={"keyUiLocale": "fr"})
    assert api.get(f"{SETTINGS}/applicationTitle", user="outsider").json == {"applicationTitle": "Ministère"}


def test_only_some_settings_have_translations(api: ApiClient, admin: User) -> None:
    assert api.post(f"{SETTINGS}/keyEmailPort?locale=de&value=1").status == 409


def test_a_locale_must_be_one(api: ApiClient, admin: User) -> None:
    assert api.get(f"{SETTINGS}/applicationTitle?locale=german").status == 400


def test_defaults_fit_their_types() -> None:
    for key in KEYS.values():
        if key.default not in ("", NEVER):
            assert key.kind.parse(key.default) == key.default


@given(st.from_regex(r"[a-z]{2}(_[A-Z]{2})?(_[A-Z][a-z]{3})?", fullmatch=True))
def test_a_locale_is_written_as_it_was_read(text: str) -> None:
    assert parse_locale(text) == text
    assert parse_locale(text.replace("_", "-").lower()) == text

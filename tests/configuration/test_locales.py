"""Languages of the interface and of translations (DHIS2 2.42, locales)."""

from __future__ import annotations

from typing import Any

import pytest

from configuration.locales import INTERFACE
from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
KEPT = "/api/locales/dbLocales"


def by_locale(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["locale"]: one for one in found}


def test_anybody_sees_the_languages_of_the_interface(api: ApiClient, db: None) -> None:
    found = api.get("/api/locales/ui", user=None).json
    assert {one["locale"] for one in found} == set(INTERFACE)
    assert by_locale(found)["pt_BR"] == {
        "locale": "pt_BR", "languageTag": "pt-BR", "name": "português (Brasil)", "displayName": "Portuguese (Brazil)",
    }  # fmt: skip
    assert by_locale(found)["uz_UZ_Cyrl"]["languageTag"] == "uz-Cyrl-UZ"
    assert by_locale(found)["uz_UZ_Cyrl"]["displayName"] == "Uzbek (Cyrillic, Uzbekistan)"
    names = [one["displayName"] for one in found]
    assert names == sorted(names)
    assert all(one["name"] for one in found)


def test_old_versions_know_locale_and_name(api: ApiClient, admin: User) -> None:
    for path in ("ui", "db"):
        found = by_locale(api.get(f"/api/36/locales/{path}").json)
        assert found["fr"] == {"locale": "fr", "name": "French"}


def test_a_server_translates_to_the_languages_of_its_apps_at_first(api: ApiClient, outsider: User) -> None:
    assert {one["locale"] for one in api.get("/api/locales/db", user="outsider").json} == set(INTERFACE)
    assert api.get("/api/locales/db", user=None).status == 401


def test_a_language_is_added_and_removed(api: ApiClient, admin: User) -> None:
    answer = api.post(f"{KEPT}?language=sw&country=TZ")
    assert (answer.status, answer.json["message"]) == (201, "Locale created successfully")
    one = answer.headers["Location"].removeprefix("http://testserver")
    assert api.get(one).json["locale"] == "sw_TZ"
    assert "sw_TZ" in by_locale(api.get("/api/locales/db").json)
    assert "sw_TZ" in by_locale(api.get(KEPT).json)
    assert api.delete(one).status == 204
    assert "sw_TZ" not in by_locale(api.get("/api/locales/db").json)
    assert (api.get(one).status, api.delete(one).status) == (404, 404)


@pytest.mark.parametrize(
    "query", ["language=zz", "language=sw&country=QX", "language=english", "language=", "language=e;"]
)
def test_what_is_no_language_is_refused(api: ApiClient, admin: User, query: str) -> None:
    assert api.post(f"{KEPT}?{query}").status == 400


def test_a_language_is_added_once(api: ApiClient, admin: User) -> None:
    assert api.post(f"{KEPT}?language=fr").status == 409


def test_changing_languages_needs_authorities(api: ApiClient, outsider: User) -> None:
    uid = api.get(KEPT, user="outsider").json[0]["id"]
    assert api.post(f"{KEPT}?language=sw", user="outsider").status == 403
    assert api.delete(f"{KEPT}/{uid}", user="outsider").status == 403
    persona("translator", ["F_LOCALE_ADD", "F_LOCALE_DELETE"])
    assert api.post(f"{KEPT}?language=sw", user="translator").status == 201
    assert api.delete(f"{KEPT}/{uid}", user="translator").status == 204


def test_languages_and_countries_have_names(api: ApiClient, outsider: User) -> None:
    assert api.get("/api/locales/languages", user="outsider").json["sw"] == "Swahili"
    assert api.get("/api/locales/countries", user="outsider").json["SL"] == "Sierra Leone"

"""Values of the shared store from creation to deletion (DHIS2 2.42, data store)."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import clear_script_prefix

from datastore.models import DatastoreEntry
from tests.harness.client import Answer, ApiClient
from users.models import User

pytestmark = pytest.mark.django_db
PETS = "/api/dataStore/pets"


def told(answer: Answer) -> tuple[int, str, str | None]:
    """Status, message and code, which stand in every WebMessage."""
    body = answer.json
    assert body["httpStatusCode"] == answer.status
    assert body["status"] == ("OK" if answer.status < 300 else "ERROR")
    return answer.status, body["message"], body.get("errorCode")


def test_an_entry_lives_from_post_to_delete(api: ApiClient) -> None:
    assert "pets" not in api.get("/api/dataStore").json
    assert told(api.post(f"{PETS}/cat", {"name": "Miao"})) == (201, "Key 'cat' created.", None)
    assert "pets" in api.get("/api/dataStore").json
    assert api.get(PETS).json == ["cat"]
    assert told(api.put(f"{PETS}/cat", {"name": "Purr"})) == (200, "Key updated: 'cat'", None)
    assert api.get(f"{PETS}/cat").json == {"name": "Purr"}
    assert told(api.delete(f"{PETS}/cat")) == (200, "Key 'cat' deleted from namespace 'pets'", None)
    assert told(api.get(PETS)) == (404, "Namespace not found: 'pets'", "E1005")
    assert "pets" not in api.get("/api/dataStore").json


def test_the_envelope_of_a_creation(api: ApiClient) -> None:
    """As the training page prints it."""
    answer = api.post("/api/dataStore/scorecards/DHIS2Level2AcademyBD", {"key1": "value1", "key2": "value2"})

    assert answer.json == {
        "httpStatus": "Created", "httpStatusCode": 201, "status": "OK",
        "message": "Key 'DHIS2Level2AcademyBD' created.",
    }  # fmt: skip
    assert list(answer.json) == ["httpStatus", "httpStatusCode", "status", "message"]


def test_a_value_is_answered_in_the_words_of_the_database(api: ApiClient) -> None:
    api.post("/api/dataStore/football/arsenal", '{"league":"prem","name":"arsenal"}')

    answer = api.get("/api/dataStore/football/arsenal")
    assert answer.text == '{"name": "arsenal", "league": "prem"}'
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-cache, private"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("null", "null"), ("true", "true"), ("7", "7"), ("1.50", "1.50"), ("1e3", "1000"), ('"text"', '"text"'),
        ("[ 1,2 ]", "[1, 2]"), ("{}", "{}"), ('{"bb":1,"a":2,"a":3}', '{"a": 3, "bb": 1}'),
        ("123456789012345678901234567890", "123456789012345678901234567890"), ("\ufeff1", "1"),
    ],
)  # fmt: skip
def test_any_json_is_a_value(api: ApiClient, sent: str, shown: str) -> None:
    assert api.post(f"{PETS}/any", sent).status == 201
    assert api.get(f"{PETS}/any").text == shown


def test_put_creates_a_missing_key(api: ApiClient) -> None:
    assert told(api.put(f"{PETS}/dog", {"name": "Pluto"})) == (201, "Key 'dog' created.", None)
    assert told(api.put(f"{PETS}/dog", {"name": "Wuff"})) == (200, "Key updated: 'dog'", None)


def test_put_without_a_body_creates_an_entry_without_a_value(api: ApiClient) -> None:
    assert told(api.put(f"{PETS}/dog")) == (201, "Key 'dog' created.", None)
    assert api.get(f"{PETS}/dog").text == "null"
    assert DatastoreEntry.objects.filter(key="dog", value__isnull=True).exists()


@pytest.mark.parametrize("method", ["get", "delete"])
def test_an_unknown_key(api: ApiClient, method: str) -> None:
    api.post(f"{PETS}/cat", 1)

    answer = getattr(api, method)(f"{PETS}/cow")
    assert told(answer) == (404, "Key 'cow' not found in namespace 'pets'", "E1005")
    assert answer.json["httpStatus"] == "Not Found"


def test_metadata_of_an_unknown_key(api: ApiClient) -> None:
    assert told(api.get(f"{PETS}/cow/metaData")) == (404, "Key 'cow' not found in namespace 'pets'", "E1005")


@pytest.mark.parametrize("path", [PETS, f"{PETS}/keys", f"{PETS}?lastUpdated=2020-01-01"])
def test_an_unknown_namespace(api: ApiClient, path: str) -> None:
    assert told(api.get(path)) == (404, "Namespace not found: 'pets'", "E1005")


def test_deletion_of_an_unknown_namespace(api: ApiClient) -> None:
    assert told(api.delete(PETS)) == (404, "Namespace not found: 'pets'", "E1005")


def test_a_namespace_is_deleted_with_all_of_its_entries(api: ApiClient) -> None:
    for key in ("cat", "cow"):
        api.post(f"{PETS}/{key}", 1)
    api.post("/api/dataStore/plants/oak", 1)

    assert told(api.delete(PETS)) == (200, "Namespace deleted: 'pets'", None)
    assert api.get(PETS).status == 404
    assert api.get("/api/dataStore/plants").json == ["oak"]


def test_a_key_is_created_once(api: ApiClient) -> None:
    api.post(f"{PETS}/cat", 1)

    assert told(api.post(f"{PETS}/cat", 2)) == (409, "Key 'cat' already exists in namespace 'pets'", "E1004")
    assert api.get(f"{PETS}/cat").text == "1"


def test_a_conflict_is_told_before_a_fault_of_the_body(api: ApiClient) -> None:
    api.post(f"{PETS}/cat", 1)

    assert api.post(f"{PETS}/cat", "{").status == 409


@pytest.mark.parametrize("method", ["post", "put"])
@pytest.mark.parametrize(
    "body",
    ["{", "{'name': 'Miao'}", "[1,]", "text", "  ", "NaN", r'"\u0000"', r'"\ud800"', b'"\xff"', "1e400",
     "1e-999999", "[" * 300 + "]" * 300],
)  # fmt: skip
def test_what_is_no_json(api: ApiClient, method: str, body: str | bytes) -> None:
    answer = getattr(api, method)(f"{PETS}/cat", body)

    assert told(answer) == (400, "Invalid JSON value for key 'cat'", "E1003")
    assert api.get(PETS).status == 404


def test_post_without_a_body(api: ApiClient) -> None:
    assert told(api.post(f"{PETS}/cat")) == (400, "Required request body is missing", None)


@pytest.mark.parametrize("method", ["post", "put"])
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_other_content_types(api: ApiClient, method: str, content_type: str) -> None:
    assert getattr(api, method)(f"{PETS}/cat", "{}", content_type=content_type).status == 415


def test_json_with_parameters_of_its_type(api: ApiClient) -> None:
    assert api.post(f"{PETS}/cat", "{}", content_type="application/json;charset=UTF-8").status == 201


@pytest.mark.parametrize("path", ["n" * 256 + "/key", "pets/" + "k" * 256])
def test_names_are_bounded(api: ApiClient, path: str) -> None:
    answer = api.post(f"/api/dataStore/{path}", 1)

    assert answer.status == 400
    assert "must not be longer than 255 characters" in answer.json["message"]


def test_values_are_bounded(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datastore.views.MAX_VALUE", 100)

    assert api.post(f"{PETS}/small", "1" * 100).status == 201
    assert told(api.post(f"{PETS}/cat", "1" * 101)) == (413, "The request body exceeds the limit of 100 bytes", None)


def test_a_value_cannot_grow_beyond_the_bound(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datastore.services.MAX_VALUE", 100)
    api.post(f"{PETS}/cat", ["x" * 80])

    assert api.put(f"{PETS}/cat?roll=5", '"' + "x" * 20 + '"').status == 413


@pytest.mark.parametrize(
    "path",
    ["/dataStore/pets/cat.json", "/dataStore/pets/cat/", "/42/dataStore/pets/cat", "/26/dataStore/pets/cat.json/"],
)
def test_the_same_value_by_other_addresses(api: ApiClient, path: str) -> None:
    api.post(f"{PETS}/cat", 5)

    assert (api.get(f"/api{path}").status, api.get(f"/api{path}").text) == (200, "5")


@pytest.fixture
def context_path(settings: Any) -> Iterator[str]:
    """What stands before `/api`."""
    settings.CONTEXT_PATH = "/dhis28"
    yield settings.CONTEXT_PATH
    clear_script_prefix()  # a real server sets it anew for each request


@pytest.mark.parametrize("path", ["/api/dataStore/pets/cat", "/api/26/dataStore/pets/cat.json"])
def test_below_a_context_path(api: ApiClient, context_path: str, path: str) -> None:
    api.post(f"{context_path}/api/dataStore/pets/cat", 5)

    answer = api.get(context_path + path)
    assert (answer.status, answer.text) == (200, "5")


def test_keys_with_dots_and_other_letters(api: ApiClient) -> None:
    for key in ("v1.0", "%C3%A9t%C3%A9", "a%20b", "100%25", "{x}"):
        assert api.post(f"{PETS}/{key}", f'"{key}"').status == 201
        assert api.get(f"{PETS}/{key}.json").json == key
    assert set(api.get(PETS).json) == {"v1.0", "été", "a b", "100%", "{x}"}


def test_names_are_case_sensitive(api: ApiClient) -> None:
    api.post(f"{PETS}/cat", 1)

    assert api.get(f"{PETS}/Cat").status == 404
    assert api.get("/api/dataStore/Pets").status == 404


def test_a_key_named_keys_is_written_and_never_read(api: ApiClient) -> None:
    assert api.post(f"{PETS}/keys", 1).status == 201
    assert api.put(f"{PETS}/keys", 2).status == 200
    assert api.get(f"{PETS}/keys").json == ["keys"]
    assert api.delete(f"{PETS}/keys").status == 200


@pytest.mark.parametrize("path", ["/api/dataStore", PETS, f"{PETS}/keys", f"{PETS}?fields="])
def test_lists_are_not_kept_by_caches(api: ApiClient, path: str) -> None:
    api.post(f"{PETS}/cat", 1)

    answer = api.get(path)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "ETag" not in answer.headers


def test_a_compressed_list(api: ApiClient) -> None:
    api.post(f"{PETS}/cat", 1)

    assert gzip.decompress(api.get(f"{PETS}.json.gz").content) == b'["cat"]'


@pytest.mark.parametrize("since", ["lastUpdated=2020-01-01", "lastUpdated=2020"])
def test_keys_changed_since(api: ApiClient, since: str) -> None:
    api.post(f"{PETS}/cat", 1)

    assert api.get(f"{PETS}?{since}").json == api.get(f"{PETS}/keys?{since}").json == ["cat"]


@pytest.mark.parametrize("path", [PETS, f"{PETS}/keys"])
def test_no_key_changed_since(api: ApiClient, path: str) -> None:
    api.post(f"{PETS}/cat", 1)

    answer = api.get(f"{path}?lastUpdated=2999-01-01")
    assert (answer.status, answer.json) == (200, [])


def test_a_date_that_is_none(api: ApiClient) -> None:
    assert api.get(f"{PETS}?lastUpdated=yesterday").status == 400


def test_without_a_login_there_is_nothing(api: ApiClient) -> None:
    for path in ("/api/dataStore", PETS, f"{PETS}/cat", f"{PETS}/cat/metaData", "/api/userDataStore"):
        assert api.get(path, user=None).status == 401


def meta_data(api: ApiClient, **options: Any) -> dict[str, Any]:
    answer = api.get(f"{PETS}/cat/metaData", **options)
    assert answer.status == 200, answer
    return answer.json


def test_meta_data(api: ApiClient, outsider: User) -> None:
    api.post(f"{PETS}/cat", {"name": "Miao"}, user="outsider")

    shown = meta_data(api, user="outsider")
    user = {"id": outsider.uid, "code": None, "name": "Outsider Persona", "displayName": "Outsider Persona",
            "username": "outsider"}  # fmt: skip
    assert shown["createdBy"] == shown["user"] == shown["lastUpdatedBy"] == user
    assert {name: shown[name] for name in ("namespace", "key", "favorites", "favorite", "translations")} == {
        "namespace": "pets", "key": "cat", "favorites": [], "favorite": False, "translations": [],
    }  # fmt: skip
    expected = {"owner": outsider.uid, "public": "rw------", "users": {}, "userGroups": {}}
    assert {name: shown["sharing"][name] for name in expected} == expected
    assert {name: shown["access"][name] for name in ("manage", "write", "read", "update", "delete")} == dict.fromkeys(
        ("manage", "write", "read", "update", "delete"), True
    )
    assert not {"value", "encrypted", "encryptedValue"} & shown.keys()
    assert len(shown["id"]) == 11


def test_meta_data_follows_changes(api: ApiClient, outsider: User) -> None:
    api.post(f"{PETS}/cat", {"lives": 9})
    DatastoreEntry.objects.update(last_updated="2020-01-01T00:00Z", created="2020-01-01T00:00Z")

    api.put(f"{PETS}/cat?path=lives", 8, user="outsider")

    shown = meta_data(api)
    assert shown["lastUpdated"] > "2026" > shown["created"]
    assert (shown["lastUpdatedBy"]["username"], shown["createdBy"]["username"]) == ("outsider", "admin")
    assert api.get(f"{PETS}?lastUpdated=2025-01-01").json == ["cat"]

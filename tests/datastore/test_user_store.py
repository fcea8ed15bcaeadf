"""Values of one user alone (DHIS2 2.42, user data store)."""

from __future__ import annotations

import pytest

from datastore.models import UserDatastoreEntry
from tests.datastore.test_entries import told
from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
OWN = "/api/userDataStore/pets"


def test_an_entry_lives_from_post_to_delete(api: ApiClient, outsider: User) -> None:
    for method, path, body, expected in (
        ("POST", "/cat", {"b": 1, "a": 2}, (201, "Key 'cat' in namespace 'pets' created.", None)),
        ("POST", "/cat", 1, (409, "Key 'cat' already exists in namespace 'pets'", "E1004")),
        ("PUT", "/cat", [7], (200, "Key updated: 'cat'", None)),
        ("PUT", "/cow", 1, (201, "Key 'cow' in namespace 'pets' created.", None)),
        ("PUT", "/cow", "{", (400, "Invalid JSON value for key 'cow'", "E1003")),
        ("DELETE", "/cat", None, (200, "Key 'cat' deleted from the namespace 'pets'.", None)),
        ("GET", "/cat", None, (404, "Key 'cat' not found in namespace 'pets'", "E1005")),
        ("DELETE", "", None, (200, "Namespace deleted: 'pets'", None)),
        ("DELETE", "", None, (404, "Namespace not found: 'pets'", "E1005")),
        ("GET", "", None, (404, "Namespace not found: 'pets'", "E1005")),
    ):
        assert told(api.request(method, OWN + path, body, user="outsider")) == expected


def test_reading(api: ApiClient, outsider: User) -> None:
    api.post(f"{OWN}/cat", {"name": "Miao", "id": 1}, user="outsider")

    assert api.get("/api/userDataStore", user="outsider").json == ["pets"]
    assert api.get(OWN, user="outsider").json == api.get(f"{OWN}/keys", user="outsider").json == ["cat"]
    assert api.get(f"{OWN}/cat", user="outsider").text == '{"id": 1, "name": "Miao"}'
    assert api.get(f"{OWN}?fields=name&filter=id:eq:1", user="outsider").json == {
        "pager": {"page": 1, "pageSize": 50}, "entries": [{"key": "cat", "name": "Miao"}],
    }  # fmt: skip


def test_partial_updates_and_encryption(api: ApiClient, outsider: User) -> None:
    api.post(f"{OWN}/cat?encrypt=true", {"toys": ["ball"]}, user="outsider")
    api.put(f"{OWN}/cat?path=toys&roll=5", '"mouse"', user="outsider")

    assert api.get(f"{OWN}/cat", user="outsider").json == {"toys": ["ball", "mouse"]}
    assert UserDatastoreEntry.objects.get().value is None


@pytest.mark.parametrize("path", ["/api/userDataStore/pets/cat/metaData", "/api/userDataStore/pets/cat/x"])
def test_there_is_no_meta_data(api: ApiClient, path: str) -> None:
    api.post(f"{OWN}/cat", 1)

    assert api.get(path).status == 404


def test_nobody_else_sees_it(api: ApiClient, outsider: User) -> None:
    persona("other")
    api.post(f"{OWN}/cat", 1, user="outsider")

    for user in ("other", "admin"):
        assert api.get("/api/userDataStore", user=user).json == []
        assert api.get(f"{OWN}/cat", user=user).status == 404
        assert api.get(f"{OWN}?fields=.", user=user).json["entries"] == []
        assert api.post(f"{OWN}/cat", 2, user=user).status == 201
    assert api.get(f"{OWN}/cat", user="outsider").json == 1


def test_no_namespace_is_protected(api: ApiClient, outsider: User) -> None:
    assert api.post("/api/userDataStore/sms-config/k", 1, user="outsider").status == 201
    assert api.post("/api/userDataStore/METADATASTORE/k", 1, user="outsider").status == 201
    assert api.get("/api/userDataStore", user="outsider").json == ["METADATASTORE", "sms-config"]


def test_superusers_act_for_others(api: ApiClient, outsider: User) -> None:
    his = "username=outsider"
    assert api.post(f"{OWN}/cat?{his}", 1).status == 201
    assert api.put(f"{OWN}/cat?{his}", {"a": 1}).status == 200
    assert api.get(f"{OWN}/cat", user="outsider").json == {"a": 1}
    assert api.get(f"/api/userDataStore?{his}").json == ["pets"]
    assert api.get(f"{OWN}/keys?{his}").json == ["cat"]
    assert api.get(f"{OWN}?fields=a&{his}").json["entries"] == [{"key": "cat", "a": 1}]
    assert api.delete(f"{OWN}/cat?{his}").status == 200
    assert api.get("/api/userDataStore", user="outsider").json == []


CALLS = [("GET", "", None), ("GET", "/pets", None), ("GET", "/pets/keys", None), ("GET", "/pets/cat", None),
         ("POST", "/pets/cat", 1), ("PUT", "/pets/cat", 1), ("DELETE", "/pets/cat", None),
         ("DELETE", "/pets", None)]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_others_do_not(api: ApiClient, outsider: User, method: str, path: str, body: int | None) -> None:
    answer = api.request(method, f"/api/userDataStore{path}?username=admin", body, user="outsider")

    message = "Only superusers can read or write other users data using the `username` parameter."
    assert told(answer) == (409, message, None)


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_an_unknown_user(api: ApiClient, method: str, path: str, body: int | None) -> None:
    answer = api.request(method, f"/api/userDataStore{path}?username=nobody", body)

    assert told(answer) == (409, "No user with username nobody exists.", None)


def test_entries_go_with_their_user(api: ApiClient, outsider: User, admin: User) -> None:
    api.post(f"{OWN}/cat", 1, user="outsider")
    api.post(f"{OWN}/cat", 1)

    assert api.delete(f"/api/users/{outsider.uid}").status == 200
    assert list(UserDatastoreEntry.objects.values_list("user_id", flat=True)) == [admin.pk]

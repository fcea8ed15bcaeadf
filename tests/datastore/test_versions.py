"""What earlier versions said, to who names one of them (DHIS2 2.36-2.39, data store)."""

from __future__ import annotations

from typing import Any

import pytest

from datastore.models import DatastoreEntry
from tests.datastore.test_entries import told
from tests.harness.client import Answer, ApiClient
from users.models import User

pytestmark = pytest.mark.django_db


def call(api: ApiClient, version: int | str, method: str, path: str, body: Any = None, **options: Any) -> Answer:
    return api.request(method, f"/api/{version}/{path}", body, **options)


@pytest.mark.parametrize("version", [26, 33, 36])
def test_the_shared_store_up_to_36(api: ApiClient, version: int) -> None:
    shared = "dataStore/pets"
    for method, path, body, expected in (
        ("GET", shared, None, (404, "The namespace 'pets' was not found.")),
        ("DELETE", shared, None, (404, "The namespace 'pets' was not found.")),
        ("GET", f"{shared}/cat", None, (404, "The key 'cat' was not found in the namespace 'pets'.")),
        ("PUT", f"{shared}/cat", 1, (404, "The key 'cat' was not found in the namespace 'pets'.")),
        ("POST", f"{shared}/cat", "{", (400, "The data is not valid JSON.")),
        ("POST", f"{shared}/cat", 1, (201, "Key 'cat' created.")),
        ("POST", f"{shared}/cat", 1, (409, "The key 'cat' already exists on the namespace 'pets'.")),
        ("PUT", f"{shared}/cat", 2, (200, "Key 'cat' updated.")),
        ("PUT", f"{shared}/cat", "{", (400, "The data is not valid JSON.")),
        ("PUT", f"{shared}/cat", None, (400, "The data is not valid JSON.")),
        ("DELETE", f"{shared}/cat", None, (200, "Key 'cat' deleted from namespace 'pets'.")),
        ("POST", f"{shared}/cow", 1, (201, "Key 'cow' created.")),
        ("DELETE", shared, None, (200, "Namespace 'pets' deleted.")),
    ):
        assert told(call(api, version, method, path, body)) == (*expected, None)


@pytest.mark.parametrize("version", [37, 40, 42])
def test_the_shared_store_since_37(api: ApiClient, version: int) -> None:
    shared = "dataStore/pets"
    for method, path, body, expected in (
        ("GET", shared, None, (404, "Namespace not found: 'pets'", "E1005")),
        ("PUT", f"{shared}/cat", 1, (201, "Key 'cat' created.", None)),
        ("PUT", f"{shared}/cat", 1, (200, "Key updated: 'cat'", None)),
        ("DELETE", f"{shared}/cat", None, (200, "Key 'cat' deleted from namespace 'pets'", None)),
    ):
        assert told(call(api, version, method, path, body)) == expected


def test_refusals_of_sharing_up_to_36(api: ApiClient, outsider: User) -> None:
    api.post("/api/dataStore/pets/cat", 1)
    entry = DatastoreEntry.objects.get()

    def refused(public: str, method: str, path: str, body: Any = None) -> tuple[int, str, str | None]:
        DatastoreEntry.objects.update(sharing=entry.sharing | {"public": public})
        return told(call(api, 36, method, f"dataStore/{path}", body, user="outsider"))

    you = "You do not have the authority to"
    assert refused("--------", "GET", "pets/cat") == (
        403, f"{you} access the key: 'cat' in the namespace:'pets'", None,
    )  # fmt: skip
    assert refused("r-------", "PUT", "pets/cat", 1) == (
        403, f"{you} update the key: 'cat' in the namespace: 'pets'", None,
    )  # fmt: skip
    assert refused("r-------", "DELETE", "pets/cat") == (
        403, f"{you} delete the key: 'cat' in the namespace: 'pets'", None,
    )  # fmt: skip
    assert refused("r-------", "DELETE", "pets") == (403, f"{you} delete the namespace:'pets'", None)


def test_the_refusal_of_a_protected_namespace_up_to_36(api: ApiClient, outsider: User) -> None:
    assert told(call(api, 36, "GET", "dataStore/sms-config", user="outsider")) == (
        403, "The namespace 'sms-config' is protected, and you don't have the right authority to access it.", None,
    )  # fmt: skip


@pytest.mark.parametrize("version", [36, 37])
def test_the_user_store_up_to_37(api: ApiClient, version: int) -> None:
    own = "userDataStore/pets"
    for method, path, body, expected in (
        ("PUT", f"{own}/cat", 1, (404, "The key 'cat' was not found in the namespace 'pets'.")),
        ("POST", f"{own}/cat", 1, (201, "Key 'cat' in namespace 'pets' created.")),
        ("PUT", f"{own}/cat", 1, (201, "Key 'cat' in namespace 'pets' updated.")),
        ("DELETE", own, None, (200, "All keys from namespace 'pets' deleted.")),
    ):
        assert told(call(api, version, method, path, body)) == (*expected, None)


@pytest.mark.parametrize("version", [38, 39])
def test_the_user_store_up_to_39(api: ApiClient, version: int) -> None:
    own = "userDataStore/pets"
    for method, path, body, expected in (
        ("GET", own, None, (404, "The namespace 'pets' was not found.")),
        ("GET", f"{own}/cat", None, (404, "The key 'cat' was not found in the namespace 'pets'.")),
        ("PUT", f"{own}/cat", "{", (400, "The data is not valid JSON.")),
        ("PUT", f"{own}/cat", 1, (201, "Key 'cat' in namespace 'pets' created.")),
        ("PUT", f"{own}/cat", 1, (200, "Key updated: 'cat'")),
        ("POST", f"{own}/cat", 1, (409, "The key 'cat' already exists in the namespace 'pets'.")),
        ("DELETE", f"{own}/cat", None, (200, "Key 'cat' deleted from the namespace 'pets'.")),
        ("DELETE", own, None, (200, "All keys from namespace 'pets' deleted.")),
    ):
        assert told(call(api, version, method, path, body)) == (*expected, None)


def test_the_user_store_since_40(api: ApiClient) -> None:
    assert told(call(api, 40, "DELETE", "userDataStore/pets")) == (404, "Namespace not found: 'pets'", "E1005")

"""The type `dataStore` among all others: known to schemas and sharing, no part of metadata."""

from __future__ import annotations

import pytest

from dhis2api.objects.registry import get_schema, metadata_schemas
from tests.datastore.test_entries import PETS
from tests.harness.client import ApiClient
from users.models import User

pytestmark = pytest.mark.django_db


def test_its_schema(api: ApiClient) -> None:
    shown = api.get("/api/schemas/dataStore").json

    expected = {
        "klass": "org.hisp.dhis.datastore.DatastoreEntry", "singular": "dataStore", "plural": "dataStores",
        "shareable": True, "dataShareable": False, "metadata": False, "authorities": [],
        "relativeApiEndpoint": "/dataStore", "apiEndpoint": "http://testserver/api/dataStore",
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    names = {prop["fieldName"] for prop in shown["properties"]}
    assert {"id", "namespace", "key", "sharing", "created", "lastUpdated"} <= names
    assert not {"value", "encrypted", "encryptedValue"} & names


def test_its_endpoint_works(api: ApiClient) -> None:
    endpoint = api.get("/api/schemas/dataStore").json["apiEndpoint"].removeprefix("http://testserver")

    assert api.get(endpoint).status == 200


def test_it_is_no_metadata(api: ApiClient) -> None:
    api.post(f"{PETS}/cat", {"name": "Miao"})

    assert get_schema("dataStore") not in metadata_schemas()
    assert "dataStores" not in api.get("/api/metadata").json
    assert api.get("/api/metadata?dataStores=true&dataElements=true").json.keys() <= {"system", "dataElements"}
    report = api.post("/api/metadata", {"dataStores": [{"namespace": "pets", "key": "cow"}]})
    assert report.json["response"]["stats"]["total"] == 0
    assert api.get(PETS).json == ["cat"]


def test_it_is_not_served_like_other_types(api: ApiClient) -> None:
    assert api.get("/api/dataStores").status == 404


def test_the_admin_shows_entries_without_secrets(api: ApiClient, admin: User) -> None:
    api.post(f"{PETS}/cat?encrypt=true", "sesame")

    assert "sesame" not in api.get("/admin/datastore/datastoreentry/").text

"""`encrypt=true`: a value that the database never sees in clear (DHIS2 2.42, data store, encryption)."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings
from django.db import connection

from datastore.models import DatastoreEntry
from tests.datastore.test_entries import PETS, told
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from users.models import User

pytestmark = pytest.mark.django_db
VAULT = f"{PETS}/vault"
SECRET = "sesame-4711"


def stored_row() -> str:
    """All columns of the entry, as a dump of the table would have them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry::text FROM datastore_datastoreentry entry")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("method", ["post", "put"])
def test_the_plain_value_is_in_no_row_and_no_statement(
    api: ApiClient, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), query_counter() as counter:
        assert getattr(api, method)(f"{VAULT}?encrypt=true", {"pin": SECRET, "id": 1}).status == 201
        assert api.get(VAULT).text == f'{{"id": 1, "pin": "{SECRET}"}}'
        api.put(VAULT, {"pin": SECRET})
        api.put(f"{VAULT}?path=pin", f'"{SECRET}!"')
        api.put(f"{VAULT}?path=old&roll=3", f'"{SECRET}"')

    assert api.get(VAULT).json == {"pin": f"{SECRET}!", "old": [SECRET]}
    assert SECRET not in stored_row()
    assert not [statement for statement in counter.count.statements if SECRET in statement]
    assert SECRET not in caplog.text


def test_nothing_tells_that_an_entry_is_encrypted(api: ApiClient) -> None:
    api.post(f"{VAULT}?encrypt=true", SECRET_JSON)

    shown = api.get(f"{VAULT}/metaData")
    assert "ncrypt" not in shown.text
    assert SECRET not in shown.text


SECRET_JSON = f'{{"pin": "{SECRET}"}}'


def test_queries_see_nothing_of_it(api: ApiClient) -> None:
    api.post(f"{VAULT}?encrypt=true", SECRET_JSON)

    for parameters in ("fields=.", "fields=pin", "fields=&filter=pin:like:sesame", "fields=&filter=.:!null"):
        assert api.get(f"{PETS}?{parameters}").json["entries"] == []
    assert api.get(f"{PETS}?fields=pin&includeAll=true").json["entries"] == [{"key": "vault", "pin": None}]


def test_an_entry_stays_as_it_was_created(api: ApiClient) -> None:
    api.post(VAULT, 1)
    api.put(f"{VAULT}?encrypt=true", SECRET_JSON)
    assert DatastoreEntry.objects.get().value == {"pin": SECRET}

    api.delete(VAULT)
    api.post(f"{VAULT}?encrypt=true", 1)
    api.put(f"{VAULT}?encrypt=false", SECRET_JSON)
    assert DatastoreEntry.objects.get().value is None


def test_no_value_stays_no_value(api: ApiClient) -> None:
    api.put(f"{VAULT}?encrypt=true")
    assert api.get(VAULT).text == "null"

    api.put(VAULT, SECRET_JSON)
    assert SECRET not in stored_row()


@pytest.mark.parametrize("value", ["1e-999999", '{"a": 1e-999999999999999999999999999999}'])
def test_what_the_database_could_not_hold_is_refused_here_too(api: ApiClient, value: str) -> None:
    assert told(api.post(f"{VAULT}?encrypt=true", value))[::2] == (400, "E1003")


def test_access_is_as_ever(api: ApiClient, outsider: User) -> None:
    api.post(f"{VAULT}?encrypt=true", SECRET_JSON)
    DatastoreEntry.objects.update(sharing={"owner": None, "public": "--------"})

    answer = api.get(VAULT, user="outsider")
    assert answer.status == 403
    assert SECRET not in answer.text


def test_without_its_key_it_is_lost(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    api.post(f"{VAULT}?encrypt=true", SECRET_JSON)
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", ["another"])

    assert told(api.get(VAULT)) == (
        409, "The value of key 'vault' in namespace 'pets' cannot be decrypted with the keys of this server", None,
    )  # fmt: skip
    assert api.put(VAULT, 1).status == 200
    assert api.get(VAULT).text == "1"

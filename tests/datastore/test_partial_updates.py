"""PUT with `path` and `roll`: parts of a value (DHIS2 2.42, data store, partial update)."""

from __future__ import annotations

from typing import Any

import pytest

from datastore.models import DatastoreEntry
from tests.datastore.test_entries import PETS, told
from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db
CAT = f"{PETS}/cat"

CASES = [
    # stored, query, body, afterwards
    ('{"a": 1}', "path=a", None, '{"a": null}'),
    ('{"a": 1}', "path=b", None, '{"a": 1}'),
    ('{"a": [1, 2]}', "path=a.[1]", None, '{"a": [1, null]}'),
    ('{"a": 1}', "path=a&roll=3", None, '{"a": null}'),
    ('{"a": 1}', "", "[7]", "[7]"),
    ('{"a": 1}', "path=a", "7", '{"a": 7}'),
    ('{"a": 1}', "path=.", "7", "7"),
    ('{"a": 1}', "path=b", "7", '{"a": 1}'),
    ('{"a": {"b": 1}}', "path=a.b", '{"c": 2}', '{"a": {"b": {"c": 2}}}'),
    ('{"a": {"b": 1}}', "path=a.c.d", "7", '{"a": {"b": 1}}'),
    ('{"favFood": ["fish", "rabbit"]}', "path=favFood.[0]", '"oranges"', '{"favFood": ["oranges", "rabbit"]}'),
    ("[1, 2, 3]", "path=1", "7", "[1, 7, 3]"),
    ("[1, 2, 3]", "path=[2]", "7", "[1, 2, 7]"),
    ("[1, 2, 3]", "path=[-1]", "7", "[1, 2, 7]"),
    ("[1, 2, 3]", "path=[3]", "7", "[1, 2, 3]"),
    ("[1, 2, 3]", "path=a", "7", "[1, 2, 3]"),
    ("5", "path=a", "7", "5"),
    ("null", "path=a", "7", "null"),
    ("null", "roll=3", "7", "[7]"),
    ("[7]", "roll=3", "8", "[7, 8]"),
    ("[7, 8]", "roll=3", "9", "[7, 8, 9]"),
    ("[7, 8, 9]", "roll=3", "10", "[8, 9, 10]"),
    ("[7, 8, 9]", "roll=2", "10", "[8, 9, 10]"),
    ("[7, 8, 9]", "roll=-1", "10", "[8, 9, 10]"),
    ("[]", "roll=0", "10", "[10]"),
    ("[]", "roll=-1", "10", "[10]"),
    ('{"a": 1}', "roll=3", "7", "7"),
    ('"text"', "roll=3", "7", "7"),
    ('{"a": null}', "path=a&roll=3", "7", '{"a": [7]}'),
    ('{"a": null}', "path=b&roll=3", "7", '{"a": null, "b": [7]}'),
    ('{"a": [1, 2]}', "path=a&roll=2", "7", '{"a": [2, 7]}'),
    ('{"a": 5}', "path=a&roll=2", "7", '{"a": 7}'),
    ('{"a": 5}', "path=b.c&roll=2", "7", '{"a": 5}'),
    ("[1]", "path=[4]&roll=2", "7", "[1, [7]]"),
    ("[1]", "path=[-4]&roll=2", "7", "[[7], 1]"),
    ("5", "path=a&roll=2", "7", "5"),
]
every_case = pytest.mark.parametrize(("stored", "parameters", "body", "after"), CASES)


@every_case
@pytest.mark.parametrize("encrypt", ["", "?encrypt=true"])
def test_partial_updates(
    api: ApiClient, stored: str, parameters: str, body: str | None, after: str, encrypt: str
) -> None:
    api.post(f"{CAT}{encrypt}", stored)

    assert told(api.put(f"{CAT}?{parameters}", body)) == (200, "Key updated: 'cat'", None)
    assert api.get(CAT).text == after


@pytest.mark.parametrize("parameters", ["", "roll=3"])
def test_without_body_and_path_the_entry_is_deleted(api: ApiClient, parameters: str) -> None:
    api.post(CAT, 1)

    assert told(api.put(f"{CAT}?{parameters}")) == (200, "Key updated: 'cat'", None)
    assert api.get(CAT).status == 404


@pytest.mark.parametrize(("parameters", "after"), [("roll=3", "7"), ("", "7"), ("path=a", "null")])
@pytest.mark.parametrize("encrypt", ["", "?encrypt=true"])
def test_no_value_is_not_null(api: ApiClient, parameters: str, after: str, encrypt: str) -> None:
    api.put(f"{CAT}{encrypt}")

    assert api.put(f"{CAT}?{parameters}", "7").status == 200
    assert api.get(CAT).text == after


def test_a_missing_key_is_created_with_the_whole_body(api: ApiClient) -> None:
    assert api.put(f"{CAT}?path=a&roll=3", "7").status == 201
    assert api.get(CAT).text == "7"


@pytest.mark.parametrize("path", ["a" * 5000, ".".join("a" * 100), "[[0]]", "[99999999999999999999]", "a..b", "%20"])
def test_odd_paths(api: ApiClient, path: str) -> None:
    api.post(CAT, [1])

    assert api.put(f"{CAT}?path={path}", "7").status == 200
    assert api.get(CAT).text == "[1]"


def test_paths_are_bounded(api: ApiClient) -> None:
    assert told(api.put(f"{CAT}?path={'a.' * 101}", "7")) == (400, "The path must not have more than 100 parts", None)


def test_depth_is_bounded(api: ApiClient) -> None:
    deep = "[" * 150 + "1" + "]" * 150
    api.post(CAT, deep)

    answer = api.put(f"{CAT}?path={'[0].' * 99}[0]", deep)
    assert (answer.status, answer.json["errorCode"]) == (400, "E1003")
    assert api.get(CAT).text == deep


def test_numbers_keep_their_digits(api: ApiClient) -> None:
    api.post(CAT, '{"a": 12345678901234567890.123456789012345678901234567890, "b": 1}')

    api.put(f"{CAT}?path=b", "1.10e1")
    assert api.get(CAT).text == '{"a": 12345678901234567890.123456789012345678901234567890, "b": 11.0}'


@pytest.mark.parametrize(("parameters", "moves"), [("path=a", True), ("path=b", False), ("roll=2", True), ("", True)])
def test_the_time_of_the_last_change(api: ApiClient, parameters: str, moves: bool) -> None:
    api.post(CAT, {"a": 1})
    long_ago: Any = "2020-01-01T00:00Z"
    DatastoreEntry.objects.update(last_updated=long_ago)

    api.put(f"{CAT}?{parameters}", 2)
    assert (DatastoreEntry.objects.get().last_updated.year > 2020) is moves

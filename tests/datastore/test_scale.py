"""20 namespaces of 10,000 entries: as many queries as for ten, each by an index."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection

from datastore.models import DatastoreEntry, UserDatastoreEntry
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from users.models import User

pytestmark = pytest.mark.django_db
NAMESPACES, ENTRIES = 20, 10_000
FILL = """
    INSERT INTO datastore_datastoreentry
        (uid, created, last_updated, namespace, key, value, encrypted, sharing)
    SELECT 'e' || lpad((n * %(entries)s + k)::text, 10, '0'), now(), now(), 'ns' || n, 'key' || lpad(k::text, 6, '0'),
        jsonb_build_object('name', 'name ' || k, 'number', k, 'tags', jsonb_build_array('t' || k %% 7, k)), FALSE,
        '{"owner": "aaaaaaaaaaa", "public": "rw------", "users": {}, "userGroups": {}}'
    FROM generate_series(1, %(namespaces)s) n, generate_series(1, %(entries)s) k
"""
FILL_USER = """
    INSERT INTO datastore_userdatastoreentry (user_id, created, last_updated, namespace, key, value, encrypted)
    SELECT %(user)s, now(), now(), namespace, key, value, FALSE FROM datastore_datastoreentry
"""
QUERY = "fields=name,tags[0]&filter=number:gt:500&filter=name:like:9"


def fill(namespaces: int, entries: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"namespaces": namespaces, "entries": entries})
        cursor.execute("ANALYZE datastore_datastoreentry")


def plans(statements: list[str]) -> str:
    """The plans of all statements that look into a store."""
    found = []
    with connection.cursor() as cursor:
        for statement in statements:
            text = re.sub(r'^DECLARE ".*?" .*?CURSOR .*?FOR |^SELECT set_config\(.*?\); ', "", statement)
            if "datastoreentry" in text and text.lstrip().upper().startswith(("SELECT", "--", "WITH")):
                cursor.execute(f"EXPLAIN {text}")
                found += [line for (line,) in cursor.fetchall()]
    assert found
    return "\n".join(found)


PATHS = (
    "", "/none", "/ns7", "/ns7/keys", "/ns7/keys?lastUpdated=2020-01-01", "/ns7/keys?lastUpdated=2999-01-01",
    f"/ns7?{QUERY}", f"/ns7?{QUERY}&page=3", "/ns7?fields=.&page=20", "/ns7?fields=.&order=number:desc",
    "/ns7/key000077",
)  # fmt: skip


def test_every_read_goes_by_an_index(api: ApiClient, outsider: User, admin: User) -> None:
    fill(NAMESPACES, ENTRIES)
    for user in ("admin", "outsider"):
        for path in (*PATHS, "/ns7/key000077/metaData"):
            look(api, f"/api/dataStore{path}", user)
    check_what_is_found(api)

    with connection.cursor() as cursor:
        cursor.execute(FILL_USER, {"user": admin.pk})
        cursor.execute("ANALYZE datastore_userdatastoreentry")
    for path in PATHS:
        look(api, f"/api/userDataStore{path}", "admin")
    assert UserDatastoreEntry.objects.count() == NAMESPACES * ENTRIES


def look(api: ApiClient, path: str, user: str) -> None:
    with query_counter() as counter:
        answer = api.get(path, user=user)

    assert answer.status == (404 if "none" in path else 200), answer
    shown = plans(counter.count.statements)
    assert not re.search("Seq Scan on datastore_", shown), (path, shown)
    assert "Index" in shown


def check_what_is_found(api: ApiClient) -> None:
    answer = api.get(f"/api/dataStore/ns7?{QUERY}&pageSize=3")
    assert answer.json["entries"] == [
        {"key": f"key000{number}", "name": f"name {number}", "tags": {"0": f"t{number % 7}"}}
        for number in (509, 519, 529)
    ]
    keys = api.get("/api/dataStore/ns7").json
    assert (len(keys), keys[0], keys[-1]) == (ENTRIES, "key000001", "key010000")
    assert len(json.loads(api.get("/api/dataStore").text)) == NAMESPACES


@pytest.mark.parametrize(
    ("path", "most"),
    [("/api/dataStore", 1), ("/api/dataStore/ns1", 2), (f"/api/dataStore/ns1?{QUERY}", 2),
     ("/api/dataStore/ns1?fields=.&paging=false", 2)],
)  # fmt: skip
def test_the_number_of_queries_does_not_grow(api: ApiClient, outsider: User, path: str, most: int) -> None:
    counts = []
    for size in (5, 5_000):
        DatastoreEntry.objects.all().delete()
        fill(2, size)
        api.get(path, user="outsider")
        with query_counter() as counter:
            assert api.get(path, user="outsider").status == 200
        counts.append(counter.count)
        assert len([s for s in counter.count.statements if "datastoreentry" in s]) <= most
    assert counts[0] == counts[1]


def test_a_namespace_is_deleted_by_one_statement(api: ApiClient, outsider: User) -> None:
    fill(3, 1_000)
    with query_counter() as counter:
        assert api.delete("/api/dataStore/ns2", user="outsider").status == 200

    assert len([s for s in counter.count.statements if "datastoreentry" in s]) == 1
    assert DatastoreEntry.objects.count() == 2 * 1_000


@pytest.mark.parametrize(("user", "asked"), [("outsider", 1), ("admin", 0)])
def test_no_way_to_the_database_is_gone_twice(api: ApiClient, outsider: User, user: str, asked: int) -> None:
    """Superusers pass every protection, so that none is looked for."""
    fill(1, 100)
    api.put("/api/dataStore/ns1/other", 1, user=user)  # the first request looks at more

    def statements(method: str, path: str, body: object = None) -> list[str]:
        with query_counter() as counter:
            assert api.request(method, f"/api/dataStore/ns1{path}", body, user=user).status < 300
        tables = ("datastore_datastoreentry", "namespacereservation", "set_config", "INTO writer")
        return [s for s in counter.count.statements if any(table in s for table in tables)]

    assert len(statements("PUT", "/new", 1)) == 2 + asked
    assert len(statements("PUT", "/new", 2)) == 3 + asked
    assert len(statements("GET", "/new")) == 1 + asked
    assert len(statements("GET", "?fields=.")) == 1 + asked


def test_a_query_ends_in_time(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(1, 20_000)
    monkeypatch.setattr("datastore.query.run.TIMEOUT_SECONDS", 0.001)

    answer = api.get(f"/api/dataStore/ns1?{QUERY}&order=number:ndesc")
    message = "Unknown error when running the query: it took longer than 0.001 seconds"
    assert (answer.status, answer.json["message"]) == (400, message)

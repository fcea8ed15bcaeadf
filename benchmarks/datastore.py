"""The data store: keys, pages, a filtered query, whole namespaces, writes; at n and 10 n entries a namespace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import orjson
from django.db import connection, transaction
from django.test import RequestFactory

from benchmarks.cases import Case, print_cases
from benchmarks.measuring import measure
from datastore.formats import name_chunks
from datastore.params import NamespaceParams
from datastore.query.services import run_query
from datastore.services import list_keys, put_entry
from datastore.stores import SharedStore
from datastore.wording import SHARED
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from users.models import User

NAMESPACES = 20
FILL = """
    INSERT INTO datastore_datastoreentry (uid, created, last_updated, namespace, key, value, encrypted, sharing)
    SELECT 'e' || lpad((n * %(entries)s + k)::text, 10, '0'), now(), now(), 'ns' || n, 'key' || lpad(k::text, 6, '0'),
        jsonb_build_object('name', 'name ' || k, 'number', k, 'tags', jsonb_build_array('t' || k %% 7, k)), FALSE,
        '{"owner": "aaaaaaaaaaa", "public": "rw------", "users": {}, "userGroups": {}}'
    FROM generate_series(1, %(namespaces)s) n, generate_series(1, %(entries)s) k
"""
KEYS = "SELECT key FROM datastore_datastoreentry WHERE namespace = 'ns7' ORDER BY key"
FILTERED = """
    SELECT key, (value #> '{name}')::text, (value #> '{tags,0}')::text FROM datastore_datastoreentry
    WHERE namespace = 'ns7' AND value #> '{number}' > '500' AND value #>> '{name}' LIKE '%9%' ORDER BY key
"""
WHOLE = "SELECT key, value::text FROM datastore_datastoreentry WHERE namespace = 'ns7' ORDER BY key"
PAGE = WHOLE + " LIMIT 50"
UPSERT = """
    INSERT INTO datastore_datastoreentry
        (uid, created, last_updated, namespace, key, value, encrypted, sharing)
    VALUES (%(uid)s, now(), now(), 'raw', %(uid)s, '{"a": [1, 2, 3]}', FALSE, '{}') ON CONFLICT (namespace, key)
    DO UPDATE SET value = excluded.value
"""
PAGES, WRITES = 100, 500


def run(cluster: Cluster, sizes: tuple[int, ...]) -> None:
    """Measure all cases, each size in a database of its own, and print them."""
    print_cases("entries", [case for size in sizes for case in _cases(cluster, size)])


def _cases(cluster: Cluster, size: int) -> Iterator[Case]:
    with OwnDatabase(cluster):
        with connection.cursor() as cursor:
            cursor.execute(FILL, {"namespaces": NAMESPACES, "entries": size})
            cursor.execute("ANALYZE datastore_datastoreentry")
        yield _case("keys", size, lambda: name_chunks(list_keys(_store(), "ns7")), KEYS, 1)
        filtered = "fields=name,tags[0]&paging=false&filter=number:gt:500,name:like:9"
        yield _case("filtered query, all", size, lambda: _query(filtered), FILTERED, 1)
        yield _case("whole values, all", size, lambda: _query("fields=.&paging=false"), WHOLE, 1)
        yield _case("pages of 50", size, lambda: _query("fields=."), PAGE, PAGES)
        yield Case("PUT, new", WRITES, measure(_put, prepare=_warm), measure(_raw_put))


def _case(name: str, size: int, ours: Callable[[], Iterable[bytes]], raw: str, times: int) -> Case:
    shown = measure(lambda: sum(len(chunk) for _ in range(times) for chunk in ours()), prepare=_warm)
    floor = measure(lambda: sum(_raw(raw) for _ in range(times)))
    return Case(name, size if times == 1 else times * 50, shown, floor)


def _query(text: str) -> Iterable[bytes]:
    return run_query(_store(), "ns7", NamespaceParams.parse(RequestFactory().get(f"/?{text}").GET))


def _raw(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return sum(len(orjson.dumps(row)) for row in cursor)


def _put() -> None:
    store = _store()
    for number in range(WRITES):
        put_entry(store, "ours", f"key{number}", b'{"a": [1, 2, 3]}', path="", roll=None, encrypt=False)


def _raw_put() -> None:
    for number in range(WRITES):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(UPSERT, {"uid": f"r{number:010}"})


def _warm() -> None:
    """Connect and import everything that the first call would."""
    sum(len(chunk) for chunk in _query("fields=."))


@cache
def _store() -> SharedStore:
    """The superuser's; asked for before anything is measured, as a request has its user by then."""
    user: Any = User.objects.get(username="admin")
    return SharedStore(user, SHARED)

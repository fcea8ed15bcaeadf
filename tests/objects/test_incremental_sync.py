"""A client that asks again and again what changed since its last pull misses nothing, and gets nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from dhis2api.objects.writers import look_back
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase
from tests.objects.imports import data_element, put_in


def now() -> str:
    """As clients read it off their clocks."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def slow_writer(*elements: dict[str, object]) -> Iterator[None]:
    """A transaction of an import for each element, which has written and commits at the end of the block."""
    written, commits = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                for element in elements:
                    assert put_in(ApiClient(), dataElements=[element]).status == 200
                written.set()
                commits.wait(30)
        finally:
            written.set()
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert written.wait(30)
        yield
    finally:
        commits.set()
        thread.join()


def pull(api: ApiClient, since: str, operator: str = "gt") -> list[str]:
    answer = api.get(f"/api/dataElements?fields=id&paging=false&filter=lastUpdated:{operator}:{since}")
    assert answer.status == 200, answer
    return [item["id"] for item in answer.json["dataElements"]]


@pytest.mark.parametrize("operator", ["gt", "ge"])
def test_what_is_stamped_before_a_pull_and_committed_after_it(
    own_database: OwnDatabase, api: ApiClient, operator: str
) -> None:
    element = data_element()
    with slow_writer(element):
        since = now()
    assert pull(api, since, operator) == [element["id"]]
    assert pull(api, now(), operator) == []


@pytest.mark.parametrize("path", ["dataElements?", "metadata?dataElements=true&"])
def test_a_pull_waits_for_who_has_taken_his_time_and_is_about_to_commit(own_database: OwnDatabase, path: str) -> None:
    """And sees what he wrote, though he committed after the pull began: its successor would not look for it."""
    element, closed, commits = data_element(), threading.Event(), threading.Event()
    since: list[str] = []

    def write() -> None:
        try:
            with transaction.atomic():
                assert put_in(ApiClient(), dataElements=[element]).status == 200
                since.append(now())
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                closed.set()
                commits.wait(30)
        finally:
            closed.set()
            connection.close()

    def read() -> list[dict[str, str]]:
        try:
            return (
                ApiClient().get(f"/api/{path}fields=id&filter=lastUpdated:gt:{since[0]}").json.get("dataElements", [])
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write)
        assert closed.wait(30)
        reading = pool.submit(read)
        while not _somebody_waits() and not reading.done():
            pass
        commits.set()
        assert reading.result() == [{"id": element["id"]}]
        writing.result()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def test_several_imports_of_one_transaction(own_database: OwnDatabase, api: ApiClient) -> None:
    first, second = data_element(), data_element()
    with slow_writer(first, second):
        since = now()

    assert set(pull(api, since)) == {first["id"], second["id"]}


def test_the_export_looks_back_too(own_database: OwnDatabase, api: ApiClient) -> None:
    element = data_element()
    with slow_writer(element):
        since = now()

    shown = api.get(f"/api/metadata?dataElements=true&fields=id&filter=lastUpdated:gt:{since}").json
    assert shown["dataElements"] == [{"id": element["id"]}]


def test_who_pulls_by_the_last_stamp_gets_nothing_twice(own_database: OwnDatabase, api: ApiClient) -> None:
    for _ in range(3):
        element = data_element()
        put_in(api, dataElements=[element])
        stamp = api.get(f"/api/dataElements/{element['id']}?fields=lastUpdated").json["lastUpdated"]
        assert pull(api, stamp, "gt") == []
        assert element["id"] in pull(api, stamp, "ge")


def test_a_refused_import_leaves_no_trace(own_database: OwnDatabase, api: ApiClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM writer")

    put_in(api, dataElements=[data_element(valueType=None)])
    put_in(api, "importMode=VALIDATE", dataElements=[data_element()])

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM writer")
        assert cursor.fetchone() == (0,)


def test_writers_of_one_second_become_one_after_a_while(own_database: OwnDatabase, api: ApiClient) -> None:
    """They still cover what each of them covered; what is older than a month is forgotten."""
    second = datetime.now(UTC).replace(microsecond=0)
    earlier = second - timedelta(hours=1)
    rows = [
        (earlier + timedelta(milliseconds=10), timedelta(milliseconds=100)),
        (earlier + timedelta(milliseconds=300), timedelta(seconds=70)),
        (earlier + timedelta(milliseconds=1500), timedelta(milliseconds=100)),
        (second - timedelta(days=40), timedelta(minutes=1)),
        (second - timedelta(minutes=1), timedelta(seconds=1)),
        (second - timedelta(minutes=1), timedelta(seconds=2)),
    ]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM writer")
        for started, lasted in rows:
            cursor.execute("INSERT INTO writer (started, closed) VALUES (%s, %s)", [started, started + lasted])
        cursor.execute("SELECT setval(pg_get_serial_sequence('writer', 'id'), 99)")

    put_in(api, dataElements=[data_element()])

    with connection.cursor() as cursor:
        cursor.execute("SELECT started, closed - started FROM writer WHERE merged ORDER BY started")
        assert cursor.fetchall() == [(rows[0][0], timedelta(seconds=70, milliseconds=290)), rows[2]]
        cursor.execute("SELECT count(*) FROM writer WHERE NOT merged")
        assert cursor.fetchone() == (3,)  # two of just now, and the import's own
    assert look_back(earlier + timedelta(milliseconds=200)) == rows[0][0]
    assert look_back(earlier) is None
    assert look_back(second - timedelta(days=40) + timedelta(seconds=1)) is None

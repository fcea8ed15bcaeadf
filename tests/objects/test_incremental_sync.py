"""A client that asks again and again what changed since its last pull misses nothing, and gets nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from dhis2api.objects.writers import BRIEF, LONG, look_back
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase
from tests.objects.imports import data_element, put_in


def now() -> str:
    """As clients read it off their clocks."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def slow_writer(element: dict[str, object]) -> Iterator[None]:
    """An import that has written, and commits at the end of the block."""
    written, commits = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
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


def test_long_ago_a_pull_reads_as_far_back_as_a_forgotten_writer_took(own_database: OwnDatabase) -> None:
    today = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM writer")

    assert look_back(today) is None
    assert look_back(today - timedelta(hours=1)) == today - timedelta(hours=1) - BRIEF
    assert look_back(today - timedelta(days=60)) == today - timedelta(days=60) - LONG


def test_forgotten_are_brief_writers_and_old_ones(own_database: OwnDatabase, api: ApiClient) -> None:
    today = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM writer")
        rows = [
            (today - timedelta(hours=1), timedelta(seconds=1)),
            (today - timedelta(hours=1), timedelta(minutes=1)),
            (today - timedelta(days=40), timedelta(minutes=1)),
            (today - timedelta(minutes=1), timedelta(seconds=1)),
        ]
        for started, lasted in rows:
            cursor.execute("INSERT INTO writer (started) VALUES (%s) RETURNING id", [started])
            (key,) = cursor.fetchone()
            cursor.execute("UPDATE writer SET closed = %s WHERE id = %s", [started + lasted, key])
        cursor.execute("SELECT setval(pg_get_serial_sequence('writer', 'id'), 99)")

    put_in(api, dataElements=[data_element()])

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM writer")
        assert cursor.fetchone() == (3,)  # a long one of today, a brief one of just now, and the import's own

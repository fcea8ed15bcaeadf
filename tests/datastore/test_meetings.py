"""Requests that meet at one key: real connections on a database of their own. Nothing is lost without a word."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from datastore.models import DatastoreEntry
from tests.datastore.test_entries import PETS
from tests.harness.client import Answer, ApiClient
from tests.harness.databases import OwnDatabase

CAT = f"{PETS}/cat"
MANY = 8


def at_once(*calls: Callable[[], Answer]) -> list[Answer]:
    """The answers to calls that start together, each on a connection of its own."""
    barrier = threading.Barrier(len(calls))
    answers: dict[int, Answer] = {}

    def run(number: int, call: Callable[[], Answer]) -> None:
        try:
            barrier.wait(30)
            answers[number] = call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [answers[number] for number in range(len(calls))]


@pytest.fixture
def store(own_database: OwnDatabase, api: ApiClient) -> Iterator[ApiClient]:
    api.get("/api/me?fields=id")  # the credentials are known by now
    yield api


def test_of_many_creations_one_succeeds(store: ApiClient) -> None:
    answers = at_once(*(lambda n=n: store.post(CAT, n) for n in range(MANY)))

    assert sorted(answer.status for answer in answers) == [201] + [409] * (MANY - 1)
    (winner,) = (n for n, answer in enumerate(answers) if answer.status == 201)
    assert store.get(CAT).json == winner


def test_of_many_puts_of_a_missing_key_one_creates(store: ApiClient) -> None:
    answers = at_once(*(lambda n=n: store.put(CAT, n) for n in range(MANY)))

    assert sorted(answer.status for answer in answers) == [200] * (MANY - 1) + [201]
    assert store.get(CAT).json in range(MANY)


@pytest.mark.parametrize("encrypt", ["", "?encrypt=true"])
def test_changes_of_different_parts_are_all_kept(store: ApiClient, encrypt: str) -> None:
    store.post(f"{CAT}{encrypt}", {f"m{n}": None for n in range(MANY)})

    answers = at_once(*(lambda n=n: store.put(f"{CAT}?path=m{n}", n) for n in range(MANY)))

    assert {answer.status for answer in answers} == {200}
    assert store.get(CAT).json == {f"m{n}": n for n in range(MANY)}


@pytest.mark.parametrize("encrypt", ["", "?encrypt=true"])
def test_what_is_appended_at_once_is_all_there(store: ApiClient, encrypt: str) -> None:
    store.post(f"{CAT}{encrypt}", [])

    at_once(*(lambda n=n: store.put(f"{CAT}?roll=100", n) for n in range(MANY)))

    assert sorted(store.get(CAT).json) == list(range(MANY))


def test_deletions_at_once(store: ApiClient) -> None:
    store.post(CAT, 1)

    answers = at_once(*(lambda: store.delete(CAT) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 404, 404, 404]


def test_creations_deletions_and_changes_at_once(store: ApiClient) -> None:
    calls = [lambda: store.put(CAT, 1), lambda: store.delete(CAT), lambda: store.post(CAT, 2), lambda: store.put(CAT)]
    for _ in range(5):
        answers = at_once(*calls, *calls)
        assert {answer.status for answer in answers} <= {200, 201, 404, 409}


def test_a_change_waits_for_one_that_began_before(store: ApiClient) -> None:
    store.post(CAT, {"a": 1, "b": 1})
    with transaction.atomic():
        list(DatastoreEntry.objects.select_for_update())
        answers: list[Answer] = []
        thread = threading.Thread(target=lambda: (answers.append(store.put(f"{CAT}?path=b", 2)), connection.close()))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        with connection.cursor() as cursor:
            cursor.execute('UPDATE datastore_datastoreentry SET value = \'{"a": 2, "b": 1}\'')
    thread.join(30)

    assert store.get(CAT).json == {"a": 2, "b": 2}


def test_who_pulls_changes_gets_what_was_stamped_before_and_committed_after(store: ApiClient) -> None:
    written, commits = threading.Event(), threading.Event()

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                ApiClient().post(CAT, 1)
                written.set()
                commits.wait(30)
        finally:
            written.set()
            connection.close()

    store.post(f"{PETS}/cow", 1)
    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert written.wait(30)
    since = now()
    assert "cat" not in store.get(f"{PETS}?lastUpdated={since}").json
    commits.set()
    thread.join(30)

    assert "cat" in store.get(f"{PETS}?lastUpdated={since}").json
    assert store.get(f"{PETS}?lastUpdated={now()}").json == []


def now() -> str:
    """As clients read it off their clocks."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

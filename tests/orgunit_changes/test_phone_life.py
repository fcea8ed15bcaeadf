"""A phone that was offline for a week, on a connection that breaks, beside a reviewer: nothing lost, nothing twice."""

from __future__ import annotations

import json
import random
import socket
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.db import connection, transaction

from orgunit_changes.models import OrgUnitChangeRequest
from orgunit_changes.stamps import next_stamp
from orgunit_changes.uploads.storing import create_change
from tests.harness.client import PERSONA_PASSWORD, ApiClient, basic
from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess
from tests.orgunit_changes.world import CHANGES, MOBILE, change_body, worker
from users.models import User

REQUESTS = 200
MOST_ATTEMPTS = 50
PATIENCE_SECONDS = 30
CREDENTIALS = basic("worker", PERSONA_PASSWORD)


@pytest.fixture
def me(own_database: OwnDatabase) -> Iterator[User]:
    OrgUnitChangeRequest.objects.all().delete()
    yield worker()


def send_once(url: str, body: bytes, luck: random.Random) -> bytes:
    """The status line of an upload over a connection that may break while it goes out, or before the answer comes."""
    address = urlsplit(url)
    head = (
        f"POST {CHANGES}?app_id=default HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: {CREDENTIALS}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode()
    message = head + body
    fate = luck.random()
    length = luck.randrange(len(message)) if fate < 0.3 else len(message)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE_SECONDS) as line:
        line.sendall(message[:length])
        if length < len(message) or fate < 0.6:
            return b""
        return line.makefile("rb").readline()


def send_until_known(url: str, body: bytes, luck: random.Random) -> None:
    """What a phone does with its queue: the same body again until the server has said that it has it."""
    for _ in range(MOST_ATTEMPTS):
        if b" 201 " in send_once(url, body, luck):
            return
    raise AssertionError("never told")


def send_all(url: str, bodies: list[bytes], luck: random.Random) -> None:
    """A part of the queue, one after the other."""
    for body in bodies:
        send_until_known(url, body, luck)


def pull(url: str, since: float) -> list[dict[str, Any]]:
    """All pages of what changed since then."""
    text = quote(datetime.fromtimestamp(since, UTC).isoformat()) if since else ""
    rows: list[dict[str, Any]] = []
    page = 1
    while True:
        address = f"{url}{MOBILE}?app_id=default&limit=50&page={page}&last_sync={text}"
        request = urllib.request.Request(address, headers={"Authorization": CREDENTIALS})
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            body = json.load(answer)
        rows += body["results"]
        if not body["has_next"]:
            return rows
        page += 1


def test_a_week_offline(me: User, live_server_process: WebProcess) -> None:
    url = live_server_process.url
    bodies = [json.dumps(change_body(new_name=f"Name {number}")).encode() for number in range(REQUESTS)]
    wanted = [json.loads(body)["uuid"] for body in bodies]
    seen: dict[str, float] = {}
    is_over = threading.Event()

    def keep_pulling() -> None:
        since = 0.0
        while True:
            was_over = is_over.is_set()
            for row in pull(url, since):
                seen[row["uuid"]] = row["updated_at"]
                since = max(since, row["updated_at"])
            if was_over:
                return

    with ThreadPoolExecutor(5) as pool:
        puller = pool.submit(keep_pulling)
        senders = [pool.submit(send_all, url, bodies[part::4], random.Random(part)) for part in range(4)]
        try:
            for sender in senders:
                sender.result()
        finally:
            is_over.set()
        puller.result()

    stored = OrgUnitChangeRequest.objects.values_list("uuid", flat=True)
    assert sorted(map(str, stored)) == sorted(wanted)
    assert sorted(seen) == sorted(wanted)


def test_one_uuid_at_the_same_time_is_one_request(me: User) -> None:
    body = change_body(new_name="X")
    together = threading.Barrier(6)

    def send(number: int) -> tuple[int, Any]:
        together.wait(PATIENCE_SECONDS)
        try:
            answer = ApiClient().request(
                "PUT" if number % 2 else "POST", CHANGES, body | {"new_name": f"Name {number}"}, user="worker"
            )
            return answer.status, answer.json["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))

    assert answers == [(201, OrgUnitChangeRequest.objects.get().pk)] * 6


def test_what_is_committed_late_is_not_stamped_early(me: User) -> None:
    """The second upload waits for the first, which holds the lock of stamps: a pull in between misses neither."""
    is_stored, may_commit = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                create_change(change_body(new_name="First"), None, me)
                is_stored.set()
                assert may_commit.wait(PATIENCE_SECONDS)
        finally:
            connection.close()

    def follow() -> None:
        try:
            create_change(change_body(new_name="Second"), None, me)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(hold)
        assert is_stored.wait(PATIENCE_SECONDS)
        second = pool.submit(follow)
        before = pulled("")
        with pytest.raises(TimeoutError):
            second.result(timeout=1)
        may_commit.set()
        first.result(PATIENCE_SECONDS)
        second.result(PATIENCE_SECONDS)

    assert before == []
    rows = pulled("")
    assert [name for name, _ in rows] == ["First", "Second"]
    assert rows[0][1] < rows[1][1]


def test_a_clock_that_is_set_back_hides_nothing(me: User) -> None:
    future = datetime(2999, 1, 1, tzinfo=UTC)
    change = create_change(change_body(new_name="X"), None, me)
    OrgUnitChangeRequest.objects.filter(pk=change.pk).update(updated_at=future)

    assert next_stamp() > future


def pulled(last_sync: str) -> list[tuple[str, float]]:
    """Names and times of the phone's requests."""
    rows = ApiClient().get(f"{MOBILE}?app_id=default&last_sync={last_sync}", user="worker").json["results"]
    return [(row["new_name"], row["updated_at"]) for row in rows]

"""Uploads that meet deletions and merges of what they name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from metadata.models import OrganisationUnit
from orgunit_changes.models import OrgUnitChangeRequest
from orgunit_changes.stamps import STAMPS, lock_stamps
from tests.harness.client import Answer, ApiClient
from tests.harness.databases import OwnDatabase
from tests.objects.imports import put_in, unit
from tests.orgunit_changes.world import BADJIA, BAOMA, CHANGES, change_body, place, worker

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s"
FREE = "SELECT id FROM metadata_organisationunit WHERE uid = ANY(%s) FOR KEY SHARE NOWAIT"
NEWS = ("racesNewAAA", "racesNewBBB", "racesNewCCC")


def while_it_waits(send: Callable[[], Answer], meanwhile: Callable[[], None]) -> Answer:
    """The answer of a call that has looked up everything and waits for the stamps, while something else commits."""

    def run() -> Answer:
        try:
            return send()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_stamps()
            answer = pool.submit(run)
            _wait_until_somebody_waits()
            meanwhile()
        return answer.result()


def _wait_until_somebody_waits() -> None:
    pause = threading.Event()
    with connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute(WAITING, [STAMPS & 0xFFFFFFFF])
            if cursor.fetchone()[0]:
                return
            pause.wait(0.01)
    pytest.fail("Nobody waits for the stamps.")


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(("gone", "status", "member"), [(NEWS[0], 400, "org_unit_id"), (NEWS[1], 404, "new_parent_id")])
def test_a_unit_that_is_deleted_during_an_upload_is_missed(
    own_database: OwnDatabase, method: str, gone: str, status: int, member: str
) -> None:
    api = ApiClient()
    worker(at=BADJIA)
    assert put_in(api, organisationUnits=[unit(BADJIA, id=uid) for uid in NEWS]).status == 200
    pk, body = place(gone).pk, change_body(NEWS[0], new_name="A", new_parent_id=place(NEWS[1]).pk)

    answer = while_it_waits(
        lambda: api.request(method, CHANGES, body, user="worker"),
        lambda: OrganisationUnit.objects.get(uid=gone).delete() and None,
    )

    message = f'Invalid pk or uuid "{pk}" - object does not exist.'
    assert (answer.status, answer.json) == (status, {member: [message]})
    assert not OrgUnitChangeRequest.objects.filter(uuid=body["uuid"]).exists()


def test_merges_and_uploads_do_not_wait_for_each_other_in_a_circle(own_database: OwnDatabase) -> None:
    """A merge needs the stamps, uploads that have them need its units: it takes them first."""
    api = ApiClient()
    assert put_in(api, organisationUnits=[unit(BAOMA, id=uid) for uid in NEWS]).status == 200
    body = {"sources": list(NEWS[:2]), "target": NEWS[2]}

    def units_are_free() -> None:
        with connection.cursor() as cursor:
            cursor.execute(FREE, [list(NEWS)])

    answer = while_it_waits(lambda: api.post("/api/organisationUnits/merge", body), units_are_free)

    assert answer.status == 200, answer

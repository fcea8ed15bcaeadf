"""Single values that meet imports and each other: real connections on a database of their own."""

from __future__ import annotations

import pytest
from django.db import transaction
from psycopg2.extensions import connection as Connection

from datavalues.models import DataApproval, DataValueFile
from dhis2api.demo import identifiers as ids
from metadata.models import DataElement
from tests.datavalues.approving import CLINIC, do, state
from tests.datavalues.locks import workflow
from tests.datavalues.payloads import send, stored, value
from tests.datavalues.test_overlapping import Beside, somebody_waits, wait_until, watcher
from tests.datavalues.test_single_values import delete, save
from tests.datavalues.test_value_files import upload
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase

__all__ = ["watcher"]


@pytest.mark.parametrize("before", ["nothing", "a value", "a deleted value"])
def test_comment_that_is_saved_beside_an_import_leaves_its_value(
    own_database: OwnDatabase, watcher: Connection, before: str
) -> None:
    api = ApiClient()
    if before != "nothing":
        save(api, value="1")
    if before == "a deleted value":
        delete(api)

    with transaction.atomic():
        send(api, value(value="12"))
        saving = Beside(lambda: save(ApiClient(), comment="counted twice"))
        wait_until(lambda: somebody_waits(watcher))

    assert saving.finished().status == 200
    assert (stored()["value"], stored()["comment"], stored()["deleted"]) == ("12", "counted twice", False)


@pytest.mark.parametrize("query", ["", "?importStrategy=DELETE"])
def test_value_does_not_name_a_file_that_is_deleted_meanwhile(
    own_database: OwnDatabase, watcher: Connection, query: str
) -> None:
    api = ApiClient()
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type="FILE_RESOURCE")
    file = upload(api)
    save(api, value=file)

    with transaction.atomic():
        deleted = send(api, value(value=""), query=query) if query else delete(api)
        saving = Beside(lambda: save(ApiClient(), value=file))
        wait_until(lambda: somebody_waits(watcher))

    assert deleted.status in (200, 204)
    assert saving.finished().status == 404
    assert stored()["deleted"]
    assert not DataValueFile.objects.exists()


def test_data_is_not_approved_while_it_is_imported(own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datavalues.approvals.actions.PATIENCE_SECONDS", 0.2)
    api = ApiClient()
    workflow(2, 4)
    save(api, value="1")

    with transaction.atomic():
        assert send(api, value()).counts["updated"] == 1
        refused = Beside(lambda: do(ApiClient(), "POST")).finished()

    assert (refused.status, DataApproval.objects.count()) == (409, 0)
    assert do(api, "POST").status == 204
    assert state(api, CLINIC) == "APPROVED_HERE"
    assert send(api, value(value="13")).conflicts == [("E7642", None, [0])]

"""Merges that meet imports: real connections on a database of their own. No value is lost, whoever comes first."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from threading import Thread

import psycopg2
import pytest
from django.db import connection, transaction

from dhis2api.demo import identifiers as ids
from tests.datavalues.payloads import count_rows, send, stored, value
from tests.harness.client import Answer, ApiClient
from tests.harness.databases import OwnDatabase
from tests.objects.imports import data_element, group, put_in, unit

OLD, OLDER, NEW = "meetingOldA", "meetingOlde", "meetingNewA"
WAITS = """
    SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
PATIENCE_SECONDS = 60.0


@pytest.fixture
def api(own_database: OwnDatabase) -> ApiClient:
    """Three org units and three data elements, called alike."""
    api = ApiClient()
    payload = {
        "organisationUnits": [unit(ids.SIERRA_LEONE, id=uid) for uid in (OLD, OLDER, NEW)],
        "dataElements": [data_element(id=uid) for uid in (OLD, OLDER, NEW)],
    }
    assert put_in(api, **payload).status == 200
    return api


def merge_units() -> Answer:
    return ApiClient().post("/api/organisationUnits/merge", {"sources": [OLD, OLDER], "target": NEW})


def merge_elements() -> Answer:
    body = {"sources": [OLD, OLDER], "target": NEW, "deleteSources": True, "dataMergeStrategy": "LAST_UPDATED"}
    return ApiClient().post("/api/dataElements/merge", body)


def beside(work: Callable[[], Answer], answers: list[Answer]) -> Thread:
    """Do it in a thread, and come back when it waits for this one."""

    def run() -> None:
        try:
            answers.append(work())
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def until_somebody_waits(database: OwnDatabase) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with closing(psycopg2.connect(database.url)) as watching, watching.cursor() as cursor:
        watching.autocommit = True
        while True:
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < deadline
            time.sleep(0.01)


BOTH = pytest.mark.parametrize(
    ("merge", "member"), [(merge_units, "org_unit"), (merge_elements, "data_element")], ids=["units", "elements"]
)


@BOTH
def test_a_merge_waits_for_an_import_that_writes_values(
    api: ApiClient, own_database: OwnDatabase, merge: Callable[[], Answer], member: str
) -> None:
    before = count_rows()
    answers: list[Answer] = []

    with transaction.atomic():
        rows = [value(**{member: OLD}, period="201401"), value(**{member: OLDER}, period="201402")]
        assert send(api, *rows).counts["imported"] == 2
        thread = beside(merge, answers)
        until_somebody_waits(own_database)
    thread.join(PATIENCE_SECONDS)

    assert [answer.status for answer in answers] == [200], answers
    assert count_rows() == before + 2
    assert [stored(**{member: NEW}, period=period)["value"] for period in ("201401", "201402")] == ["12", "12"]


@BOTH
def test_an_import_that_waited_for_a_merge_finds_the_sources_gone(
    api: ApiClient, own_database: OwnDatabase, merge: Callable[[], Answer], member: str
) -> None:
    assert send(api, value(**{member: OLD}, period="201401")).counts["imported"] == 1
    before = count_rows()
    answers: list[Answer] = []

    with transaction.atomic():
        assert merge().status == 200
        rows = [value(**{member: OLD}, period="201402"), value(**{member: NEW}, period="201403")]
        thread = beside(lambda: send(ApiClient(), *rows), answers)
        until_somebody_waits(own_database)
    thread.join(PATIENCE_SECONDS)

    (answer,) = answers
    assert answer.counts["imported"] == 1 and [indexes for _, _, indexes in answer.conflicts] == [[0]]
    assert count_rows() == before + 1
    assert [stored(**{member: NEW}, period=period)["value"] for period in ("201401", "201403")] == ["12", "12"]


def test_an_import_of_metadata_that_names_a_source_meets_a_merge(api: ApiClient, own_database: OwnDatabase) -> None:
    """It sees that the source is gone, and says so."""
    answers: list[Answer] = []

    with transaction.atomic():
        assert merge_elements().status == 200
        thread = beside(lambda: put_in(ApiClient(), dataElementGroups=[group(OLD)]), answers)
        until_somebody_waits(own_database)
    thread.join(PATIENCE_SECONDS)

    (answer,) = answers
    assert answer.status == 409, answer
    assert "E5002" in answer.text

"""Imports that meet each other, a deletion, or their end: real processes and connections on a database of their own."""

from __future__ import annotations

import itertools
import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.db import close_old_connections, connection, transaction
from psycopg2.extensions import connection as Connection

from datavalues.stored_periods import PERIODS_LOCK
from dhis2api.demo import identifiers as ids
from metadata.models import DataElement, DataSet
from tests.datavalues.payloads import PERIOD, SETS, count_rows, query, send, value, value_set
from tests.datavalues.test_value_files import upload
from tests.harness.client import Answer, ApiClient, basic
from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess

MANY = 200_000
PATIENCE_SECONDS = 60.0

# whether another session writes values at this moment; whether one has written and did not end
WRITING = """
    SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
      AND query LIKE '%INSERT INTO datavalue%' AND pid <> pg_backend_pid()
"""
HOLDING = """
    SELECT count(*) > 0 FROM pg_locks WHERE relation = 'datavalue'::regclass AND mode = 'RowExclusiveLock'
"""


def months(count: int, first: int = 1900) -> list[str]:
    return [f"{first + n // 12}{n % 12 + 1:02}" for n in range(count)]


def large_set(units: list[str], count: int) -> bytes:
    """That many new values, under four data elements, in a year of months before the demo's."""
    elements = (ids.MEASLES, ids.CHOLERA, ids.DYSENTERY, ids.FLACCID_PARALYSIS)
    rows = [
        value(data_element=element, period=month, org_unit=unit, value="5")
        for month in months(count // len(elements) // len(units) + 1)
        for unit in units
        for element in elements
    ]
    return json.dumps(value_set(*rows[:count])).encode()


def facilities() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT uid FROM metadata_organisationunit WHERE hierarchy_level = 4 ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def post(url: str, body: bytes, content_type: str = "application/json", query: str = "") -> tuple[int, bytes]:
    """Status and body of a real request; status 0 when the server hangs up."""
    headers = {"Content-Type": content_type, "Authorization": basic("admin", "district")}
    try:
        request = urllib.request.Request(url + SETS + query, body, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Beside(threading.Thread):
    """Something that runs beside the test; `result` is there after `join`."""

    result: Any = None

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.work = work
        self.start()

    def run(self) -> None:
        close_old_connections()
        try:
            self.result = self.work()
        finally:
            connection.close()

    def finished(self) -> Any:
        self.join(PATIENCE_SECONDS)
        assert not self.is_alive()
        return self.result


@pytest.fixture
def watcher(own_database: OwnDatabase) -> Any:
    """A connection beside Django's, which sees what the others do."""
    with closing(psycopg2.connect(own_database.url)) as watching:
        watching.autocommit = True
        yield watching


def ask(watching: Connection, statement: str) -> Any:
    with watching.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def somebody_waits(watching: Connection) -> bool:
    """Whether a session of this database waits for a lock."""
    return ask(
        watching,
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )


def test_killed_worker_leaves_nothing_of_its_import(
    live_server_process: WebProcess, own_database: OwnDatabase, watcher: Connection
) -> None:
    before = count_rows()
    body = large_set(facilities(), MANY)
    importing = Beside(lambda: post(live_server_process.url, body))
    wait_until(lambda: ask(watcher, WRITING))

    for pid in live_server_process.worker_pids():
        os.kill(pid, signal.SIGKILL)

    assert importing.finished()[0] == 0
    wait_until(lambda: not ask(watcher, HOLDING))
    assert count_rows() == before
    live_server_process.wait_until_ready()  # the master has put another worker in its place
    status, answer = post(live_server_process.url, json.dumps(value_set(value())).encode())
    assert (status, json.loads(answer)["response"]["importCount"]["imported"]) == (200, 1)


def test_large_set_is_there_as_a_whole(live_server_process: WebProcess, own_database: OwnDatabase) -> None:
    before = count_rows()

    status, answer = post(live_server_process.url, large_set(facilities(), MANY))

    assert (status, json.loads(answer)["response"]["importCount"]["imported"]) == (200, MANY)
    assert count_rows() == before + MANY


AUDIT_TRAIL = """
    -- of each key: what stood there before, in order, and what stands there now
    SELECT array_agg(audit.value ORDER BY audit.id) || max(stored.value)
    FROM datavalue_audit audit JOIN datavalue stored
    USING (data_element_id, period_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id)
    GROUP BY audit.period_id, audit.organisation_unit_id
"""


@pytest.mark.parametrize("chunk", [7, 100_000])
@pytest.mark.parametrize("stored", ["new", "existing"])
def test_imports_of_the_same_keys_in_opposite_orders_do_not_wait_in_a_circle(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch, stored: str, chunk: int
) -> None:
    """Large ones neither, which are read in chunks. The last one counts, and the audit tells what it replaced."""
    rows = [value(period=month, org_unit=unit) for month in months(10) for unit in facilities()[:100]]
    if stored == "existing":
        assert send(ApiClient(), *[row | {"value": "1"} for row in rows]).counts["imported"] == len(rows)
    monkeypatch.setattr("datavalues.formats.json.CHUNK", chunk)
    there = [row | {"value": "2"} for row in rows]
    back = [row | {"value": "3"} for row in reversed(rows)]

    runs = [Beside(lambda sent=sent: send(ApiClient(), *sent)) for sent in (there, back, there, back)]
    answers: list[Answer] = [run.finished() for run in runs]

    assert [answer.status for answer in answers] == [200] * 4
    imported = sum(answer.counts["imported"] for answer in answers)
    updated = sum(answer.counts["updated"] for answer in answers)
    assert imported == (len(rows) if stored == "new" else 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT value) FROM datavalue WHERE value IN ('2', '3')"
            " AND period_id IN (SELECT id FROM metadata_period WHERE start_date < '1910-01-01')"
        )
        assert cursor.fetchone() == (len(rows), 1)
        cursor.execute(AUDIT_TRAIL)
        trails = [row[0] for row in cursor.fetchall()]
    assert sum(len(trail) - 1 for trail in trails) == updated
    assert all(before != after for trail in trails for before, after in itertools.pairwise(trail))


@pytest.mark.parametrize("options", ["", "?skipExistingCheck=true"])
def test_import_that_met_a_circle_begins_its_writing_again(
    own_database: OwnDatabase, watcher: Connection, options: str
) -> None:
    """Another session holds the second value and then wants the first: PostgreSQL lets one of them go."""
    rows = [value(period=month, value="1") for month in months(2)]
    assert send(ApiClient(), *rows).counts["imported"] == 2
    watcher.autocommit = False
    ask(watcher, "SELECT set_config('deadlock_timeout', '1min', true)")
    touch = (
        "UPDATE datavalue SET value = '2'"
        " WHERE period_id = (SELECT id FROM metadata_period WHERE iso = '{}') RETURNING 1"
    )
    ask(watcher, touch.format("190002"))

    importing = Beside(lambda: send(ApiClient(), *[row | {"value": "3"} for row in rows], query=options))
    with closing(psycopg2.connect(own_database.url)) as other:
        other.autocommit = True
        wait_until(lambda: somebody_waits(other))
    ask(watcher, touch.format("190001"))
    watcher.commit()

    answer = importing.finished()
    assert answer.status == 200, answer
    assert answer.counts == {
        "imported": 2 if options else 0,
        "updated": 0 if options else 2,
        "ignored": 0,
        "deleted": 0,
    }
    assert ask(watcher, "SELECT count(*) FROM datavalue WHERE value = '3'") >= 2


def held_import(watcher: Connection, holding: str, payload: dict[str, Any] | bytes, content_type: str) -> bool:
    """Whether an import that waits for what `holding` locks has values written already."""
    watcher.autocommit = False
    ask(watcher, holding)
    importing = Beside(lambda: ApiClient().post(SETS, payload, content_type=content_type))
    with closing(psycopg2.connect(watcher.dsn)) as other:
        other.autocommit = True
        wait_until(lambda: somebody_waits(other))
        has_written = bool(ask(other, HOLDING))
    watcher.rollback()
    assert importing.finished().status == 200
    return has_written


def test_every_import_locks_periods_then_values_then_completions(
    own_database: OwnDatabase, watcher: Connection
) -> None:
    """In one order, whatever the format; values must not be held while waiting for a period."""
    complete = value_set(
        value(), data_set=ids.MORTALITY, period=PERIOD, org_unit=ids.NGELEHUN_CHC, complete_date="2014-02-03"
    )
    assert ApiClient().post(SETS, complete).status == 200
    group = '<group dataSet="{}" period="{}/P1M" orgUnit="OU_559" completeDate="2014-02-03">{}</group>'
    data_set, measles = (
        model.objects.get(uid=uid).code for model, uid in ((DataSet, ids.MORTALITY), (DataElement, ids.MEASLES))
    )
    body = "<adx>{}{}</adx>".format(
        group.format(data_set, "2014-01-01", f'<dataValue dataElement="{measles}" value="13"/>'),
        group.format(data_set, "1903-01-01", ""),
    ).encode()

    row = "UPDATE datavalues_completedatasetregistration SET stored_by = stored_by RETURNING 1"
    complete["dataValues"][0]["value"] = "14"
    assert held_import(watcher, row, complete, "application/json")
    assert not held_import(watcher, f"SELECT pg_advisory_xact_lock({PERIODS_LOCK})", body, "application/adx+xml")


def test_import_locks_periods_before_files(own_database: OwnDatabase, watcher: Connection) -> None:
    """Also where it names no new period: its next chunk may."""
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type="FILE_RESOURCE")
    payload = value_set(value(value=upload(ApiClient()), period="201401"))
    assert ApiClient().post(SETS, value_set(value(data_element=ids.CHOLERA))).status == 200

    assert not held_import(watcher, f"SELECT pg_advisory_xact_lock({PERIODS_LOCK})", payload, "application/json")


def test_import_that_runs_holds_its_data_element_against_deletion(
    own_database: OwnDatabase, watcher: Connection
) -> None:
    api = ApiClient()
    element = new_data_element(api)

    with transaction.atomic():
        assert send(api, value(data_element=element)).counts["imported"] == 1
        deletion = Beside(lambda: ApiClient().delete(f"/api/dataElements/{element}"))
        wait_until(lambda: somebody_waits(watcher))

    answer = deletion.finished()
    assert answer.status == 409
    assert answer.json["response"]["errorReports"][0]["errorCode"] == "E4030"
    assert api.get(f"/api/dataElements/{element}").status == 200


def test_import_that_waited_for_a_deletion_finds_nothing(own_database: OwnDatabase, watcher: Connection) -> None:
    api = ApiClient()
    element = new_data_element(api)

    with transaction.atomic():
        assert api.delete(f"/api/dataElements/{element}").status == 200
        importing = Beside(lambda: send(ApiClient(), value(data_element=element), value()))
        wait_until(lambda: somebody_waits(watcher))

    answer = importing.finished()
    assert answer.conflicts == [("E7610", "dataElement", [0])]
    assert answer.counts["imported"] == 1
    orphans = "SELECT count(*) FROM datavalue WHERE data_element_id NOT IN (SELECT id FROM metadata_dataelement)"
    assert ask(watcher, orphans) == 0


def test_export_reads_one_state_of_the_data(own_database: OwnDatabase) -> None:
    """Values of one import are seen all or not at all, however often it runs."""
    api = ApiClient()
    rows = [value(org_unit=unit, value="1") for unit in facilities()]
    send(api, *rows)
    path = SETS + query(org_unit=ids.SIERRA_LEONE, children="true", period=PERIOD)
    changing = Beside(lambda: [send(ApiClient(), *[row | {"value": str(n)} for row in rows]).status for n in (2, 3, 4)])

    seen = [{item["value"] for item in api.get(path).json["dataValues"]} for _ in range(10)]

    assert changing.finished() == [200, 200, 200]
    assert all(len(values) == 1 for values in seen)


def new_data_element(api: ApiClient) -> str:
    payload = {
        "id": "deNewElemen", "name": "New", "shortName": "New", "valueType": "NUMBER", "domainType": "AGGREGATE",
        "aggregationType": "SUM", "categoryCombo": {"id": ids.DEFAULT_CATEGORY_COMBO},
    }  # fmt: skip
    assert api.post("/api/dataElements", payload).status == 201
    return payload["id"]

"""The jobs, run by the engine: what others see meanwhile, and what is left when they end too early."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.db import connection, connections

from analytics import swapping
from configuration.settings import system_setting
from metadata.models import AnalyticsTableHook
from scheduling.job_runs import run_next
from scheduling.models import Job
from tests.analytics.building import element, of_element, rows, store, tables
from tests.harness.client import ApiClient
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from users.models import User

VALUES_ONLY = (
    "skipEvents=true&skipEnrollment=true&skipOrgUnitOwnership=true&skipTrackedEntities=true&skipValidationResult=true"
    "&skipOutliers=true&skipResourceTables=true"  # those that are missing are made
)
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def module_database(cluster: Cluster, django_db_blocker: Any) -> Iterator[OwnDatabase]:
    """A database of the module's own, with the demo's metadata and few of its data."""
    with OwnDatabase(cluster) as database, django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE datavalue, datavalues_completedatasetregistration")
        yield database


@pytest.fixture
def committed(module_database: OwnDatabase) -> Iterator[OwnDatabase]:
    """Tables, values and hooks of one test are gone before the next."""
    yield module_database
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE datavalue, job, job_payload, job_notification, configuration_systemsetting")
    AnalyticsTableHook.objects.all().delete()
    for name in tables("^analytics"):
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE IF EXISTS "{name}" CASCADE')


def connect(database: OwnDatabase) -> Any:
    """Another client's connection."""
    return psycopg2.connect(database.url.replace("postgres://dhis2api@/", "postgresql://dhis2api@/"))


def post(api: ApiClient, path: str) -> str:
    """Start a job by a request; its uid."""
    answer = api.post(path)
    assert answer.status == 200, answer
    return answer.json["response"]["id"]


class Beside:
    """Work of another thread, with a connection of its own; `error` is what it raised."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.error: Exception | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - told by `end`
            self.error = error
        finally:
            connections.close_all()

    def end(self) -> None:
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()
        assert self.error is None, self.error


def wait_for(statement: str) -> None:
    """Until a statement answers something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not rows(statement):
        assert time.monotonic() < deadline, statement
        time.sleep(0.05)


def test_a_request_has_all_tables_built(committed: OwnDatabase, api: ApiClient) -> None:
    """Also of types that have no data at all, as on a server that is just set up."""
    job = post(api, "/api/resourceTables/analytics")

    assert run_next("long")

    found = Job.objects.get(uid=job)
    assert (found.type, found.status, found.error) == ("ANALYTICS_TABLE", "COMPLETED", None)
    log = api.get(f"/api/system/tasks/ANALYTICS_TABLE/{job}").json
    assert log[0]["completed"] and log[0]["message"].startswith("Analytics tables updated: 00:")
    names = tables("^analytics")
    for name in (
        "analytics",
        "analytics_completeness",
        "analytics_validationresult",
        "analytics_ownership_f1aymswryyq",
    ):
        assert name in names
    assert not [name for name in names if name.endswith("_temp")]
    process = api.get(f"/api/jobConfigurations/{job}/progress").json["sequence"][0]
    stages = {stage["description"]: stage for stage in process["stages"]}
    assert stages["Generating resource tables"]["totalItems"] == 13
    assert stages["Filling analytics_event_f1aymswryyq"]["items"][0]["status"] == "SUCCESS"


def test_resource_tables_have_a_job_of_their_own(committed: OwnDatabase, api: ApiClient) -> None:
    job = post(api, "/api/resourceTables")

    assert run_next("long")

    assert Job.objects.get(uid=job).status == "COMPLETED"
    assert len(tables("^analytics_rs_")) == 13 == len(tables("^analytics"))


def test_who_reads_meanwhile_sees_the_old_rows_or_the_new_ones(committed: OwnDatabase, api: ApiClient) -> None:
    made = element()
    months = [f"{year}{month:02}" for year in (2022, 2023, 2024) for month in (1, 7, 12)]
    for month in months:
        store(made, "1", pe=month)
    post(api, f"/api/resourceTables/analytics?{VALUES_ONLY}")
    run_next("long")
    seen: set[tuple[int, int]] = set()
    stop = threading.Event()

    def read() -> None:
        reader = connect(committed)
        reader.autocommit = True
        with reader.cursor() as cursor:
            while not stop.is_set():
                cursor.execute("SELECT count(*), sum(value)::integer FROM analytics")
                seen.add(cursor.fetchone())
        reader.close()

    reading = Beside(read)
    for value, lasting in (("2", ""), ("3", "&lastYears=10"), ("4", "&lastYears=0")):
        for month in months:
            store(made, value, pe=month)
        post(api, f"/api/resourceTables/analytics?{VALUES_ONLY}{lasting}")
        run_next("long")
    stop.set()
    reading.end()

    count = len(months)
    assert seen <= {(count, count * value) for value in (1, 2, 3, 4)}
    assert {error for (error,) in rows("SELECT error FROM job")} == {None}
    assert rows("SELECT DISTINCT value, tableoid::regclass::text FROM analytics") == [(4, "analytics_0")]


def test_a_long_read_is_waited_for_and_others_read_meanwhile(
    committed: OwnDatabase, api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swapping, "PAUSE_SECONDS", 0.2)
    made = element()
    store(made, "1")
    post(api, f"/api/resourceTables/analytics?{VALUES_ONLY}")
    run_next("long")
    store(made, "2")
    reader = connect(committed)
    with reader.cursor() as cursor:
        cursor.execute("SELECT value FROM analytics")
        job = post(api, f"/api/resourceTables/analytics?{VALUES_ONLY}")
        running = Beside(lambda: run_next("long"))
        wait_for("SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted")

        assert of_element(made, "value") == [(1,)]  # behind whoever waits, but not for long
        assert Job.objects.get(uid=job).status == "RUNNING"
    reader.rollback()
    running.end()
    reader.close()

    assert Job.objects.get(uid=job).status == "COMPLETED"
    assert of_element(made, "value") == [(2,)]


class TestEndingEarly:
    """In the middle of the work: the tables that were there stay, and nothing else does."""

    @pytest.fixture
    def sleeping(self, committed: OwnDatabase, api: ApiClient) -> tuple[str, Beside]:
        """A job that builds a table for ever, beside one that is there."""
        self.made = element()
        store(self.made, "1")
        post(api, f"/api/resourceTables/analytics?{VALUES_ONLY}")
        run_next("long")
        store(self.made, "2")
        content = {
            "phase": "ANALYTICS_TABLE_POPULATED", "analyticsTableType": "DATA_VALUE", "sql": "SELECT pg_sleep(3600)",
        }  # fmt: skip
        admin = User.objects.get(username="admin")
        AnalyticsTableHook.objects.create(name="Sleep", content=content, last_updated_by=admin)
        job = post(api, f"/api/resourceTables/analytics?{VALUES_ONLY}")
        running = Beside(lambda: run_next("long"))
        wait_for("SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3600)' AND state = 'active'")
        assert "analytics_2024_temp" in tables("_temp$")
        names = rows("SELECT application_name FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3600)'")
        assert names == [(f"job {Job.objects.get(uid=job).pk} attempt 1",)]  # who takes over can hang it up
        return job, running

    def assert_nothing_stays(self) -> None:
        assert tables("_temp$") == []
        assert rows("SELECT FROM pg_stat_activity WHERE query LIKE '%%pg_sleep(3600)' AND state = 'active'") == []
        assert of_element(self.made, "value") == [(1,)]

    def test_a_cancelled_run_leaves_nothing(self, sleeping: tuple[str, Beside], api: ApiClient) -> None:
        job, running = sleeping

        assert api.post(f"/api/jobConfigurations/{job}/cancel").status == 204
        running.end()

        self.assert_nothing_stays()
        log = api.get(f"/api/system/tasks/ANALYTICS_TABLE/{job}").json
        assert (log[0]["completed"], log[0]["message"]) == (True, "The job was cancelled")

    def test_a_run_that_lost_its_job_leaves_nothing(self, sleeping: tuple[str, Beside]) -> None:
        job, running = sleeping

        Job.objects.filter(uid=job).update(attempt=99)
        running.end()

        self.assert_nothing_stays()


def test_the_continuous_job_builds_everything_first_and_then_what_changed(
    committed: OwnDatabase, api: ApiClient
) -> None:  # fmt: skip
    made = element()
    store(made, "1")
    skipped = [name for name in api.get("/api/analytics/tableTypes").json if name != "DATA_VALUE"]
    parameters = {"skipTableTypes": skipped, "fullUpdateHourOfDay": 3}
    configured = {
        "name": "Continuous", "jobType": "CONTINUOUS_ANALYTICS_TABLE", "delay": 3600, "jobParameters": parameters
    }  # fmt: skip
    uid = api.post("/api/jobConfigurations", configured).json["response"]["uid"]
    for value in ("1", "2"):
        store(made, value)
        assert api.post(f"/api/jobConfigurations/{uid}/execute").status == 200
        assert run_next("long")

    assert of_element(made, "value, tableoid::regclass::text") == [(2, "analytics_0")]
    assert system_setting("keyNextAnalyticsTableUpdate").hour == 3

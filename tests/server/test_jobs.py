"""The job engine as processes: quick when all is well, exact when everything is killed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg2
from django.db import connection
from redis import Redis

from scheduling.keeping import STOPPED
from scheduling.models import Job, Notification
from scheduling.sweeping import BEGUN_AGAIN
from tests.datavalues.payloads import count_rows, value, value_set
from tests.datavalues.test_overlapping import post
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase
from tests.harness.processes import JobProcesses, WebProcess
from tests.harness.serve import Serve, processes_of, wait_for

DATA = "/api/dataValueSets?async=true"
MOST_IDLE_MEGABYTES = 360
# Held by a transaction of the test's own, it keeps an import from storing anything.
HOLD = "LOCK TABLE datavalue IN SHARE ROW EXCLUSIVE MODE"


def wait_until(condition: Callable[[], bool], engine: JobProcesses, seconds: float = 30) -> float:
    """The seconds until `condition` held."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < seconds, engine.log
        time.sleep(0.02)
    return time.monotonic() - begin


def statuses() -> list[str]:
    """Of the jobs of requests."""
    return list(Job.objects.filter(is_system=False).order_by("pk").values_list("status", flat=True))


def accept(api: ApiClient, period: str) -> Job:
    answer = api.post(DATA, value_set(value(period=period)))
    return Job.objects.get(uid=answer.json["response"]["id"])


def lines(job: Job) -> list[str]:
    return list(Notification.objects.filter(job=job).order_by("pk").values_list("message", flat=True))


def test_a_tiny_import_is_done_within_a_second(own_database: OwnDatabase) -> None:
    body = json.dumps(value_set(value(period="202001"))).encode()
    with WebProcess(own_database) as web, JobProcesses(own_database) as engine:
        post(web.url, body, query="?async=true")  # what is done for the first time loads what it needs
        wait_until(lambda: statuses() == ["COMPLETED"], engine)

        status, _ = post(web.url, body, query="?async=true")

        assert status == 200
        assert wait_until(lambda: statuses() == ["COMPLETED"] * 2, engine) < 1


def test_killed_workers_and_an_emptied_redis_lose_and_double_nothing(api: ApiClient, own_database: OwnDatabase) -> None:
    before = count_rows()
    with Held() as held, JobProcesses(own_database) as engine:
        jobs = [accept(api, f"2020{month:02}") for month in range(1, 6)]
        wait_until(lambda: lines(jobs[0]) != [], engine)

        engine.kill_children()
        Redis.from_url(own_database.redis_url).flushdb()
        held.let_go()

        assert wait_until(lambda: set(statuses()) == {"COMPLETED"}, engine) < 10
    assert count_rows() == before + 5
    assert lines(jobs[0]) == ["Process started", BEGUN_AGAIN, "Process started", "Import done"]
    assert all(lines(job) == ["Process started", "Import done"] for job in jobs[1:])
    assert all(json.loads(job.summary)["importCount"]["imported"] == 1 for job in Job.objects.filter(is_system=False))


def test_a_stopped_engine_hands_its_job_back(api: ApiClient, own_database: OwnDatabase) -> None:
    """A few seconds for the running job, then it waits for the next start; that counts as no crash."""
    with Held() as held:
        with JobProcesses(own_database) as engine:
            job = accept(api, "202001")
            wait_until(lambda: lines(job) != [], engine)

            assert engine.stop() == 0

        job.refresh_from_db()
        assert (job.status, job.crashes) == ("QUEUED", 0)
        assert lines(job) == ["Process started", STOPPED]
        held.let_go()
        with JobProcesses(own_database) as engine:
            assert wait_until(lambda: statuses() == ["COMPLETED"], engine) < 5


def test_jobs_are_done_while_redis_is_away(api: ApiClient, own_database: OwnDatabase) -> None:
    own_database.redis_url = "unix:///nonexistent/redis.sock"
    with JobProcesses(own_database) as engine:
        accept(api, "202001")

        wait_until(lambda: statuses() == ["COMPLETED"], engine)


def test_two_schedulers_run_each_slot_once(own_database: OwnDatabase) -> None:
    body = {"name": "Every other second", "jobType": "TEST", "cronExpression": "*/2 * * * * *"}
    uid = ApiClient().post("/api/jobConfigurations", body).json["response"]["uid"]
    runs: dict[int, set[datetime]] = {}
    with JobProcesses(own_database) as engine, JobProcesses(own_database):
        wait_until(lambda: Job.objects.get(uid=uid).finished is not None, engine)
        begin = time.monotonic()
        while time.monotonic() < begin + 8:
            job = Job.objects.get(uid=uid)
            if job.status == "RESTING":  # its slot is the one of its last run
                runs.setdefault(int(job.slot.timestamp()) // 2, set()).add(job.started)
            time.sleep(0.03)

    assert all(len(started) == 1 for started in runs.values()), runs
    assert sorted(runs) == list(range(min(runs), max(runs) + 1))
    assert len(runs) >= 4


def test_idle_memory(home: Path) -> None:
    """Web server, workers, scheduler and supervisor together, as their proportional share."""
    with Serve(home) as server:
        assert server.ask("/api/me", user="admin")[0] == 200
        wait_for(lambda: len(python_processes(home)) == 8, server)
        time.sleep(2)  # what they load when they start

        python = python_processes(home)
        assert sum(pss(process) for process in python) < MOST_IDLE_MEGABYTES


def python_processes(home: Path) -> list[psutil.Process]:
    return [process for process in processes_of(home) if Path(process.exe()).name.startswith("python")]


def pss(process: psutil.Process) -> float:
    return process.memory_full_info().pss / 1_000_000


class Held:
    """Keeps imports from storing anything, until it is let go."""

    def __init__(self) -> None:
        self._connection: Any = None

    def __enter__(self) -> Held:
        own = ("cursor_factory", "context")
        parameters = connection.get_connection_params()
        self._connection = psycopg2.connect(**{name: v for name, v in parameters.items() if name not in own})
        with self._connection.cursor() as cursor:
            cursor.execute(HOLD)
        return self

    def let_go(self) -> None:
        self._connection.close()

    def __exit__(self, *_: object) -> None:
        self.let_go()

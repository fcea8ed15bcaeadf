"""Figures for whoever runs the server: what processes counted; what database, Redis and jobs tell at this moment."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psutil
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from redis.exceptions import RedisError

from dhis2api.embedded.gate_state import gate_redis
from dhis2api.figures import counting_processes, read_counted
from dhis2api.version import BUILD_TIME, DHIS2_VERSION, REVISION
from scheduling.notifications import execute_here
from scheduling.states import Queue

CONNECTIONS = """
    SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1
"""
DATABASE = "SELECT pg_database_size(current_database()), current_setting('max_connections')::int"
JOBS = "SELECT type, status, count(*) FROM job GROUP BY type, status"
DURATIONS = """
    SELECT DISTINCT ON (type) type, extract(epoch FROM finished - started)::float FROM job
    WHERE finished >= started ORDER BY type, finished DESC
"""
WAITING = """
    SELECT queue, count(*),
           extract(epoch FROM clock_timestamp() - min(greatest(created, coalesce(slot, created))))::float
    FROM job WHERE status = 'QUEUED' GROUP BY queue
"""


def server_families() -> Iterator[Metric]:
    """All figures; the number of statements does not depend on that of jobs or connections."""
    yield InfoMetricFamily(
        "dhis_build", "What runs here.", {"version": DHIS2_VERSION, "revision": REVISION, "built": BUILD_TIME}
    )
    yield from _processes()
    yield from _database()
    yield from _redis()
    yield from _jobs()
    yield from read_counted()


def _processes() -> Iterator[Metric]:
    began, memory, number = time.time(), 0, 0
    for process in counting_processes():
        try:
            began = min(began, process.create_time())
            memory += process.memory_info().rss
            number += 1
        except psutil.Error:  # it ended in between
            continue
    yield GaugeMetricFamily("process_uptime_seconds", "Age of the oldest process that counts.", time.time() - began)
    yield GaugeMetricFamily("dhis_processes", "Processes of this machine that count requests or imports.", number)
    yield GaugeMetricFamily("dhis_processes_resident_memory_bytes", "Their memory, shared pages in each.", memory)


def _database() -> Iterator[Metric]:
    size, most = execute_here(DATABASE, {})[0]
    yield GaugeMetricFamily("dhis_database_size_bytes", "Size of the database on disk.", size)
    yield GaugeMetricFamily("dhis_database_connections_max", "Connections that PostgreSQL allows.", most)
    yield _family(
        "dhis_database_connections", "Connections to the database.", ("state",), execute_here(CONNECTIONS, {})
    )


def _redis() -> Iterator[Metric]:
    try:
        memory = gate_redis().info("memory")["used_memory"]
    except RedisError:
        memory = None
    yield GaugeMetricFamily("dhis_redis_up", "Whether Redis answers.", float(memory is not None))
    if memory is not None:
        yield GaugeMetricFamily("dhis_redis_used_memory_bytes", "Memory that Redis uses.", memory)


def _jobs() -> Iterator[Metric]:
    waiting = {queue: (number, seconds) for queue, number, seconds in execute_here(WAITING, {})}
    queued = [(queue, *waiting.get(queue, (0, 0.0))) for queue in Queue.values]
    yield _family("dhis_jobs", "Jobs that are known, by type and state.", ("type", "status"), execute_here(JOBS, {}))
    yield _family(
        "dhis_job_last_duration_seconds",
        "How long the last run of a type took.",
        ("type",),
        execute_here(DURATIONS, {}),
    )
    yield _family("dhis_jobs_queued", "Jobs that wait for a worker.", ("queue",), [row[:2] for row in queued])
    yield _family(
        "dhis_jobs_oldest_waiting_seconds", "For how long the first of them has waited.", ("queue",),
        [(row[0], row[2]) for row in queued],
    )  # fmt: skip


def _family(name: str, words: str, labels: Sequence[str], rows: Iterable[Sequence[Any]]) -> Metric:
    """A family whose rows are the values of the labels and the figure."""
    family = GaugeMetricFamily(name, words, labels=labels)
    for *given, value in rows:
        family.add_metric(given, value)
    return family

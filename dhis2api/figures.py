"""What the processes of a server count, for Prometheus: requests, what imports did, runs of jobs.

Each process counts in files of its own in the home, which are added up when somebody asks (`read_counted`); an
increment is a write to mapped memory. Figures that the database knows are not counted here.

No label ever is a uid, a name, or anything else of which there are as many as users like.
"""

from __future__ import annotations

import os
import platform
import re
import time
from functools import cache
from pathlib import Path

import psutil
from django.conf import settings
from django.db import transaction
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

ENVIRONMENT = "PROMETHEUS_MULTIPROC_DIR"  # where the library looks for its directory
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
LONGEST_SILENCE_SECONDS = 7 * 86_400
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
JOB_SECONDS = (0.1, 1.0, 10.0, 60.0, 300.0, 1800.0, 7200.0)
FILE = re.compile(r"(?:counter|histogram)_(?P<host>.+)-(?P<pid>\d+)\.db")


class Figures:
    """The counters of this process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "http_server_requests_seconds", "Requests, and the time until their answers began.",
            ("method", "status"), buckets=SECONDS, registry=self.registry,
        )  # fmt: skip
        self.jobs = Histogram(
            "dhis_job_seconds", "Runs of jobs that ended, and how long they took.", ("type", "status"),
            buckets=JOB_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.imports = Counter(
            "dhis_imports", "Imports that were committed.", ("kind",), registry=self.registry
        )  # fmt: skip
        self.imported = Counter(
            "dhis_imported_objects", "What became of the objects of committed imports.", ("kind", "change"),
            registry=self.registry,
        )  # fmt: skip


@cache
def figures() -> Figures:
    """Made by the first who counts; children that are forked later count in files of their own."""
    directory = figures_directory()
    if _is_usable(directory):
        os.environ[ENVIRONMENT] = str(directory)
        # Hosts may share a home, and their processes have the same numbers.
        values.ValueClass = values.MultiProcessValue(process_identifier=lambda: f"{_host()}-{os.getpid()}")
    return Figures()


def count_request(method: str, status: int, seconds: float) -> None:
    """An answer has begun."""
    known = method if method in METHODS else "OTHER"
    figures().requests.labels(known, str(status)).observe(seconds)


def count_import(kind: str, **changes: int) -> None:
    """An import of `kind` did so much (imported, updated, …); counted once it is committed."""

    def count() -> None:
        figures().imports.labels(kind).inc()
        for change, number in changes.items():
            figures().imported.labels(kind, change).inc(number)

    transaction.on_commit(count)


def count_job(type: str, status: str, seconds: float) -> None:
    """A run of a job is over; counted once that is committed."""
    transaction.on_commit(lambda: figures().jobs.labels(type, str(status)).observe(seconds))


def read_counted() -> list[Metric]:
    """What all processes of the home have counted since the server was started."""
    own = figures()
    if values.ValueClass is values.MutexValue:
        return list(own.registry.collect())
    files = [str(path) for path in figures_directory().glob("*.db")]
    return list(MultiProcessCollector.merge(files))


def counting_processes() -> list[psutil.Process]:
    """The processes on this machine that count, and live."""
    return [psutil.Process(pid) for pid in sorted(_own_files()) if psutil.pid_exists(pid)]


def forget_dead_processes() -> None:
    """Counting begins anew: what processes on this machine left that are no more, and machines that are long gone."""
    dead = [path for pid, paths in _own_files().items() if not psutil.pid_exists(pid) for path in paths]
    silent_since = time.time() - LONGEST_SILENCE_SECONDS
    gone = [path for path in figures_directory().glob("*.db") if path.stat().st_mtime < silent_since]
    for path in {*dead, *gone}:
        path.unlink(missing_ok=True)


def figures_directory() -> Path:
    """Where the files lie."""
    return Path(settings.HOME) / "metrics"


def _own_files() -> dict[int, list[Path]]:
    found: dict[int, list[Path]] = {}
    for path in figures_directory().glob("*.db"):
        match = FILE.fullmatch(path.name)
        if match is not None and match["host"] == _host():
            found.setdefault(int(match["pid"]), []).append(path)
    return found


def _is_usable(directory: Path) -> bool:
    """Without a home to write to, each process counts for itself; that is no reason not to serve."""
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return False
    return os.access(directory, os.W_OK)


@cache
def _host() -> str:
    return re.sub(r"[^A-Za-z0-9.]", ".", platform.node()) or "localhost"

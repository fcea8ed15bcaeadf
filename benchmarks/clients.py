"""Many clients at once, each posting small sets of values to a real server: requests a second, and how long one takes.

The server commits as it does in production; what the database holds in the end is compared with what was acknowledged.
"""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.db import connection
from rich.console import Console
from rich.table import Table

from benchmarks.datavalues import keys
from tests.harness.client import basic
from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess

CLIENTS = 50
VALUES = 50  # of one set
HEADERS = {"Content-Type": "application/json", "Authorization": basic("admin", "district")}
COUNT = "SELECT count(*) FROM datavalue JOIN metadata_period period ON period.id = period_id WHERE iso < '2020'"


@dataclass
class Client(threading.Thread):
    """Posts its sets one after the other; `seconds` are those of each request."""

    url: str
    bodies: list[bytes]
    start_together: threading.Barrier
    seconds: list[float] = field(default_factory=list)
    imported: int = 0
    failed: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        server = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=120)
        self.start_together.wait()
        for body in self.bodies:
            started = time.perf_counter()
            server.request("POST", "/api/dataValueSets", body, HEADERS)
            answer = server.getresponse()
            summary = json.loads(answer.read())
            self.seconds.append(time.perf_counter() - started)
            self.failed += answer.status != 200
            if answer.status == 200:
                self.imported += summary["response"]["importCount"]["imported"]
        server.close()


def run(database: OwnDatabase, requests: int) -> None:
    """Have each client send `requests` sets, and print what came of it.

    Errors: AssertionError where the database does not hold just what was acknowledged.
    """
    bodies = _bodies(CLIENTS * requests)
    before = _count()
    barrier = threading.Barrier(CLIENTS + 1)
    with WebProcess(database) as server:
        clients = [
            Client(server.url, bodies[number * requests : (number + 1) * requests], barrier)
            for number in range(CLIENTS)
        ]  # fmt: skip
        for client in clients:
            client.start()
        barrier.wait()
        started = time.perf_counter()
        for client in clients:
            client.join()
        seconds = time.perf_counter() - started
    stored, acknowledged = _count() - before, sum(client.imported for client in clients)
    if stored != acknowledged:
        raise AssertionError(f"{stored} values stored, {acknowledged} acknowledged")
    _print([second for client in clients for second in client.seconds], seconds, sum(c.failed for c in clients), stored)


def _bodies(count: int) -> list[bytes]:
    """Sets of values of one data element and period each, as forms send them."""
    names = ("period", "orgUnit", "dataElement")
    values = [dict(zip(names, key, strict=True)) | {"value": "5"} for key in keys(count * VALUES)]
    return [
        json.dumps({"dataValues": values[start : start + VALUES]}).encode()
        for start in range(0, len(values), VALUES)
    ]  # fmt: skip


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return cursor.fetchone()[0]


def _print(seconds: list[float], elapsed: float, failed: int, stored: int) -> None:
    cuts = statistics.quantiles(seconds, n=100)
    table = Table("clients", "requests", "failed", "requests/s", "values/s", "p50 ms", "p95 ms", "p99 ms")
    table.add_row(
        str(CLIENTS), f"{len(seconds):,}", str(failed), f"{len(seconds) / elapsed:,.0f}", f"{stored / elapsed:,.0f}",
        *(f"{cuts[percent - 1] * 1000:,.0f}" for percent in (50, 95, 99)),
    )  # fmt: skip
    Console().print(table)

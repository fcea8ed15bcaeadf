"""`python -m benchmarks.survival [--quick]`: imports that are killed, and what is left of them.

Starts a server of its own with the demo, posts 20 asynchronous imports of different sizes, each overlapping the one
before, and while they run kills the workers with SIGKILL and empties Redis, again and again. Then it asks the database
and the API whether each import took effect exactly once, in the order of acceptance, and whether logs and results say
what happened. Ends with status 1 where something is not as it must be.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from redis import Redis
from rich.console import Console
from rich.table import Table

from dhis2api.embedded.home import DATABASE_NAME, DATABASE_PORT, DATABASE_USER, find_home
from tests.harness.client import basic
from tests.harness.serve import Serve

IMPORTS = 20
SMALLEST, LARGEST = 100, 30_000  # values of one import
OVERLAP = 0.3  # of an import's values were in the one before
FIRST_YEAR = 1990  # the demo has no values there
KILLS = 4
LONGEST_RECOVERY_SECONDS = 10.0
PATIENCE_SECONDS = 600.0

Key = tuple[str, str, str]  # data element, period, org unit

ROWS = """
    SELECT element.uid, period.iso, unit.uid, datavalue.value
    FROM datavalue
    JOIN metadata_dataelement AS element ON element.id = datavalue.data_element_id
    JOIN metadata_period AS period ON period.id = datavalue.period_id
    JOIN metadata_organisationunit AS unit ON unit.id = datavalue.organisation_unit_id
    WHERE datavalue.comment = %(mark)s AND NOT datavalue.deleted
"""
AUDITED = """
    SELECT count(*) FROM datavalue_audit JOIN metadata_period AS period ON period.id = period_id
    WHERE period.iso BETWEEN %(first)s AND %(last)s
"""
JOBS = "SELECT uid, status, attempt, crashes FROM job WHERE NOT is_system ORDER BY id"
STARTED_SINCE = "SELECT count(*) FROM job WHERE NOT is_system AND started > %(since)s"
RUNNING = "SELECT count(*) FROM job WHERE NOT is_system AND status = 'RUNNING'"
UNFINISHED = "SELECT count(*) FROM job WHERE NOT is_system AND status IN ('QUEUED', 'RUNNING')"
NOW = "SELECT clock_timestamp()"
MARK = "survival"


@dataclass(slots=True)
class Import:
    """One import. `imported` and `updated` are what it reports when it takes effect once, after those before."""

    keys: list[Key]
    imported: int
    updated: int
    uid: str = ""


class Server:
    """The server under test: its API, its database, its Redis, its processes."""

    def __init__(self, serve: Serve) -> None:
        self.serve = serve
        home = find_home(serve.home.root)
        self.redis = Redis(unix_socket_path=str(home.redis_socket))
        self.database = psycopg2.connect(
            host=str(home.run), port=DATABASE_PORT, user=DATABASE_USER, dbname=DATABASE_NAME
        )
        self.database.autocommit = True

    def ask(self, path: str, body: Any = None) -> Any:
        """JSON of a GET, or of a POST of `body`."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.serve.url + path, data, {"Content-Type": "application/json"})
        request.add_header("Authorization", basic("admin", "district"))
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.loads(answer.read() or b"null")

    def rows(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        with self.database.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()

    def number(self, statement: str, **parameters: Any) -> int:
        """The one number of a query."""
        return self.rows(statement, **parameters)[0][0]

    def kill_workers(self) -> None:
        """SIGKILL for both workers and the scheduler; their parent and the rest go on."""
        parent = self.serve.find_child("job_processes")
        for child in parent.children() if parent else []:
            child.kill()


def plan(server: Server, scale: int, chance: random.Random) -> list[Import]:
    """Imports with values for keys that nobody has used, each with a part of the keys of the one before."""
    numeric = "valueType:in:[INTEGER,INTEGER_POSITIVE,INTEGER_ZERO_OR_POSITIVE,NUMBER]"
    query = f"filter={numeric}&filter=domainType:eq:AGGREGATE&fields=id&paging=false"
    elements = [item["id"] for item in server.ask(f"/api/dataElements?{query}")["dataElements"]]
    units = [item["id"] for item in server.ask("/api/organisationUnits?fields=id&paging=false")["organisationUnits"]]
    fresh = (
        (element, f"{year}{month:02}", unit)
        for year in range(FIRST_YEAR, 2020) for month in range(1, 13) for element in elements for unit in units
    )  # fmt: skip
    planned: list[Import] = []
    for _ in range(IMPORTS):
        size = int(chance.triangular(SMALLEST, LARGEST, LARGEST / 4)) // scale
        before = planned[-1].keys if planned else []
        repeated = chance.sample(before, min(len(before), int(size * OVERLAP)))
        keys = repeated + [next(fresh) for _ in range(size - len(repeated))]
        planned.append(Import(keys, size - len(repeated), len(repeated)))
    return planned


def accept(server: Server, planned: Sequence[Import]) -> None:
    """Post them all; the value of each is its number, so that the last writer can be told."""
    for number, each in enumerate(planned, 1):
        values = [
            {"dataElement": element, "period": period, "orgUnit": unit, "value": str(number), "comment": MARK}
            for element, period, unit in each.keys
        ]
        answer = server.ask("/api/dataValueSets?async=true", {"dataValues": values})
        each.uid = answer["response"]["id"]


@contextmanager
def accepting(server: Server, planned: Sequence[Import]) -> Iterator[None]:
    """Post in a thread of its own, so that imports are killed while others are accepted."""
    thread = threading.Thread(target=accept, args=(server, planned))
    thread.start()
    try:
        yield
    finally:
        thread.join()


def torment(server: Server, kills: int, chance: random.Random) -> list[float]:
    """Kill the workers amid an import and empty Redis; the seconds until a worker had a job again, for each time."""
    recoveries = []
    for _ in range(kills):
        wait(lambda: server.number(RUNNING) > 0)
        time.sleep(chance.uniform(0.05, 0.5))
        since = server.rows(NOW)[0][0]
        begin = time.monotonic()
        server.kill_workers()
        server.redis.flushall()
        wait(lambda since=since: server.number(STARTED_SINCE, since=since) > 0)
        recoveries.append(time.monotonic() - begin)
    return recoveries


def wait(condition: Any) -> None:
    """Poll until it holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


def judge(server: Server, planned: Sequence[Import]) -> list[str]:
    """What is not as it must be; empty when all is well."""
    faults = []
    wanted = {key: str(number) for number, each in enumerate(planned, 1) for key in each.keys}
    stored = {(element, period, unit): value for element, period, unit, value in server.rows(ROWS, mark=MARK)}
    if stored != wanted:
        wrong = sum(stored.get(key) != value for key, value in wanted.items())
        faults.append(f"{wrong} of {len(wanted)} values are not the last writer's, {len(stored)} are stored")
    audited = server.number(AUDITED, first=f"{FIRST_YEAR}01", last="201912")
    updates = sum(each.updated for each in planned)
    if audited != updates:
        faults.append(f"{audited} changes are audited, {updates} happened")
    for number, each in enumerate(planned, 1):
        faults += [f"import {number}: {fault}" for fault in _judge_import(server, each)]
    return faults


def _judge_import(server: Server, each: Import) -> Iterator[str]:
    summary = server.ask(f"/api/system/taskSummaries/DATAVALUE_IMPORT/{each.uid}")
    counts = {"imported": each.imported, "updated": each.updated, "ignored": 0, "deleted": 0}
    if summary["status"] != "SUCCESS" or summary["importCount"] != counts:
        yield f"its summary says {summary['status']} {summary['importCount']}, not {counts}"
    log = server.ask(f"/api/system/tasks/DATAVALUE_IMPORT/{each.uid}")
    messages = [entry["message"] for entry in reversed(log)]
    if not log[0]["completed"] or messages[-1] != "Import done" or messages.count("Import done") != 1:
        yield f"its log ends with {messages[-3:]}"
    begun_again = sum(entry["level"] == "WARN" for entry in log)
    (attempt, crashes) = server.rows("SELECT attempt, crashes FROM job WHERE uid = %(uid)s", uid=each.uid)[0]
    if begun_again != crashes or attempt != crashes + 1:
        yield f"its log tells of {begun_again} deaths, there were {crashes} in {attempt} attempts"


def main() -> int:
    """Run it all and print what was found; the exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks.survival", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes, one kill")
    parser.add_argument("--seed", type=int, default=1, help="another seed kills at other moments")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder, Serve(Path(folder) / "home", DEMO="1") as serve:
        server = Server(serve)
        planned = plan(server, 10 if arguments.quick else 1, chance)
        begin = time.monotonic()
        with accepting(server, planned):
            recoveries = torment(server, 1 if arguments.quick else KILLS, chance)
        wait(lambda: server.number(UNFINISHED) == 0)
        seconds = time.monotonic() - begin
        faults = judge(server, planned)
        if max(recoveries) > LONGEST_RECOVERY_SECONDS:
            faults.append(f"a recovery took {max(recoveries):.1f} s")
        report(server, planned, seconds, recoveries)
        server.database.close()
    for fault in faults:
        print(f"WRONG: {fault}")
    print("Everything took effect exactly once." if not faults else f"{len(faults)} faults.")
    return 1 if faults else 0


def report(server: Server, planned: Sequence[Import], seconds: float, recoveries: Sequence[float]) -> None:
    """What was done and how long it took."""
    jobs = server.rows(JOBS)
    table = Table("imports", "values", "of them changed", "kills", "jobs begun again", "seconds", "recoveries, seconds")
    table.add_row(
        str(len(planned)), f"{sum(len(each.keys) for each in planned):,}", f"{sum(e.updated for e in planned):,}",
        str(len(recoveries)), str(sum(crashes for *_, crashes in jobs)), f"{seconds:.1f}",
        ", ".join(f"{each:.1f}" for each in recoveries),
    )  # fmt: skip
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())

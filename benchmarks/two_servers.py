"""`python -m benchmarks.two_servers [--values n]`: two servers, each with its own PostgreSQL and Redis.

The first has the demo, and more values; the second is new. It pulls the first one's metadata, and two versions of it;
then the first pushes its data, while both are killed with SIGKILL again and again: the workers of the one, the whole of
the other. In the end both must have the same: values with comments, marks and deletions, completions, tracked entities
with enrollments, events and relationships. Ends with status 1 where they have not.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
from rich.console import Console
from rich.table import Table

from dhis2api.embedded.home import DATABASE_NAME, DATABASE_PORT, DATABASE_USER, find_home
from tests.harness.client import basic
from tests.harness.serve import Serve, free_port, processes_of
from tests.synchronization.receiving import COMPARED

PATIENCE_SECONDS = 900.0
LOOPBACK = {"SYNC_PRIVATE_NETWORKS": "127.0.0.0/8"}
FIRST_YEAR, MONTHS = 1980, 120  # of the values that are added; the demo has none there
PUSHED = "SELECT coalesce(max(pushed), 0) FROM synchronization_valuepush"
OBJECTS = "SELECT count(*) FROM synchronization_pushedobject"
# Whatever came twice and was not the same would have left a trace there.
WRITTEN_TWICE = {
    "changed values": "SELECT count(*) FROM datavalue_audit",
    "changed values of events": "SELECT count(*) FROM event_change_log",
    "changed attributes": "SELECT count(*) FROM tracked_entity_change_log",
}
JOBS = {"DATA_SYNC": {"pageSize": 5000}, "TRACKED_ENTITY_DATA_SYNC": {"pageSize": 20},
        "SINGLE_EVENT_DATA_SYNC": {"pageSize": 20}}  # fmt: skip


class Server:
    """A server on a home and a port of its own; `serve` is replaced when it was killed."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home, self.port, self.environment = home, free_port(), {**LOOPBACK, **environment}
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.serve = Serve(self.home, port=self.port, **self.environment)
        self.serve.__enter__()

    def stop(self) -> None:
        """In order."""
        self.serve.__exit__(None, None, None)

    def kill(self) -> None:
        """SIGKILL for every process of it: web server, workers, PostgreSQL, Redis."""
        for process in processes_of(self.home):
            process.kill()
        self.serve.process.wait()
        self.serve.__exit__(None, None, None)

    def kill_workers(self) -> None:
        """SIGKILL for both workers and the scheduler."""
        parent = self.serve.find_child("job_processes")
        for child in parent.children() if parent else []:
            child.kill()

    def ask(self, path: str, body: Any = None, method: str | None = None, type: str = "application/json") -> Any:
        """The JSON of an answer."""
        data = None if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request = urllib.request.Request(self.serve.url + path, data, {"Content-Type": type}, method=method)
        request.add_header("Authorization", basic("admin", "district"))
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.loads(answer.read() or b"null")

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        home = find_home(self.home)
        database = psycopg2.connect(host=str(home.run), port=DATABASE_PORT, user=DATABASE_USER, dbname=DATABASE_NAME)
        try:
            with database, database.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall()
        finally:
            database.close()

    def number(self, statement: str) -> int:
        """The one number of a query."""
        return int(self.rows(statement)[0][0])

    def point_at(self, other: Server) -> None:
        """Make another one the remote."""
        self.ask("/api/systemSettings", {
            "keyRemoteInstanceUrl": other.serve.url, "keyRemoteInstanceUsername": "admin",
            "keyRemoteInstancePassword": "district",
        })  # fmt: skip


def sync_versions(sender: Server, receiver: Server) -> list[str]:
    """The receiver imports two versions of the sender, each as a whole: everything, and what changed since."""
    sender.ask("/api/systemSettings", {"keyVersionEnabled": True})
    sender.ask("/api/metadata/version/create?type=ATOMIC", "", "POST")
    group = {"name": "Made after the first version", "shortName": "Made after"}
    uid = sender.ask("/api/dataElementGroups", group)["response"]["uid"]
    sender.ask("/api/metadata/version/create?type=ATOMIC", "", "POST")
    job = Job(receiver, "META_DATA_SYNC", {})
    begin = time.monotonic()
    job.execute()
    print(f"META_DATA_SYNC: {job.wait()}, {time.monotonic() - begin:.1f} s")
    known, wanted = (
        [(version["name"], version["hashCode"]) for version in server.ask("/api/metadata/versions")["metadataversions"]]
        for server in (receiver, sender)
    )
    faults = [] if known == wanted else [f"versions: {known}, not {wanted}"]
    groups = receiver.ask("/api/dataElementGroups?fields=id&paging=false")["dataElementGroups"]
    return faults if {"id": uid} in groups else [*faults, "the group of the second version is missing"]


def enter(server: Server, count: int) -> None:
    """More values, some with comments and marks, some of them deleted again; and completions."""
    numeric = "valueType:in:[INTEGER,INTEGER_POSITIVE,INTEGER_ZERO_OR_POSITIVE,NUMBER]"
    query = f"filter={numeric}&filter=domainType:eq:AGGREGATE&fields=id&paging=false"
    elements = [item["id"] for item in server.ask(f"/api/dataElements?{query}")["dataElements"]]
    units = [item["id"] for item in server.ask("/api/organisationUnits?fields=id&paging=false")["organisationUnits"]]
    keys = (
        {"dataElement": element, "period": f"{FIRST_YEAR + month // 12}{month % 12 + 1:02}", "orgUnit": unit}
        for month in range(MONTHS) for element in elements for unit in units
    )  # fmt: skip
    values = [
        key | {"value": str(1 + number % 90)} | ({"comment": f"No. {number}", "followup": True} if number % 7 == 0
                                                 else {}) for number, key in zip(range(count), keys, strict=False)
    ]  # fmt: skip
    server.ask("/api/dataValueSets", {"dataValues": values})
    server.ask("/api/dataValueSets", {"dataValues": [value | {"deleted": True} for value in values[::11]]})
    data_set = server.ask("/api/dataSets?filter=periodType:eq:Monthly&fields=id&pageSize=1")["dataSets"][0]["id"]
    cells = [{"dataSet": data_set, "period": f"{FIRST_YEAR}{month:02}", "organisationUnit": units[-1]}
             for month in range(1, 13)]  # fmt: skip
    server.ask("/api/completeDataSetRegistrations", {"completeDataSetRegistrations": cells})


class Job:
    """A scheduled job of the sender, run when told to."""

    def __init__(self, server: Server, type: str, parameters: dict[str, Any]) -> None:
        self.server, self.type = server, type
        body = {"name": type, "jobType": type, "cronExpression": "0 0 3 ? * MON", "jobParameters": parameters}
        self.uid = server.ask("/api/jobConfigurations", body)["response"]["uid"]

    def execute(self) -> None:
        """Begin."""
        self.server.ask(f"/api/jobConfigurations/{self.uid}/execute", "", "POST")

    @property
    def log(self) -> list[str]:
        """The lines of its last run, oldest first."""
        entries = self.server.ask(f"/api/system/tasks/{self.type}/{self.uid}")
        return [entry["message"] for entry in reversed(entries)]

    def has_ended(self) -> bool:
        """Whether the last run is over."""
        entries = self.server.ask(f"/api/system/tasks/{self.type}/{self.uid}")
        return bool(entries) and entries[0]["completed"]

    def wait(self) -> str:
        """The last line, when there is one."""
        wait(self.has_ended)
        return self.log[-1]


def wait(condition: Callable[[], bool]) -> None:
    """Poll until it holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


def push_values(sender: Server, receiver: Server, job: Job, total: int) -> list[str]:
    """Push, with a kill of the workers after a third and of the receiver after two; what each run told last."""
    job.execute()
    wait(lambda: sender.number(PUSHED) >= total // 3 or job.has_ended())
    sender.kill_workers()
    wait(lambda: sender.number(PUSHED) >= total * 2 // 3 or job.has_ended())
    receiver.kill()
    ends = [job.wait()]
    receiver.start()
    job.execute()
    wait(lambda: not job.has_ended())
    return [*ends, job.wait()]


def push_objects(sender: Server, job: Job) -> str:
    """Push, with a kill of the workers."""
    job.execute()
    before = sender.number(OBJECTS)
    wait(lambda: sender.number(OBJECTS) > before or job.has_ended())
    sender.kill_workers()
    return job.wait()


def judge(sender: Server, receiver: Server) -> list[str]:
    """What is not alike, or was written twice."""
    faults = []
    table = Table("", "sender", "receiver")
    for name, statement in COMPARED.items():
        mine, theirs = set(sender.rows(statement)), set(receiver.rows(statement))
        table.add_row(name, f"{len(mine):,}", f"{len(theirs):,}")
        if mine != theirs:
            faults.append(f"{name}: {len(mine - theirs)} are missing or other there, {len(theirs - mine)} too many")
    Console().print(table)
    faults += [f"{receiver.number(statement)} {name}" for name, statement in WRITTEN_TWICE.items()
               if receiver.number(statement)]  # fmt: skip
    return faults


def main() -> int:
    """Run it all and print what was found; the exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks.two_servers", description=__doc__.splitlines()[0])
    parser.add_argument("--values", type=int, default=100_000, help="that are added to the demo's")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sender, receiver = Server(Path(folder) / "sender", DEMO="1"), Server(Path(folder) / "receiver")
        try:
            faults = run(sender, receiver, arguments.values)
        finally:
            sender.stop()
            receiver.stop()
    for fault in faults:
        print(f"WRONG: {fault}")
    print("Both have the same." if not faults else f"{len(faults)} faults.")
    return 1 if faults else 0


def run(sender: Server, receiver: Server, values: int) -> list[str]:
    """Pull, enter, push, compare."""
    receiver.point_at(sender)
    begin = time.monotonic()
    report = receiver.ask("/api/synchronization/metadataPull", f"{sender.serve.url}/api/metadata", type="text/plain")
    print(f"metadata pull: {report['status']}, {report['stats']['total']:,} objects, {time.monotonic() - begin:.1f} s")
    faults = sync_versions(sender, receiver)
    enter(sender, values)
    sender.point_at(receiver)
    jobs = {type: Job(sender, type, parameters) for type, parameters in JOBS.items()}
    total = sender.number("SELECT count(*) FROM datavalue")
    begin = time.monotonic()
    for end in push_values(sender, receiver, jobs["DATA_SYNC"], total):
        print(f"DATA_SYNC: {end}")
    print(f"{total:,} values in {time.monotonic() - begin:.1f} s, kills and the receiver's new start included")
    for type in ("TRACKED_ENTITY_DATA_SYNC", "SINGLE_EVENT_DATA_SYNC"):
        begin = time.monotonic()
        print(f"{type}: {push_objects(sender, jobs[type])}, {time.monotonic() - begin:.1f} s")
    return faults + judge(sender, receiver)


if __name__ == "__main__":
    sys.exit(main())

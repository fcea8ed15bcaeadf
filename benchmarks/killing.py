"""`python -m benchmarks.killing [--quick]`: a hundred queued jobs, while everything that works on them is killed.

Starts a server of its own and beside it a second scheduler, posts a hundred asynchronous imports that all write the
same thousand values, one after the other, and lets a job run every two seconds. Meanwhile it kills with SIGKILL a
worker, a scheduler, Redis, and then all of them at once. What each import did stands in the audit of the values: each
change once, in the order of acceptance. Ends with status 1 where something is not as it must be.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.survival import Server, wait
from dhis2api.embedded.schema import PROJECT
from tests.harness.serve import Serve, serve_environment

JOBS = 100
SLOT_SECONDS = 2
ELEMENT, PERIOD = "f7n9E0hX8qk", "200001"
VALUES = 1000  # of each import
PAUSE_SECONDS = 3.0  # between two kills; what ends five times within a minute is given up by the supervisor
QUIET_SECONDS = 9.0  # at the end, in which no slot may be missed

AUDIT = """
    SELECT unit.uid, array_agg(audit.value ORDER BY audit.id)
    FROM datavalue_audit AS audit JOIN metadata_period AS period ON period.id = audit.period_id
    JOIN metadata_organisationunit AS unit ON unit.id = audit.organisation_unit_id
    WHERE period.iso = %(period)s GROUP BY unit.uid
"""
LEFT = "SELECT count(*) FROM job WHERE type = 'DATAVALUE_IMPORT' AND status IN ('QUEUED', 'RUNNING')"
CRASHES = "SELECT uid, crashes, attempt FROM job WHERE type = 'DATAVALUE_IMPORT' ORDER BY id"
RUNS = "SELECT slot, started FROM job WHERE uid = %(uid)s AND status = 'RESTING' AND finished >= started"


class Victims:
    """The processes of a server by what they do; who is killed gets a successor."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve

    def kill(self, *roles: str) -> None:
        """SIGKILL for these roles; `redis` is one."""
        for role in roles:
            wait(lambda role=role: self._find(role) is not None)
            victim = self._find(role)
            with suppress(psutil.NoSuchProcess):  # workers end by themselves where Redis has just gone
                victim.kill()

    def _find(self, role: str) -> psutil.Process | None:
        if role == "redis":
            return self._serve.find_child("redis-server")
        parent = self._serve.find_child("job_processes")
        children = parent.children() if parent is not None else []
        return next((child for child in children if name_of(child) == f"jobs-{role}"), None)


def name_of(process: psutil.Process) -> str:
    """Empty for one that has just ended."""
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


class Watch:
    """Notes every run of the job that repeats: slot → when it was started."""

    def __init__(self, server: Server, uid: str) -> None:
        self.runs: dict[datetime, set[datetime]] = {}
        self._server, self._uid = server, uid
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ends.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ends.wait(0.05):
            for slot, started in self._server.rows(RUNS, uid=self._uid):
                self.runs.setdefault(slot, set()).add(started)


@contextmanager
def second_scheduler(home: Path) -> Iterator[None]:
    """Another scheduler on the same database and Redis."""
    command = [sys.executable, "manage.py", "run_jobs", "scheduler"]
    process = subprocess.Popen(command, cwd=PROJECT, env=serve_environment(home), stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def accept(server: Server, number: int) -> list[str]:
    """Post the imports; their ids in the order of their acceptance."""
    found = server.ask("/api/organisationUnits?fields=id&paging=false")["organisationUnits"]
    units = [unit["id"] for unit in found][:VALUES]
    uids = []
    for value in range(1, number + 1):
        values = [{"dataElement": ELEMENT, "period": PERIOD, "orgUnit": unit, "value": str(value)} for unit in units]
        answer = server.ask("/api/dataValueSets?async=true", {"dataValues": values})
        uids.append(answer["response"]["id"])
    return uids


def torment(victims: Victims, rounds: int, chance: random.Random) -> list[str]:
    """Kill one after the other, then all at once; what was done."""
    done = []
    for _ in range(rounds):
        for roles in (("short",), ("scheduler",), ("redis",), ("short", "long", "scheduler", "redis")):
            time.sleep(chance.uniform(0.3, PAUSE_SECONDS))
            victims.kill(*roles)
            done.append("+".join(roles))
    return done


def judge(server: Server, uids: list[str]) -> list[str]:
    """What is not as it must be of the imports."""
    faults = []
    changes, units = [str(value) for value in range(1, len(uids))], server.rows(AUDIT, period=PERIOD)
    for unit, audited in units:
        if audited != changes:
            faults.append(f"the audit tells of {len(audited)} changes in {unit}, not of {len(changes)} in their order")
    known = {uid: (crashes, attempt) for uid, crashes, attempt in server.rows(CRASHES)}
    for number, uid in enumerate(uids, 1):
        log = server.ask(f"/api/system/tasks/DATAVALUE_IMPORT/{uid}")
        ends = [entry for entry in log if entry["completed"]]
        deaths = sum(entry["level"] == "WARN" for entry in log)
        if len(ends) != 1 or not log[0]["completed"] or ends[0]["message"] != "Import done":
            faults.append(f"import {number}: its log ends with {[entry['message'] for entry in log[:2]]}")
        crashes, attempt = known[uid]
        if deaths != attempt - 1 or deaths < crashes:
            faults.append(f"import {number}: its log tells of {deaths} deaths, there were {attempt - 1}")
        summary = server.ask(f"/api/system/taskSummaries/DATAVALUE_IMPORT/{uid}")
        counted = summary["importCount"]["imported"] + summary["importCount"]["updated"]
        if summary["status"] != "SUCCESS" or counted != len(units):
            faults.append(f"import {number}: its summary says {summary['status']}, {counted} values")
    return faults


def judge_slots(runs: dict[datetime, set[datetime]], quiet_since: datetime) -> list[str]:
    """What is not as it must be of the job that repeats: a slot that ran twice, or was missed in quiet times."""
    faults = [f"slot {slot:%H:%M:%S} ran {len(started)} times" for slot, started in runs.items() if len(started) > 1]
    marks = [int(slot.timestamp()) // SLOT_SECONDS for slot in runs]
    faults += [
        f"slot {mark * SLOT_SECONDS} ran {marks.count(mark)} times" for mark in set(marks) if marks.count(mark) > 1
    ]
    quiet = sorted({mark for mark in marks if mark * SLOT_SECONDS > quiet_since.timestamp() + SLOT_SECONDS})
    missed = [mark for mark in range(quiet[0], quiet[-1]) if mark not in quiet] if quiet else ["all"]
    return faults + [f"slot {mark} was missed" for mark in missed]


def main() -> int:
    """Run it all and print what was found; the exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks.killing", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20 jobs, one round")
    parser.add_argument("--seed", type=int, default=1, help="another seed kills at other moments")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    number, rounds = (20, 1) if arguments.quick else (JOBS, 2)
    with tempfile.TemporaryDirectory() as folder, Serve(Path(folder) / "home", DEMO="1") as serve:
        server, watcher = Server(serve), Server(serve)
        body = {"name": "Every two seconds", "jobType": "TEST", "cronExpression": f"*/{SLOT_SECONDS} * * * * *"}
        uid = server.ask("/api/jobConfigurations", body)["response"]["uid"]
        watch = Watch(watcher, uid)
        with second_scheduler(Path(folder) / "home"):
            begin = time.monotonic()
            accepted = accept(server, number)
            waiting = server.number(LEFT)
            killed = torment(Victims(serve), rounds, chance)
            wait(lambda: server.number(LEFT) == 0)
            seconds = time.monotonic() - begin
            quiet_since = server.rows("SELECT clock_timestamp()")[0][0]
            time.sleep(QUIET_SECONDS)
            watch.stop()
        faults = judge(server, accepted) + judge_slots(watch.runs, quiet_since)
        begun_again = sum(attempt - 1 for _, _, attempt in server.rows(CRASHES))
        table = Table("jobs", "queued at the first kill", "killed", "begun again", "seconds", "slots run")
        table.add_row(
            str(number), str(waiting), f"{len(killed)} times", str(begun_again), f"{seconds:.1f}", str(len(watch.runs))
        )  # fmt: skip
        Console().print(table)
    for fault in faults:
        print(f"WRONG: {fault}")
    print("Each job took effect exactly once, and each slot ran once." if not faults else f"{len(faults)} faults.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

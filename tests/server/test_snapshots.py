"""`manage.py snapshot` and `reset` while the server runs."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest

from dhis2api.embedded.home import DATABASE_NAME, DATABASE_PORT, DATABASE_USER, EmbeddedError, find_home
from dhis2api.embedded.schema import PROJECT
from dhis2api.embedded.snapshots import delete_snapshot, reset_to_snapshot, take_snapshot
from tests.harness.serve import Serve, manage, serve_environment


class Hammer:
    """Three clients that ask without pause; `answers` are the statuses they saw, with Retry-After."""

    def __init__(self, server: Serve) -> None:
        self.server = server
        self.answers: set[tuple[str, int, str | None]] = set()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._repeat, args=[ask]) for ask in (self.read, self.write, self.see)]

    def read(self) -> tuple[int, dict[str, str]]:
        return self.server.ask("/api/me", user="admin")

    def write(self) -> tuple[int, dict[str, str]]:
        name = uuid4().hex
        return self.server.ask("/api/constants", user="admin", body={"name": name, "shortName": name, "value": 1})

    def see(self) -> tuple[int, dict[str, str]]:
        return self.server.ask("/admin/login/")

    def _repeat(self, ask: Callable[[], tuple[int, dict[str, str]]]) -> None:
        while not self.stopping.is_set():
            status, headers = ask()
            self.answers.add((ask.__name__, status, headers.get("Retry-After")))

    def __enter__(self) -> Hammer:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def run_sql(home: Path, statement: str) -> list[tuple[object, ...]]:
    run = find_home(home).run
    connection = psycopg2.connect(host=str(run), port=DATABASE_PORT, user=DATABASE_USER, dbname=DATABASE_NAME)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def test_reset_brings_rows_and_files_back(server: Serve, home: Path) -> None:
    file = find_home(home).files / "kept"
    file.write_text("before")
    run_sql(home, "CREATE TABLE IF NOT EXISTS marks (mark text); INSERT INTO marks VALUES ('before')")
    assert manage(home, "snapshot", "kept").returncode == 0
    run_sql(home, "INSERT INTO marks VALUES ('after')")
    file.write_text("after")

    assert manage(home, "reset", "kept").returncode == 0

    assert run_sql(home, "SELECT mark FROM marks") == [("before",)]
    assert file.read_text() == "before"


def test_clients_see_an_answer_or_a_503_never_a_500(server: Serve, home: Path) -> None:
    with Hammer(server) as hammer:
        assert manage(home, "snapshot", "hammered").returncode == 0
        for _ in range(2):
            assert manage(home, "reset", "hammered").returncode == 0

    answered = {answer for answer in hammer.answers if answer[1:] != (503, "1")}
    assert answered == {("read", 200, None), ("write", 201, None), ("see", 200, None)}
    # What the gate turns away is a line in the log, no fault.
    assert "Traceback" not in server.output
    assert "ERROR" not in server.output


def tell_the_gate(home: Path, what: str) -> None:
    """Call one of its functions in a process of the home, as `snapshot` does."""
    script = f"from dhis2api.embedded.gate_state import {what}; {what}()"
    subprocess.run([sys.executable, "-c", script], cwd=PROJECT, env=serve_environment(home), check=True)


def test_closed_gate_answers_a_web_message(server: Serve, home: Path) -> None:
    tell_the_gate(home, "close_gate")

    status, headers = server.ask("/api/ping")
    live, _ = server.ask("/health/live")

    assert (status, headers["Retry-After"]) == (503, "1")
    assert live == 200
    tell_the_gate(home, "open_gate")
    assert server.ask("/api/ping")[0] == 200


def test_unknown_snapshot_is_refused_with_those_that_exist(server: Serve, home: Path) -> None:
    assert manage(home, "snapshot", "there").returncode == 0

    done = manage(home, "reset", "elsewhere")

    assert done.returncode == 1
    assert "There is no snapshot 'elsewhere'. There are:" in done.stderr
    assert "there" in done.stderr


@pytest.mark.parametrize("name", ["", "1st", "a/b", "../x", "a" * 32, "é"])
def test_bad_names_are_refused(name: str) -> None:
    for operation in (take_snapshot, reset_to_snapshot, delete_snapshot):
        with pytest.raises(EmbeddedError, match="is no name for a snapshot"):
            operation(name)


def test_snapshots_are_listed_and_deleted(server: Serve, home: Path) -> None:
    assert manage(home, "snapshot", "listed").returncode == 0
    assert "listed" in manage(home, "snapshot", "--list").stdout.split()

    assert manage(home, "snapshot", "--delete", "listed").returncode == 0

    assert "listed" not in manage(home, "snapshot", "--list").stdout.split()


def test_snapshot_of_another_schema_is_refused(server: Serve, home: Path) -> None:
    run_sql(home, "UPDATE dhis2api_state SET value = '{}' || value WHERE key = 'schema'")
    assert manage(home, "snapshot", "older").returncode == 0
    run_sql(home, "UPDATE dhis2api_state SET value = substr(value, 3) WHERE key = 'schema'")

    done = manage(home, "reset", "older")

    assert done.returncode == 1
    assert "another version of the schema" in done.stderr


def test_without_a_server_the_message_says_so(tmp_path: Path) -> None:
    done = manage(tmp_path, "snapshot", "any")

    assert done.returncode == 1
    assert "Is `manage.py serve` running?" in done.stderr

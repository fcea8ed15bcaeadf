"""Homes in awkward places, and homes whose schema was rewritten."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dhis2api.embedded.accounts import open_home, remove_home
from dhis2api.embedded.home import EmbeddedError, find_home, locked_home
from dhis2api.embedded.postgres import PostgresServer
from dhis2api.embedded.schema import SCHEMA, read_state, write_state
from tests.harness.serve import Serve


@contextmanager
def running_postgres(home: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(open_home(home), durable=False)
    server.create()
    server.end_orphans()
    server.start()
    try:
        server.wait_until_ready()
        server.create_database()
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize(
    "name", ["plain", "with space, and 'quotes'", "x" * 200, "é"], ids=["plain", "punctuation", "long", "accent"]
)
def test_postgres_serves_a_home_of_any_name_below_a_private_folder(tmp_path: Path, name: str) -> None:
    """Root's own account may enter; the account that PostgreSQL runs as may not."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    home = private / name

    try:
        with running_postgres(home) as server, server.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT upper('é'), current_setting('server_encoding')")

            assert cursor.fetchone() == ("É", "UTF8")
    finally:
        remove_home(home)


def test_socket_directory_is_private(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")

    try:
        assert home.run.stat().st_mode & 0o777 == 0o700
        assert find_home(tmp_path / "home") == home
    finally:
        remove_home(tmp_path / "home")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_root_runs_postgres_as_the_owner_of_the_data(tmp_path: Path) -> None:
    try:
        with running_postgres(tmp_path / "home") as server:
            assert server.account.uid != 0
            assert server.home.postgres.stat().st_uid == server.account.uid
    finally:
        remove_home(tmp_path / "home")


def test_home_is_held_by_one_process(tmp_path: Path) -> None:
    home = find_home(tmp_path)

    with locked_home(home), pytest.raises(EmbeddedError, match=f"process {os.getpid()}"), locked_home(home):
        pass


def rewrite_history(home: Path) -> None:
    """Make the database look as if an earlier version of a migration had made it."""
    with running_postgres(home) as server, server.connect() as connection, connection.cursor() as cursor:
        stored = json.loads(read_state(cursor)[SCHEMA])
        write_state(cursor, SCHEMA, json.dumps({**stored, "metadata/migrations/0001_initial.py": "earlier"}))


def test_rewritten_schema_rebuilds_a_home_without_data_of_its_own(home: Path) -> None:
    rewrite_history(home)

    with Serve(home) as server:
        assert "is made anew" in server.output
        assert server.ask("/health/ready")[0] == 200


def test_rewritten_schema_refuses_a_home_with_data_of_its_own(home: Path) -> None:
    with running_postgres(home) as server, server.connect() as connection, connection.cursor() as cursor:
        before = read_state(cursor)[SCHEMA]
        cursor.execute("CREATE TABLE own (id int); INSERT INTO own VALUES (1)")
    rewrite_history(home)

    refused = Serve(home)
    refused.start()

    assert refused.process.wait(60) == 1
    assert "holds data of its own" in refused.output
    with running_postgres(home) as server, server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE own")
        write_state(cursor, SCHEMA, before)

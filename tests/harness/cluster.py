"""One PostgreSQL and one Redis for a run of the suite, on a copy of a cluster that already holds the demo.

The cluster is built once per state of the sources that shape it and kept under `.test-data/`; every run copies it,
so that runs beside each other, or killed halfway, never meet.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from dhis2api.embedded.accounts import open_home, remove_home
from dhis2api.embedded.home import DATABASE_NAME, Home, find_home
from dhis2api.embedded.postgres import PostgresServer
from dhis2api.embedded.redis import RedisServer
from dhis2api.embedded.schema import PROJECT

TEST_DATA = PROJECT / ".test-data"
ROLES = ("run", "building", "serve")  # homes by their use, each with the process it belongs to
SESSION_HOME = TEST_DATA / f"run-{os.getpid()}"
TEMPLATE_DATABASE = DATABASE_NAME  # nobody connects to it: PostgreSQL copies only what is at rest
SHARED_DATABASE = "shared"

# What decides about rows and columns of the template. Reading and rendering do not.
SHAPING = (
    "dhis2api/objects", "dhis2api/demo", "dhis2api/periods", "configuration", "files", "users", "sharing", "metadata",
    "apps", "datavalues", "tracker/models", "tracker/migrations", "tracker/importer", "datastore",
    "orgunit_changes/models", "orgunit_changes/migrations", "orgunit_changes/uploads", "orgunit_changes/review",
    "orgunit_changes/registry",
    "scheduling/migrations", "mailing/migrations", "messaging/migrations", "analytics/migrations",
    "validation/migrations", "synchronization/migrations",
)  # fmt: skip
NOT_SHAPING = frozenset({"views.py", "urls.py", "admin.py", "params.py", "export.py"})


class Cluster:
    """The servers of this run."""

    def __init__(self) -> None:
        self.home: Home = open_home(SESSION_HOME)
        self.postgres = PostgresServer(self.home, durable=False)
        self.redis = RedisServer(self.home)

    def start(self) -> None:
        copy_template(self.home.postgres)
        self.postgres.start()
        self.redis.start()
        self.postgres.wait_until_ready()
        self.redis.wait_until_ready()

    def stop(self) -> None:
        self.redis.stop()
        self.postgres.stop()
        remove_home(SESSION_HOME)

    def clone(self, database: str) -> None:
        """A new database as the template is; a few tenths of a second."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{TEMPLATE_DATABASE}" STRATEGY file_copy')

    def drop(self, database: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        connection = self.postgres.connect("postgres")
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    def url(self, database: str) -> str:
        return f"postgres://dhis2api@/{database}?host={self.home.run}&port=5432"


def template_fingerprint() -> str:
    """One hash over every source that shapes the template."""
    digest = hashlib.sha256((PROJECT / "requirements.txt").read_bytes())
    for folder in SHAPING:
        for file in sorted((PROJECT / folder).rglob("*.py")):
            if file.name not in NOT_SHAPING:
                digest.update(file.relative_to(PROJECT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def copy_template(target: Path) -> None:
    """Copy the data directory of a stopped cluster with schema, defaults and demo; it is built where there is none."""
    with locked_test_data():
        sweep()
        template = TEST_DATA / f"template-{template_fingerprint()}"
        if not template.exists():
            for outdated in TEST_DATA.glob("template*"):
                shutil.rmtree(outdated)
            draft = template.with_name("template.new")
            build_cluster(TEST_DATA / f"building-{os.getpid()}", draft)
            draft.rename(template)
        copy_tree(template, target)


def build_cluster(building: Path, target: Path) -> None:
    """Run the product's own preparation on a fresh home, and keep its data directory as `target`."""
    home = open_home(building)
    server = PostgresServer(home, durable=False)
    try:
        server.create()
        server.start()
        server.wait_until_ready()
        server.create_database()
        environment = os.environ | {"DHIS2API_HOME": str(building), "DJANGO_SETTINGS_MODULE": "tests.build_settings"}
        command = [sys.executable, "-m", "dhis2api.embedded.prepare", "--demo"]
        done = subprocess.run(
            command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        server.stop()
        if done.returncode != 0:
            raise RuntimeError(f"The test database could not be built:\n{done.stdout}")
        copy_tree(home.postgres, target)
    finally:
        server.stop()
        remove_home(building)


def copy_tree(source: Path, target: Path) -> None:
    """A copy with its owners and modes."""
    subprocess.run(["cp", "-a", source, target], check=True)


@contextmanager
def locked_test_data() -> Iterator[None]:
    """Only one run at a time builds, sweeps or copies."""
    TEST_DATA.mkdir(exist_ok=True)
    with open(TEST_DATA / "lock", "a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def sweep() -> None:
    """Remove what killed runs left behind."""
    for leftover in (entry for role in ROLES for entry in TEST_DATA.glob(f"{role}-*")):
        if psutil.pid_exists(int(leftover.name.split("-")[1])):
            continue
        home = find_home(leftover)
        if home.run.exists():
            PostgresServer(home, durable=False).end_orphans()
            RedisServer(home).end_orphans()
        remove_home(leftover)

"""The home: the one directory that holds a server's data, and where its parts lie.

Reading a path here creates nothing and imports neither Django nor a driver, so that settings can ask. PostgreSQL's
data and the socket directory usually lie inside the home; `places.json` in the home tells when they cannot (the
home's path is too long for a socket, or the account that owns PostgreSQL may not enter it).
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DATABASE_NAME = "dhis2api"
DATABASE_USER = "dhis2api"
DATABASE_PORT = "5432"  # only names the socket file; nothing listens on TCP


class EmbeddedError(Exception):
    """A start, snapshot or reset that cannot go on; the message tells a person what to do."""


@dataclass(frozen=True)
class Home:
    """Paths of one home. `postgres` is PostgreSQL's data directory, `run` holds sockets and pid files."""

    root: Path
    postgres: Path
    run: Path

    @property
    def redis(self) -> Path:
        return self.root / "redis"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    @property
    def files(self) -> Path:
        return self.root / "files"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def places_file(self) -> Path:
        return self.root / "places.json"

    @property
    def secret_key_file(self) -> Path:
        return self.root / "secret_key"

    @property
    def redis_socket(self) -> Path:
        return self.run / "redis.sock"

    @property
    def web_pid_file(self) -> Path:
        return self.run / "web.pid"

    @property
    def jobs_pid_file(self) -> Path:
        return self.run / "jobs.pid"


def find_home(root: Path) -> Home:
    """The home at `root` as it stands; nothing is created."""
    root = root.absolute()
    home = Home(root, root / "postgres", root / "run")
    if not home.places_file.exists():
        return home
    places = json.loads(home.places_file.read_text())
    return Home(root, Path(places["postgres"]), Path(places["run"]))


def embedded_database(root: Path) -> dict[str, str]:
    """Django's `DATABASES` entry of the PostgreSQL that `serve` runs for the home at `root`."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE_NAME,
        "USER": DATABASE_USER,
        "PASSWORD": "",
        "HOST": str(find_home(root).run),
        "PORT": DATABASE_PORT,
    }


def embedded_redis_url(root: Path) -> str:
    """The URL of the Redis that `serve` runs for the home at `root`."""
    return f"unix://{find_home(root).redis_socket}"


def find_secret_key(root: Path) -> str:
    """The home's secret key; without one a key for this process alone, so that no key is ever well known."""
    file = find_home(root).secret_key_file
    return file.read_text().strip() if file.exists() else secrets.token_urlsafe(48)


def ensure_secret_key(home: Home) -> str:
    """The home's secret key, made at the first start and readable by its owner alone."""
    if not home.secret_key_file.exists():
        draft = home.secret_key_file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        draft.rename(home.secret_key_file)
    return home.secret_key_file.read_text().strip()


@contextmanager
def locked_home(home: Home) -> Iterator[None]:
    """Hold the home for this process; the kernel lets go of it however the process ends.

    Errors: EmbeddedError when another process holds it.
    """
    with open(home.root / "lock", "a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            stream.seek(0)
            raise EmbeddedError(
                f"Another server (process {stream.read().strip() or 'unknown'}) runs on {home.root}. "
                "Stop it first, or choose another home: DHIS2API_HOME=/path/to/home"
            ) from error
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield

"""`manage.py serve`: one foreground process whose children are PostgreSQL, Redis, the web server and the job engine.

It loads neither Django nor the application, so that it stays small; what needs them runs as a child. Children are
started in order, stopped in the opposite one, and started again when they die.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

from dhis2api.embedded import schema
from dhis2api.embedded.accounts import open_home, remove_outer_run
from dhis2api.embedded.home import DATABASE_NAME, EmbeddedError, Home, ensure_secret_key, locked_home
from dhis2api.embedded.job_server import JobServer
from dhis2api.embedded.postgres import PostgresServer, tail
from dhis2api.embedded.processes import die_with_parent, start_child, stop_child
from dhis2api.embedded.redis import RedisServer
from dhis2api.embedded.webserver import WebServer, open_listener

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_SECONDS = 0.2
# A child that ends this often within the window is not started again.
MOST_CRASHES, CRASH_WINDOW_SECONDS = 5, 60.0
LONGEST_PAUSE_SECONDS = 8.0
STOP_PREPARATION = ((signal.SIGTERM, 10.0),)


class Service(Protocol):
    """A child that is kept running. `log` is None when it writes to the terminal."""

    name: str
    log: Path | None
    child: subprocess.Popen[bytes] | None

    def end_orphans(self) -> None: ...
    def start(self) -> object: ...
    def wait_until_ready(self) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class Options:
    """What the environment says. `demo`: load the demo if it is not there."""

    home: Path
    address: str
    port: int
    demo: bool
    has_own_database: bool
    has_own_redis: bool
    context_path: str

    @property
    def url(self) -> str:
        host = "localhost" if self.address in ("127.0.0.1", "0.0.0.0", "::", "::1") else self.address
        return f"http://{host}:{self.port}{self.context_path}"


def read_options(environment: Mapping[str, str]) -> Options:
    """Errors: EmbeddedError for a value that is none."""
    port, demo = environment.get("PORT") or "8080", environment.get("DEMO") or "1"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise EmbeddedError(f"PORT must be a number from 1 to 65535, not {port!r}.")
    if demo not in ("0", "1"):
        raise EmbeddedError(f"DEMO must be 0 or 1, not {demo!r}.")
    return Options(
        home=Path(environment.get("DHIS2API_HOME") or schema.PROJECT / ".data").absolute(),
        address=environment.get("BIND") or "127.0.0.1",
        port=int(port),
        demo=demo == "1",
        has_own_database=bool(environment.get("DATABASE_URL")),
        has_own_redis=bool(environment.get("REDIS_URL")),
        context_path=environment.get("CONTEXT_PATH", "").rstrip("/"),
    )


def serve(arguments: Sequence[str]) -> int:
    """Run until a signal comes; returns the exit status. `--with-parent`: end when the starting process ends."""
    if "--with-parent" in arguments:
        die_with_parent(signal.SIGTERM, os.getppid())()
    for number in STOP_SIGNALS:
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup wants it ignored
            signal.signal(number, _interrupt)
    try:
        options = read_options(os.environ)
        with open_listener(options.address, options.port) as listener:
            home = open_home(options.home)
            with locked_home(home):
                environment = {"SECRET_KEY": ensure_secret_key(home), **os.environ, "DHIS2API_HOME": str(home.root)}
                environment.setdefault("DJANGO_SETTINGS_MODULE", "dhis2api.settings")
                Supervisor(options, home, WebServer(home, listener, environment), environment).run()
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:  # a home that may not be written, a full disk
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before there was anything to stop
        return 0
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Any request to stop unwinds from wherever we are; children are stopped on the way out."""
    raise KeyboardInterrupt


class Supervisor:
    """Starts, watches and stops the children of one home."""

    def __init__(self, options: Options, home: Home, web: WebServer, environment: Mapping[str, str]) -> None:
        self.options = options
        self.home = home
        self.environment = environment
        self.web = web
        self.jobs = JobServer(home, environment)
        self.postgres = None if options.has_own_database else PostgresServer(home)
        self.redis = None if options.has_own_redis else RedisServer(home)
        self.crashes: dict[str, deque[float]] = {}

    @property
    def services(self) -> list[Service]:
        """In the order of their start."""
        return [service for service in (self.postgres, self.redis, self.web, self.jobs) if service is not None]

    def run(self) -> None:
        """Start, then watch until a signal comes or a child cannot be kept alive."""
        with ExitStack() as stack:
            stack.callback(self._stop)
            try:
                self._start()
                self._greet()
                while True:
                    time.sleep(POLL_SECONDS)
                    for service in self.services:
                        self._revive(service)
            except KeyboardInterrupt:
                print("\nStopping …", flush=True)

    def _start(self) -> None:
        for service in reversed(self.services):
            service.end_orphans()
        if self.postgres is not None:
            self.postgres.create()
        servers = [service for service in (self.postgres, self.redis) if service is not None]
        for service in servers:
            service.start()
        for service in servers:
            service.wait_until_ready()
        if not self._is_prepared():
            self._prepare()
        self.web.start()
        self.web.wait_until_ready()
        self.jobs.start()  # nobody waits for it: what is accepted meanwhile is done when it is there

    def _stop(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # impatience must not leave a child behind
        for service in reversed(self.services):
            service.stop()
        remove_outer_run(self.home)

    def _is_prepared(self) -> bool:
        """Whether the web server can start at once. For a database of one's own, preparation itself finds out."""
        if self.postgres is None:
            return False
        self.postgres.create_database()
        connection = self.postgres.connect()
        with connection.cursor() as cursor:
            state = schema.read_state(cursor)
            is_outdated = schema.is_rewritten(state)
            holds_only_demo = is_outdated and state.get(schema.CONTENT) == schema.content_mark(cursor)
        connection.close()
        if holds_only_demo:
            print("The schema was rewritten since; this home holds nothing but the demo and is made anew.")
            self.postgres.drop_database()
            self.postgres.create_database()
            return False
        if is_outdated:
            raise EmbeddedError(schema.OUTDATED.format(self.home.root))
        return schema.is_prepared(state, demo=self.options.demo)

    def _prepare(self) -> None:
        arguments = ["--demo"] if self.options.demo else []
        child = start_child(
            [sys.executable, "-m", "dhis2api.embedded.prepare", *arguments],
            directory=schema.PROJECT,
            environment=self.environment,
        )
        try:
            status = child.wait()
        finally:
            stop_child(child, STOP_PREPARATION)
        if status != 0:
            raise EmbeddedError("The database could not be prepared; the reason is above.")

    def _revive(self, service: Service) -> None:
        """Start a child that died, at once the first time, later and later after that."""
        if service.child is None or service.child.poll() is None:
            return
        now = time.monotonic()
        crashes = self.crashes.setdefault(service.name, deque(maxlen=MOST_CRASHES))
        crashes.append(now)
        recent = [moment for moment in crashes if now - moment < CRASH_WINDOW_SECONDS]
        print(f"{service.name} ended with status {service.child.returncode}; starting it again.", file=sys.stderr)
        if len(recent) == MOST_CRASHES:
            reason = f":\n{tail(service.log)}" if service.log else "; its messages are above."
            raise EmbeddedError(f"{service.name} ended {MOST_CRASHES} times within a minute{reason}")
        time.sleep(0 if len(recent) == 1 else min(0.5 * 2 ** len(recent), LONGEST_PAUSE_SECONDS))
        service.end_orphans()
        service.start()
        try:
            service.wait_until_ready()
        except EmbeddedError:
            if service.child is None or service.child.poll() is None:
                raise
            # It died while it started: one more crash, which the next look counts.

    def _greet(self) -> None:
        url = self.options.url
        question = f"{url}/api/me"
        if self.options.demo:
            question = f"{url}/api/dataValueSets.json?dataSet=BfMAe6Itzgt&period=202501&orgUnit=DiszpKrYNg8"
        print(f"Ready: {url}   user admin, password district   (Ctrl-C stops)")
        print(f"Try:   curl -u admin:district '{question}'")
        if self.options.address not in ("127.0.0.1", "::1", "localhost"):
            print("Other machines can reach this server: change the password of admin.")
        if self.postgres is not None:
            print(f"Data:  {self.home.root}  (database {DATABASE_NAME}, socket in {self.home.run})")
        sys.stdout.flush()

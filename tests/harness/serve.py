"""`manage.py serve` as a person starts it: a process on a home and a port of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import psutil

from dhis2api.embedded.home import find_home
from dhis2api.embedded.schema import PROJECT
from tests.harness.client import basic

PATIENCE_SECONDS = 180.0


def _as_from_a_terminal() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


COMMAND = ("manage.py", "serve")
SUPERVISOR = ("-m", "dhis2api.embedded")  # what the command becomes, without the time that Django takes to load


class Serve:
    """A supervisor on `home`; in a `with` block it is up, and gone afterwards."""

    def __init__(
        self, home: Path, *, port: int | None = None, command: Sequence[str] = SUPERVISOR, **environment: str
    ) -> None:
        self.home = find_home(home)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = serve_environment(home) | {"PORT": str(self.port), **environment}
        self.command = command
        self._output = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Serve:
        self.start()
        self.wait_until_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()
        self._output.close()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *self.command],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            # Whoever runs the suite may ignore it (nohup), and children inherit that; a terminal's do not.
            preexec_fn=_as_from_a_terminal,
        )

    def wait_until_ready(self) -> None:
        """Return when it says so and a request is answered."""
        wait_for(lambda: self.process.poll() is not None or self.ask("/api/ping")[0] == 200, self)
        wait_for(lambda: self.process.poll() is not None or "Data:" in self.output, self)
        assert self.process.poll() is None, self.output

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def ask(self, path: str, *, user: str | None = None, body: object = None) -> tuple[int, dict[str, str]]:
        """Status and headers of a GET, or of a POST of `body` as JSON; status 0 when nobody listens or hangs up."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        if user is not None:
            request.add_header("Authorization", basic(user, "district"))
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
                return response.status, dict(response.headers)
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers)
        except OSError:
            return 0, {}

    def find_child(self, name: str) -> psutil.Process | None:
        """The child whose program is `name`, while there is one."""
        children = psutil.Process(self.process.pid).children()
        return next((child for child in children if name in " ".join(command_line(child))), None)

    @property
    def output(self) -> str:
        """What it has written so far."""
        position = os.lseek(self._output.fileno(), 0, os.SEEK_CUR)
        return os.pread(self._output.fileno(), position, 0).decode(errors="replace")


def serve_environment(home: Path) -> dict[str, str]:
    """The environment of a person who works on `home`."""
    foreign = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BIND"}
    inherited = {name: value for name, value in os.environ.items() if name not in foreign}
    return {**inherited, "DHIS2API_HOME": str(home), "DEMO": "0", "DJANGO_SETTINGS_MODULE": "dhis2api.settings"}


def manage(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` beside a running server; the caller looks at `returncode` and `stderr`."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=serve_environment(home), capture_output=True, text=True)


def command_line(process: psutil.Process) -> list[str]:
    """Empty for one that has ended."""
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition: Callable[[], bool], serve: Serve) -> None:
    """Poll until `condition` holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, serve.output
        time.sleep(0.02)


def processes_of(home: Path) -> list[psutil.Process]:
    """Every living process that belongs to a home."""
    return [process for process in psutil.process_iter() if _belongs(process, home)]


def _belongs(process: psutil.Process, home: Path) -> bool:
    paths = find_home(home)
    try:
        if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
            return False
        return (
            process.cwd() in (str(paths.postgres), str(paths.redis))
            or process.environ().get("DHIS2API_HOME") == str(home)
        )  # fmt: skip
    except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
        return False

"""Real processes over one test's own database, as `make serve` runs them: gunicorn, and the job engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import psutil

from dhis2api.embedded.schema import PROJECT
from dhis2api.embedded.webserver import open_listener, web_command
from tests.harness.databases import OwnDatabase

READY_SECONDS = 60.0


class WebProcess:
    """`url` is its base URL, `pid` the master's process id, `log` what it wrote so far. Port 0: any that is free."""

    def __init__(self, database: OwnDatabase, port: int = 0, **environment: str) -> None:
        self.listener = open_listener("127.0.0.1", port)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        servers = {"DATABASE_URL": database.url, "REDIS_URL": database.redis_url}
        self.environment = {**os.environ, **servers, "DJANGO_SETTINGS_MODULE": "dhis2api.settings", **environment}

    def __enter__(self) -> WebProcess:
        self._output = tempfile.TemporaryFile("w+b")
        self.process = subprocess.Popen(
            web_command(self.listener.fileno()),
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            pass_fds=[self.listener.fileno()],
        )
        self.pid = self.process.pid
        self.wait_until_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
        self.listener.close()
        self._output.close()

    def wait_until_ready(self) -> None:
        """Return when it answers anything at all."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.url + "/api/ping", timeout=READY_SECONDS).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"The web server does not start:\n{self.log}")

    def worker_pids(self) -> list[int]:
        """Process ids of its workers."""
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.pid)], capture_output=True, text=True)
        return [int(line) for line in listed.stdout.split()]

    def kill(self) -> None:
        """kill -9 of the master; its workers see that and end."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def vanish(self) -> None:
        """kill -9 of the master and its workers, and nobody listens any more."""
        workers = self.worker_pids()
        self.listener.close()
        self.kill()
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def log(self) -> str:
        self._output.seek(0)
        return self._output.read().decode(errors="replace")


class JobProcesses:
    """The job engine's processes, as `make serve` runs them, over one test's own database."""

    def __init__(self, database: OwnDatabase, **environment: str) -> None:
        servers = {"DATABASE_URL": database.url, "REDIS_URL": database.redis_url}
        self.environment = {**os.environ, **servers, "DJANGO_SETTINGS_MODULE": "dhis2api.settings", **environment}

    def __enter__(self) -> JobProcesses:
        self._output = tempfile.TemporaryFile("w+b")
        self._folder = tempfile.TemporaryDirectory()
        pid_file = Path(self._folder.name) / "jobs.pid"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dhis2api.embedded.job_processes", "--pid", str(pid_file)],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + READY_SECONDS
        while not pid_file.exists():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"The job engine does not start:\n{self.log}")
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._output.close()
        self._folder.cleanup()

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does; its exit status."""
        self.process.terminate()
        return self.process.wait(20)

    def kill_children(self) -> None:
        """kill -9 of both workers and the scheduler."""
        for child in psutil.Process(self.process.pid).children():
            child.kill()

    @property
    def log(self) -> str:
        """What it has written so far."""
        self._output.seek(0)
        return self._output.read().decode(errors="replace")

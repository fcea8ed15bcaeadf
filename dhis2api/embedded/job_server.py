"""The job engine as a child of the supervisor: `dhis2api.embedded.job_processes` with its own children."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from dhis2api.embedded.home import EmbeddedError, Home
from dhis2api.embedded.processes import Escalation, end_processes, find_processes, start_child, stop_child
from dhis2api.embedded.schema import PROJECT

# A running job is given a few seconds; then it is put back, and begun again at the next start.
STOP: Escalation = ((signal.SIGTERM, 12.0),)
READY_SECONDS = 60.0


class JobServer:
    """Two workers and the scheduler, with the parent that watches them."""

    name = "The job engine"
    log: Path | None = None  # it writes to the terminal

    def __init__(self, home: Home, environment: Mapping[str, str]) -> None:
        self.home = home
        self.environment = environment
        self.child: subprocess.Popen[bytes] | None = None

    def end_orphans(self) -> None:
        """Stop what an earlier supervisor left behind; its pid file's name on the command line tells it from others."""
        end_processes(find_processes(argument=str(self.home.jobs_pid_file)), STOP)
        self.home.jobs_pid_file.unlink(missing_ok=True)

    def start(self) -> None:
        """Start it; jobs are run after `wait_until_ready`."""
        self.child = start_child(
            [sys.executable, "-m", "dhis2api.embedded.job_processes", "--pid", self.home.jobs_pid_file],
            directory=PROJECT,
            environment=self.environment,
        )

    def wait_until_ready(self) -> None:
        """Return when its processes run.

        Errors: EmbeddedError when it gave up; it has told why on the terminal.
        """
        deadline = time.monotonic() + READY_SECONDS
        while not self.home.jobs_pid_file.exists():
            if self.child is None or self.child.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedError("The job engine does not start; its messages are above.")
            time.sleep(0.05)

    def stop(self) -> None:
        """Give a running job a moment, then end."""
        if self.child is not None:
            stop_child(self.child, STOP)

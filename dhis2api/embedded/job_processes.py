"""`python -m dhis2api.embedded.job_processes ROLE…`: the processes of the job engine, forked from one parent.

The parent loads the application once and does nothing but start, watch and stop its children, so that they share its
memory: `short` and `long` work on the queue of that name, `scheduler` sweeps. A child that dies is started anew.

The parent holds the only writing end of a pipe whose other end all children watch: when it closes (the parent stops,
or was killed) they stop, also in the middle of a long statement, where a signal would not be seen.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import FrameType

import django

POLL_SECONDS = 0.1
PAUSE_SECONDS = 1.0  # before a child that died soon is started again
SOON_SECONDS = 5.0
STOP_SECONDS = 9.0  # that children are given: a running job has a few, see `scheduling/keeping.py`
ROLES = ("short", "long", "scheduler")


class Stopped(Exception):
    """A signal asked us to stop."""


class Child:
    """One role and the process that plays it."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.pid: int | None = None
        self.started = 0.0
        self.start_at = 0.0

    def note_end(self, status: int) -> None:
        """Plan the next start: at once, or in a while for one that does not live."""
        lived = time.monotonic() - self.started
        self.pid = None
        self.start_at = time.monotonic() + (PAUSE_SECONDS if lived < SOON_SECONDS else 0.0)
        print(f"The job process `{self.role}` ended with status {status}; starting it again.", file=sys.stderr)


def main(arguments: Sequence[str]) -> int:
    """Run the roles until a signal comes; the exit status."""
    parser = argparse.ArgumentParser(prog="job_processes", description=__doc__.splitlines()[0])
    parser.add_argument("roles", nargs="*", metavar="ROLE", help=f"{', '.join(ROLES)}; all of them, if none is named")
    parser.add_argument("--pid", type=Path, help="a file for the parent's process id, written when all run")
    options = parser.parse_args(arguments)
    if unknown := [role for role in options.roles if role not in ROLES]:
        parser.error(f"there is no role {unknown[0]!r}, only {', '.join(ROLES)}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupt)
    try:
        load()
        run([Child(role) for role in options.roles or ROLES], options.pid)
    except Stopped:
        return 0
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Stopped


def load() -> None:
    """Load everything that the children need, and keep the collector from touching, and so copying, what they share."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dhis2api.settings")
    gc.disable()  # what is loaded is no garbage
    django.setup()
    from scheduling import scheduler, working  # noqa: F401 - the application must be there first; all is shared

    for module in (*working.LOADED_LATE, "django.db.backends.postgresql.base"):
        import_module(module)
    gc.collect()
    gc.freeze()
    gc.enable()


def run(children: Sequence[Child], pid_file: Path | None) -> None:
    """Start the children and keep them running."""
    watched, held = os.pipe()
    try:
        while True:
            for child in children:
                if child.pid is None and time.monotonic() >= child.start_at:
                    _start(child, watched, held)
            if pid_file is not None and not pid_file.exists():
                pid_file.write_text(str(os.getpid()))
            time.sleep(POLL_SECONDS)
            _collect(children)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.close(held)
        _end(children)


def _start(child: Child, watched: int, held: int) -> None:
    child.started = time.monotonic()
    pid = os.fork()
    if pid:
        child.pid = pid
        return
    status = 1
    try:
        os.close(held)
        status = _play(child.role, watched)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)  # the parent's own clean-up is not ours


def _play(role: str, watched: int) -> int:
    """In the child: the role, until the pipe closes."""
    from scheduling import scheduler, working

    working.stop_on_signals()
    _name_process(f"jobs-{role}")

    def watch() -> None:
        os.read(watched, 1)
        working.stop_at_once()

    threading.Thread(target=watch, name="watch", daemon=True).start()
    playing: Callable[[], int] = scheduler.schedule if role == "scheduler" else lambda: working.work(role)
    try:
        return playing()
    except SystemExit as end:  # Celery's way to stop
        return end.code if isinstance(end.code, int) else 0


def _name_process(name: str) -> None:
    """For `ps` and `top`, where the kernel has such names."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name)


def _collect(children: Sequence[Child]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        for child in children:
            if child.pid == pid:
                child.note_end(os.waitstatus_to_exitcode(status))


def _end(children: Sequence[Child]) -> None:
    """Wait for the children, which see that the pipe is closed; what does not end is killed."""
    deadline = time.monotonic() + STOP_SECONDS
    left = [child.pid for child in children if child.pid is not None]
    while left:
        if time.monotonic() > deadline:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
        for pid in list(left):
            if os.waitpid(pid, os.WNOHANG)[0]:
                left.remove(pid)
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Children that never outlive their supervisor, and the end of those that an earlier one left behind.

The kernel signals a child when its parent dies (Linux). Where that fails (both killed at once, another system) the
next start finds the leftovers by their working directory or command line, never by a number alone: a pid file may
name a stranger.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from dhis2api.embedded.accounts import Account

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

Escalation = Sequence[tuple[signal.Signals, float]]  # each signal with the seconds it is given


def die_with_parent(death_signal: signal.Signals, parent: int) -> Callable[[], None]:
    """What a child runs before exec. It comes after the change of user, which would clear the request."""

    def request() -> None:
        if LIBC is None:
            return
        LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return request


def start_child(
    command: Sequence[str | Path],
    *,
    directory: Path,
    environment: Mapping[str, str],
    output: IO[bytes] | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    descriptors: Iterable[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own, so that Ctrl-C reaches the supervisor alone.

    `output` takes both its streams (None: the terminal's). `account` is whom it runs as, if another.
    """
    other = account is not None and account.is_other
    return subprocess.Popen(
        [str(part) for part in command],
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        user=account.uid if other else None,
        group=account.gid if other else None,
        extra_groups=[] if other else None,
        process_group=0,
        pass_fds=tuple(descriptors),
        preexec_fn=die_with_parent(death_signal, os.getpid()),
    )


def stop_child(child: subprocess.Popen[bytes], escalation: Escalation) -> None:
    """Signal a child until it has ended."""
    for number, seconds in escalation:
        if child.poll() is not None:
            return
        child.send_signal(number)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    child.kill()
    child.wait()


def find_processes(*, directory: Path | None = None, argument: str | None = None) -> list[psutil.Process]:
    """Processes that work in `directory`, or were started with `argument`; those we may not look into are not ours."""
    found = []
    for process in psutil.process_iter():
        try:
            in_directory = directory is not None and process.cwd() == str(directory.resolve())
            if in_directory or (argument is not None and argument in process.cmdline()):
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return [process for process in found if process.pid != os.getpid()]


def end_processes(processes: Iterable[psutil.Process], escalation: Escalation) -> None:
    """Signal processes that are not our children until they have ended."""
    alive = list(processes)
    for number, seconds in (*escalation, (signal.SIGKILL, 5.0)):
        for process in alive:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue
        deadline = time.monotonic() + seconds
        while (alive := [process for process in alive if _works(process)]) and time.monotonic() < deadline:
            time.sleep(0.02)
        if not alive:
            return


def _works(process: psutil.Process) -> bool:
    """False once it has ended, collected or not: in a container often nobody collects the dead."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

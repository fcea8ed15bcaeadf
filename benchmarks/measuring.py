"""Time and peak memory of one piece of work, in a process of its own."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections


@dataclass(frozen=True, slots=True)
class Measure:
    """`seconds` of wall clock; `peak_mib` is memory above what the process held before it began."""

    seconds: float
    peak_mib: float
    result: Any = None


def measure(work: Callable[[], Any], *, prepare: Callable[[], Any] | None = None) -> Measure:
    """Run `work` in a fork, after `prepare` has warmed it up there.

    The parent's connections are closed before: a fork must not share them.
    """
    connections.close_all()
    receiver, sender = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_run, args=(work, prepare, sender))
    process.start()
    sender.close()
    found = receiver.recv()
    process.join()
    return found


def _run(work: Callable[[], Any], prepare: Callable[[], Any] | None, sender: Any) -> None:
    if prepare is not None:
        prepare()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = _memory("VmRSS")
    started = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - started
    sender.send(Measure(seconds, (_memory("VmHWM") - before) / 1024, result))


def _memory(name: str) -> int:
    """A line of the kernel's account of this process, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])

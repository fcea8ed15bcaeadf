"""How far a running job is: stages and their items. Source: DHIS2 2.42, scheduling, progress JSON.

    with run.stage("Filling tables", items=2) as stage:
        with stage.item("analytics_2024"):
            stage.count(10_000)

What is written is seen at once, over the side connection, though not more often than a few times a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson
from django.db import connection, transaction

from dhis2api.errors import ApiError
from dhis2api.web.timestamps import format_timestamp

MOST_ITEMS = 100  # of a stage that are shown, the newest; failed ones stay before others
MOST_ITEMS_OF_ALL = 2000  # of all stages; beyond that stages that are long over show their counts alone
WRITE_SECONDS = 0.3  # between two writes
FAILED_WITHIN = "it failed, which the server's log describes"


class ProgressStatus(StrEnum):
    """Of a process, a stage or an item."""

    RUNNING = "RUNNING"
    SUCCESS = "SUCCESS"
    ERROR = "ERROR"
    CANCELLED = "CANCELLED"


class OnFailure(StrEnum):
    """What the failure of an item, or of a stage, means for what is around it."""

    PARENT = "PARENT"
    FAIL = "FAIL"
    SKIP_STAGE = "SKIP_STAGE"
    SKIP_ITEM = "SKIP_ITEM"
    SKIP_ITEM_OUTLIER = "SKIP_ITEM_OUTLIER"


class JobRefused(Exception):
    """A job, or a part of one, that cannot be carried out; the words are for the client."""


class Cancelled(Exception):
    """Somebody asked for the end of the job; nothing of what is not committed stays."""


@dataclass(slots=True)
class Node:
    """A process, a stage or an item: when it began and how it ended."""

    description: str
    on_failure: OnFailure | None = None
    status: ProgressStatus = ProgressStatus.RUNNING
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    error: str | None = None
    summary: str | None = None

    def end(self, status: ProgressStatus, *, error: str | None = None, summary: str | None = None) -> None:
        """Note that it is over, and how."""
        self.status, self.ended = status, datetime.now(UTC)
        self.error, self.summary = error or self.error, summary or self.summary

    def to_dict(self) -> dict[str, Any]:
        """Its JSON; what is null is left out."""
        until = self.ended or datetime.now(UTC)
        is_cancelled = self.status is ProgressStatus.CANCELLED
        shown = {
            "error": self.error, "summary": self.summary, "status": self.status.value,
            "completedTime": self.ended and not is_cancelled and format_timestamp(self.ended) or None,
            "cancelledTime": self.ended and is_cancelled and format_timestamp(self.ended) or None,
            "startedTime": format_timestamp(self.started), "description": self.description,
            "duration": max(0, round((until - self.started).total_seconds() * 1000)),
            "complete": self.status is ProgressStatus.SUCCESS, "onFailure": self.on_failure and self.on_failure.value,
        }  # fmt: skip
        return {name: value for name, value in shown.items() if value is not None}


class Stage:
    """A stage of a running job; made by `JobRun.stage`."""

    def __init__(self, progress: Progress, node: Node, total: int) -> None:
        self.node, self.total = node, total
        self.counted = 0
        self.done = self.failed = 0
        self._items: list[Node] = []
        self._progress = progress

    @contextmanager
    def item(self, description: str) -> Iterator[None]:
        """One piece of it. With `OnFailure.SKIP_ITEM` its error is noted and the stage goes on; a transaction that is
        open has a savepoint then."""
        self._progress.check()
        node = Node(description, OnFailure.PARENT)
        with self._progress.lock:
            self._items.append(node)
            self._shorten()
        self._progress.write()
        skips = self.node.on_failure in (OnFailure.SKIP_ITEM, OnFailure.SKIP_ITEM_OUTLIER)
        try:
            with transaction.atomic() if skips and connection.in_atomic_block else nullcontext():
                yield
        except Exception as error:
            with self._progress.lock:
                self.failed += 1
            self._progress.fail(node, error)
            self._progress.write()
            if not skips or not self._progress.may_skip(error):
                raise
            self._progress.note(error)
        else:
            with self._progress.lock:
                self.done += 1
            node.end(ProgressStatus.SUCCESS)
            self._progress.write()

    def count(self, number: int) -> None:
        """So many more things (rows, values) were done; the page of jobs shows the rate."""
        with self._progress.lock:  # items may be done side by side
            self.counted += number
        self._progress.write()

    def to_dict(self) -> dict[str, Any]:
        """Its JSON."""
        shown = self.node.to_dict() | {"totalItems": self.total or len(self._items)}
        shown |= {"doneItems": self.done, "failedItems": self.failed} if self.total or self._items else {}
        if self.counted:
            shown["counted"] = self.counted
        return shown | {"items": [item.to_dict() for item in self._items]}

    @property
    def number_shown(self) -> int:
        """How many items it shows."""
        return len(self._items)

    def forget_items(self) -> None:
        """Show the counts alone."""
        self.total = self.total or self.done + self.failed
        self._items.clear()

    def _shorten(self) -> None:
        if len(self._items) > MOST_ITEMS:
            old = next((i for i, item in enumerate(self._items) if item.status is not ProgressStatus.ERROR), 0)
            del self._items[old]


class Progress:
    """Of one attempt. `write` stores a JSON text; `is_cancelled` says whether somebody asked for the end;
    `ensure_held` raises once the attempt has lost the job."""

    def __init__(
        self, description: str, job: str, user: str | None, *, write: Callable[[str], Any],
        is_cancelled: Callable[[], bool], note: Callable[[Exception], None], is_fatal: Callable[[Exception], bool],
        ensure_held: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.lock = threading.RLock()
        self._process = Node(description)
        self._stages: list[Stage] = []
        self._job, self._user = job, user
        self._write, self._is_cancelled, self.note, self._is_fatal = write, is_cancelled, note, is_fatal
        self._ensure_held = ensure_held
        self._written = 0.0
        self._is_dirty = False

    def check(self) -> None:
        """Errors: Cancelled; LeaseLost."""
        self._ensure_held()
        if self._is_cancelled():
            raise Cancelled

    def may_skip(self, error: Exception) -> bool:
        """Whether the job can go on after it."""
        return not (isinstance(error, Cancelled) or self._is_cancelled() or self._is_fatal(error))

    def fail(self, node: Node, error: Exception) -> None:
        """End a stage or an item with what it raised, in words for administrators."""
        if isinstance(error, Cancelled) or self._is_cancelled():
            node.end(ProgressStatus.CANCELLED)
        else:
            words = (
                error.message if isinstance(error, ApiError) else str(error) if isinstance(error, JobRefused) else ""
            )
            node.end(ProgressStatus.ERROR, error=words or FAILED_WITHIN)

    @contextmanager
    def stage(self, description: str, items: int | None, on_failure: OnFailure) -> Iterator[Stage]:
        """A stage that lasts as long as the block."""
        self.check()
        stage = Stage(self, Node(description, on_failure), items or 0)
        with self.lock:
            self._stages.append(stage)
        self.write(now=True)
        try:
            yield stage
        except Exception as error:
            self.fail(stage.node, error)
            self.write(now=True)
            if on_failure is not OnFailure.SKIP_STAGE or not self.may_skip(error):
                raise
            self.note(error)
        else:
            stage.node.end(ProgressStatus.SUCCESS)
            self._shorten()
            self.write(now=True)

    def _shorten(self) -> None:
        with self.lock:
            shown = 0
            for stage in reversed(self._stages):
                shown += stage.number_shown
                if shown > MOST_ITEMS_OF_ALL and stage.number_shown:
                    stage.forget_items()

    def write(self, *, now: bool = False) -> None:
        """Store it, unless that was just done: then the next write, or the next sign of life, does."""
        with self.lock:
            self._is_dirty = True
            if now or time.monotonic() - self._written >= WRITE_SECONDS:
                self.flush()

    def flush(self) -> None:
        """Store what has changed since the last time."""
        with self.lock:
            if self._is_dirty and self._stages:
                self._is_dirty = False
                self._written = time.monotonic()
                self._write(self.to_json())

    def end(self, status: ProgressStatus, message: str) -> str:
        """The last state, to be stored with the result."""
        with self.lock:
            is_error = status is not ProgressStatus.SUCCESS
            self._process.end(status, **{"error" if is_error else "summary": message or None})
            self._is_dirty = False
            return self.to_json()

    def to_json(self) -> str:
        """The whole as the text of its JSON."""
        shown = self._process.to_dict() | {"jobId": self._job, "stages": [stage.to_dict() for stage in self._stages]}
        if self._user:
            shown["userId"] = self._user
        return orjson.dumps({"sequence": [shown]}).decode()

"""What building needs of whoever runs it: the job engine, or nobody in particular."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from django.db import transaction

from scheduling.models import Level


class Run(Protocol):
    """The part of `scheduling.job_runs.JobRun` that is used here."""

    def tell(self, message: str, level: Level = Level.INFO) -> None: ...

    def check(self) -> None: ...

    def step(self) -> AbstractContextManager[Any]: ...

    def stage(self, description: str, *, items: int | None = None) -> AbstractContextManager[Any]: ...


class _QuietStage:
    @contextmanager
    def item(self, description: str) -> Iterator[None]:
        yield

    def count(self, number: int) -> None: ...


class Unattended:
    """A run that nobody watches: benchmarks, tests, and whoever calls these rules outside of a job."""

    def tell(self, message: str, level: Level = Level.INFO) -> None: ...

    def check(self) -> None: ...

    def step(self) -> AbstractContextManager[Any]:
        return transaction.atomic()

    @contextmanager
    def stage(self, description: str, *, items: int | None = None) -> Iterator[_QuietStage]:
        yield _QuietStage()

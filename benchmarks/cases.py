"""What was measured, and the table of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import Measure


@dataclass(frozen=True, slots=True)
class Case:
    """One size. `ratio` is the floor's time over ours: 1 is as fast as PostgreSQL alone."""

    name: str
    count: int
    ours: Measure
    floor: Measure | None

    @property
    def ratio(self) -> float | None:
        return self.floor.seconds / self.ours.seconds if self.floor else None


def print_cases(things: str, cases: Sequence[Case]) -> None:
    """One line a case; `things` is what is counted."""
    table = Table("case", things, "seconds", "floor", "ratio to floor", "peak MiB", f"{things}/s")
    for case in cases:
        ratio = f"{case.ratio:.0%}" if case.ratio else ""
        floor_seconds = f"{case.floor.seconds:.2f}" if case.floor else ""
        table.add_row(
            case.name, f"{case.count:,}", f"{case.ours.seconds:.2f}", floor_seconds, ratio,
            f"{case.ours.peak_mib:.0f}", f"{case.count / case.ours.seconds:,.0f}",
        )  # fmt: skip
    Console().print(table)

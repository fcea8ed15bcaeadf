"""The result of an import, neutral of versions: counts by what happened, conflicts merged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dhis2api.errors import Conflict

SUCCESS, WARNING, ERROR = "SUCCESS", "WARNING", "ERROR"
DONE = "Import process completed successfully"
ABORTED = "Import process was aborted"
MAX_CONFLICTS = 10_000  # distinct ones; an answer with a conflict for each of a million values helps nobody


@dataclass(slots=True)
class Counts:
    """Numbers of values. `unchanged` ones were sent again as they are stored: versions count them differently."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    ignored: int = 0
    deleted: int = 0


@dataclass(slots=True)
class MergedConflict:
    """A conflict with the indexes of all records that have it."""

    conflict: Conflict
    indexes: list[int] = field(default_factory=list)


@dataclass(slots=True)
class FreeConflict:
    """A conflict of the set in free text, without a code."""

    object: str
    value: str


@dataclass(slots=True)
class ImportSummary:
    """What an import did. `rejected` are payload indexes, ascending."""

    status: str = SUCCESS
    description: str = DONE
    counts: Counts = field(default_factory=Counts)
    conflicts: dict[tuple[Any, ...], MergedConflict] = field(default_factory=dict)
    free_conflicts: list[FreeConflict] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)
    data_set_complete: str = "false"
    options: dict[str, Any] = field(default_factory=dict)

    def add(self, conflict: Conflict) -> None:
        """Merge a conflict with others of the same code and objects."""
        key = (conflict.code.name, conflict.property, *sorted(conflict.objects.items()))
        merged = self.conflicts.get(key)
        if merged is None:
            if len(self.conflicts) >= MAX_CONFLICTS:
                return
            merged = self.conflicts[key] = MergedConflict(conflict)
        if conflict.index is not None:
            merged.indexes.append(conflict.index)

    def abort(self, conflicts: Iterable[Conflict]) -> None:
        """A fault of the whole set: nothing is stored and nothing counted."""
        for conflict in conflicts:
            self.add(conflict)
        self.status, self.description = ERROR, ABORTED
        self.counts, self.rejected = Counts(), []

    def fail(self, reason: str) -> None:
        """The import could not be carried out: nothing is stored and nothing counted."""
        self.status, self.description = ERROR, f"The import process failed: {reason}"
        self.counts, self.rejected, self.data_set_complete = Counts(), [], "false"

    def finish(self) -> None:
        """Set the status that follows from the conflicts, and put these in the order of the values that have them."""
        if self.status == SUCCESS and (self.conflicts or self.free_conflicts):
            self.status = WARNING
        self.rejected.sort()
        ordered = sorted(self.conflicts.items(), key=lambda entry: entry[1].indexes[:1])
        self.conflicts = dict(ordered)

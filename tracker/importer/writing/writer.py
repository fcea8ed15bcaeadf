"""What the modules of a commit share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tracker.importer.context import Context
from tracker.importer.items import Action, Item, TrackerType
from tracker.importer.report import Counts, TypeOutcome


@dataclass(slots=True)
class Writer:
    """One commit. `touched` collects keys of stored tracked entities whose time of change moves."""

    context: Context
    author: int
    outcome: dict[TrackerType, TypeOutcome] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    keys: dict[tuple[str, str], int] = field(default_factory=dict)  # (kind, uid) of what is new → key
    # files that values name, and their owners: uid (None: given up), then tracked entity and attribute, or event and
    # data element
    files: list[tuple[str | None, int | None, int | None, int | None, int | None]] = field(default_factory=list)

    @property
    def now(self) -> Any:
        return self.context.now

    @property
    def username(self) -> str:
        return self.context.viewer.principal.username

    def written(self, items: list[Any], action: Action) -> list[Any]:
        """Those of `items` that go in by `action`."""
        return [item for item in items if not item.is_ignored and item.action is action]

    def count(self, type: TrackerType, items: list[Item], is_written: set[int] | None = None) -> None:
        """Note what became of the objects of a type; `is_written` are the indexes of those that went in."""
        counts, objects = Counts(), []
        for item in items:
            if item.is_ignored or (is_written is not None and item.index not in is_written):
                continue
            if item.action is Action.CREATE:
                counts.created += 1
            elif item.action is Action.UPDATE:
                counts.updated += 1
            else:
                counts.deleted += 1
            objects.append((item.uid, item.index))
        counts.ignored = self.context.bundle.sent.get(type, 0) - len(objects)
        self.outcome[type] = TypeOutcome(counts, objects)

"""What the modules of a commit share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from tracker.importer.context import Context
from tracker.importer.items import KIND, Action, Item, TrackerType
from tracker.importer.report import Counts, TypeOutcome
from tracker.importer.writing.copying import copy_rows, draw_keys, stage_rows


@dataclass(frozen=True, slots=True)
class Staging:
    """A temporary table: its columns in SQL, and their names in the order of its rows."""

    table: str
    definition: str

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.split()[0] for column in self.definition.split(","))


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

    def create(
        self, items: list[Any], table: str, columns: tuple[str, ...], line: Callable[[Writer, Any], str]
    ) -> list[Any]:
        """Send a row, made by `line`, for each of `items` that is new and goes in, under a key of its own."""
        created = self.written(items, Action.CREATE)
        for item, key in zip(created, draw_keys(table, len(created)), strict=True):
            item.pk = self.keys[KIND[item.tracker_type], item.uid] = key
        copy_rows(table, columns, (line(self, item) for item in created))
        return created

    def stage(self, items: list[Any], staging: Staging, line: Callable[[Writer, Any], str]) -> list[Any]:
        """Send a row for each of `items` that changes what is stored to a table where an update finds it."""
        updated = self.written(items, Action.UPDATE)
        for item in updated:
            item.pk = item.stored.pk
        if updated:
            stage_rows(staging.table, staging.definition, staging.columns, (line(self, item) for item in updated))
        return updated

    def execute(self, statement: str) -> None:
        """Run a statement that stamps what it writes."""
        with connection.cursor() as cursor:
            cursor.execute(statement, {"now": self.now, "author": self.author})

    def count(self, type: TrackerType, items: list[Item]) -> None:
        """Note what became of the objects of a type."""
        counts, objects = Counts(), []
        for item in items:
            if item.is_ignored:
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

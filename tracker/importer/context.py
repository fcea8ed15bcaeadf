"""What an import knows: its options, who runs it, what was sent, and what was found."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from dhis2api.errors import Code
from tracker.access.viewer import Viewer
from tracker.importer.faults import FailFast, Fault, argument
from tracker.importer.items import (
    EnrollmentItem,
    EventItem,
    Item,
    RelationshipItem,
    TrackedEntityItem,
    TrackerType,
)
from tracker.importer.known import Known
from tracker.importer.profile import WireProfile
from tracker.importer.schemes import Schemes
from tracker.params import ImportStrategy, TrackerImportParams, ValidationMode
from tracker.rules.effects import Effect


@dataclass(slots=True)
class Bundle:
    """The payload, flattened; payload order within a type. `sent` counts what was sent, duplicates included."""

    tracked_entities: list[TrackedEntityItem] = field(default_factory=list)
    enrollments: list[EnrollmentItem] = field(default_factory=list)
    events: list[EventItem] = field(default_factory=list)
    relationships: list[RelationshipItem] = field(default_factory=list)
    # by uid; of a uid that was sent twice the first one
    tracked_entity: dict[str, TrackedEntityItem] = field(default_factory=dict)
    enrollment: dict[str, EnrollmentItem] = field(default_factory=dict)
    event: dict[str, EventItem] = field(default_factory=dict)
    sent: dict[TrackerType, int] = field(default_factory=dict)

    def items(self) -> dict[TrackerType, list[Any]]:
        """The objects by type, in the order in which everything is done."""
        return {
            TrackerType.TRACKED_ENTITY: self.tracked_entities, TrackerType.ENROLLMENT: self.enrollments,
            TrackerType.EVENT: self.events, TrackerType.RELATIONSHIP: self.relationships,
        }  # fmt: skip


@dataclass(slots=True)
class Memo:
    """Answers that many objects of one import would ask for again."""

    captures: dict[str, bool] = field(default_factory=dict)  # whether a path lies in the capture scope
    searches: dict[str, bool] = field(default_factory=dict)  # the same for the effective search scope
    # tracked entity type, program or stage → name of a field → texts that are good as its values
    good_texts: dict[Any, dict[str | None, set[str]]] = field(default_factory=dict)
    # tracked entity type, program or stage → keys of the fields that it cannot go without
    mandatory: dict[Any, tuple[int, ...]] = field(default_factory=dict)
    # uid of the tracked entity and key of the program → the payload's enrollments that are not cancelled
    enrolled: dict[tuple[str | None, int], list[EnrollmentItem]] = field(default_factory=dict)
    note_uids: set[str] = field(default_factory=set)  # of notes that the payload adds
    relationship_uids: set[str] = field(default_factory=set)  # of relationships made or deleted, to find one sent twice
    tomorrow: datetime.datetime | None = None  # when the server's day ends


@dataclass(slots=True)
class Context:
    """One import."""

    params: TrackerImportParams
    schemes: Schemes
    profile: WireProfile
    viewer: Viewer
    user: Any  # the row of who imports
    now: datetime.datetime
    bundle: Bundle
    known: Known = field(default_factory=Known)
    memo: Memo = field(default_factory=Memo)
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)  # what program rules want done

    @property
    def is_delete(self) -> bool:
        return self.params.import_strategy is ImportStrategy.DELETE

    def error(self, code: Code, item: Item, *args: Any) -> None:
        """Say what is wrong with an object, which is thereby invalid. Errors: FailFast where one error is enough."""
        self.errors.append(_fault(code, item, args))
        item.is_invalid = item.is_ignored = True
        if self.params.validation_mode is ValidationMode.FAIL_FAST:
            raise FailFast

    def warn(self, code: Code, item: Item, *args: Any) -> None:
        """Say what its sender should know of an object that goes in nevertheless."""
        self.warnings.append(_fault(code, item, args))


def _fault(code: Code, item: Item, args: tuple[Any, ...]) -> Fault:
    return Fault(code, item.tracker_type, item.uid, tuple(map(argument, args)), item.index)

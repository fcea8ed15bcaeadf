"""What belongs together when rules run: an enrollment with its events, or the events of an event program in one import.

Values are looked at when a rule asks for them, and families are looked at one after the other, so that what was made
for one is gone when the next one comes.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from expressions.over_rules.candidates import Candidates
from tracker.importer.items import EnrollmentItem, EventItem
from tracker.importer.known import DataElement, Program, StoredEnrollment
from tracker.importer.raw_values import decode_attributes, decode_values
from tracker.rules.known import ProgramRules

if TYPE_CHECKING:
    from tracker.rules.facts import Facts

Moment = datetime.datetime | None
Place = tuple[datetime.date, datetime.datetime]


class EventFacts(msgspec.Struct, eq=False, gc=False):
    """An event as rules see it: values that are there, by the uid of their data element. `sent` has what the payload
    says of each, None for a value that it takes away."""

    stage: int
    day: datetime.date | None
    created: datetime.datetime
    values: dict[str, str]
    sent: dict[str, str | None]

    @property
    def place(self) -> Place:
        """What orders events: by day, then by when they were made."""
        return self.day or datetime.date.min, self.created


class Record:
    """The events that have a value of a data element, oldest first."""

    __slots__ = ("_candidates", "_places", "element", "events")

    def __init__(self, element: str, events: Sequence[EventFacts]) -> None:
        self.element = element
        self.events = events
        self._candidates: Candidates | None = None
        self._places: Sequence[Place] | None = None

    @property
    def candidates(self) -> Candidates:
        """These values, newest first: the same ones whoever asks, so that many may count them."""
        if self._candidates is None:
            self._candidates = Candidates([event.values[self.element] for event in reversed(self.events)])
        return self._candidates

    def newest(self) -> EventFacts | None:
        return self.events[-1] if self.events else None

    def before(self, event: EventFacts) -> EventFacts | None:
        """The newest one of those that are older."""
        if self._places is None:
            self._places = [one.place for one in self.events]
        count = bisect_left(self._places, event.place)
        return self.events[count - 1] if count else None


class Family:
    """`uid` is the enrollment's, nothing in an event program; `enrollment` its item, where the payload has it."""

    def __init__(
        self, facts: Facts, program: Program, rules: ProgramRules, uid: str | None,
        enrollment: EnrollmentItem | None, items: list[EventItem],
    ) -> None:  # fmt: skip
        self.facts = facts
        self.program = program
        self.rules = rules
        self.uid = uid
        self.enrollment = enrollment
        self.items = items
        self._records: dict[tuple[str, int | None], Record] = {}
        self._seen: dict[int, EventFacts] = {}  # by the identity of the item

    @property
    def stored(self) -> StoredEnrollment | None:
        return self.facts.context.known.enrollments.get(self.uid or "")

    @property
    def tracked_entity(self) -> str | None:
        """The uid of whom it is about. What is stored of an enrollment stays; the payload cannot change it."""
        if self.stored is not None:
            return self.stored.tracked_entity_uid
        return self.enrollment.tracked_entity if self.enrollment is not None else None

    def event(self, item: EventItem) -> EventFacts:
        """The facts of one of its events in the payload. Of an event program they are only kept if a rule asks for all
        of them: there may be many."""
        found = self._seen.get(id(item))
        if found is None:
            found = self.facts.event(item)
            if self.uid is not None:
                self._seen[id(item)] = found
        return found

    @cached_property
    def events(self) -> list[EventFacts]:
        """All its events: those of the payload, and the stored ones beside them that the user may read."""
        siblings = self.facts.siblings.get(self.uid, []) if self.uid else []
        for item in self.items:
            self._seen[id(item)] = self.event(item)
        return [*self._seen.values(), *siblings]

    @cached_property
    def count(self) -> int:
        """How many events there are."""
        return len(self.items) + len(self.facts.siblings.get(self.uid, []) if self.uid else [])

    def record(self, element: str, stage: int | None) -> Record:
        """What there is of a data element, in a stage or in all."""
        found = self._records.get((element, stage))
        if found is None:
            events = [event for event in self.events if element in event.values and stage in (None, event.stage)]
            events.sort(key=attrgetter("place"))
            found = self._records[element, stage] = Record(element, events)
        return found

    @cached_property
    def sent_attributes(self) -> dict[int, str | None]:
        """What the payload says of attributes, by key: with the tracked entity, and over that with the enrollment."""
        context = self.facts.context
        entity = context.bundle.tracked_entity.get(self.tracked_entity or "")
        sent: dict[int, str | None] = {}
        for item in (entity, self.enrollment):
            if item is not None and not item.is_ignored:
                for entry in decode_attributes(item.record.attributes):
                    attribute = context.known.attributes.get(entry.attribute)
                    if attribute is not None:
                        sent[attribute.pk] = entry.value
        return sent

    @cached_property
    def attributes(self) -> dict[int, str]:
        """Attribute values by key. A stored one is seen even where the payload takes it away, as in DHIS2."""
        entity = self.facts.context.known.tracked_entities.get(self.tracked_entity or "")
        stored = entity.attributes if entity is not None else {}
        return stored | {key: text for key, text in self.sent_attributes.items() if text is not None}

    @cached_property
    def enrolled_at(self) -> Moment:
        if self.enrollment is not None:
            return self.enrollment.enrolled_at
        return self.facts.dates.get(self.uid, (None, None))[0] if self.uid else None

    @cached_property
    def occurred_at(self) -> Moment:
        """The incident's date, which is the enrollment's where none is given."""
        if self.enrollment is not None:
            return self.enrollment.occurred_at or self.enrollment.enrolled_at
        return self.facts.dates.get(self.uid, (None, None))[1] if self.uid else None

    @property
    def status(self) -> str | None:
        if self.enrollment is not None:
            return self.enrollment.status
        return self.stored.status if self.stored is not None else None


def sent_values(item: EventItem, names: Mapping[str | None, DataElement | None]) -> dict[str, str | None]:
    """What the payload says of data values, by the uid of the data element."""
    sent: dict[str, str | None] = {}
    for entry in decode_values(item.record.data_values):
        element = names.get(entry.data_element)
        if element is not None:
            sent[element.uid] = entry.value
    return sent

"""What a payload names, gathered in one pass: metadata by identifiers, tracker objects by uids."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from tracker.importer.context import Bundle, Context
from tracker.importer.items import Side
from tracker.importer.raw_values import decode_attributes, names_in_values, split_options


@dataclass(slots=True)
class Names:
    """Identifiers of metadata, each a text of the payload."""

    org_units: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    programs: set[str] = field(default_factory=set)
    programs_without_stage: set[str] = field(default_factory=set)  # of events that leave the stage to their program
    stages: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    data_elements: set[str] = field(default_factory=set)
    option_combos: set[str] = field(default_factory=set)
    category_options: set[str] = field(default_factory=set)
    relationship_types: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)  # uids and usernames
    # programs and stages of events, as they stand together
    of_events: set[tuple[str | None, str | None]] = field(default_factory=set)


@dataclass(slots=True)
class Uids:
    """Uids of tracker objects. `touched` rows are written, or something below them is; `shown` are only pointed at."""

    tracked_entities: set[str]
    enrollments: set[str]
    events: set[str]
    relationships: set[str]
    shown: dict[str, set[str]]  # by kind


def texts(found: Iterable[str | None]) -> set[str]:
    """Without what names nothing: no text, and text that no column can hold."""
    return {text for text in set(found) if text and "\x00" not in text}


def names_of(context: Context) -> Names:
    """The metadata that the payload names; nothing of a deletion, whose objects need uids alone."""
    if context.is_delete:
        return Names()
    bundle = context.bundle
    entities, enrollments, events = bundle.tracked_entities, bundle.enrollments, bundle.events
    of_events = {(item.record.program, item.record.program_stage) for item in events}
    return Names(
        org_units=texts(item.record.org_unit for items in (entities, enrollments, events) for item in items),
        types=texts(item.record.tracked_entity_type for item in entities),
        programs=texts([*(item.record.program for item in enrollments), *(program for program, _ in of_events)]),
        programs_without_stage=texts(program for program, stage in of_events if not stage),
        stages=texts(stage for _, stage in of_events),
        attributes=texts(
            entry.attribute for items in (entities, enrollments) for item in items
            for entry in decode_attributes(item.record.attributes)
        ),
        data_elements=texts(
            name for item in events for name in names_in_values(item.record.data_values)
        ),
        option_combos=texts(item.record.attribute_option_combo for item in events),
        category_options=texts(
            option for text in {item.record.attribute_category_options for item in events} if text
            for option in split_options(text)
        ),
        relationship_types=texts(item.record.relationship_type for item in bundle.relationships),
        users=texts(text for item in events if item.sent_user for text in item.sent_user),
        of_events=of_events,
    )  # fmt: skip


def uids_of(bundle: Bundle) -> Uids:
    """The tracker objects that may be stored already. Uids that this import made up are not looked for."""
    entities = {item.uid for item in bundle.tracked_entities if item.record.tracked_entity}
    enrollments = {item.uid for item in bundle.enrollments if item.record.enrollment}
    events = {item.uid for item in bundle.events if item.record.event}
    entities |= _elsewhere((item.tracked_entity for item in bundle.enrollments), bundle.tracked_entity)
    enrollments |= _elsewhere((item.enrollment for item in bundle.events), bundle.enrollment)
    uids = {"trackedEntity": entities, "enrollment": enrollments, "event": events}
    shown: dict[str, set[str]] = {kind: set() for kind in uids}
    for item in bundle.relationships:
        for side, goes_to in ((item.from_side, uids), (item.to_side, shown)):
            if side is not None and not _is_new(side, bundle, uids):
                goes_to[side[0]].add(side[1])
    return Uids(
        tracked_entities=texts(entities), enrollments=texts(enrollments), events=texts(events),
        relationships=texts(item.uid for item in bundle.relationships if item.record.relationship),
        shown={kind: texts(shown[kind] - uids[kind]) for kind in uids},
    )  # fmt: skip


def _elsewhere(found: Iterable[str | None], sent: Collection[str]) -> set[str]:
    return {uid for uid in found if uid and uid not in sent}


def _is_new(side: Side, bundle: Bundle, uids: dict[str, set[str]]) -> bool:
    """Whether a side is an object whose uid this import made up."""
    kind, uid = side
    sent = {"trackedEntity": bundle.tracked_entity, "enrollment": bundle.enrollment, "event": bundle.event}[kind]
    return uid in sent and uid not in uids[kind]

"""Relationships into their table; they are made and taken away, never changed."""

from __future__ import annotations

from tracker.importer.items import RelationshipItem, Side, relationship_key
from tracker.importer.writing.copying import as_key, as_moment, as_text
from tracker.importer.writing.writer import Writer

KINDS = ("trackedEntity", "enrollment", "event")
COLUMNS = (
    "id", "uid", "relationship_type_id", "from_tracked_entity_id", "from_enrollment_id", "from_event_id",
    "to_tracked_entity_id", "to_enrollment_id", "to_event_id", "key", "deleted", "created_at", "created_at_client",
    "updated_at", "created_by_id",
)  # fmt: skip


def write_relationships(writer: Writer) -> None:
    """Create; the tracked entity from which a relationship goes out has changed with it."""
    created = writer.create(writer.context.bundle.relationships, "relationship", COLUMNS, _new)
    for item in created:
        touched = _origin(writer, item.from_side)
        if touched is not None:
            writer.touched.add(touched)


def _new(writer: Writer, item: RelationshipItem) -> str:
    now = writer.now.isoformat()
    return "\t".join((
        str(item.pk), item.uid, str(item.type.pk), *_columns(writer, item.from_side), *_columns(writer, item.to_side),
        as_text(relationship_key(item.type, item.from_side, item.to_side)), "f", now,
        as_moment(item.record.created_at_client), now, str(writer.author),
    ))  # fmt: skip


def _columns(writer: Writer, side: Side) -> list[str]:
    key = side_key(writer, side)
    return [as_key(key if kind == side[0] else None) for kind in KINDS]


def side_key(writer: Writer, side: Side) -> int:
    """The key of the object at a side, new or stored."""
    new = writer.keys.get(side)
    if new is not None:
        return new
    known = writer.context.known
    stored = {"trackedEntity": known.tracked_entities, "enrollment": known.enrollments, "event": known.events}
    return stored[side[0]][side[1]].pk


def _origin(writer: Writer, side: Side) -> int | None:
    """The stored tracked entity behind a side; None for a new one and for events without one."""
    kind, uid = side
    known = writer.context.known
    if side in writer.keys:
        return None
    if kind == "trackedEntity":
        return known.tracked_entities[uid].pk
    stored = known.enrollments[uid] if kind == "enrollment" else known.events[uid]
    return stored.tracked_entity

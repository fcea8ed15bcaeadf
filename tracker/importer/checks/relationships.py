"""Checks of relationships."""

from __future__ import annotations

from typing import Any

from tracker.errors import (
    E1124,
    E4000,
    E4001,
    E4006,
    E4010,
    E4012,
    E4014,
    E4015,
    E4016,
    E4017,
    E4018,
    E4020,
)
from tracker.importer.checks.access import may_read_entity, may_use_enrollment, may_use_event, may_write_entity
from tracker.importer.checks.tracked_entities import is_blank
from tracker.importer.context import Context
from tracker.importer.items import Action, RelationshipItem, Side, TrackerType, relationship_key
from tracker.importer.known import End

NAMES = {
    "trackedEntity": TrackerType.TRACKED_ENTITY, "enrollment": TrackerType.ENROLLMENT, "event": TrackerType.EVENT,
}  # fmt: skip


def existence(item: RelationshipItem, context: Context) -> None:
    """E4017, E4015, E4016. Relationships never change: one that is sent again is passed over, with a warning."""
    stored = item.stored
    if stored is not None and stored.deleted:
        context.error(E4017, item, item)
    elif stored is None:
        if item.action is not Action.CREATE:
            context.error(E4016, item, item)
        elif item.uid in context.memo.relationship_uids:
            context.error(E4015, item, item)
        context.memo.relationship_uids.add(item.uid)
    elif item.action is Action.CREATE:
        context.error(E4015, item, item)
    elif item.action is Action.UPDATE:
        context.warn(E4015, item, item)
        item.is_ignored = True
    elif item.uid in context.memo.relationship_uids:
        item.is_ignored = True
    else:
        context.memo.relationship_uids.add(item.uid)


def mandatory_members(item: RelationshipItem, context: Context) -> None:
    """E1124, E4001."""
    if item.type is None and is_blank(item.record.relationship_type):
        context.error(E1124, item, "relationshipType")
    if item.from_side is None:
        context.error(E4001, item, "from", item)
    if item.to_side is None:
        context.error(E4001, item, "to", item)


def metadata(item: RelationshipItem, context: Context) -> None:
    """E4006."""
    if item.type is None:
        context.error(E4006, item, item.record.relationship_type)


def self_link(item: RelationshipItem, context: Context) -> None:
    """E4000."""
    if item.from_side == item.to_side:
        context.error(E4000, item, item)


def constraints(item: RelationshipItem, context: Context) -> None:
    """E4010, E4012, E4014 at each side; programs and stages of constraints are not compared."""
    _end_fits(item, "from", item.from_side, item.type.from_end, context)
    _end_fits(item, "to", item.to_side, item.type.to_end, context)


def _end_fits(item: RelationshipItem, name: str, side: Side, end: End, context: Context) -> None:
    kind, uid = side
    if kind != end.kind:
        context.error(E4010, item, name, end.kind, kind)
    if not _is_there(side, context):
        context.error(E4012, item, kind, uid)
        return
    if kind != end.kind or kind != "trackedEntity" or end.tracked_entity_type is None:
        return
    types = context.known.types_by_pk
    stored = context.known.tracked_entities.get(uid)
    if stored is not None:
        key = stored.type
        found = types.get(key)
    else:
        sent = context.bundle.tracked_entity[uid]
        key = sent.type.pk if sent.type is not None else None
        found = sent.type or sent.record.tracked_entity_type
    if key != end.tracked_entity_type:
        context.error(E4014, item, name, types.get(end.tracked_entity_type), found)


def _is_there(side: Side, context: Context) -> bool:
    kind, uid = side
    bundle = context.bundle
    sent = {"trackedEntity": bundle.tracked_entity, "enrollment": bundle.enrollment, "event": bundle.event}[kind]
    return uid in sent or _stored(side, context) is not None


def _stored(side: Side, context: Context) -> Any:
    kind, uid = side
    known = context.known
    rows = {"trackedEntity": known.tracked_entities, "enrollment": known.enrollments, "event": known.events}[kind]
    stored = rows.get(uid)
    return None if stored is None or stored.deleted else stored


def access(item: RelationshipItem, context: Context) -> None:
    """E4020: data write on the type, write on `from`, and on `to` read, or write where it goes both ways. What this
    import makes has been judged for itself."""
    type, stored = item.type, item.stored
    if type is None:
        return
    if stored is not None:
        from_side, to_side = (stored.from_side[0], stored.from_side[2]), (stored.to_side[0], stored.to_side[2])
        # A deletion takes something from `to` only if it could be reached from there.
        to_is_allowed = not type.bidirectional or _may_use(to_side, context, write=True)
    else:
        from_side, to_side = item.from_side, item.to_side
        to_is_allowed = _may_use(to_side, context, write=type.bidirectional)
    if not (type.data_write and to_is_allowed and _may_use(from_side, context, write=True)):
        context.error(E4020, item, context.user, item)


def _may_use(side: Side, context: Context, *, write: bool) -> bool:
    stored = _stored(side, context)
    if stored is None:
        return True
    if side[0] == "trackedEntity":
        return may_write_entity(context, stored) if write else may_read_entity(context, stored)
    if side[0] == "enrollment":
        return may_use_enrollment(context, stored, write=write)
    return may_use_event(context, stored, write=write)


def is_new(item: RelationshipItem, context: Context) -> None:
    """E4018; earlier versions pass over what is stored already."""
    if relationship_key(item.type, item.from_side, item.to_side) not in context.known.relationship_keys:
        return
    if context.profile.ignores_repeated_relationships:
        item.is_ignored = True
        return
    (from_kind, from_uid), (to_kind, to_uid) = item.from_side, item.to_side
    context.error(E4018, item, item, NAMES[from_kind], from_uid, NAMES[to_kind], to_uid)

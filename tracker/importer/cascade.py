"""After validation: what stands below an object that does not go in does not go in either.

Source: DHIS2 2.42, tracker import, pipeline, E5000: the error is told where a parent was itself reported; a grandchild
whose parent was only dropped vanishes without an error of its own. Deletion has no cascade of errors.
"""

from __future__ import annotations

from tracker.errors import E5000
from tracker.importer.context import Context
from tracker.importer.items import KIND, EnrollmentItem, EventItem, Item, RelationshipItem


def drop_children(context: Context) -> None:
    """Mark as ignored what lacks a parent, and say so. May be called again after later stages."""
    if context.is_delete:
        return
    reported = {(item.tracker_type, item.uid) for items in context.bundle.items().values() for item in items
                if item.is_invalid}  # fmt: skip
    for enrollment in context.bundle.enrollments:
        if not enrollment.is_ignored:
            _drop(context, enrollment, [("trackedEntity", enrollment.tracked_entity or "")], reported)
    for event in context.bundle.events:
        if not event.is_ignored and event.program is not None and event.program.has_registration:
            _drop(context, event, [("enrollment", event.enrollment or "")], reported)
    for relationship in context.bundle.relationships:
        if not relationship.is_ignored:
            sides = [side for side in (relationship.from_side, relationship.to_side) if side is not None]
            _drop(context, relationship, sides, reported)


def _drop(
    context: Context, item: EnrollmentItem | EventItem | RelationshipItem, parents: list[tuple[str, str]],
    reported: set[tuple[str, str]],
) -> None:  # fmt: skip
    missing = [parent for parent in parents if not _stays(context, *parent)]
    if not missing:
        return
    item.is_ignored = True
    for kind, uid in missing:
        parent = _sent(context, kind, uid)
        if parent is not None and (parent.tracker_type, uid) in reported:
            context.error(E5000, item, KIND[item.tracker_type], item.uid, kind, uid)
    # Its own children are told nothing: it was not reported for itself.
    item.is_invalid = False


def _sent(context: Context, kind: str, uid: str) -> Item | None:
    bundle = context.bundle
    found = {"trackedEntity": bundle.tracked_entity, "enrollment": bundle.enrollment, "event": bundle.event}[kind]
    return found.get(uid)


def _stays(context: Context, kind: str, uid: str) -> bool:
    """Whether an object is there after this import: sent and good, or stored and not deleted."""
    parent = _sent(context, kind, uid)
    if parent is not None and not parent.is_ignored:
        return True
    known = context.known
    rows = {"trackedEntity": known.tracked_entities, "enrollment": known.enrollments, "event": known.events}[kind]
    stored = rows.get(uid)
    return stored is not None and not stored.deleted

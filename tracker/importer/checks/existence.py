"""Whether tracked entities, enrollments and events are there where they must be, and are not where they must not."""

from __future__ import annotations

from typing import Any

from tracker.errors import E1002, E1030, E1032, E1063, E1080, E1081, E1082, E1113, E1114
from tracker.importer.context import Context
from tracker.importer.items import Action, EnrollmentItem, EventItem, TrackedEntityItem, TrackerType

# By type: it is deleted, it is there already, it is not there.
CODES = {
    TrackerType.TRACKED_ENTITY: (E1114, E1002, E1063),
    TrackerType.ENROLLMENT: (E1113, E1080, E1081),
    TrackerType.EVENT: (E1082, E1030, E1032),
}


def existence(item: TrackedEntityItem | EnrollmentItem | EventItem, context: Context) -> None:
    """Its codes by type. Of a uid that is sent twice only the first object can go in."""
    is_deleted, exists, is_missing = CODES[item.tracker_type]
    if item.stored is not None and item.stored.deleted:
        context.error(is_deleted, item, item)
    elif item.action is not Action.CREATE and not _is_there(item):
        context.error(is_missing, item, item)
    elif item.action is Action.CREATE and item.stored is not None:
        context.error(exists, item, item)
    elif _first(item, context) is not item:
        if item.action is Action.DELETE:
            item.is_ignored = True
        else:
            context.error(exists, item, item)


def _is_there(item: Any) -> bool:
    """What holds the events of an event program has a uid, but is no enrollment."""
    if item.tracker_type is TrackerType.ENROLLMENT:
        return item.stored is not None and item.stored.tracked_entity is not None
    return item.stored is not None


def _first(item: Any, context: Context) -> Any:
    bundle = context.bundle
    by_uid: dict[str, Any] = {
        TrackerType.TRACKED_ENTITY: bundle.tracked_entity, TrackerType.ENROLLMENT: bundle.enrollment,
        TrackerType.EVENT: bundle.event,
    }[item.tracker_type]  # fmt: skip
    return by_uid.get(item.uid)

"""Checks of tracked entities, but for their values and who may write them."""

from __future__ import annotations

from tracker.errors import E1002, E1005, E1049, E1063, E1114, E1121, E1126
from tracker.importer.context import Context
from tracker.importer.items import Action, TrackedEntityItem


def existence(item: TrackedEntityItem, context: Context) -> None:
    """E1114, E1002, E1063. Of a uid that is sent twice only the last object can go in."""
    stored = item.stored
    if stored is not None and stored.deleted:
        context.error(E1114, item, item)
    elif stored is None and item.action is not Action.CREATE:
        context.error(E1063, item, item)
    elif stored is not None and item.action is Action.CREATE:
        context.error(E1002, item, item)
    elif context.bundle.tracked_entity.get(item.uid) is not item:
        if item.action is Action.DELETE:
            item.is_ignored = True
        else:
            context.error(E1002, item, item)


def mandatory_members(item: TrackedEntityItem, context: Context) -> None:
    """E1121."""
    if item.type is None and is_blank(item.record.tracked_entity_type):
        context.error(E1121, item, "trackedEntityType")
    if item.org_unit is None and is_blank(item.record.org_unit):
        context.error(E1121, item, "orgUnit")


def metadata(item: TrackedEntityItem, context: Context) -> None:
    """E1049, E1005."""
    if item.org_unit is None:
        context.error(E1049, item, item.record.org_unit)
    if item.type is None:
        context.error(E1005, item, item.record.tracked_entity_type)


def immutable_members(item: TrackedEntityItem, context: Context) -> None:
    """E1126."""
    if item.type.pk != item.stored.type:
        context.error(E1126, item, "trackedEntityType")


def is_blank(text: object) -> bool:
    """Whether a member says nothing."""
    return text is None or not str(text).strip()

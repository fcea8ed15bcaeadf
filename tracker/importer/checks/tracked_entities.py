"""Checks of tracked entities, but for their values and who may write them."""

from __future__ import annotations

from tracker.errors import E1005, E1049, E1121, E1126
from tracker.importer.context import Context
from tracker.importer.items import TrackedEntityItem


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

"""Checks of attribute values, sent with a tracked entity or with an enrollment."""

from __future__ import annotations

from django.conf import settings

from dhis2api.value_types import FILE_TYPES
from tracker.errors import (
    E1006,
    E1007,
    E1009,
    E1018,
    E1019,
    E1064,
    E1075,
    E1076,
    E1077,
    E1090,
    E1112,
    E1125,
)
from tracker.importer.checks.values import good_texts, judge, mandatory_keys, remember, takes_file
from tracker.importer.context import Context
from tracker.importer.items import EnrollmentItem, TrackedEntityItem
from tracker.importer.known import Attribute, StoredTrackedEntity
from tracker.importer.preheat_values import moved_values, org_unit_of
from tracker.importer.raw_values import decode_attributes, unique_key

LONGEST_VALUE = 1200
ATTRIBUTE = "TrackedEntityAttribute"  # as E1076 names the class
NO_ENCRYPTION = "missing_encryption_password"


def tracked_entity_attributes(item: TrackedEntityItem, context: Context) -> None:
    """E1006, E1076, those of each value, E1090."""
    known, type, stored = context.known, item.type, item.stored
    attributes = known.attributes
    entries = decode_attributes(item.record.attributes)
    good = good_texts(type, context)
    for entry in entries:
        text, texts = entry.value, good.get(entry.attribute)
        if texts is not None and text in texts:
            continue
        attribute = attributes.get(entry.attribute)
        if attribute is None:
            context.error(E1006, item, entry.attribute)
        elif text is not None:
            if _is_good(item, attribute, text, item.uid, stored, context):
                remember(good, entry.attribute, text)
        elif type.attributes.get(attribute.pk):
            context.error(E1076, item, ATTRIBUTE, attribute)
    if stored is not None and stored.org_unit != item.org_unit.pk:
        for attribute, text, org_unit in moved_values(item, context):
            _is_unique(item, attribute, text, org_unit, stored, context)
    needed = mandatory_keys(type, type.attributes, context)
    if needed:
        sent = {attribute.pk for entry in entries if (attribute := attributes.get(entry.attribute)) is not None}
        for key in needed:
            if key not in sent and (stored is None or key not in stored.attributes):
                context.error(E1090, item, known.attributes_by_pk.get(key), type, item)


def enrollment_attributes(item: EnrollmentItem, context: Context) -> None:
    """E1075, E1006, E1076, E1019, those of each value, E1018."""
    known, program = context.known, item.program
    attributes = known.attributes
    stored = known.tracked_entities.get(item.tracked_entity)
    entries = decode_attributes(item.record.attributes)
    good = good_texts(program, context)
    for entry in entries:
        text, texts = entry.value, good.get(entry.attribute)
        if texts is not None and text in texts:
            continue
        if entry.attribute is None:
            context.error(E1075, item, entry.attribute)
            continue
        attribute = attributes.get(entry.attribute)
        if attribute is None:
            context.error(E1006, item, entry.attribute)
        elif text is None:
            if program.attributes.get(attribute.pk):
                context.error(E1076, item, ATTRIBUTE, attribute)
        elif attribute.pk not in program.attributes:
            context.error(E1019, item, f"{attribute.shown}={text}")
        elif _is_good(item, attribute, text, item.tracked_entity, stored, context):
            remember(good, entry.attribute, text)
    needed = mandatory_keys(program, program.attributes, context)
    if needed:
        given = {attribute.pk for entry in entries
                 if entry.value is not None and (attribute := attributes.get(entry.attribute)) is not None}  # fmt: skip
        missing = [key for key in needed if key not in given]
        if missing:
            _check_mandatory(item, missing, stored, context)


def assigned_attributes(item: EnrollmentItem, context: Context) -> None:
    """Those of each attribute value that rules assigned to an enrollment that was good without them."""
    known, program = context.known, item.program
    stored = known.tracked_entities.get(item.tracked_entity)
    for key, text in (item.assigned or {}).items():
        attribute = known.attributes_by_pk[key]
        if text is None:
            if program.attributes.get(key):
                context.error(E1018, item, attribute, program.uid, item)
        elif key not in program.attributes:
            context.error(E1019, item, f"{attribute.shown}={text}")
        else:
            _is_good(item, attribute, text, item.tracked_entity, stored, context)


def _check_mandatory(
    item: EnrollmentItem, keys: list[int], stored: StoredTrackedEntity | None, context: Context
) -> None:
    """E1018: the tracked entity may bring what the enrollment does not, or have it."""
    known = context.known
    of_parent = set()
    if item.parent is not None:
        for entry in decode_attributes(item.parent.record.attributes):
            attribute = known.attributes.get(entry.attribute)
            if attribute is not None:
                of_parent.add(attribute.pk)
    for key in keys:
        if key not in of_parent and (stored is None or key not in stored.attributes):
            context.error(E1018, item, known.attributes_by_pk.get(key), item.program.uid, item)


def _is_good(
    item: TrackedEntityItem | EnrollmentItem, attribute: Attribute, text: str, entity: str | None,
    stored: StoredTrackedEntity | None, context: Context,
) -> bool:  # fmt: skip
    """E1077, E1112, E1007, E1125, E1009, E1064; whether the same text is good of everybody, which no unique one is."""
    told = len(context.errors)
    if len(text) > LONGEST_VALUE:
        context.error(E1077, item, text, LONGEST_VALUE)
    if attribute.confidential and not settings.TRACKER_ENCRYPTION:
        context.error(E1112, item, text, NO_ENCRYPTION)
    reason, is_no_option = judge(attribute, text, context)
    if reason is not None:
        context.error(E1007, item, attribute.value_type, reason)
    if is_no_option:
        context.error(E1125, item, text, attribute.option_set)
    is_file = attribute.value_type in FILE_TYPES
    if is_file:
        owner = "trackedEntity", stored.pk if stored is not None else 0
        if not takes_file(text, attribute, owner, entity or "", context):
            context.error(E1009, item, text)
    if attribute.unique:
        org_unit = org_unit_of(item, context) if attribute.orgunit_scope else None
        _is_unique(item, attribute, text, org_unit, stored, context)
    return not is_file and not attribute.unique and len(context.errors) == told


def _is_unique(
    item: TrackedEntityItem | EnrollmentItem, attribute: Attribute, text: str, org_unit: int | None,
    stored: StoredTrackedEntity | None, context: Context,
) -> None:  # fmt: skip
    """E1064."""
    known = context.known
    key = attribute.pk, unique_key(attribute, text, org_unit)
    holders = known.unique_values.get(key)
    if key in known.repeated_values or (holders and (stored is None or stored.pk not in holders)):
        context.error(E1064, item, text, attribute)

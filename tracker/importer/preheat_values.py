"""What values point to: tracked entities that have a unique value already, files, org units and users.

The payload is looked through again only if a field of such a kind is named at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from dhis2api.value_types import FILE_TYPES, ValueType
from files.enums import FileResourceDomain
from files.holders import held_elsewhere
from files.models import FileResource
from metadata.models import OrganisationUnit
from tracker.importer.context import Context
from tracker.importer.items import EnrollmentItem, TrackedEntityItem
from tracker.importer.known import Attribute, File
from tracker.importer.preheat_objects import rows
from tracker.importer.raw_values import decode_attributes, decode_values, unique_key
from tracker.models import TrackerFile
from users.models import User

UNIQUE = """
    WITH sent AS (SELECT * FROM unnest(%(attributes)s::bigint[], %(keys)s::text[]) AS sent (attribute_id, unique_key))
    SELECT stored.attribute_id, stored.unique_key, stored.tracked_entity_id
    FROM sent JOIN tracked_entity_attribute_value AS stored
        ON stored.attribute_id = sent.attribute_id AND stored.unique_key = sent.unique_key
    -- values from before their attribute became unique
    UNION ALL
    SELECT stored.attribute_id, sent.unique_key, stored.tracked_entity_id
    FROM sent JOIN tracked_entity_attribute_value AS stored
        ON stored.attribute_id = sent.attribute_id AND lower(left(stored.value, 100)) = left(sent.unique_key, 100)
        AND lower(stored.value) = sent.unique_key AND stored.unique_key IS NULL
"""
POINTERS = FILE_TYPES | {ValueType.ORGANISATION_UNIT, ValueType.USERNAME}


def load_targets(context: Context) -> None:
    """What sent values point to, and values that rules assigned: then once more."""
    if context.is_delete:
        return
    pointing: dict[str, set[str]] = {kind: set() for kind in POINTERS}
    for value_type, value in _pointing_values(context):
        if "\x00" not in value:
            pointing[value_type].add(value)
    _load_unique_values(context)
    _load_files(context, set().union(*(pointing[kind] for kind in FILE_TYPES)))
    known = context.known
    if units := pointing[ValueType.ORGANISATION_UNIT]:
        known.org_unit_uids = set(OrganisationUnit.objects.filter(uid__in=units).values_list("uid", flat=True))
    if names := pointing[ValueType.USERNAME]:
        known.usernames = set(User.objects.filter(username__in=names).values_list("username", flat=True))


def _pointing_values(context: Context) -> Iterator[tuple[str, str]]:
    known, bundle = context.known, context.bundle
    for fields, items in ((known.attributes_by_pk, bundle.enrollments), (known.data_elements_by_pk, bundle.events)):
        for item in items:
            for key, text in (item.assigned or {}).items():
                if text is not None and fields[key].value_type in POINTERS:
                    yield fields[key].value_type, text
    attributes = {
        text: found.value_type for text, found in known.attributes.items() if found and found.value_type in POINTERS
    }
    if attributes:
        for items in (bundle.tracked_entities, bundle.enrollments):
            for item in items:
                for entry in decode_attributes(item.record.attributes):
                    if entry.value and entry.attribute in attributes:
                        yield attributes[entry.attribute], entry.value
    elements = {
        text: found.value_type for text, found in known.data_elements.items() if found and found.value_type in POINTERS
    }
    if elements:
        for item in bundle.events:
            for value in decode_values(item.record.data_values):
                if value.value and value.data_element in elements:
                    yield elements[value.data_element], value.value


def org_unit_of(item: TrackedEntityItem | EnrollmentItem, context: Context) -> int | None:
    """The key of the org unit that a unique value of a tracked entity may be bound to: where it is registered."""
    if isinstance(item, TrackedEntityItem):
        sent = context.known.org_units.get(item.record.org_unit or "")
        return sent.pk if sent else None
    entity = context.bundle.tracked_entity.get(item.tracked_entity or "")
    stored = context.known.tracked_entities.get(item.tracked_entity or "")
    if entity is not None and not (entity.is_ignored and stored):
        return org_unit_of(entity, context)
    return stored.org_unit if stored else None


def moved_values(item: TrackedEntityItem, context: Context) -> list[tuple[Attribute, str, int]]:
    """Stored values of a tracked entity that are unique within an org unit, and come to another one with it: attribute,
    value, key of that org unit."""
    known = context.known
    stored, org_unit = known.tracked_entities.get(item.uid), known.org_units.get(item.record.org_unit or "")
    if stored is None or org_unit is None or stored.org_unit == org_unit.pk:
        return []
    sent = {entry.attribute for entry in decode_attributes(item.record.attributes)}
    return [
        (attribute, value, org_unit.pk) for pk, value in stored.attributes.items()
        if (attribute := known.attributes_by_pk.get(pk)) is not None and attribute.unique and attribute.orgunit_scope
        and attribute.shown not in sent
    ]  # fmt: skip


def _load_unique_values(context: Context) -> None:
    known, bundle = context.known, context.bundle
    sent: dict[tuple[int, str], str | None] = {}
    stay: set[tuple[int, str]] = set()
    if known.tracked_entities:
        for item in bundle.tracked_entities:
            for attribute, value, org_unit in moved_values(item, context):
                sent[attribute.pk, unique_key(attribute, value, org_unit)] = item.uid
    for item, attribute, value in _unique_values(context):
        entity = item.uid if isinstance(item, TrackedEntityItem) else item.tracked_entity
        org_unit = org_unit_of(item, context) if attribute.orgunit_scope else None
        key = attribute.pk, unique_key(attribute, value, org_unit)
        if sent.setdefault(key, entity) != entity:
            known.repeated_values.add(key)
        stored = known.tracked_entities.get(entity or "")
        if stored is not None and org_unit not in (None, stored.org_unit):
            # where it stays if the payload may not take it elsewhere
            stay.add((attribute.pk, unique_key(attribute, value, stored.org_unit)))
    if sent:
        wanted = sent.keys() | stay
        found = rows(UNIQUE, attributes=[attribute for attribute, _ in wanted], keys=[key for _, key in wanted])
        for attribute, key, entity in found:
            known.unique_values.setdefault((attribute, key), set()).add(entity)


def _unique_values(context: Context) -> Iterator[tuple[TrackedEntityItem | EnrollmentItem, Attribute, str]]:
    """Values of unique attributes, sent or assigned by rules, each with where it stands."""
    known, bundle = context.known, context.bundle
    for item in bundle.enrollments:
        for key, text in (item.assigned or {}).items():
            if text is not None and known.attributes_by_pk[key].unique:
                yield item, known.attributes_by_pk[key], text
    unique = {text: found for text, found in known.attributes.items() if found and found.unique}
    for items in (bundle.tracked_entities, bundle.enrollments) if unique else ():
        for item in items:
            for entry in decode_attributes(item.record.attributes):
                attribute = unique.get(entry.attribute)
                if attribute is not None and entry.value and "\x00" not in entry.value:
                    yield item, attribute, entry.value


def _load_files(context: Context, uids: set[str]) -> None:
    """Files that the user may give away: his own ones, or those that a value has already."""
    if not uids:
        return
    columns = ("tracked_entity_id", "attribute_id", "event_id", "data_element_id")
    owned = TrackerFile.objects.filter(file__uid__in=uids).values_list("file_id", *columns)
    owners = {row[0]: ("trackedEntity", row[1], row[2]) if row[1] else ("event", row[3], row[4]) for row in owned}
    files = FileResource.objects.filter(uid__in=uids, domain=FileResourceDomain.DATA_VALUE)
    if not context.viewer.is_superuser:
        files = files.filter(Q(created_by_id=context.viewer.pk) | Q(pk__in=list(owners)))
    found = list(files.values_list("pk", "uid", "content_type"))
    elsewhere = held_elsewhere([row[0] for row in found], TrackerFile) if found else set()
    for pk, uid, content_type in found:
        owner = ("elsewhere", 0, 0) if pk in elsewhere else owners.get(pk)
        context.known.files.setdefault(uid, File(pk, uid, content_type, owner))  # a claim on it stays

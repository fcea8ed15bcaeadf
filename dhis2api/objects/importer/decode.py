"""First stage: a payload of plain JSON values becomes import objects, in the types' import order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.records import Bundle, ImportObject, MemberChange
from dhis2api.objects.importer.sharing import normalise_sharing
from dhis2api.objects.registry import metadata_schemas
from dhis2api.objects.schema import Schema
from dhis2api.objects.uids import generate_uid


@dataclass(frozen=True, slots=True)
class PartialUpdate:
    """New values of some members of a stored object, and members that enter or leave its collections."""

    uid: str
    raw: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, list[MemberChange]] = field(default_factory=dict)


def decode(bundle: Bundle, payload: Any) -> None:
    """Fill the bundle from `{plural: [object, …]}`; keys that are no type are skipped, as in DHIS2.

    Errors: ApiError 400 naming the place of what is not an object or a list.
    """
    if not isinstance(payload, dict):
        raise ApiError(BAD_REQUEST, "The body must be a JSON object whose members are lists of objects")
    for schema in metadata_schemas():
        if schema.plural not in payload or payload[schema.plural] is None:
            continue
        items = payload[schema.plural]
        if not isinstance(items, list):
            raise ApiError(BAD_REQUEST, f"`{schema.plural}` must be a list of objects")
        objects = [decode_object(schema, index, item) for index, item in enumerate(items)]
        # The four system defaults are the server's own: dropped before validation, not counted.
        bundle.objects[schema.singular] = [o for o in objects if o.uid not in schema.wire.default_objects]
    finish(bundle)


def decode_object(schema: Schema, index: int, item: Any) -> ImportObject:
    """One object; a missing id is made up."""
    if not isinstance(item, dict):
        raise ApiError(BAD_REQUEST, f"`{schema.plural}[{index}]` must be an object")
    uid = item.get("id") or item.get("uid")
    if uid is not None and not isinstance(uid, str):
        raise ApiError(BAD_REQUEST, f"`{schema.plural}[{index}].id` must be a text")
    return ImportObject(schema, index, dict(item), uid or generate_uid(), has_own_uid=bool(uid))


def partial_object(schema: Schema, update: PartialUpdate, index: int = 0) -> ImportObject:
    """A stored object of which all but the update's members stay."""
    return ImportObject(schema, index, dict(update.raw), update.uid, is_partial=True, changes=update.changes)


def finish(bundle: Bundle) -> None:
    """What follows for every object, however it came: its type's own preparation, then sharing."""
    for singular, objects in bundle.objects.items():
        for prepare in hooks_of(singular).prepare:
            prepare(bundle, objects)
        for item in objects:
            if item.schema.shareable and not item.keeps("sharing"):
                normalise_sharing(item, bundle)

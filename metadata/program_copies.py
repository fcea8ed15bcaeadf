"""A program as the beginning of another: copied with what it is made of, under new ids (DHIS2 2.42, programs, copy).

Stages, sections, indicators and rule variables come along; rules do not, as in DHIS2. What is copied goes in by the
import, so every rule of a new object holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from django.db.models import Q

from dhis2api.errors import ApiError
from dhis2api.objects.errors import NO_CREATE
from dhis2api.objects.importer import ImportReport, import_metadata
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Selection, get_object, list_objects
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Schema, Shape
from dhis2api.objects.uids import generate_uid
from dhis2api.web.renderers import encode_json
from metadata.models import Attribute
from sharing.access import can_create

# What a program is made of, and how it leads to its program.
PARTS = {
    "programStage": "program__uid",
    "programStageSection": "program_stage__program__uid",
    "programSection": "program__uid",
    "programIndicator": "program__uid",
    "programRuleVariable": "program__uid",
}
RENAMED = ("program", "programIndicator")  # the names of the others stand within the program
OF_THE_ORIGINAL = ("code", "version", "created", "lastUpdated", "createdBy", "lastUpdatedBy", "user", "href")

Objects = dict[str, list[dict[str, Any]]]  # by type


def copy_program(uid: str, *, prefix: str, context: ReadingContext, user: Any) -> tuple[str, ImportReport]:
    """The id of the copy and the report of its import; `prefix` goes before names that must differ.

    Errors: E1005 (404) where the program is missing or unreadable, 403 for who may create none; those of the import
        are in the report.
    """
    schema = get_schema("program")
    original = get_object(schema, uid, ":owner", context)
    if not can_create(schema.rules, user.principal):
        raise ApiError(NO_CREATE)
    found: Objects = {"program": [_plain(original)]}
    for singular, path in PARTS.items():
        rows = list_objects(get_schema(singular), Selection(":owner", restriction=Q(**{path: uid})), context).objects
        found[singular] = [_plain(row) for row in rows]
    ids = {one["id"]: generate_uid() for objects in found.values() for one in objects}
    words = re.compile(rf"\b(?:{'|'.join(map(re.escape, ids))})\b")
    unique = set(Attribute.objects.filter(unique=True).values_list("uid", flat=True))
    payload = {
        get_schema(singular).plural: [
            _renamed(_copied(get_schema(singular), one, set(ids), prefix, unique), words, ids) for one in objects
        ]
        for singular, objects in found.items()
    }
    return ids[uid], import_metadata(payload, params=MetadataImportParams(strategy_name="CREATE"), user=user)


def _plain(shown: dict[str, Any]) -> dict[str, Any]:
    """An object as its JSON, where dates are texts."""
    return orjson.loads(encode_json(shown))


def _copied(
    schema: Schema, original: dict[str, Any], copied: set[str], prefix: str, unique: set[str]
) -> dict[str, Any]:
    """What the copy takes over; references still name the originals."""
    copy = {name: value for name, value in original.items() if name not in OF_THE_ORIGINAL}
    for name, prop in schema.properties.items():
        value = copy.get(name)
        if prop.shape is Shape.EMBEDDED and isinstance(value, list):
            copy[name] = [{member: inner for member, inner in row.items() if member != "id"} for row in value]
        elif prop.link is not None and prop.link.reverse and isinstance(value, list):
            # A part that the caller may not read is not copied, and stays with the original.
            copy[name] = [one for one in value if one["id"] in copied]
    if "attributeValues" in copy:
        copy["attributeValues"] = [v for v in copy["attributeValues"] if v["attribute"]["id"] not in unique]
    if schema.singular in RENAMED:
        for name in ("name", "shortName"):
            copy[name] = f"{prefix}{copy[name]}"[: schema.properties[name].length]
    return copy


def _renamed(value: Any, words: re.Pattern[str], ids: Mapping[str, str]) -> Any:
    """References and expressions name the copies instead of the originals."""
    if isinstance(value, str):
        return words.sub(lambda found: ids[found[0]], value)
    if isinstance(value, list):
        return [_renamed(one, words, ids) for one in value]
    if isinstance(value, dict):
        return {name: _renamed(one, words, ids) for name, one in value.items()}
    return value

"""Content of one object against its schema alone: no references, no uniqueness, no database."""

from __future__ import annotations

from typing import Any

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.importer.checks import content_faults
from dhis2api.objects.importer.convert import convert
from dhis2api.objects.importer.documents import content_faults as document_faults
from dhis2api.objects.importer.documents import read_content
from dhis2api.objects.importer.records import ImportObject
from dhis2api.objects.importer.report import error_reports
from dhis2api.objects.registry import find_schema
from dhis2api.objects.schema import Property, Schema, Shape


def check_schema(schema: Schema, raw: Any) -> list[dict[str, Any]]:
    """The error reports of `raw` as an object of the type (E4000-E4008, E4049)."""
    if not isinstance(raw, dict):
        raise ApiError(BAD_REQUEST, "The body must be a JSON object")
    item = ImportObject(schema, 0, raw, str(raw.get("id") or ""))
    for name, prop in schema.properties.items():
        if prop.shape in (Shape.COLUMN, Shape.JSON) and prop.column and prop.writable and prop.owner:
            if name in ("id", "created", "lastUpdated", "attributeValues"):
                continue
            found = convert(schema, prop, raw.get(name), f"{schema.singular}.{name}")
            item.values[prop.column] = prop.default if found is None else found
        elif prop.shape is Shape.REFERENCE and prop.required and not _has_default(prop.target):
            item.values[prop.column] = raw.get(name)
    item.faults = list(content_faults(schema, item.values))
    if schema.is_document:
        content = read_content(item, _as_given, schema.singular)
        item.faults += document_faults(schema, content, set())
    return error_reports(item)


def _as_given(prop: Property, reference: Any, owner: str) -> str | None:
    """References are not looked up."""
    found = reference.get("id") or reference.get("code") if isinstance(reference, dict) else reference
    return str(found) if found else None


def _has_default(target: str | None) -> bool:
    """Whether an absent reference to the type means the system default."""
    found = find_schema(target) if target else None
    return bool(found and found.wire.default_objects)

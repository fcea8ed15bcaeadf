"""Values of custom attributes fit the attribute's value type (DHIS2 2.42: E6004-E6011, E6013-E6021)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dhis2api.errors import Code
from dhis2api.objects import errors as codes
from dhis2api.objects.importer.preheat import Preheat
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from dhis2api.objects.registry import find_schema
from dhis2api.value_types import ValueType, fault

CODES: dict[str, Code] = {
    ValueType.INTEGER: codes.E6006,
    ValueType.INTEGER_POSITIVE: codes.E6007,
    ValueType.NUMBER: codes.E6008,
    ValueType.INTEGER_ZERO_OR_POSITIVE: codes.E6009,
    ValueType.PERCENTAGE: codes.E6010,
    ValueType.UNIT_INTERVAL: codes.E6011,
    ValueType.INTEGER_NEGATIVE: codes.E6013,
    ValueType.DATE: codes.E6014,
    ValueType.DATETIME: codes.E6015,
    ValueType.BOOLEAN: codes.E6016,
    ValueType.TRUE_ONLY: codes.E6017,
    ValueType.EMAIL: codes.E6018,
    ValueType.PHONE_NUMBER: codes.E6021,
}
# Values that name an object: the type of the object, and the column that holds the name.
NAMING: dict[str, tuple[str, str]] = {
    ValueType.ORGANISATION_UNIT: ("organisationUnit", "uid"),
    ValueType.USERNAME: ("user", "username"),
}
GEOMETRIES = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"})
UNSUPPORTED = frozenset({"Feature", "FeatureCollection", "GeometryCollection"})


def values_fit_types(bundle: Bundle, objects: list[ImportObject], heat: Preheat) -> None:
    """Add the faults of all values; objects that values name are sought in one query a type."""
    types = {uid: row["value_type"] for uid, row in heat.attributes.items()}
    types |= {item.uid: item.values.get("value_type") for item in bundle.of("attribute")}
    known = {value_type: _known(bundle, value_type, objects, types) for value_type in NAMING}
    for item in objects:
        for uid, value in (item.values.get("attribute_values") or {}).items():
            item.faults += _faults(types.get(uid), value, known)


def _known(bundle: Bundle, value_type: str, objects: list[ImportObject], types: dict[str, Any]) -> set[str]:
    singular, column = NAMING[value_type]
    named = {
        value
        for item in objects
        for uid, value in (item.values.get("attribute_values") or {}).items()
        if types.get(uid) == value_type
    }
    schema = find_schema(singular)
    if not named or schema is None:
        return set()
    stored = schema.model._base_manager.filter(**{f"{column}__in": named}).values_list(column, flat=True)
    in_payload = {item.values.get(column) if column != "uid" else item.uid for item in bundle.of(singular)}
    return set(stored) | in_payload


def _faults(value_type: Any, value: str, known: dict[str, set[str]]) -> Iterator[Fault]:
    code = CODES.get(value_type)
    if code is not None and fault(value_type, value) is not None:
        yield Fault(code, (value,), "attributeValues")
    elif value_type == ValueType.ORGANISATION_UNIT and value not in known[value_type]:
        yield Fault(codes.E6019, (value, "OrganisationUnit"), "attributeValues")
    elif value_type == ValueType.USERNAME and value not in known[value_type]:
        yield Fault(codes.E6020, (value,), "attributeValues")
    elif value_type == ValueType.GEOJSON:
        kind = _geometry_kind(value)
        if kind in UNSUPPORTED:
            yield Fault(codes.E6005, (kind,), "attributeValues")
        elif kind not in GEOMETRIES:
            yield Fault(codes.E6004, (value[:200],), "attributeValues")


def _geometry_kind(value: str) -> str | None:
    """The `type` of a GeoJSON text; None for what is none."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    kind = found.get("type") if isinstance(found, dict) else None
    if kind in GEOMETRIES and not isinstance(found.get("coordinates"), list):
        return None
    return kind if isinstance(kind, str) else None

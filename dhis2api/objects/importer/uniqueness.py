"""Uniqueness within the payload and against the database, one query a type (DHIS2 2.42: E5003, E5004, E5005, E4009)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from dhis2api.objects.errors import E4009, E5003, E5004, E5005
from dhis2api.objects.importer.preheat import Preheat
from dhis2api.objects.importer.records import Fault, ImportObject, describe
from dhis2api.objects.schema import Kind, Property, Schema

# Their uniqueness has codes of its own: E5004 for ids, E4054 for user names.
OWN_CODES = frozenset({Kind.IDENTIFIER, Kind.USERNAME})


def ids_are_single(schema: Schema, objects: list[ImportObject]) -> list[ImportObject]:
    """E5004: all but the first object of an id are refused; what is left, for all further checks.

    A check that looks at objects by their key would otherwise judge the last of an id and let the first through.
    """
    first: dict[str, ImportObject] = {}
    for item in objects:
        if first.setdefault(item.uid, item) is not item:
            item.faults.append(Fault(E5004, (item.uid, schema.simple_klass), "id", main_id=item.uid))
    return list(first.values())


def unique_properties(schema: Schema, objects: list[ImportObject]) -> None:
    """E5003: no other object, stored or in the payload, has the value."""
    unique = [p for p in schema.properties.values() if p.unique and p.column and p.writable and p.kind not in OWN_CODES]
    if not unique or not objects:
        return
    taken = _stored(schema, unique, objects)
    replaced = {item.pk for item in objects}
    for prop in unique:
        holders: dict[Any, tuple[int | None, str | None, str]] = {
            row[prop.column]: (row["pk"], row.get("name"), row["uid"])
            for row in taken
            if row[prop.column] is not None and row["pk"] not in replaced
        }
        for item in objects:
            value = item.values.get(prop.column)
            if value is None:
                continue
            pk, name, uid = holders.setdefault(value, (item.pk, item.name, item.uid))
            if pk != item.pk:
                other = describe(name, uid, schema)
                item.faults.append(Fault(E5003, (prop.name, value, item.describe(), other), prop.name, prop.klass, uid))


def unique_combinations(schema: Schema, objects: list[ImportObject]) -> None:
    """E5005: combinations declared by the type, among the objects of the payload."""
    for names in schema.wire.unique_together:
        seen: dict[tuple[Any, ...], str] = {}
        for item in objects:
            key = tuple(item.values.get(schema.properties[name].column) for name in names)
            if None in key:
                continue
            other = seen.setdefault(key, item.uid)
            if other != item.uid:
                item.faults.append(Fault(E5005, (list(names), [other, item.uid]), main_id=item.uid))


def unique_attributes(schema: Schema, objects: list[ImportObject], heat: Preheat) -> None:
    """E4009: a value of a unique attribute belongs to one object of the type."""
    wanted: dict[str, set[str]] = {}
    for item in objects:
        for uid, value in (item.values.get("attribute_values") or {}).items():
            if heat.attributes.get(uid, {}).get("unique"):
                wanted.setdefault(uid, set()).add(value)
    for uid, values in wanted.items():
        column = f"attribute_values__{uid}"
        rows = schema.model._base_manager.filter(**{f"{column}__in": sorted(values)}).values_list("pk", column)
        replaced = {item.pk for item in objects}
        holders = {value: pk for pk, value in rows if pk not in replaced}
        for item in objects:
            value = (item.values.get("attribute_values") or {}).get(uid)
            if value is not None and holders.setdefault(value, item.pk) != item.pk:
                item.faults.append(Fault(E4009, (heat.attributes[uid]["name"], value), "attributeValues"))


def _stored(schema: Schema, unique: list[Property], objects: list[ImportObject]) -> list[dict[str, Any]]:
    query = Q()
    for prop in unique:
        values = {item.values.get(prop.column) for item in objects} - {None}
        if values:
            query |= Q(**{f"{prop.column}__in": values})
    if not query:
        return []
    columns = ["pk", "uid", *(p.column for p in unique)]
    if schema.display_path() and "name" not in columns:
        columns.append("name")
    return list(schema.model._base_manager.filter(query).values(*columns))

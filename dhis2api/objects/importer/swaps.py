"""Objects of one payload that exchange what is unique: two groups that swap their names.

PostgreSQL asks uniqueness row by row, and the first row of a swap would meet the second. Whoever holds a value that
another object of the payload gets is therefore given a value of its own first, for the moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat

from dhis2api.objects.importer.records import ImportObject
from dhis2api.objects.schema import Property, Schema


def free_taken_values(schema: Schema, objects: Sequence[ImportObject]) -> None:
    """One statement for each unique property of which values change hands; none in the usual case."""
    for prop in schema.properties.values():
        if not (prop.unique and prop.column and prop.writable and prop.column != "uid"):
            continue
        holders = _holders(prop, objects)
        if holders:
            rows = schema.model._base_manager.filter(pk__in=holders)
            rows.update(**{prop.column: _placeholder(schema, prop)})


def _holders(prop: Property, objects: Sequence[ImportObject]) -> list[int]:
    """Stored objects of the payload whose value goes to another of them."""
    given = {item.values.get(prop.column): item.pk for item in objects}
    held = [(item.stored.get(prop.column), item.pk) for item in objects if item.stored is not None]
    return [pk for value, pk in held if value is not None and given.get(value, pk) != pk]


def _placeholder(schema: Schema, prop: Property) -> Any:
    """A value that no payload can have and no two rows share."""
    field = schema.model._meta.get_field(prop.column)
    if field.null:
        return None
    if isinstance(field, models.IntegerField):
        return -Cast(F("pk"), field)
    return Concat(Value("\x01"), F("uid"))

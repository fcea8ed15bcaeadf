"""The `order` language: `property[:direction]`, with the default of name and id.

Unknown properties and directions are passed over: generic clients send the same order for every type. Source:
DHIS2 2.42, metadata API, order.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Value
from django.db.models.expressions import OrderBy
from django.db.models.functions import Concat, Lower

from dhis2api.objects.base_members import display_name_of
from dhis2api.objects.query.displayed import displayed_text
from dhis2api.objects.query.documents import order_expression
from dhis2api.objects.schema import Schema, Shape

DIRECTIONS = frozenset({"asc", "desc", "iasc", "idesc"})


def compile_order(schema: Schema, text: str, locale: str | None = None) -> list[OrderBy]:
    """The ordering of a list; always ends with the primary key, so that pages never overlap."""
    found: dict[str, OrderBy] = {}
    for part in text.split(","):
        name, _, direction = part.strip().partition(":")
        direction = direction.lower() or "asc"
        expression = _expression(schema, name, direction, locale)
        if name in found or direction not in DIRECTIONS or expression is None:
            continue
        descending = direction in ("desc", "idesc")
        found[name] = expression.desc() if descending else expression.asc()
    ordering = list(found.values()) or _default(schema)
    return [*ordering, F("pk").asc()]


def _default(schema: Schema) -> list[OrderBy]:
    path = schema.display_path()
    if schema.singular == "user":
        return [Lower("first_name").asc(), Lower("surname").asc(), F("uid").asc()]
    return [Lower(path).asc(), F("uid").asc()] if path else [F("uid").asc()]


def _expression(schema: Schema, name: str, direction: str, locale: str | None) -> Any:
    prop = schema.properties.get(name)
    if prop is not None and prop.simple and prop.column:
        ignoring_case = direction.startswith("i") and prop.is_text
        return Lower(prop.query_path) if ignoring_case else F(prop.query_path)
    if schema.singular == "user" and name in ("name", "displayName"):
        shown = Concat("first_name", Value(" "), "surname")
        return Lower(shown) if direction.startswith("i") else shown
    if prop is not None and prop.simple and prop.shape is Shape.DOCUMENT and prop.readable:
        shown = order_expression(prop)
        return Lower(shown) if direction.startswith("i") and prop.is_text else shown
    for translated in schema.properties.values():
        if translated.translation_key and display_name_of(translated) == name:
            shown = displayed_text(schema, translated, locale if schema.translatable else None)
            return Lower(shown) if direction.startswith("i") else shown
    return None

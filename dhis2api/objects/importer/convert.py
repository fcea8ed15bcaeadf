"""Values of a payload become values of columns, or a 400 that names the place.

JSON is read leniently, as DHIS2 does: numbers and booleans may be strings, texts may be numbers, an empty string is
null. A value that cannot be read as its property's type refuses the whole request: nothing was written.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.utils.timezone import get_default_timezone

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.schema import Kind, Property, Schema, Shape
from dhis2api.web.timestamps import parse_timestamp

_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})


def convert(schema: Schema | None, prop: Property, value: Any, place: str) -> Any:
    """The column value of `value`; None for null and empty text. `schema` is needed for dates.

    Errors: ApiError 400 with `place` (`dataElements[3].valueType`).
    """
    if value is None or value == "" and prop.kind is not Kind.COMPLEX:
        return None
    if prop.shape is Shape.JSON:
        return _json(prop, value, place)
    if prop.kind is Kind.REFERENCE:  # a text shown as a reference ({"id": "202601"})
        value = value.get("id") if isinstance(value, dict) else value
        return convert_text(value, place)
    if prop.kind is Kind.BOOLEAN:
        return _boolean(value, place)
    if prop.kind in (Kind.INTEGER, Kind.NUMBER):
        return _number(prop, value, place)
    if prop.kind is Kind.DATE:
        return _date(schema, prop, value, place)
    text = convert_text(value, place)
    if prop.enum_type is not None and text not in prop.enum_type.__members__:
        allowed = ", ".join(prop.enum_type.__members__)
        raise _bad(place, value, f"one of [{allowed}]")
    return text


def _bad(place: str, value: Any, expected: str) -> ApiError:
    shown = str(value)[:100]
    return ApiError(BAD_REQUEST, f"Value `{shown}` is not valid for `{place}`. It should be {expected}")


def convert_text(value: Any, place: str) -> str:
    """A text; numbers and booleans are written out. Errors: ApiError 400 with the place."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise _bad(place, value, "a text")
    return value


def _boolean(value: Any, place: str) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _TRUE | _FALSE:
        return value in _TRUE
    raise _bad(place, value, "true or false")


def _number(prop: Property, value: Any, place: str) -> float | int:
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError(value)
        found = float(value)
        if prop.kind is Kind.NUMBER:
            if found != found or found in (float("inf"), float("-inf")):
                raise ValueError(value)
            return found
        if not found.is_integer() or abs(found) >= 2**prop.bits:
            raise ValueError(value)
        return int(found)
    except (ValueError, OverflowError):
        expected = "a number" if prop.kind is Kind.NUMBER else f"a whole number of {prop.bits + 1} bits"
        raise _bad(place, value, expected) from None


def _date(schema: Schema, prop: Property, value: Any, place: str) -> datetime.date | datetime.datetime:
    try:
        moment = parse_timestamp(value)
    except (ValueError, TypeError, OverflowError):
        raise _bad(place, value, "a date in ISO format or a UNIX epoch timestamp") from None
    if type(schema.model._meta.get_field(prop.column)) is models.DateField:
        return moment.astimezone(get_default_timezone()).date()
    return moment


def _json(prop: Property, value: Any, place: str) -> Any:
    if prop.kind is Kind.COLLECTION:
        if not isinstance(value, list):
            raise _bad(place, value, "a list")
        if prop.item_kind is Kind.TEXT:
            return [convert_text(item, place) for item in value]
        return value
    if not isinstance(value, dict | list):
        raise _bad(place, value, "an object")
    return value

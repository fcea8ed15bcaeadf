"""Attribute and data values as a payload has them: decoded when a stage asks for them, each value a text or nothing.

A number or a boolean is taken as its JSON text; a blank text is no value, which means that a stored one goes away.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from django.utils.crypto import salted_hmac

from dhis2api.errors import ApiError
from tracker.errors import BODY_MEMBER
from tracker.importer.known import Attribute
from tracker.records import AttributeRecord, Text, ValueRecord

LONGEST_KEY = 300  # characters of a unique key; longer ones would not fit into an entry of an index
_SEPARATORS = re.compile("[,;]")
_SALT = "tracker.unique_key"


class _Named(msgspec.Struct, gc=False, rename="camel"):
    data_element: Text = None


# Numbers stay as they were written: `1.50` is not `1.5`.
_ATTRIBUTES = msgspec.json.Decoder(list[AttributeRecord] | None, float_hook=str).decode
_VALUES = msgspec.json.Decoder(list[ValueRecord] | None, float_hook=str).decode
_NAMES = msgspec.json.Decoder(list[_Named] | None, float_hook=str).decode


def decode_attributes(raw: msgspec.Raw) -> list[AttributeRecord]:
    """The entries of `attributes`. Errors: 400 for a shape that is none."""
    if not len(raw):
        return []
    entries = _decode(_ATTRIBUTES, raw)
    for entry in entries:
        value = entry.value
        if value.__class__ is not str or not value or value.isspace():
            entry.value = _text(value)
        if entry.attribute.__class__ is not str or not entry.attribute:
            entry.attribute = _text(entry.attribute)
    return entries


def decode_values(raw: msgspec.Raw) -> list[ValueRecord]:
    """The entries of `dataValues`. Errors: 400 for a shape that is none."""
    if not len(raw):
        return []
    entries = _decode(_VALUES, raw)
    for entry in entries:
        value = entry.value
        if value.__class__ is not str or not value or value.isspace():
            entry.value = _text(value)
        if entry.data_element.__class__ is not str or not entry.data_element:
            entry.data_element = _text(entry.data_element)
    return entries


def names_in_values(raw: msgspec.Raw) -> Iterator[str | None]:
    """The data elements that `dataValues` names; the values are passed over unread."""
    if len(raw):
        for entry in _decode(_NAMES, raw):
            name = entry.data_element
            yield name if name.__class__ is str else _text(name)


def has_entries(raw: msgspec.Raw) -> bool:
    """Whether a list of values has any, without a look at them."""
    return len(raw) > 2 and bool(decode_values(raw))


def split_options(text: str) -> tuple[str, ...]:
    """The identifiers in `attributeCategoryOptions`; semicolons were its separators up to 2.40."""
    return tuple(part for part in map(str.strip, _SEPARATORS.split(text)) if part)


def unique_key(attribute: Attribute, value: str, org_unit: int | None) -> str:
    """What no two tracked entities may have in common in a unique attribute: the value in lower case, within the org
    unit (its key) where that is the attribute's scope. Of a confidential attribute it tells nothing of the value."""
    key = value.lower()
    if attribute.confidential:
        key = salted_hmac(_SALT, f"{attribute.uid}:{key}", algorithm="sha256").hexdigest()
    elif len(key) > LONGEST_KEY:
        key = hashlib.sha256(key.encode()).hexdigest()
    return f"{org_unit}:{key}" if attribute.orgunit_scope else key


def _decode(decode: Any, raw: msgspec.Raw) -> Any:
    try:
        return decode(raw) or []
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ApiError(BODY_MEMBER, error) from error


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, int | float):
        return str(value)
    raise ApiError(BODY_MEMBER, "Expected a text, a number or a boolean as value")

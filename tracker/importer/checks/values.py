"""Checks of attribute values and data values.

Values are many and repeat: what is wrong with a text as a value of a field is asked once in an import.
"""

from __future__ import annotations

from typing import Any

from dhis2api import value_types
from dhis2api.value_types import FILE_TYPES, ValueType
from tracker.importer.context import Context
from tracker.importer.known import Attribute, DataElement

MOST_TEXTS, LONGEST_TEXT = 2_000, 100  # that are remembered: of a field, and characters of one
# What browsers and phones take for photographs; vector graphics can carry scripts.
IMAGES = frozenset({"image/png", "image/jpeg", "image/jpg", "image/gif", "image/bmp", "image/webp", "image/tiff"})

# What is wrong with a text: (as a value of its type, whether no option has that code); None where nothing is.
Judgement = tuple[str | None, bool] | None
_UNKNOWN = object()


def judge(field: Attribute | DataElement, text: str, context: Context) -> Judgement:
    """What is wrong with a text as a value of an attribute or data element. Both can be wrong at once."""
    known = context.memo.judgements.get(field)
    if known is None:
        known = context.memo.judgements[field] = {}
    judgement: Any = known.get(text, _UNKNOWN)
    if judgement is _UNKNOWN:
        judgement = _judge(field, text, context)
        if len(text) <= LONGEST_TEXT:
            if len(known) >= MOST_TEXTS:
                known.clear()
            known[text] = judgement
    return judgement


def _judge(field: Attribute | DataElement, text: str, context: Context) -> Judgement:
    reason = _type_fault(field.value_type, text, context)
    options = field.option_set
    is_no_option = False
    if options is not None:
        codes = text.split(",") if field.value_type == ValueType.MULTI_TEXT else (text,)
        is_no_option = any(code not in options.codes for code in codes)
    if reason is None:
        return (None, True) if is_no_option else None
    return f"`{text}`: {reason}", is_no_option


def _type_fault(value_type: str, text: str, context: Context) -> str | None:
    if "\x00" in text:
        return "Value holds a character that cannot be stored"
    known = context.known
    if value_type == ValueType.USERNAME:
        return None if text in known.usernames else "Value is not the name of a user"
    key = value_types.fault(value_type, text)
    if key is not None:
        return value_types.describe(key)
    if value_type == ValueType.ORGANISATION_UNIT and text not in known.org_unit_uids:
        return "Organisation unit does not exist"
    if value_type in FILE_TYPES:
        file = known.files.get(text)
        if file is None:
            return "File resource does not exist"
        if value_type == ValueType.IMAGE and file.content_type not in IMAGES:
            return "File resource is no image of a known format"
    return None


def takes_file(
    uid: str, field: Attribute | DataElement, owner: tuple[str, int], object_uid: str, context: Context
) -> bool:
    """Whether a value may have a file: nobody else's value has it, nor another value of this payload.

    Shapes: `owner` is the kind and key of the object, the key 0 where it is new.
    """
    file = context.known.files.get(uid)
    if file is None:
        return True  # the value's type has told so
    if file.owner is not None and file.owner != (*owner, field.pk):
        return False
    claim = object_uid, field.uid
    if file.claimed_by not in (None, claim):
        return False
    file.claimed_by = claim
    return True


def mandatory_keys(owner: Any, fields: dict[int, bool], context: Context) -> tuple[int, ...]:
    """The fields that a type, program or stage cannot go without."""
    keys = context.memo.mandatory.get(owner)
    if keys is None:
        keys = context.memo.mandatory[owner] = tuple(key for key, needed in fields.items() if needed)
    return keys

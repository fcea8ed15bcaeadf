"""Checks of attribute values and data values.

Values are many and repeat: that a text is good as a value of a field is found once in an import.
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


def good_texts(owner: Any, context: Context) -> dict[str | None, set[str]]:
    """By what the payload calls a field: texts that were found good as values of it, in an object of this tracked
    entity type, program or stage."""
    good = context.memo.good_texts.get(owner)
    if good is None:
        good = context.memo.good_texts[owner] = {}
    return good


def remember(good: dict[str | None, set[str]], name: str | None, text: str) -> None:
    """Ask no more whether a text is good as a value of a field."""
    texts = good.setdefault(name, set())
    if len(text) <= LONGEST_TEXT and len(texts) < MOST_TEXTS:
        texts.add(text)


def judge(field: Attribute | DataElement, text: str, context: Context) -> tuple[str | None, bool]:
    """What is wrong with a text as a value of an attribute or data element: the words for it, if it is no value of the
    field's type, and whether it is no code of its option set. Both can be."""
    reason = _type_fault(field.value_type, text, context)
    options = field.option_set
    is_no_option = False
    if options is not None:
        codes = text.split(",") if field.value_type == ValueType.MULTI_TEXT else (text,)
        is_no_option = any(code not in options.codes for code in codes)
    return (None if reason is None else f"`{text}`: {reason}"), is_no_option


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

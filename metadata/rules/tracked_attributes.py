"""Tracked entity attributes: generated values and their patterns."""

from __future__ import annotations

from collections.abc import Iterator

from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from dhis2api.value_types import ValueType
from metadata.errors import E4010, E4019, E4021, E4022
from metadata.text_patterns import PatternError, count_generated, parse_pattern, suits


def generated_values_are_texts(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4010: only texts are generated."""
    if item.values.get("generated") and item.values.get("value_type") != ValueType.TEXT:
        yield Fault(E4010, ("generated", item.values.get("value_type")), "generated", main_id=item.uid)


def pattern_is_right(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4019, E4021, E4022: a generated attribute has a pattern with one generated segment that its type can hold."""
    if not item.values.get("generated"):
        return
    pattern = item.values.get("pattern") or ""
    try:
        segments = parse_pattern(pattern)
    except PatternError as error:
        yield Fault(E4019, (pattern, str(error)), "pattern", main_id=item.uid)
        return
    count = count_generated(segments)
    if count != 1:
        yield Fault(E4021, (pattern, count), "pattern", main_id=item.uid)
    value_type = str(item.values.get("value_type"))
    if not suits(segments, value_type):
        yield Fault(E4022, (pattern, value_type), "pattern", main_id=item.uid)


def field_mask_is_a_text(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4019: a field mask is the text of a pattern: no quote ends it."""
    mask = item.values.get("field_mask")
    if mask is None:
        return
    try:
        segments = parse_pattern(f'"{mask}"')
    except PatternError as error:
        yield Fault(E4019, (mask, str(error)), "fieldMask", main_id=item.uid)
        return
    if len(segments) != 1:
        yield Fault(E4019, (mask, "A field mask is one text"), "fieldMask", main_id=item.uid)

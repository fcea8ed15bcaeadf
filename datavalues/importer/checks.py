"""The checks of a value, in DHIS2's order; the first that refuses a value decides its code.

Source: DHIS2 2.42, data values, order of checks (E7610-E7645); E2026, of single values there, holds here, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datavalues import errors as codes
from datavalues.importer import file_checks, lock_checks
from datavalues.importer import strict_checks as strict
from datavalues.importer.check import Check, Failing, Record, keyed
from datavalues.importer.context import Context, OptionCombo
from datavalues.importer.resolve import ResolvedChunk
from datavalues.params import Strategy
from dhis2api.errors import Conflict
from dhis2api.value_types import MAX_LENGTH, ValueType, describe, fault

MAX_STORED_BY = 255
COMMENT_TOO_LONG = "comment_length_greater_than_max_length"
UNANNOTATED = "value_lacks_annotation"
STORED_BY_TOO_LONG = "stored_by_length_greater_than_max_length"


def _unknown(kind: str) -> Any:
    """Whether an identifier that must be given names nothing."""
    return lambda context, text: getattr(context.metadata, kind).get(text) is None


def _unknown_combo(kind: str) -> Any:
    """Whether an option combo that is given names nothing; an absent one means the default."""

    def ask(context: Context, text: str | None) -> bool:
        return bool(text and text.strip()) and getattr(context.metadata, kind).get(text) is None

    return ask


def _closed_options(kind: str) -> Any:
    """The options of a combo whose data the user may not write."""

    def ask(context: Context, text: str | None) -> list[str]:
        default, options = context.metadata.default_combo, context.metadata.options
        combo: OptionCombo = getattr(context.metadata, kind).get(text) or default
        if combo.pk == default.pk:
            return []  # everybody may enter data without categories
        return [options[pk].uid for pk in combo.options if not options[pk].is_writable]

    return ask


def _outside_capture_scope(context: Context, text: str | None) -> bool:
    """Superusers are not exempt: the capture hierarchy is a scope, not an access right."""
    unit = context.metadata.org_units.get(text)
    return unit is not None and not context.capture_scope.covers(unit.path)


def _nothing_given(context: Context, resolved: ResolvedChunk) -> Failing:
    chunk = resolved.chunk
    if context.strategy is Strategy.DELETE or None not in chunk.value:
        return ()
    rows = zip(chunk.value, chunk.comment, chunk.deleted, strict=True)
    return [
        (position, True)
        for position, (value, comment, deleted) in enumerate(rows)
        if value is None and comment is None and not deleted
    ]


def _value_unfit(context: Context, resolved: ResolvedChunk) -> Failing:
    """Asked once a distinct pair of value type and text."""
    kinds = [
        None if element is None else (element.value_type, element.option_set is not None)
        for element in resolved.data_element
    ]
    wrong = {}
    for kind, text in set(zip(kinds, resolved.value, strict=True)):
        if kind is not None and text is not None:
            key = fault(kind[0], text, has_option_set=kind[1])
            if key is not None:
                wrong[kind, text] = key
    if not wrong:
        return ()
    pairs = enumerate(zip(kinds, resolved.value, strict=True))
    return [(position, wrong[pair]) for position, pair in pairs if pair in wrong]


def _no_option(context: Context, resolved: ResolvedChunk) -> Failing:
    """Compared with the text as it was sent, case-sensitively; blank texts are no option and need not be one."""
    sets = [None if e is None or e.option_set is None else (e.option_set, e.value_type) for e in resolved.data_element]
    if not any(sets):
        return ()
    pairs = list(zip(sets, resolved.chunk.value, strict=True))
    wrong = {
        (key, text) for key, text in set(pairs) if key and text and text.strip() and not _is_option(context, key, text)
    }
    return [(position, True) for position, pair in enumerate(pairs) if pair in wrong]


def _is_option(context: Context, key: tuple[int, str], text: str) -> bool:
    option_set, value_type = key
    codes_of_set = context.metadata.option_codes[option_set]
    if value_type != ValueType.MULTI_TEXT:
        return text in codes_of_set
    parts = text.split(",")
    return len(set(parts)) == len(parts) and codes_of_set.issuperset(parts)


def _missing(context: Context, text: str | None) -> bool:
    return not (text and text.strip())


def _unannotated(context: Context, resolved: ResolvedChunk) -> Failing:
    grouping = resolved.chunk.grouping
    return [] if grouping is None else [(position, UNANNOTATED) for position in sorted(grouping.unannotated)]


def _told(code: Any, prop: str, name: str, column: str) -> Any:
    """Conflicts that name one object."""

    def tell(context: Context, record: Record, wrong: Any) -> Iterator[Conflict]:
        text = getattr(record, column) or ""
        yield Conflict(code, (text,), prop, {name: text}, record.index)

    return tell


def _told_options(code: Any, prop: str, column: str) -> Any:
    """One conflict for each option."""

    def tell(context: Context, record: Record, wrong: list[str]) -> Iterator[Conflict]:
        combo = getattr(record, column) or context.metadata.default_combo.uid
        for option in wrong:
            objects = {"categoryOptionCombo": combo, "categoryOption": option}
            yield Conflict(code, (combo, option), prop, objects, record.index)

    return tell


def _tell_hierarchy(context: Context, record: Record, wrong: bool) -> Iterator[Conflict]:
    objects = {"organisationUnit": record.org_unit, "user": context.principal.uid}
    yield Conflict(codes.E7617, (record.org_unit, context.principal.uid), "orgUnit", objects, record.index)


def _tell_value(context: Context, record: Record, wrong: str) -> Iterator[Conflict]:
    objects = {"dataElement": record.data_element, "value": wrong}
    yield Conflict(codes.E7619, (record.data_element, describe(wrong)), "value", objects, record.index)


def _tell_text(code: Any, prop: str, key: str) -> Any:
    def tell(context: Context, record: Record, wrong: bool) -> Iterator[Conflict]:
        yield Conflict(code, (key,), prop, {prop: key}, record.index)

    return tell


def _tell_required(code: Any, prop: str) -> Any:
    def tell(context: Context, record: Record, wrong: bool) -> Iterator[Conflict]:
        yield Conflict(code, (), prop, {}, record.index)

    return tell


# DHIS2's order. The first check that refuses a value stops it, so the order decides the code.
CHECKS: tuple[Check, ...] = (
    # A data set that the header names was looked at before; these are of ADX groups.
    Check("E7600", keyed("data_set", ask=lambda context, text: text in context.metadata.unknown_data_sets),
          _told(codes.E7600, "dataSet", "dataSet", "data_set")),
    Check("E7601", keyed("data_set", ask=lambda context, text: text in context.metadata.closed_data_sets),
          _told(codes.E7601, "dataSet", "dataSet", "data_set")),
    Check("E7610", keyed("data_element", ask=_unknown("data_elements")),
          _told(codes.E7610, "dataElement", "dataElement", "data_element")),
    Check("E7611", keyed("period", ask=_unknown("periods")), _told(codes.E7611, "period", "period", "period")),
    Check("E7612", keyed("org_unit", ask=_unknown("org_units")),
          _told(codes.E7612, "orgUnit", "organisationUnit", "org_unit")),
    Check("E7613", keyed("category_option_combo", ask=_unknown_combo("category_option_combos")),
          _told(codes.E7613, "categoryOptionCombo", "categoryOptionCombo", "category_option_combo")),
    Check("E7614", keyed("category_option_combo", ask=_closed_options("category_option_combos")),
          _told_options(codes.E7614, "categoryOptionCombo", "category_option_combo"),
          lambda context: not context.principal.is_superuser),
    Check("E7615", keyed("attribute_option_combo", ask=_unknown_combo("attribute_option_combos")),
          _told(codes.E7615, "attributeOptionCombo", "categoryOptionCombo", "attribute_option_combo")),
    Check("E7616", keyed("attribute_option_combo", ask=_closed_options("attribute_option_combos")),
          _told_options(codes.E7616, "attributeOptionCombo", "attribute_option_combo"),
          lambda context: not context.principal.is_superuser),
    Check("E7617", keyed("org_unit", ask=_outside_capture_scope), _tell_hierarchy),
    Check("E7618", _nothing_given, _told(codes.E7618, "value", "dataElement", "data_element")),
    Check("E7619", _unannotated, _tell_value),
    Check("E7619", _value_unfit, _tell_value),
    Check("E7620", keyed("comment", ask=lambda context, text: text is not None and len(text) > MAX_LENGTH),
          _tell_text(codes.E7620, "comment", COMMENT_TOO_LONG)),
    Check("E7621", _no_option, _told(codes.E7621, "value", "dataElement", "data_element")),
    Check("E7630", keyed("category_option_combo", ask=_missing),
          _tell_required(codes.E7630, "categoryOptionCombo"),
          lambda context: context.params.require_category_option_combo),
    Check("E7631", keyed("attribute_option_combo", ask=_missing),
          _tell_required(codes.E7631, "attributeOptionCombo"),
          lambda context: context.params.require_attribute_option_combo),
    *strict.CHECKS,
    Check("E7637", keyed("stored_by", ask=lambda context, text: text is not None and len(text) > MAX_STORED_BY),
          _tell_text(codes.E7637, "storedBy", STORED_BY_TOO_LONG)),
    *strict.VALIDITY,
    *lock_checks.CHECKS,
    *file_checks.CHECKS,
)  # fmt: skip

BY_NAME = {check.name: check for check in CHECKS}
